// The demo page: where photos come from, and what they are sent with.

import { formatBytes } from "/explain.js";
import { announce } from "/page/announcer.js";
import { Card } from "/page/card.js";
import { chooseCrop } from "/page/cropper.js";
import { clearFinished } from "/page/queue.js";
import { isSignedIn, owner } from "/page/session.js";
import { forget, keep, kept } from "/page/storage.js";

const byId = (id) => document.getElementById(id);
const drop = byId("drop");
const profile = byId("profile");
const crop = byId("crop");
const list = byId("uploads");

for (const input of [byId("files"), byId("camera")]) {
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    start(files);
  });
}

for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("over"));
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
// A photo that misses the box would otherwise replace the page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
document.addEventListener("drop", (event) => start([...event.dataTransfer.files]));
document.addEventListener("paste", (event) => start([...event.clipboardData.files]));

byId("sample").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  try {
    const response = await fetch("/page/sample.jpg");
    if (!response.ok) throw new Error(`status ${response.status}`);
    await start([new File([await response.blob()], "sample.jpg", { type: "image/jpeg" })]);
  } catch {
    announce("The sample photo could not be loaded. Check the connection and try again.");
  } finally {
    target.disabled = false;
  }
});

byId("queue").querySelector(".clear").addEventListener("click", () => {
  clearFinished();
  byId("files").focus();
});

profile.addEventListener("change", showProfile);
showProfile();
restore();

/** Shows the limits of the selected profile. */
function showProfile() {
  const { formats, maxBytes, maxWidth, maxHeight } = limits(profile.value);
  const names = new Intl.ListFormat("en", { type: "disjunction" }).format(formats.map((name) => name.toUpperCase()));
  byId("limits").textContent = `${names}, at most ${formatBytes(maxBytes)} and ${maxWidth} × ${maxHeight} pixels`;
  // An iPhone converts its HEIC photos to JPEG for a page that does not accept HEIC.
  const heic = ["image/heic", "image/heif", ".heic", ".heif"];
  const accepted = formats.flatMap((name) => (name === "heic" ? heic : `image/${name}`));
  for (const id of ["files", "camera"]) byId(id).accept = accepted.join();
  crop.checked = profile.value === "avatar";
}

/** Returns the limits of a profile, as the page contains them. */
function limits(name) {
  const option = [...profile.options].find(({ value }) => value === name);
  const { formats, maxBytes, maxWidth, maxHeight } = option?.dataset ?? {};
  return { formats: formats?.split(" ") ?? [], maxBytes: Number(maxBytes), maxWidth, maxHeight };
}

/** Uploads files with the selected settings. */
async function start(files) {
  if (files.length === 0) return;
  if (!isSignedIn()) {
    announce("Sign in first, then choose the photos again.");
    byId("token").focus();
    return;
  }
  const settings = { profile: profile.value, owner: owner() };
  for (const file of files) {
    const choice = crop.checked ? await chooseCrop(file) : {};
    if (choice) add({ key: newKey(), file, ...settings, ...choice, addedAt: Date.now() }).run();
  }
}

/** Returns a random key. `crypto.randomUUID` exists only if the page is served by HTTPS or by this machine. */
function newKey() {
  return crypto.getRandomValues(new Uint32Array(3)).join("-");
}

/** Shows a new card first. */
function add(record) {
  const card = new Card({ ...record, limits: limits(record.profile) });
  list.prepend(card.element);
  keep(record);
  card.addEventListener("gone", () => forget(record.key));
  card.addEventListener("change", ({ detail }) => keep(Object.assign(record, detail)));
  return card;
}

/** Continues the uploads that a previous visit left unfinished, and shows its results again. */
async function restore() {
  for (const record of await kept()) add(record).resume();
}
