// Uploads images to Darkroom from a browser. No dependencies.
//
//   import { upload } from "https://images.example/client.js";
//   const outcome = await upload(file, { endpoint: "https://images.example", owner: "u123" });
//   if (outcome.status === "ready") image.src = outcome.variants[0].url;

const SEND_ATTEMPTS = 3;
const REQUEST_ATTEMPTS = 5;
const WAIT_SECONDS = 25;
const FIRST_PAUSE_MS = 500;

/** A request that was refused, or a connection that failed. `code` is stable. */
export class UploadError extends Error {
  constructor(code, message, status) {
    super(message);
    this.name = "UploadError";
    this.code = code;
    this.status = status;
  }
}

/**
 * Uploads one file and waits for its outcome.
 *
 * @param {File|Blob} file
 * @param {object} [options]
 * @param {string} [options.endpoint] the issuer's origin. The default is the origin of the page
 * @param {string} [options.profile]
 * @param {string} [options.owner] the owner of the upload
 * @param {Record<string, string>} [options.metadata] returned in the outcome
 * @param {{x: number, y: number, width: number, height: number}} [options.crop] in pixels of the upright image
 * @param {string} [options.token] an API key or token for the issuer; never sent to S3
 * @param {Record<string, string>} [options.headers] further headers for the issuer
 * @param {(progress: {phase: "sending"|"processing", loaded: number, total: number}) => void}
 *   [options.onProgress]
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<object>} the outcome: `status` is `ready`, `rejected`, `failed`, `expired` or `deleted`
 * @throws {UploadError} if the issuer or the store refuses the upload or cannot be reached
 */
export async function upload(file, options = {}) {
  const { endpoint = "", token, onProgress = () => {}, signal } = options;
  const headers = { ...options.headers, ...(token && { authorization: `Bearer ${token}` }) };
  const total = file.size;
  onProgress({ phase: "sending", loaded: 0, total });
  const presigned = await withRetries(REQUEST_ATTEMPTS, signal, () =>
    requestUpload(file, { ...options, endpoint, headers }),
  );
  const statusUrl = new URL(endpoint + presigned.status_url, location.href);
  const hasArrived = () => isInStore(statusUrl, headers, signal);
  await send(presigned, file, (loaded) => onProgress({ phase: "sending", loaded, total }), signal, hasArrived);
  onProgress({ phase: "processing", loaded: total, total });
  // Only a store that does not report new files by itself needs this request.
  if (presigned.complete_url) {
    const url = endpoint + presigned.complete_url;
    await withRetries(REQUEST_ATTEMPTS, signal, () => json(url, { method: "POST", headers, signal }));
  }
  return outcome(statusUrl, headers, signal);
}

async function requestUpload(file, { endpoint, profile = "avatar", owner, metadata, crop, headers, signal }) {
  const body = {
    profile,
    owner,
    metadata,
    crop,
    // The browser derives the type from the file's name. It may be wrong, so the worker detects
    // the format from the bytes.
    content_type: file.type.startsWith("image/") ? file.type : undefined,
    size: file.size,
  };
  return json(`${endpoint}/v1/uploads`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

async function outcome(url, headers, signal) {
  url.searchParams.set("wait", WAIT_SECONDS);
  for (;;) {
    const status = await withRetries(REQUEST_ATTEMPTS, signal, () => json(url, { headers, signal }));
    if (!["awaiting_upload", "processing"].includes(status.status)) {
      return status;
    }
  }
}

async function json(url, init) {
  let response;
  try {
    response = await fetch(url, { ...init, cache: "no-store" });
  } catch (error) {
    throw connectionError(error);
  }
  const body = await response.json().catch(() => ({}));
  // For a deleted upload, the response is a 410 with the status of the upload as its body.
  if (!response.ok && response.status !== 410) {
    const message = body.detail ?? `the service responded with ${response.status}`;
    throw new UploadError(body.code ?? "refused", message, response.status);
  }
  return body;
}

/**
 * Sends the file. If an attempt fails, the file may still be in the store: perhaps only the response was lost. In that
 * case, the status of the upload shows that the file has arrived, because no other upload has the same key.
 */
function send(presigned, file, onProgress, signal, hasArrived) {
  return withRetries(SEND_ATTEMPTS, signal, async () => {
    try {
      await put(presigned, file, onProgress, signal);
    } catch (error) {
      // 412 means that the key already has an object, perhaps from an earlier attempt.
      const mayHaveArrived = error instanceof UploadError && (isRetryable(error.status) || error.status === 412);
      if (!mayHaveArrived || !(await hasArrived())) throw error;
    }
  });
}

async function isInStore(url, headers, signal) {
  const status = await json(url, { headers, signal }).catch(() => ({}));
  return status.status !== undefined && !["awaiting_upload", "expired", "deleted"].includes(status.status);
}

/** Uses XMLHttpRequest, because fetch does not report upload progress. */
function put(presigned, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(presigned.method, presigned.url);
    for (const [name, value] of Object.entries(presigned.headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new UploadError("store_refused", `the store responded with ${request.status}`, request.status));
    };
    request.onerror = () => reject(connectionError());
    request.onabort = () => reject(signal?.reason ?? new DOMException("aborted", "AbortError"));
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) return reject(signal.reason);
    request.send(file);
  });
}

function connectionError(cause) {
  if (cause?.name === "AbortError") return cause;
  return new UploadError("unreachable", "the connection failed", 0);
}

/** Repeats a failed attempt with exponential backoff, unless the request itself was at fault. */
async function withRetries(attempts, signal, attempt) {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isTransient = error instanceof UploadError && isRetryable(error.status);
      if (!isTransient || count >= attempts) throw error;
      await pause(FIRST_PAUSE_MS * 2 ** (count - 1) * (0.5 + Math.random() / 2), signal);
    }
  }
}

function isRetryable(status) {
  return status === 0 || status === 429 || status >= 500;
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
