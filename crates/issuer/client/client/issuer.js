// Requests to the service.

import { connectionError, isTransient, UploadError } from "./error.js";

/** A service, and the credentials for it. */
export class Issuer {
  constructor(endpoint, token, headers) {
    Object.assign(this, { endpoint, token, headers });
  }

  /** Sends a request and returns the body of its response. */
  async request(path, { body, ...init } = {}) {
    const headers = await this.#requestHeaders(body);
    let response, text;
    try {
      const json = body && JSON.stringify(body);
      response = await fetch(this.endpoint + path, { ...init, headers, body: json, cache: "no-store" });
      text = await response.text();
    } catch (cause) {
      init.signal?.throwIfAborted();
      throw connectionError("the service", cause);
    }
    const content = parse(text);
    // For a deleted upload, the response is a 410 with the status of the upload as its body.
    if (response.ok || (response.status === 410 && content.status)) return content;
    const { status } = response;
    const message = content.detail ?? `the service responded with ${status}`;
    const retryAfter = Number(response.headers.get("retry-after")) || undefined;
    throw new UploadError(content.code ?? "refused", message, { status, isRetryable: isTransient(status), retryAfter });
  }

  async #requestHeaders(body) {
    const token = typeof this.token === "function" ? await this.token() : this.token;
    return {
      ...this.headers,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": "application/json" }),
    };
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
