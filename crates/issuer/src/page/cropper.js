// The choice of the square part to keep, with a mouse, fingers or keys.

const dialog = document.getElementById("cropper");
const [stage, image, box] = [".stage", ".stage img", ".box"].map((selector) => dialog.querySelector(selector));
const sliders = Object.fromEntries(["x", "y", "size"].map((name) => [name, dialog.querySelector(`[name=${name}]`)]));
const MIN_SHARE = 0.1;
const WHEEL_STEP = 0.95;

/** The position and size of the square, in pixels of the upright image. */
let square;
const pointers = new Map();

/**
 * Asks for the part to keep. Returns `{ crop, preview }`, or `{}` for the whole image, or `undefined` if the visitor
 * cancels. An image that this browser cannot decode is sent whole.
 */
export async function chooseCrop(file) {
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    const isDecoded = await image.decode().then(() => true, () => false);
    if (!isDecoded) return {};
    const side = Math.min(image.naturalWidth, image.naturalHeight);
    dialog.returnValue = "cancel";
    dialog.showModal();
    place({ x: (image.naturalWidth - side) / 2, y: (image.naturalHeight - side) / 2, size: side });
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    if (dialog.returnValue === "cancel") return undefined;
    if (dialog.returnValue === "whole") return {};
    const { x, y, size } = square;
    const [left, top, width] = [x, y, size].map(Math.floor);
    return { crop: { x: left, y: top, width, height: width }, preview: await cut(left, top, width) };
  } finally {
    URL.revokeObjectURL(url);
    image.removeAttribute("src");
  }
}

/** Returns the part as an image of its own, for the preview. */
function cut(x, y, size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.min(size, 1024);
  canvas.getContext("2d").drawImage(image, x, y, size, size, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/jpeg"));
}

/** Moves the square to the nearest possible place, and shows it. */
function place({ x, y, size }) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const side = Math.min(width, height);
  const clamped = Math.max(1, Math.min(side, Math.max(MIN_SHARE * side, size)));
  const within = (value, max) => Math.max(0, Math.min(max, value));
  square = { x: within(x, width - clamped), y: within(y, height - clamped), size: clamped };
  box.style.left = `${(100 * square.x) / width}%`;
  box.style.top = `${(100 * square.y) / height}%`;
  box.style.width = `${(100 * square.size) / width}%`;
  box.style.height = `${(100 * square.size) / height}%`;
  const share = (value, max) => (max > 0 ? Math.round((1000 * value) / max) : 500);
  sliders.x.value = share(square.x, width - square.size);
  sliders.y.value = share(square.y, height - square.size);
  sliders.size.value = share(square.size, side);
}

/** Changes the size around the center of the square. */
function resize(size) {
  const change = (square.size - size) / 2;
  place({ x: square.x + change, y: square.y + change, size });
}

for (const [name, slider] of Object.entries(sliders)) {
  slider.addEventListener("input", () => {
    const { naturalWidth: width, naturalHeight: height } = image;
    const share = slider.value / 1000;
    if (name === "x") place({ ...square, x: share * (width - square.size) });
    if (name === "y") place({ ...square, y: share * (height - square.size) });
    if (name === "size") resize(share * Math.min(width, height));
  });
}

stage.addEventListener("pointerdown", (event) => {
  stage.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, event);
});

// One pointer moves the square, and two resize it.
stage.addEventListener("pointermove", (event) => {
  const last = pointers.get(event.pointerId);
  if (!last) return;
  const scale = image.naturalWidth / image.clientWidth;
  const before = spread();
  pointers.set(event.pointerId, event);
  const [right, down] = [scale * (event.clientX - last.clientX), scale * (event.clientY - last.clientY)];
  if (pointers.size === 2) resize((square.size * spread()) / Math.max(1, before));
  else place({ ...square, x: square.x + right, y: square.y + down });
});

for (const name of ["pointerup", "pointercancel"]) {
  stage.addEventListener(name, (event) => pointers.delete(event.pointerId));
}

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  resize(square.size * (event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP));
});

/** Returns the distance between two pointers. */
function spread() {
  const [a, b] = [...pointers.values()];
  return b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
}
