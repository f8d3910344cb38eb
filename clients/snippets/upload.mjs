// Uploads a photo from Node.js 20 or newer, without packages: node upload.mjs ENDPOINT PHOTO
// In a browser, use /client.js instead: it reports progress and repeats what fails for a temporary reason.
import { openAsBlob } from "node:fs";

const [endpoint, path] = process.argv.slice(2);
const photo = await openAsBlob(path);

// 1. Request an upload. The response says where and how to send the file.
const upload = await request(`${endpoint}/v1/uploads`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ profile: "avatar", owner: "u123", size: photo.size }),
});

// 2. Send the file, with every header of the response.
await request(upload.url, { method: upload.method, headers: upload.headers, body: photo });

// 3. Wait for the outcome.
let outcome;
do {
  outcome = await request(`${endpoint}${upload.status_url}?wait=25`);
} while (["awaiting_upload", "processing"].includes(outcome.status));
if (outcome.status !== "ready") throw new Error(outcome.error?.message ?? outcome.status);
console.log(outcome.variants.find(({ name }) => name === "thumb").url);

async function request(url, init) {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return text && JSON.parse(text);
}
