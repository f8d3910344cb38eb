import { upload } from "/client.js";
import { drawThumbHash } from "/thumbhash.js";

const OWNER = "demo";

/** The meaning of each kind of private metadata. */
const PRIVATE = {
  gps: "where it was taken",
  date_time: "when it was taken",
  camera: "the camera",
  maker_note: "the camera maker's notes",
  description: "descriptions and names",
  thumbnail: "an embedded preview",
  xmp: "editing history (XMP)",
  iptc: "captions and credits (IPTC)",
  comment: "comments",
  text: "text notes",
  mpf: "embedded images",
  depth_map: "a depth map",
  content_credentials: "content credentials",
  application: "data of unknown applications",
  trailing_data: "data after the end of the image",
};

const form = document.getElementById("form");
const drop = document.getElementById("drop");
const input = document.getElementById("files");
const profile = document.getElementById("profile");
const list = document.getElementById("uploads");
const announcer = document.getElementById("announcer");
const template = document.getElementById("upload");

form.addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("change", () => {
  start(input.files);
  input.value = "";
});

for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, () => drop.classList.add("over"));
}
for (const name of ["dragleave", "drop"]) {
  drop.addEventListener(name, () => drop.classList.remove("over"));
}
// A photo that misses the box would otherwise replace the page.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => event.preventDefault());
}
document.addEventListener("drop", (event) => start(event.dataTransfer.files));

function start(files) {
  const cards = Array.from(files, (file) => new Card(file));
  list.prepend(...cards.map((card) => card.element));
  for (const card of cards) card.run(profile.value);
}

class Card {
  constructor(file) {
    this.file = file;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part = (selector) => this.element.querySelector(selector);
    this.part("h2").textContent = file.name;
    this.part("h2").title = file.name;
    this.part("progress").setAttribute("aria-label", `Upload of ${file.name}`);
    this.part("button").setAttribute("aria-label", `Cancel ${file.name}`);
  }

  async run(profile) {
    const controller = new AbortController();
    this.part("button").addEventListener("click", () => controller.abort());
    try {
      const onProgress = (progress) => this.progress(progress);
      this.show(await upload(this.file, { profile, owner: OWNER, onProgress, signal: controller.signal }));
    } catch (error) {
      const isCancelled = controller.signal.aborted;
      this.finish("rejected", isCancelled ? "Cancelled" : `Failed: ${error.message}`);
    }
  }

  progress({ phase, loaded, total }) {
    const bar = this.part("progress");
    if (phase === "processing") {
      bar.removeAttribute("value");
      this.state("processing", "Processing…");
    } else {
      bar.value = total ? loaded / total : 0;
      this.state("sending", `Sending, ${bytes(loaded)} of ${bytes(total)}`);
    }
  }

  show(outcome) {
    if (outcome.status === "ready") this.showReady(outcome);
    else if (outcome.status === "expired") this.finish("rejected", "The upload did not arrive in time");
    else if (outcome.status === "deleted") this.finish("rejected", "The upload was deleted");
    else if (outcome.status === "failed") this.finish("rejected", `Failed: ${outcome.error.message}`);
    else this.finish("rejected", `Rejected: ${outcome.error.message}`);
  }

  showReady({ source, variants, placeholder, removed_metadata: removed }) {
    const smallest = variants.reduce((a, b) => (a.width * a.height <= b.width * b.height ? a : b));
    this.showPlaceholder(placeholder, smallest);
    const image = this.part("img");
    image.alt = this.file.name;
    image.addEventListener("load", () => {
      image.hidden = false;
      this.part("canvas").hidden = true;
    });
    image.src = smallest.url;
    this.part(".sizes").textContent = sizes(source, variants);
    this.part(".removed").textContent = privacy(removed);
    this.part(".links").replaceChildren(...variants.map(link));
    this.part(".result").hidden = false;
    this.finish("ready", "Ready");
  }

  showPlaceholder({ thumbhash, dominant_color: color }, { width, height }) {
    const canvas = this.part("canvas");
    this.part(".preview").style.background = color;
    canvas.width = Math.max(1, Math.round((32 * width) / Math.max(width, height)));
    canvas.height = Math.max(1, Math.round((32 * height) / Math.max(width, height)));
    drawThumbHash(canvas, thumbhash);
    canvas.hidden = false;
  }

  state(state, text) {
    this.element.dataset.state = state;
    this.part(".state").textContent = text;
  }

  finish(state, text) {
    this.state(state, text);
    this.part("progress").hidden = true;
    this.part("button").hidden = true;
    announcer.textContent = `${this.file.name}: ${text}`;
  }
}

function link({ name, url, width, height, bytes: size }) {
  const link = document.createElement("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = `${name}, ${width} × ${height}, ${bytes(size)}`;
  return link;
}

function sizes(source, [original]) {
  const share = Math.round((100 * original.bytes) / source.bytes);
  const before = `${source.format.toUpperCase()}, ${source.width} × ${source.height}, ${bytes(source.bytes)}`;
  const turned = source.orientation > 1 ? ", turned upright" : "";
  return `${before} became ${bytes(original.bytes)} (${share} %)${turned}`;
}

function privacy(removed) {
  const kinds = removed.map((kind) => PRIVATE[kind]).filter(Boolean);
  if (kinds.length === 0) return "The file contained no private data.";
  const list = new Intl.ListFormat("en", { type: "conjunction" });
  return `Removed: ${list.format(kinds)}.`;
}

function bytes(count) {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(3, Math.max(0, Math.floor(Math.log10(count || 1) / 3)));
  const value = count / 1000 ** power;
  return `${value.toFixed(power && value < 100 ? 1 : 0)} ${units[power]}`;
}
