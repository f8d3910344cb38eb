// Computes the ThumbHash (https://evanw.github.io/thumbhash/) of an image in the browser, for the time until the
// service has computed its own.

/** The longer side of the image that is hashed, in pixels. */
const SIDE = 48;

/** Returns the hash of an image element or canvas in base64. */
export function encodeThumbHash(image, width, height) {
  const scale = SIDE / Math.max(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return btoa(String.fromCharCode(...hash(data, canvas.width, canvas.height)));
}

function hash(rgba, width, height) {
  const { l, p, q, a, hasAlpha } = split(rgba);
  const isLandscape = width > height;
  const limit = hasAlpha ? 5 : 7;
  const across = Math.max(1, Math.round((limit * width) / Math.max(width, height)));
  const down = Math.max(1, Math.round((limit * height) / Math.max(width, height)));
  const channels = [transform(l, width, height, Math.max(3, across), Math.max(3, down))];
  for (const values of [p, q]) channels.push(transform(values, width, height, 3, 3));
  if (hasAlpha) channels.push(transform(a, width, height, 5, 5));
  const [light, yellow, red, alpha] = channels;
  const difference = ({ mean }) => Math.round(31.5 + 31.5 * mean);
  const colors = Math.round(63 * light.mean) | (difference(yellow) << 6) | (difference(red) << 12);
  const first = colors | (Math.round(31 * light.scale) << 18) | (hasAlpha << 23);
  const shape = (isLandscape ? down : across) | (isLandscape << 15);
  const second = shape | (Math.round(63 * yellow.scale) << 3) | (Math.round(63 * red.scale) << 9);
  const bytes = [first & 255, (first >> 8) & 255, first >> 16, second & 255, second >> 8];
  if (hasAlpha) bytes.push(Math.round(15 * alpha.mean) | (Math.round(15 * alpha.scale) << 4));
  const nibbles = channels.flatMap(({ waves }) => waves.map((wave) => Math.round(15 * wave)));
  for (let index = 0; index < nibbles.length; index += 2) bytes.push(nibbles[index] | ((nibbles[index + 1] ?? 0) << 4));
  return bytes;
}

/** Returns lightness, yellow minus blue, red minus green, and alpha of all pixels, over their average color. */
function split(rgba) {
  const pixel = (index) => Array.from(rgba.subarray(4 * index, 4 * index + 4), (it) => it / 255);
  const pixels = Array.from({ length: rgba.length / 4 }, (_, index) => pixel(index));
  const opacity = pixels.reduce((sum, [, , , alpha]) => sum + alpha, 0);
  const average = [0, 1, 2].map((part) => pixels.reduce((sum, pixel) => sum + pixel[part] * pixel[3], 0) / (opacity || 1));
  const opaque = pixels.map(([r, g, b, alpha]) => [r, g, b].map((value, part) => average[part] * (1 - alpha) + value * alpha));
  return {
    l: opaque.map(([r, g, b]) => (r + g + b) / 3),
    p: opaque.map(([r, g, b]) => (r + g) / 2 - b),
    q: opaque.map(([r, g]) => r - g),
    a: pixels.map(([, , , alpha]) => alpha),
    hasAlpha: opacity < pixels.length,
  };
}

/** Returns the mean of a channel, its lowest waves from 0 to 1, and the scale of the waves. */
function transform(values, width, height, across, down) {
  const waves = [];
  let mean = 0;
  for (let v = 0; v < down; v += 1) {
    for (let u = 0; u * down < across * (down - v); u += 1) {
      let sum = 0;
      for (let y = 0; y < height; y += 1) {
        const row = Math.cos((Math.PI / height) * v * (y + 0.5));
        for (let x = 0; x < width; x += 1) sum += values[y * width + x] * row * Math.cos((Math.PI / width) * u * (x + 0.5));
      }
      if (u || v) waves.push(sum / (width * height));
      else mean = sum / (width * height);
    }
  }
  const scale = Math.max(...waves.map(Math.abs));
  return { mean, scale, waves: waves.map((wave) => (scale ? 0.5 + (0.5 / scale) * wave : 0.5)) };
}
