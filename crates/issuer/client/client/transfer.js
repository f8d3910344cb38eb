// The transfer of a file to the store.

import { connectionError, storeError } from "./error.js";
import { isOffline, withRetries } from "./retry.js";

/** Sends the file. If its URL has expired, perhaps because the device was offline, requests another one. */
export async function send(issuer, file, create, signal, report) {
  try {
    await sendOnce(issuer, await create(), file, signal, report);
  } catch (error) {
    if (error.status !== 403) throw error;
    await sendOnce(issuer, await create(), file, signal, report);
  }
}

/**
 * Sends the file to one URL. If an attempt fails, the file may still be in the store: perhaps only the response was
 * lost. In that case, the status of the upload shows that the file has arrived, because no other upload has its key.
 */
function sendOnce(issuer, created, file, signal, report) {
  const attempt = async () => {
    report("sending", 0);
    try {
      await put(created, file, (loaded) => report("sending", loaded), signal);
    } catch (error) {
      signal?.throwIfAborted();
      // 412 means that the key already has an object, perhaps from an earlier attempt.
      const mayHaveArrived = error.isRetryable || error.status === 412;
      if (!mayHaveArrived || isOffline() || !(await hasArrived(issuer, created, signal))) throw error;
    }
  };
  return withRetries(signal, attempt, () => report("offline", 0));
}

async function hasArrived(issuer, created, signal) {
  const { status } = await issuer.request(created.status_url, { signal }).catch(() => ({}));
  return status !== undefined && !["awaiting_upload", "expired", "deleted"].includes(status);
}

/** Sends the bytes: with XMLHttpRequest if there is one, because fetch does not report upload progress. */
function put(created, file, onLoaded, signal) {
  if (typeof XMLHttpRequest === "undefined") return putWithFetch(created, file, signal);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("PUT", created.url);
    for (const [name, value] of Object.entries(created.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onLoaded(event.loaded);
    request.onload = () => {
      const isStored = request.status >= 200 && request.status < 300;
      if (isStored) resolve();
      else reject(storeError(request.status, request.responseText));
    };
    request.onerror = () => reject(connectionError("the store"));
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort);
    request.send(file);
  });
}

async function putWithFetch(created, file, signal) {
  const init = { method: "PUT", headers: created.headers, body: file, signal };
  const response = await fetch(created.url, init).catch((cause) => {
    signal?.throwIfAborted();
    throw connectionError("the store", cause);
  });
  if (!response.ok) throw storeError(response.status, await response.text().catch(() => ""));
}
