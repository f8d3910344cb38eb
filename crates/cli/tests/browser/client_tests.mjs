// The JavaScript client in Node, with injected failures: node client_tests.mjs ISSUER PHOTO

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { deleteUpload, detectType, upload, uploadAll, UploadError, waitForOutcome } from "../../../issuer/client/client.js";
import { explainInWords } from "../../../issuer/client/explain.js";

const [issuer, path] = process.argv.slice(2);
const bytes = readFileSync(path);
const photo = (name = "photo.jpg") => new File([bytes], name);
const options = { endpoint: `${issuer}///`, profile: "photo", owner: "u1" };
const realFetch = globalThis.fetch;

/** Runs a test with `fetch` replaced. `intercept` gets each request, and may fail or call `send`. */
async function withFetch(intercept, test) {
  globalThis.fetch = async (url, init = {}) => {
    return intercept({ url: String(url), method: init.method ?? "GET" }, () => realFetch(url, init));
  };
  try {
    return await test();
  } finally {
    globalThis.fetch = realFetch;
  }
}

/** Returns a function that fails the first request that `matches`. */
function failOnce(matches, fail) {
  let hasFailed = false;
  return (request, send) => {
    if (hasFailed || !matches(request)) return send();
    hasFailed = true;
    return fail(send);
  };
}

const isCreation = ({ url, method }) => method === "POST" && url.endsWith("/v1/uploads");
const isTransfer = ({ method }) => method === "PUT";
const response = (status, body) => new Response(body, { status });

