// Uploads images to Darkroom from a browser, and from Node, Deno or Bun. No dependencies.
//
//   import { upload } from "https://images.example/client.js";
//   const outcome = await upload(file, { endpoint: "https://images.example", owner: "u123" });
//   if (outcome.status === "ready") image.src = outcome.variants[0].url;
//
// client.d.ts documents every function and option.

import { UploadError } from "./client/error.js";
import { readOptions } from "./client/options.js";
import { withRetries } from "./client/retry.js";
import { Slots } from "./client/slots.js";
import { waitForStatus } from "./client/status.js";
import { send } from "./client/transfer.js";
import { detectType } from "./client/type.js";

export { detectType, UploadError };

// Browsers open six connections to a host: four for transfers, one for deletions, and one to wait for outcomes.
const transfers = new Slots(4);
const deletions = new Slots(1);

/** Uploads one file and waits for its outcome. */
export async function upload(file, options = {}) {
  return run(file, readOptions(options));
}

/** Uploads many files. Returns `{ file, outcome }` or `{ file, error }` for each, in the same order. */
export async function uploadAll(files, options = {}) {
  const list = Array.from(files);
  const optionsFor = typeof options === "function" ? options : () => options;
  const settings = list.map((file, index) => readOptions(optionsFor(file, index)));
  const runs = list.map((file, index) =>
    run(file, settings[index]).then(
      (outcome) => ({ file, outcome }),
      (error) => ({ file, error }),
    ),
  );
  return Promise.all(runs);
}

/** Waits for the outcome of an upload that was sent before, perhaps by another page. */
export async function waitForOutcome(upload, options = {}) {
  const { issuer, signal } = readOptions(options);
  return waitForStatus(issuer, upload, signal);
}

/** Deletes an upload with everything that was made from it. */
export async function deleteUpload(upload, options = {}) {
  const { issuer, signal } = readOptions(options);
  await remove(issuer, upload, signal);
}

function remove(issuer, { profile, owner, id }, signal) {
  const path = `/v1/uploads/${profile}/${owner}/${id}`;
  const attempt = () => issuer.request(path, { method: "DELETE", signal, keepalive: true });
  return deletions.run(signal, () => withRetries(signal, attempt));
}

async function run(file, settings) {
  const { issuer, signal, onProgress } = settings;
  checkFile(file);
  signal?.throwIfAborted();
  const report = (phase, loaded) => onProgress?.({ phase, loaded, total: file.size }, file);
  report("waiting", 0);
  const type = await detectType(file);
  let created;
  const create = async () => {
    created = await createUpload(file, type, settings, report);
    settings.onCreated?.(created, file);
    return created;
  };
  try {
    await transfers.run(signal, async () => {
      await send(issuer, file, create, signal, report);
      // Only a store that does not report new files by itself needs this request.
      const complete = () => issuer.request(created.complete_url, { method: "POST", signal });
      if (created.complete_url) await withRetries(signal, complete);
    });
    report("processing", file.size);
    return await waitForStatus(issuer, created, signal);
  } catch (error) {
    if (signal?.aborted && created) await remove(issuer, created);
    throw error;
  }
}

function createUpload(file, type, { issuer, profile, owner, metadata, crop, signal }, report) {
  const body = { profile, owner, metadata, crop, content_type: type || undefined, size: file.size };
  const attempt = () => issuer.request("/v1/uploads", { method: "POST", body, signal });
  return withRetries(signal, attempt, () => report("offline", 0));
}

function checkFile(file) {
  if (!(file instanceof Blob)) throw new TypeError("file must be a File or Blob");
  if (file.size > 0) return;
  throw new UploadError("empty", `${file.name ?? "the file"} is empty; choose a file with an image`);
}
