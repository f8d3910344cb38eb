// Draws a ThumbHash (https://evanw.github.io/thumbhash/), which describes an image in about 25 bytes.
// The hash contains the lowest frequencies of the cosine transforms of four channels: lightness, two
// color differences, and alpha.

const COLOR_BOOST = 1.25;

/** Fills a canvas of any size with the placeholder that `base64` describes. */
export function drawThumbHash(canvas, base64) {
  const hash = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const channels = parse(hash);
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const { width, height, data } = image;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (channel) => value(channel, (x + 0.5) / width, (y + 0.5) / height);
      data.set(rgba(at(channels.l), at(channels.p), at(channels.q), at(channels.a)), 4 * (y * width + x));
    }
  }
  context.putImageData(image, 0, 0);
}

/**
 * Converts lightness, yellow minus blue, red minus green, and alpha to the bytes of a pixel. Lightness and alpha
 * range from 0 to 1, and the two differences from -1 to 1.
 */
function rgba(l, p, q, a) {
  const blue = l - (2 / 3) * p;
  const red = (3 * l - blue + q) / 2;
  return [red, red - q, blue, a].map((part) => Math.round(255 * Math.min(1, Math.max(0, part))));
}

function parse(hash) {
  const bits = (byte, shift, count) => ((hash[byte] | (hash[byte + 1] << 8) | (hash[byte + 2] << 16)) >> shift) & (2 ** count - 1);
  const hasAlpha = bits(0, 23, 1) === 1;
  const isLandscape = bits(3, 15, 1) === 1;
  const longSide = hasAlpha ? 5 : 7;
  const shortSide = bits(3, 0, 3);
  const across = Math.max(3, isLandscape ? longSide : shortSide);
  const down = Math.max(3, isLandscape ? shortSide : longSide);
  const nibble = reader(hash, hasAlpha ? 6 : 5);
  return {
    l: channel(bits(0, 0, 6) / 63, bits(0, 18, 5) / 31, across, down, nibble),
    p: channel(bits(0, 6, 6) / 31.5 - 1, (COLOR_BOOST * bits(3, 3, 6)) / 63, 3, 3, nibble),
    q: channel(bits(0, 12, 6) / 31.5 - 1, (COLOR_BOOST * bits(3, 9, 6)) / 63, 3, 3, nibble),
    a: hasAlpha
      ? channel((hash[5] & 15) / 15, (hash[5] >> 4) / 15, 5, 5, nibble)
      : { mean: 1, waves: [] },
  };
}

/** Returns a function that returns the next nibble at each call, the lower nibble of each byte first. */
function reader(hash, start) {
  let position = 0;
  return () => {
    const byte = hash[start + (position >> 1)];
    const half = (byte >> ((position & 1) << 2)) & 15;
    position += 1;
    return half;
  };
}

/**
 * Reads the waves of a channel in the order of the hash. The hash contains only the low frequencies, so the pairs of
 * `u` and `v` form a triangle. The triangle lacks the corner 0, 0, whose value is `mean`.
 */
function channel(mean, scale, across, down, nibble) {
  const waves = [];
  for (let v = 0; v < down; v += 1) {
    for (let u = v ? 0 : 1; u * down < across * (down - v); u += 1) {
      waves.push({ u, v, height: (nibble() / 7.5 - 1) * scale });
    }
  }
  return { mean, waves };
}

/** Returns the value of a channel at a point. `x` and `y` range from 0 to 1. */
function value({ mean, waves }, x, y) {
  let sum = mean;
  for (const { u, v, height } of waves) {
    sum += 2 * height * Math.cos(Math.PI * u * x) * Math.cos(Math.PI * v * y);
  }
  return sum;
}
