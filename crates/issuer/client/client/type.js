// The type of a file, from its first bytes.

import { UploadError } from "./error.js";

const HEADER_BYTES = 256;

const SIGNATURES = [
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["image/jxl", 0, "\xff\x0a"],
  ["image/jxl", 0, "\0\0\0\x0cJXL \r\n\x87\n"],
  ["image/bmp", 0, "BM"],
  ["image/tiff", 0, "II*\0"],
  ["image/tiff", 0, "MM\0*"],
  ["image/vnd.adobe.photoshop", 0, "8BPS"],
  ["image/x-icon", 0, "\0\0\x01\0"],
  ["application/pdf", 0, "%PDF-"],
  ["application/zip", 0, "PK\x03\x04"],
  ["video/webm", 0, "\x1aE\xdf\xa3"],
  ["video/x-msvideo", 8, "AVI LIST"],
];

/** The types of files that begin with a box `ftyp`, by their brands (ISO/IEC 14496-12). The first match counts. */
const BRANDS = [
  ["image/avif", /avi[fs]/],
  ["image/heic", /hei[cxms]|hev[cxms]/],
  ["image/heif", /mi[fa][1f]|msf1/],
  ["video/quicktime", /qt {2}/],
  ["video/mp4", /iso[m2-9]|mp4[12]|avc1|M4V |3g[pe]/],
];

/** Returns the media type that the first bytes of a file show, or an empty text. */
export async function detectType(file) {
  const head = await file
    .slice(0, HEADER_BYTES)
    .arrayBuffer()
    .catch((cause) => {
      const message = `${file.name ?? "the file"} cannot be read; it may have been moved or changed`;
      throw new UploadError("unreadable", message, { cause });
    });
  const text = String.fromCharCode(...new Uint8Array(head));
  const found = SIGNATURES.find(([, at, signature]) => text.startsWith(signature, at));
  if (found) return found[0];
  if (text.startsWith("ftyp", 4)) {
    const brands = text.slice(8, new DataView(head).getUint32(0)).match(/.{4}/gs) ?? [];
    return BRANDS.find(([, pattern]) => brands.some((brand) => pattern.test(brand)))?.[0] ?? "";
  }
  return /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/s.test(text) ? "image/svg+xml" : "";
}
