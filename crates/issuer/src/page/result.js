// The images of an upload, and what changed.

import { formatBytes } from "/explain.js";
import { drawThumbHash } from "/page/thumbhash.js";

/** The smallest width that fills the card on most screens. */
const ENOUGH_PIXELS = 1000;

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

/** What each EXIF orientation needed (EXIF 2.32, tag 0x0112). */
const TURNS = {
  2: "It was mirrored.",
  3: "It was upside down.",
  4: "It was upside down and mirrored.",
  5: "It lay on its side and was mirrored.",
  6: "It lay on its side.",
  7: "It lay on its side and was mirrored.",
  8: "It lay on its side.",
};

/** Shows a ready outcome in a card. */
export function showResult(card, outcome, exif, { isCropped, hasPreview }) {
  const { variants, placeholder } = outcome;
  const bySize = [...variants].sort((a, b) => a.width - b.width);
  const shown = bySize.find(({ width }) => width >= ENOUGH_PIXELS) ?? bySize.at(-1);
  showThumbHash(card, placeholder, shown);
  showComparison(card, shown, hasPreview);
  const rows = facts(outcome, exif, isCropped).flatMap(([name, text]) => [element("dt", name), element("dd", text)]);
  card.part(".facts").replaceChildren(...rows);
  card.part(".facts").hidden = false;
  showPlace(card, exif);
  card.part(".links").replaceChildren(...variants.map(link));
  card.part(".links").hidden = false;
}

/** Shows the placeholder until the image is loaded. */
function showThumbHash(card, { thumbhash, dominant_color: color }, { width, height }) {
  const canvas = card.part(".hash");
  card.part(".preview").style.background = color;
  canvas.width = Math.max(1, Math.round((32 * width) / Math.max(width, height)));
  canvas.height = Math.max(1, Math.round((32 * height) / Math.max(width, height)));
  drawThumbHash(canvas, thumbhash);
  canvas.hidden = false;
}

/** Shows the file and the new image over each other, or the new image alone if the browser cannot show the file. */
async function showComparison(card, { url, width, height }, hasPreview) {
  const template = document.getElementById("comparison");
  const comparison = document.importNode(template.content.firstElementChild, true);
  const part = (selector) => comparison.querySelector(selector);
  const [before, after, slider] = [part(".before"), part(".after"), part("input")];
  Object.assign(after, { alt: card.name, width, height, src: url });
  const split = () => {
    before.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
    part(".handle").style.left = `${slider.value}%`;
    slider.setAttribute("aria-valuetext", `${slider.value} % of the photo before`);
  };
  slider.setAttribute("aria-label", `Before and after: ${card.name}`);
  slider.addEventListener("input", split);
  if (hasPreview) before.src = card.previewUrl;
  else for (const part of comparison.querySelectorAll(".before, .handle, .tag, input")) part.remove();
  split();
  await after.decode().catch(() => {});
  card.part(".hash")?.remove();
  card.part(".preview")?.replaceChildren(comparison);
}

function facts({ source, variants, removed_metadata: removed, render_ms: ms }, exif, isCropped) {
  const [first] = variants;
  const share = Math.max(1, Math.round((100 * first.bytes) / source.bytes));
  const rows = [
    ["Bytes", `${formatBytes(source.bytes)} before, ${formatBytes(first.bytes)} after (${share}%)`],
    ["Pixels", `${source.width} × ${source.height} before, ${first.width} × ${first.height} after`],
    ["Format", `${source.format.toUpperCase()} before, ${first.content_type.replace("image/", "").toUpperCase()} after`],
  ];
  if (TURNS[source.orientation]) rows.push(["Turned", `${TURNS[source.orientation]} Now it is upright.`]);
  if (isCropped) rows.push(["Cropped", "Only the part that you chose was kept."]);
  rows.push(["Private data", privacy(removed, exif)]);
  return [...rows, ["Time", `${ms} ms`]];
}

function privacy(removed, { camera, takenAt }) {
  const examples = { camera, date_time: takenAt };
  const kinds = removed.filter((kind) => PRIVATE[kind]);
  if (kinds.length === 0) return "The file contained none.";
  const names = kinds.map((kind) => (examples[kind] ? `${PRIVATE[kind]} (${examples[kind]})` : PRIVATE[kind]));
  return `Removed: ${new Intl.ListFormat("en", { type: "conjunction" }).format(names)}.`;
}

/** Shows the place that the file named, on a map of the world without labels (equirectangular, 60° S to 84° N). */
function showPlace(card, { latitude, longitude }) {
  if (latitude === undefined) return;
  const dot = card.part(".dot");
  dot.style.left = `${(100 * (longitude + 180)) / 360}%`;
  dot.style.top = `${Math.min(98, Math.max(2, (100 * (84 - latitude)) / 144))}%`;
  const degrees = (value, [positive, negative]) => `${Math.abs(value).toFixed(3)}° ${value < 0 ? negative : positive}`;
  const place = `${degrees(latitude, "NS")}, ${degrees(longitude, "EW")}`;
  card.part("figcaption").textContent = `This photo said it was taken here: ${place}. The new images do not.`;
  card.part(".place").hidden = false;
}

function link({ name, url, width, height, bytes }) {
  const anchor = element("a", `${name}, ${width} × ${height}, ${formatBytes(bytes)}`);
  return Object.assign(anchor, { href: url, target: "_blank", rel: "noopener" });
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