const tests = {
  async "a photo has its outcome, and its progress ends with all bytes"() {
    const phases = [];
    const outcome = await upload(photo(), { ...options, metadata: { album: "7" }, onProgress: (it) => phases.push(it) });
    assert.equal(outcome.status, "ready");
    assert.equal(outcome.metadata.album, "7");
    assert.deepEqual([...new Set(phases.map(({ phase }) => phase))], ["waiting", "sending", "processing"]);
    assert.deepEqual(phases.at(-1), { phase: "processing", loaded: bytes.length, total: bytes.length });
  },

  async "many uploads need six requests at once at most, one of which waits for all outcomes"() {
    let [inFlight, waits, mostInFlight, mostWaits] = [0, 0, 0, 0];
    const count = async ({ url }, send) => {
      const isWait = url.includes("/v1/uploads/status?wait=");
      mostInFlight = Math.max(mostInFlight, (inFlight += 1));
      if (isWait) mostWaits = Math.max(mostWaits, (waits += 1));
      try {
        return await send();
      } finally {
        inFlight -= 1;
        if (isWait) waits -= 1;
      }
    };
    const files = Array.from({ length: 20 }, (_, index) => photo(`${index}.jpg`));
    const results = await withFetch(count, () => uploadAll([...files, new File([], "empty.jpg")], options));
    assert.deepEqual(results.slice(0, 20).map(({ outcome }) => outcome?.status), Array(20).fill("ready"));
    assert.deepEqual(results.map(({ file }) => file.name), [...files.map(({ name }) => name), "empty.jpg"]);
    assert.equal(results[20].error.code, "empty");
    assert.equal(mostWaits, 1);
    assert.ok(mostInFlight <= 6, `${mostInFlight} requests at once`);
  },

  async "an unavailable service is asked again"() {
    const unavailable = failOnce(isCreation, () => response(503, '{"code": "store_unavailable", "detail": "later"}'));
    const outcome = await withFetch(unavailable, () => upload(photo(), options));
    assert.equal(outcome.status, "ready");
  },

  async "a file whose response was lost is not sent again"() {
    let transfers = 0;
    const lost = failOnce(isTransfer, (send) => send().then(() => Promise.reject(new TypeError("connection reset"))));
    const counted = (request, send) => {
      transfers += isTransfer(request) ? 1 : 0;
      return lost(request, send);
    };
    const outcome = await withFetch(counted, () => upload(photo(), options));
    assert.equal(outcome.status, "ready");
    assert.equal(transfers, 1);
  },

  async "an expired URL is replaced"() {
    const created = [];
    const expired = failOnce(isTransfer, () => response(403, "<Error><Code>AccessDenied</Code></Error>"));
    const onCreated = ({ id }) => created.push(id);
    const outcome = await withFetch(expired, () => upload(photo(), { ...options, onCreated }));
    assert.equal(outcome.id, created[1]);
    assert.equal(created.length, 2);
  },

  async "a store that refuses the file twice is an error with the code of the store"() {
    const refuse = (request, send) => (isTransfer(request) ? response(403, "<Error><Code>AccessDenied</Code></Error>") : send());
    const error = await withFetch(refuse, () => upload(photo(), options).catch((it) => it));
    assert.ok(error instanceof UploadError);
    assert.deepEqual([error.code, error.status, error.isRetryable], ["store_refused", 403, false]);
    assert.match(error.message, /AccessDenied/);
  },

  async "an abort deletes the upload, in every phase"() {
    for (const phase of ["sending", "processing"]) {
      const controller = new AbortController();
      let created;
      const onCreated = (it) => (created = it);
      const onProgress = (progress) => progress.phase === phase && controller.abort();
      const error = await upload(photo(), { ...options, signal: controller.signal, onCreated, onProgress }).catch((it) => it);
      assert.equal(error.name, "AbortError", phase);
      assert.equal((await waitForOutcome(created, options)).status, "deleted", phase);
    }
    const aborted = AbortSignal.abort();
    await assert.rejects(upload(photo(), { ...options, signal: aborted }), { name: "AbortError" });
  },

  async "another page can wait for an upload and delete it"() {
    const outcome = await upload(photo(), options);
    const again = await waitForOutcome(outcome, options);
    assert.deepEqual([again.status, again.finished_at], ["ready", outcome.finished_at]);
    await deleteUpload(outcome, options);
    await deleteUpload(outcome, options);
    assert.equal((await waitForOutcome(outcome, options)).status, "deleted");
  },

  async "an unknown upload does not end the wait for another"() {
    const unknown = { profile: "photo", owner: "u1", id: "no-id" };
    const [first, second] = await Promise.allSettled([waitForOutcome(unknown, options), upload(photo(), options)]);
    assert.equal(first.reason.code, "unknown_upload");
    assert.equal(second.value.status, "ready");
  },

  async "a token may change, and goes to the service only"() {
    const tokens = [];
    let count = 0;
    const token = () => `token-${(count += 1)}`;
    globalThis.fetch = (url, init) => {
      tokens.push([new URL(url).origin === new URL(issuer).origin, init.headers?.authorization]);
      return realFetch(url, init);
    };
    await upload(photo(), { ...options, token }).finally(() => (globalThis.fetch = realFetch));
    assert.ok(count >= 2);
    for (const [isService, authorization] of tokens) assert.equal(Boolean(authorization), isService);
  },

  async "mistakes are errors that say what to change"() {
    for (const [mistake, message] of [
      [{ profil: "photo" }, 'unknown option "profil"; did you mean "profile"?'],
      [{ onprogress: () => {} }, 'unknown option "onprogress"; did you mean "onProgress"?'],
      [{ toString: 1 }, /^unknown option "toString"/],
      [{ endpoint: "images.example" }, 'endpoint must be a URL such as "https://images.example", found "images.example"'],
      [{ endpoint: undefined }, 'endpoint is missing; outside of a page it must be a URL such as "https://images.example"'],
      [{ crop: { x: 1, y: 1 } }, "crop must be an object with the numbers x, y, width and height"],
      [{ metadata: { album: 7 } }, "metadata must be an object whose values are text"],
      [{ signal: {} }, "signal must be an AbortSignal"],
    ]) {
      await assert.rejects(upload(photo(), { ...options, ...mistake }), { name: "TypeError", message });
      await assert.rejects(uploadAll([photo()], { ...options, ...mistake }), { name: "TypeError", message });
    }
    await assert.rejects(upload("photo.jpg", options), { name: "TypeError", message: "file must be a File or Blob" });
    await assert.rejects(upload(new File([], "a.jpg"), options), { code: "empty", message: "a.jpg is empty; choose a file with an image" });
  },

  async "a refusal says what the file is, why it was refused, and what to do"() {
    const text = await upload(new File(["only text"], "a.jpg"), options);
    assert.equal(explainInWords(text), "It is not an image. Choose a photo or another image.");
    const pdf = await upload(new File(["%PDF-1.7"], "a.jpg"), options).catch((it) => it);
    assert.equal(
      explainInWords(pdf, { type: "application/pdf", formats: ["jpeg", "png"] }),
      "This is a PDF document. Only JPEG and PNG are accepted. Save the page as an image, or choose a photo.",
    );
    const large = new UploadError("too_many_bytes", "size is 12345678 bytes", { status: 413 });
    assert.match(explainInWords(large, { size: 12_345_678, maxBytes: 10_485_760 }), /^It has 12.3 MB. At most 10.5 MB are accepted./);
  },

  async "the type comes from the first bytes"() {
    const ftyp = (major, ...others) => {
      const length = String.fromCharCode(16 + 4 * others.length);
      return ["\0\0\0", length, "ftyp", major, "\0\0\0\0", ...others].join("");
    };
    for (const [type, head] of [
      ["image/jpeg", "\xff\xd8\xff\xe1"],
      ["image/png", "\x89PNG\r\n\x1a\n"],
      ["image/gif", "GIF89a"],
      ["image/webp", "RIFF\0\0\0\0WEBPVP8 "],
      ["image/heic", ftyp("heic", "mif1", "heic")],
      ["image/heic", ftyp("mif1", "mif1", "heic")],
      ["image/heif", ftyp("mif1", "mif1")],
      ["image/avif", ftyp("avif", "mif1", "miaf")],
      ["video/mp4", ftyp("isom", "isom", "mp41")],
      ["video/quicktime", ftyp("qt  ", "qt  ")],
      ["image/jxl", "\xff\x0a\x01"],
      ["application/pdf", "%PDF-1.4"],
      ["image/svg+xml", '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">'],
      ["", "only text"],
      ["", ""],
    ]) {
      const file = new File([Uint8Array.from(head, (it) => it.charCodeAt(0))], "a.txt", { type: "text/plain" });
      assert.equal(await detectType(file), type, JSON.stringify(head));
    }
    assert.equal(await detectType(photo()), "image/jpeg");
  },
};

for (const [name, test] of Object.entries(tests)) {
  await test();
  console.log(`ok: ${name}`);
}
