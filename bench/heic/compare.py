"""Compares Darkroom's HEIC with that of libheif (pillow-heif), file by file.

    python3 -m venv venv && venv/bin/pip install pillow-heif numpy
    venv/bin/python bench/heic/compare.py FILE-OR-FOLDER...

Prints a table and exits with 1 if a file differs by more than 1 of 255 on average, or if only one of
the two decodes it. Files that pillow-heif makes are compared too: all samplings, depths, odd sizes,
alpha, ranges and matrices.

Chroma is stored at half the resolution in most files. libheif repeats each sample, Darkroom
interpolates, so pixels are compared as averages of 2 x 2. The column `pixels` has the difference
without that.
"""

import argparse
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import pillow_heif
from PIL import Image

LIMIT = 1.0
SETTINGS = """
[profiles.compare]
prefix = "compare"
formats = ["heic"]
max_bytes = "1GiB"
max_width = 65535
max_height = 65535
max_megapixels = 400
variants = [{ name = "whole", format = "png", icc = "keep" }]
[profiles.time]
prefix = "time"
formats = ["heic"]
max_bytes = "1GiB"
max_width = 65535
max_height = 65535
max_megapixels = 400
variants = [{ name = "tiny", format = "png", icc = "keep", width = 8, height = 8 }]
[render]
max_memory = "6GiB"
timeout = "120s"
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("paths", nargs="*", type=pathlib.Path)
    parser.add_argument("--darkroom", default="target/release/darkroom", help="the binary")
    parser.add_argument("--short", action="store_true", help="only the files that pillow-heif makes")
    options = parser.parse_args()
    pillow_heif.register_heif_opener()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "darkroom.toml").write_text(SETTINGS)
        paths = list(generated(folder)) + ([] if options.short else found(options.paths))
        rows = [row(options.darkroom, folder, path) for path in paths]
    print("| file | size | 2 x 2 | pixels | worst | Darkroom ms | libheif ms | |")
    print("|---|---|---|---|---|---|---|---|")
    for cells, _ in rows:
        print("| " + " | ".join(cells) + " |")
    failed = sum(not is_right for _, is_right in rows)
    print(f"\n{len(rows)} files, {failed} different")
    sys.exit(failed > 0)


def found(paths):
    """All HEIF files in files and folders."""
    inside = itertools.chain.from_iterable(sorted(path.rglob("*")) if path.is_dir() else [path] for path in paths)
    return [file for file in inside if file.suffix.lower() in (".heic", ".heif", ".hif")]


def row(darkroom, folder, path):
    """The cells of a file, and whether both decoders agree."""
    ours, our_words = decoded_by_darkroom(darkroom, folder, path)
    theirs, their_words, their_ms = decoded_by_libheif(path)
    if ours is None or theirs is None:
        words = our_words or f"only Darkroom decodes it: {their_words}"
        if ours is None and theirs is None:
            words = f"both refuse it: {our_words}"
        return [path.name, "", "", "", "", "", "", words], (ours is None) == (theirs is None)
    our_ms = milliseconds(darkroom, folder, path)
    size = f"{theirs.shape[1]} x {theirs.shape[0]}"
    times = [f"{our_ms:.0f}", f"{their_ms:.0f}"]
    if ours.shape != theirs.shape:
        return [path.name, size, "", "", "", *times, f"the size differs: {ours.shape}"], False
    difference = np.abs(ours - theirs)
    blocks = np.abs(averaged(ours) - averaged(theirs)).mean()
    figures = [f"{blocks:.2f}", f"{difference.mean():.2f}", f"{difference.max():.0f}"]
    return [path.name, size, *figures, *times, ""], blocks <= LIMIT


def decoded_by_darkroom(darkroom, folder, path):
    """The pixels, or None and the reason."""
    report = process(darkroom, folder, path, "compare")
    if report["status"] != "ready":
        return None, report["error"]["message"]
    return samples(Image.open(report["variants"][0]["path"])), ""


def milliseconds(darkroom, folder, path):
    """The time to decode and to reduce to a few pixels, the better of two."""
    return min(process(darkroom, folder, path, "time")["render_ms"] for _ in range(2))


def process(darkroom, folder, path, profile):
    command = [darkroom, "--config", folder / "darkroom.toml", "process", path]
    command += ["--out", folder / profile, "--profile", profile, "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if not result.stdout:
        sys.exit(result.stderr)
    return json.loads(result.stdout.splitlines()[0])


def decoded_by_libheif(path):
    """The pixels, the reason if there are none, and the time, the better of two."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        try:
            image = Image.open(path)
            image.load()
        except Exception as error:  # noqa: BLE001: whatever a damaged file causes
            return None, str(error), 0
        times.append((time.perf_counter() - start) * 1000)
    return samples(image), "", min(times)


def samples(image):
    """Red, green, blue and alpha as floats."""
    return np.asarray(image.convert("RGBA"), dtype=np.float32)


def averaged(samples):
    """Averages of 2 x 2 pixels; the last row and column of an odd size are left out."""
    height, width = (side // 2 * 2 or 1 for side in samples.shape[:2])
    if height == 1 or width == 1:
        return samples
    blocks = samples[:height, :width].reshape(height // 2, 2, width // 2, 2, 4)
    return blocks.mean(axis=(1, 3))


def generated(folder):
    """Files that pillow-heif makes of a drawing with smooth and sharp parts."""
    kinds = itertools.product((420, 422, 444), (8, 10, 12), ("RGB", "RGBA"))
    for index, (chroma, depth, mode) in enumerate(kinds):
        size = (64 + index * 37, 81 + index * 23)
        path = folder / f"{mode}-{chroma}-{depth}-bit-{size[0]}x{size[1]}.heic"
        image = Image.fromarray(drawing(size, len(mode)), mode)
        if depth > 8:
            wide = (np.asarray(image).astype(np.uint16) << 8).tobytes()
            image = pillow_heif.from_bytes(f"{mode};16", size, wide)
            options = pillow_heif.options
            options.SAVE_HDR_TO_12_BIT = depth == 12
        image.save(path, format="HEIF", chroma=chroma, quality=80)
        yield path
    for matrix, full_range in itertools.product((1, 5, 6, 9), (0, 1)):
        path = folder / f"matrix-{matrix}-{'full' if full_range else 'limited'}-range.heic"
        image = Image.fromarray(drawing((200, 120), 3), "RGB")
        image.save(path, format="HEIF", matrix_coefficients=matrix, full_range_flag=full_range, quality=90)
        yield path
    gray = Image.fromarray(drawing((77, 55), 3), "RGB").convert("L")
    gray.save(folder / "gray-77x55.heic", format="HEIF")
    yield folder / "gray-77x55.heic"


def drawing(size, channels):
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        x * 255 // width,
        y * 255 // height,
        np.where((x // 16 + y // 16) % 2, 200, 60),
        np.clip(x + y, 0, 255),
    ]
    return np.stack(planes[:channels], axis=-1).astype(np.uint8)


if __name__ == "__main__":
    main()
