// Refusals in words for people: what the file is, why it was refused, and what to do.

/** Types of files, as people call them. */
const KINDS = {
  "image/jpeg": "a JPEG photo",
  "image/png": "a PNG image",
  "image/gif": "a GIF",
  "image/webp": "a WebP image",
  "image/avif": "an AVIF image",
  "image/heic": "a HEIC photo, as iPhones take them",
  "image/heif": "a HEIF image",
  "image/jxl": "a JPEG XL image",
  "image/bmp": "a BMP image",
  "image/tiff": "a TIFF image or a camera's raw file",
  "image/svg+xml": "an SVG drawing",
  "image/x-icon": "an icon",
  "image/vnd.adobe.photoshop": "a Photoshop document",
  "application/pdf": "a PDF document",
  "application/zip": "an archive or an office document",
  "video/mp4": "a video",
  "video/quicktime": "a video",
  "video/webm": "a video",
  "video/x-msvideo": "a video",
};

const SMALLER = "Reduce its size with a photo editor, or send a smaller copy.";
const AGAIN = "Try again.";
const LATER = "Try again in a few minutes.";
const EXPORT = "Export it as JPEG or PNG and choose that file.";

/** The reason and the advice for each code. */
const REASONS = {
  empty: ["The file is empty.", "Choose another file. If it is in a cloud folder, download it first."],
  unreadable: ["The file can no longer be read.", "It may have been moved or changed. Choose it again."],
  not_an_image: ["It is not an image.", "Choose a photo or another image."],
  unsupported_format: ["This kind of file is not accepted.", EXPORT],
  too_many_bytes: ["The file is too large.", SMALLER],
  dimensions_exceeded: ["The image is too wide or too tall.", SMALLER],
  too_many_pixels: ["The image has too many pixels.", SMALLER],
  too_many_frames: ["The animation has too many frames.", "Shorten the animation."],
  too_expensive: ["The image needs too much memory.", SMALLER],
  corrupt: ["The file is damaged or incomplete.", "Open it in a photo app, save it again, and send the new file."],
  crop_out_of_bounds: ["The selected part reaches outside the image.", "Select a part again."],
  output_too_large: ["The result would be too large.", SMALLER],
  timed_out: ["Processing took too long.", SMALLER],
  out_of_memory: ["Processing needed too much memory.", SMALLER],
  crashed: ["The file could not be processed.", "Open it in a photo app, save it again, and send the new file."],
  not_approved: ["A reviewer rejected the image.", "Choose another one."],
  expired: ["The file did not arrive in time.", AGAIN],
  deleted: ["The upload was deleted.", "Send the file again if you still need it."],
  unreachable: ["The connection failed.", "Check the connection and try again."],
  store_refused: ["The store refused the file.", AGAIN],
  quota_exceeded: ["There is no space left for this upload.", "Delete some uploads, then try again."],
  too_many_requests: ["There are too many requests at the moment.", LATER],
  store_unavailable: ["The store does not respond at the moment.", LATER],
  unauthenticated: ["You are not signed in.", "Sign in with a key or token."],
  invalid_token: ["The key or token is not valid.", "Sign in again."],
  owner_required: ["The owner of the upload is missing.", "Name an owner. This key acts for several."],
  invalid_owner: ["The name of the owner is not valid.", "Use 1 to 64 letters, digits, _ and -."],
  forbidden_owner: ["The key or token acts for another owner.", "Leave the owner out."],
  forbidden_profile: ["The key or token does not allow this profile.", "Choose another profile."],
  unknown_profile: ["This profile does not exist.", "Choose another profile."],
};

/** Returns a media type as people call it, such as "a PDF document", or an empty text for an unknown type. */
export function describeType(type) {
  return KINDS[type] ?? "";
}

/** Returns a number of bytes as text, such as "12.3 MB". */
export function formatBytes(count) {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1000 ** power;
  return `${value.toFixed(power > 0 && value < 100 ? 1 : 0)} ${units[power]}`;
}

/** Explains an outcome without images, or an error of `upload`. */
export function explain(refusal, { type = "", size, maxBytes, formats } = {}) {
  const { code, message } = refusal.error ?? { code: refusal.status, ...errorFields(refusal) };
  const kind = describeType(type);
  const what = kind && ["unsupported_format", "not_an_image"].includes(code) ? `This is ${kind}.` : "";
  const [reason, advice] = Object.hasOwn(REASONS, code) ? REASONS[code] : [sentence(message), AGAIN];
  const why = specificReason(code, { size, maxBytes, formats }) ?? withNumbers(code, reason, message);
  return { code, what, why, advice: refusal.status === "failed" ? LATER : adviceFor(type, code, advice), message };
}

/** Returns the whole explanation as one text. */
export function explainInWords(refusal, file) {
  const { what, why, advice } = explain(refusal, file);
  return [what, why, advice].filter(Boolean).join(" ");
}

function errorFields({ code, message }) {
  return code ? { code, message } : {};
}

function specificReason(code, { size, maxBytes, formats }) {
  if (code === "too_many_bytes" && size && maxBytes) {
    return `It has ${formatBytes(size)}. At most ${formatBytes(maxBytes)} are accepted.`;
  }
  if (code === "unsupported_format" && formats?.length) {
    const names = formats.map((name) => name.toUpperCase());
    return `Only ${new Intl.ListFormat("en").format(names)} are accepted.`;
  }
  return undefined;
}

/** Adds the sizes in the message of the service, which states them for some codes. */
function withNumbers(code, reason, message = "") {
  const hasSizes = ["dimensions_exceeded", "too_many_pixels", "too_many_frames"].includes(code);
  return hasSizes && message ? `${reason.slice(0, -1)}: ${message}.` : reason;
}

function adviceFor(type, code, advice) {
  if (code !== "unsupported_format") return advice;
  if (type.startsWith("video/")) return "Choose a photo, or take a still image from the video.";
  if (["image/heic", "image/heif"].includes(type)) {
    return "On the iPhone, choose Settings, Camera, Formats, Most Compatible, or export the photo as JPEG.";
  }
  return type === "application/pdf" ? "Save the page as an image, or choose a photo." : advice;
}

function sentence(message = "The file could not be processed") {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
