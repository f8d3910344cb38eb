"""Makes the reference files in this folder, with which the Rust tests compare their results.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make.py path/to/corpus

Each `color/NAME.source.*` has a `color/NAME.expected.png` with its pixels in sRGB, as Little CMS
converts them by perceptual intent. `pngsuite.png` has pixels that are converted by the formulas of
the PNG specification. `heic` has reduced copies of HEIC images, as libheif decodes them.
`animations.json` describes every animated GIF: the SHA-256 of each frame as Pillow composes it, and
the durations and the number of plays as in browsers. The script does not change the corpus.
"""

import hashlib
import io
import json
import pathlib
import sys

import numpy as np
import pillow_heif
import png
from PIL import Image, ImageCms, ImageSequence

import profiles

HERE = pathlib.Path(__file__).parent
SRGB = ImageCms.createProfile("sRGB")
TILE = 32


def to_srgb(image, icc):
    """Converts an image from the color space of a profile to sRGB with Little CMS."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    intent = ImageCms.Intent.PERCEPTUAL
    return ImageCms.profileToProfile(image, source, SRGB, renderingIntent=intent, outputMode="RGB")


def cube():
    """Returns all combinations of 17 levels of red, green and blue, with one row for each red."""
    axis = np.round(np.linspace(0, 255, 17)).astype(np.uint8)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    return Image.fromarray(grid.reshape(17, 289, 3))


def inks():
    """Returns patches of 8 x 8 equal CMYK pixels, which JPEG changes only by rounding."""
    random = np.random.default_rng(20261121)
    patches = random.integers(0, 256, (16, 24, 4), dtype=np.uint8)
    corners = np.array([[255 * ((i >> bit) & 1) for bit in range(4)] for i in range(16)])
    patches[:, 0] = corners
    return Image.fromarray(patches.repeat(8, 0).repeat(8, 1), "CMYK")


def made():
    folder = HERE / "color"
    folder.mkdir(exist_ok=True)
    for name in ["display_p3", "adobe_rgb", "prophoto"]:
        icc = getattr(profiles, name)()
        cube().save(folder / f"{name}.source.png", icc_profile=icc, optimize=True)
        to_srgb(cube(), icc).save(folder / f"{name}.expected.png", optimize=True)
    (folder / "srgb.icc").write_bytes(profiles.srgb_by_table())
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None].repeat(2, 0))
    icc = profiles.gray("Grey gamma 1.8", 1.8)
    ramp.save(folder / "gray_gamma.source.png", icc_profile=icc, optimize=True)
    to_srgb(ramp, icc).save(folder / "gray_gamma.expected.png", optimize=True)
    icc = profiles.cmyk("Neugebauer")
    source = folder / "cmyk.source.jpg"
    inks().save(source, icc_profile=icc, quality=95, subsampling=0)
    to_srgb(Image.open(source), icc).save(folder / "cmyk.expected.png", optimize=True)


def from_corpus(corpus):
    """Makes references for images of the corpus: every `step`th pixel of every `step`th row."""
    for name, step in [("p3.png", 1), ("prophoto.png", 1), ("cmyk-icc.jpg", 8)]:
        image = Image.open(corpus / "colour" / name)
        icc = image.info["icc_profile"]
        mode = "CMYK" if image.mode == "CMYK" else "RGB"
        converted = np.asarray(to_srgb(image.convert(mode), icc))
        stem = name.split(".")[0]
        sampled = Image.fromarray(np.ascontiguousarray(converted[::step, ::step]))
        sampled.save(HERE / "color" / f"corpus-{stem}.every{step}.png", optimize=True)


def chunks_of(path):
    return {bytes(kind): data for kind, data in png.Reader(filename=str(path)).chunks()}


def numbers(data):
    return [int.from_bytes(data[i : i + 4], "big") / 100000 for i in range(0, len(data), 4)]


def samples(path):
    """Returns red, green, blue and alpha from 0 to 1, from a decoder that keeps 16 bits."""
    width, height, rows, info = png.Reader(filename=str(path)).asDirect()
    data = np.array([list(row) for row in rows], dtype=float) / (2 ** info["bitdepth"] - 1)
    data = data.reshape(height, width, info["planes"])
    color = data[..., : 1 if info["greyscale"] else 3]
    alpha = data[..., -1:] if info["alpha"] else np.ones((height, width, 1))
    return np.concatenate([np.broadcast_to(color, (height, width, 3)), alpha], axis=-1)


def managed(pixels, chunks):
    """Converts pixels to sRGB by gAMA and cHRM (PNG, third edition, sections 11.3.2 and 13.13).

    Without cHRM, a gAMA within 5 % of 45455 means sRGB, as in Chromium.
    """
    if b"gAMA" not in chunks or b"sRGB" in chunks:
        return pixels
    gamma = numbers(chunks[b"gAMA"])[0]
    if b"cHRM" not in chunks and abs(gamma * 2.2 - 1) <= 0.05:
        return pixels
    linear = pixels[..., :3] ** (1 / gamma)
    if b"cHRM" in chunks:
        points = np.array(numbers(chunks[b"cHRM"])).reshape(4, 2)
        white, primaries = points[0], points[1:]
        source = profiles.adaptation(profiles.white_xyz(*white))
        source = source @ profiles.rgb_to_xyz(primaries, white)
        target = profiles.adaptation(profiles.white_xyz(*profiles.D65)) @ profiles.rgb_to_xyz(
            [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], profiles.D65
        )
        linear = linear @ (np.linalg.inv(target) @ source).T
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.concatenate([encoded, pixels[..., 3:]], axis=-1)


def pngsuite(corpus):
    """Makes a sheet with a tile for each valid file, and a list of the tiles' positions."""
    paths = sorted((corpus / "pngsuite").glob("[!x]*.png"))
    paths = [path for path in paths if path.name != "PngSuite.png"]
    columns = 16
    rows = -(-len(paths) // columns)
    sheet = np.zeros((rows * TILE, columns * TILE, 4), dtype=np.uint8)
    tiles = []
    for index, path in enumerate(paths):
        pixels = managed(samples(path), chunks_of(path))
        height, width = pixels.shape[:2]
        # Only photographs have sides longer than a tile. Their top left corner is enough.
        height, width = min(height, TILE), min(width, TILE)
        y, x = index // columns * TILE, index % columns * TILE
        sheet[y : y + height, x : x + width] = np.round(pixels[:height, :width] * 255)
        tiles.append({"file": path.name, "x": x, "y": y, "width": width, "height": height})
    Image.fromarray(sheet).save(HERE / "pngsuite.png", optimize=True)
    text = ",\n".join(json.dumps(tile) for tile in tiles)
    (HERE / "pngsuite.json").write_text(f"[\n{text}\n]\n")


def heic(corpus):
    """Makes reduced sRGB copies of HEIC images. pillow-heif decodes them with its own libheif."""
    pillow_heif.register_heif_opener()
    folder = HERE / "heic"
    folder.mkdir(exist_ok=True)
    for path in sorted((corpus / "heif").glob("*.heic")):
        image = Image.open(path)
        small = image.convert("RGB").reduce(32)
        if icc := image.info.get("icc_profile"):
            small = to_srgb(small, icc)
        small.save(folder / f"{path.stem}.reduced32.png", optimize=True)


def composed(frame):
    """Returns the SHA-256 of a frame's pixels, ignoring the color of transparent pixels."""
    pixels = np.array(frame.convert("RGBA"))
    pixels[pixels[..., 3] == 0] = 0
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def duration_ms(frame):
    """Returns the time for which browsers show a frame: 100 ms if it states 10 ms or less."""
    said = frame.info.get("duration", 0)
    return said if said > 10 else 100


def animations(corpus):
    """Describes every animated GIF of the corpus.

    A GIF states its number of loops after the first play. Without that number, it plays once.
    """
    found = []
    for path in sorted(corpus.glob("*/*.gif")):
        if path.parent.name == "hostile":
            continue
        with Image.open(path) as image:
            if image.n_frames < 2:
                continue
            loops = image.info.get("loop")
            frames = [(composed(frame), duration_ms(frame)) for frame in ImageSequence.Iterator(image)]
            found.append(
                {
                    "file": f"{path.parent.name}/{path.name}",
                    "plays": 1 if loops is None else loops + 1 if loops else 0,
                    "durations_ms": [duration for _, duration in frames],
                    "frames": [digest for digest, _ in frames],
                }
            )
    text = ",\n".join(json.dumps(animation) for animation in found)
    (HERE / "animations.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1])
    made()
    from_corpus(root)
    pngsuite(root)
    animations(root)
    heic(root)
