// The place, the camera and the time in a photo's EXIF data (CIPA DC-008). The service removes them, so the page reads
// them from the file itself.

/** EXIF data is near the beginning of a file: in JPEG it may begin after other segments. */
const SEARCHED_BYTES = 512 * 1024;
const [MODEL, GPS_DIRECTORY, EXIF_DIRECTORY, TAKEN_AT] = [0x0110, 0x8825, 0x8769, 0x9003];
const [LATITUDE_SIDE, LATITUDE, LONGITUDE_SIDE, LONGITUDE] = [1, 2, 3, 4];
const TYPE_BYTES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };
const MAX_ENTRIES = 1000;

/** Returns `latitude` and `longitude` in degrees, `camera` and `takenAt`, as far as the file contains them. */
export async function readExif(file) {
  const bytes = new Uint8Array(await file.slice(0, SEARCHED_BYTES).arrayBuffer());
  const start = findTiff(bytes);
  return start === undefined ? {} : readTiff(new DataView(bytes.buffer, start));
}

/** Returns the position of the TIFF header: after `Exif\0\0` in JPEG, WebP and HEIC, after `eXIf` in PNG. */
function findTiff(bytes) {
  for (let at = 0; at + 12 < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x45 && byte !== 0x65) continue;
    const text = String.fromCharCode(...bytes.subarray(at, at + 16));
    const found = /^(Exif\0\0|eXIf|EXIF.{4})(II\*\0|MM\0\*)/s.exec(text);
    if (found) return at + found[1].length;
  }
  return undefined;
}

function readTiff(view) {
  const isLittle = view.getUint8(0) === 0x49;
  const main = readDirectory(view, view.getUint32(4, isLittle), isLittle);
  const [gps, exif] = [GPS_DIRECTORY, EXIF_DIRECTORY].map((tag) => {
    return main.has(tag) ? readDirectory(view, main.get(tag)[0], isLittle) : new Map();
  });
  const place = {
    latitude: degrees(gps.get(LATITUDE), gps.get(LATITUDE_SIDE), 90),
    longitude: degrees(gps.get(LONGITUDE), gps.get(LONGITUDE_SIDE), 180),
  };
  const isPlace = place.latitude !== undefined && place.longitude !== undefined;
  return { ...(isPlace && place), camera: main.get(MODEL), takenAt: exif.get(TAKEN_AT)?.replace(/^(\d+):(\d+):/, "$1-$2-") };
}

/** Returns the values of a directory by tag: a text, or a list of numbers. */
function readDirectory(view, offset, isLittle) {
  const values = new Map();
  const count = Math.min(MAX_ENTRIES, view.getUint16(offset, isLittle));
  for (let at = offset + 2; at < offset + 2 + 12 * count; at += 12) {
    const [tag, type] = [view.getUint16(at, isLittle), view.getUint16(at + 2, isLittle)];
    const length = view.getUint32(at + 4, isLittle);
    const bytes = (TYPE_BYTES[type] ?? 0) * length;
    const position = bytes > 4 ? view.getUint32(at + 8, isLittle) : at + 8;
    if (bytes > 0 && position + bytes <= view.byteLength && length <= MAX_ENTRIES) {
      values.set(tag, readValue(view, position, type, length, isLittle));
    }
  }
  return values;
}

function readValue(view, position, type, length, isLittle) {
  if (type === 2) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + position, length);
    return String.fromCharCode(...bytes).split("\0")[0].trim();
  }
  const at = (index) => position + index * TYPE_BYTES[type];
  const readers = {
    3: (index) => view.getUint16(at(index), isLittle),
    4: (index) => view.getUint32(at(index), isLittle),
    5: (index) => view.getUint32(at(index), isLittle) / view.getUint32(at(index) + 4, isLittle),
  };
  return Array.from({ length }, (_, index) => readers[type]?.(index));
}

/** Converts degrees, minutes and seconds. Returns `undefined` if they are no position. */
function degrees(parts, side, max) {
  if (!Array.isArray(parts)) return undefined;
  const [whole, minutes = 0, seconds = 0] = parts;
  const value = whole + minutes / 60 + seconds / 3600;
  if (!(value <= max)) return undefined;
  return /^[SW]/.test(side ?? "") ? -value : value;
}
