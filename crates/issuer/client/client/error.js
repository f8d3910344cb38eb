// The errors of uploads.

/** A file, request or connection that failed. `code` is stable. */
export class UploadError extends Error {
  constructor(code, message, { status, isRetryable = false, retryAfter, cause } = {}) {
    super(message, { cause });
    this.name = "UploadError";
    this.code = code;
    this.status = status;
    this.isRetryable = isRetryable;
    this.retryAfter = retryAfter;
  }
}

/** Creates the error for a response of S3, whose body contains a code such as `AccessDenied`. */
export function storeError(status, body) {
  const [, code = "no reason given"] = /<Code>(\w+)<\/Code>/.exec(body) ?? [];
  const isRetryable = isTransient(status) || status === 409 || code === "RequestTimeout";
  return new UploadError("store_refused", `the store responded with ${status} (${code})`, { status, isRetryable });
}

export function connectionError(peer, cause) {
  const message = `${peer} cannot be reached; check the connection and try again`;
  return new UploadError("unreachable", message, { status: 0, isRetryable: true, cause });
}

/** Returns `true` if a request with this status may succeed later. */
export function isTransient(status) {
  return status === 408 || status === 429 || status >= 500;
}
