"""Compares the pixels that Darkroom and libheif (in pillow-heif) decode from HEIC files, file by file.

    python3 -m venv venv && venv/bin/pip install -r bench/heic/requirements.txt
    venv/bin/python bench/heic/compare.py FILE-OR-FOLDER...

Prints a table and exits with 1 if only one of the two decodes a file, if their images differ in size, or
if their pixels differ by more than 1 of 255 on average. Files that pillow-heif makes are compared too.

A fault of libheif is worked around in every file with certain properties: see `reference.py`.

`mean` and `worst` are differences from the planes that libheif decodes. This script converts these
planes to RGB with floating point, because libheif repeats each sample of halved chroma, and Darkroom
interpolates. `repeated` is the mean difference from libheif's own RGB. Time and memory are those of a
process that decodes the file, minus those of a process that decodes a tiny file.
"""

import argparse
import itertools
import json
import math
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time

import numpy as np
import pillow_heif
from generated import generated
from PIL import Image
from reference import references

LIMIT = 1.0
SETTINGS = """
[profiles.compare]
prefix = "compare"
formats = ["heic"]
max_bytes = "1GiB"
max_width = 65535
max_height = 65535
max_megapixels = 400
max_output_bytes = "1GiB"
variants = [{ name = "whole", format = "png", icc = "keep" }]
[profiles.time]
prefix = "time"
formats = ["heic"]
max_bytes = "1GiB"
max_width = 65535
max_height = 65535
max_megapixels = 400
max_output_bytes = "1GiB"
variants = [{ name = "tiny", format = "png", icc = "keep", width = 8, height = 8 }]
[render]
max_memory = "6GiB"
timeout = "120s"
"""
DECODE = """
import sys, pillow_heif
pillow_heif.open_heif(sys.argv[1], convert_hdr_to_8bit=True).data
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("paths", nargs="*", type=pathlib.Path)
    parser.add_argument("--darkroom", default="target/release/darkroom", help="the binary")
    parser.add_argument("--test-files", action="store_true", help="also the test files of pillow-heif, from PyPI")
    parser.add_argument("--short", action="store_true", help="omit time and memory")
    options = parser.parse_args()
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "darkroom.toml").write_text(SETTINGS)
        (folder / "generated").mkdir()
        paths = list(generated(folder / "generated"))
        if options.test_files:
            paths += found([test_files(folder)])
        paths += found(options.paths)
        meter = None if options.short else Meter(options.darkroom, folder, paths[0])
        rows = [row(options.darkroom, folder, path, meter) for path in paths]
    titles = ["file", "pixels", "mean", "worst", "repeated", "ms", "libheif ms", "MiB", "libheif MiB", ""]
    print("| " + " | ".join(titles) + " |")
    print("|---" * len(titles) + "|")
    for cells, _ in rows:
        print("| " + " | ".join(cells) + " |")
    failed = sum(not is_right for _, is_right in rows)
    print(f"\n{len(rows)} files, {failed} different")
    sys.exit(failed > 0)


def found(paths):
    """All HEIF files in files and folders."""
    inside = itertools.chain.from_iterable(sorted(path.rglob("*")) if path.is_dir() else [path] for path in paths)
    return [file for file in inside if file.suffix.lower() in (".heic", ".heif", ".hif")]


def test_files(folder):
    """The test files of pillow-heif, which only its source distribution contains."""
    version = f"pillow-heif=={pillow_heif.__version__}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "pillow-heif", version]
    subprocess.run([*command, "--dest", folder / "source"], check=True)
    (archive,) = (folder / "source").glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder / "source", filter="data")
    return folder / "source"


def row(darkroom, folder, path, meter):
    """The cells of the table row for a file, and whether both decoders agree."""
    ours, our_words = decoded_by_darkroom(darkroom, folder, path)
    found, their_words = decoded_by_libheif(path)
    if ours is None or not found:
        words = our_words or f"only Darkroom decodes it: {their_words}"
        if ours is None and not found:
            words = f"both refuse it: {our_words}"
        return [path.name, *[""] * 8, words], (ours is None) == (not found)
    figures = meter.figures(path) if meter else [""] * 4
    closest = min(found, key=lambda reference: distance(ours, reference.pixels))
    height, width = closest.pixels.shape[:2]
    size = f"{width} x {height}"
    if ours.shape != closest.pixels.shape:
        words = f"the size differs: {ours.shape[1]} x {ours.shape[0]}"
        return [path.name, size, "", "", "", *figures, words], False
    exact = np.abs(ours - closest.pixels)
    cells = [f"{mean(exact):.2f}", f"{exact.max():.2f}", repeated(ours, path)]
    return [path.name, size, *cells, *figures, closest.words], mean(exact) <= LIMIT


def repeated(ours, path):
    """The mean difference from the RGB of libheif, or nothing if pillow-heif does not read the primary image."""
    try:
        theirs = rgba(Image.open(path))
    except (OSError, ValueError):
        return ""
    return f"{mean(np.abs(ours - theirs)):.2f}" if ours.shape == theirs.shape else ""


def distance(ours, theirs):
    """The mean difference, which is infinite for images of different sizes."""
    return mean(np.abs(ours - theirs)) if ours.shape == theirs.shape else math.inf


def mean(differences):
    return differences.mean(dtype=np.float64)


def decoded_by_darkroom(darkroom, folder, path):
    """The pixels, or None and the reason."""
    result = subprocess.run(rendering(darkroom, folder, path, "compare"), capture_output=True, text=True, check=False)
    if not result.stdout:
        sys.exit(result.stderr)
    report = json.loads(result.stdout.splitlines()[0])
    if report["status"] != "ready":
        return None, report["error"]["message"]
    return rgba(Image.open(report["variants"][0]["path"])), ""


def rendering(darkroom, folder, path, profile):
    """The command that renders a file with a profile."""
    command = [darkroom, "--config", folder / "darkroom.toml", "process", path]
    return [*command, "--out", folder / profile, "--profile", profile, "--force", "--json"]


def decoded_by_libheif(path):
    """The acceptable pixels according to libheif, or nothing and the reason."""
    try:
        return references(path), ""
    except ValueError as error:
        return [], str(error)


def rgba(image):
    """Red, green, blue and alpha as floats."""
    return np.asarray(image.convert("RGBA"), dtype=np.float32)


class Meter:
    """Time and memory of Darkroom and of libheif, each in a separate process."""

    def __init__(self, darkroom, folder, small):
        self.commands = [
            lambda path: rendering(darkroom, folder, path, "time"),
            lambda path: [sys.executable, "-c", DECODE, path],
        ]
        # The time and memory of a process that decodes only a tiny image.
        self.idle = [measured(command(small)) for command in self.commands]

    def figures(self, path):
        """The milliseconds of Darkroom and of libheif, then the MiB of both."""
        pairs = []
        for command, idle in zip(self.commands, self.idle, strict=True):
            time, memory = measured(command(path))
            pairs.append((max(time - idle[0], 0), max(memory - idle[1], 0)))
        return [f"{value:.0f}" for figures in zip(*pairs, strict=True) for value in figures]


def measured(command):
    """The milliseconds of a process, and the peak MiB of it or a child: each the lower value of two runs."""
    runs = []
    for _ in range(2):
        start, peak = time.perf_counter(), 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, *map(peak_memory, [process.pid, *children(process.pid)]))
            time.sleep(0.002)
        runs.append(((time.perf_counter() - start) * 1000, peak))
    return tuple(map(min, zip(*runs, strict=True)))


def children(process):
    """The processes that a process has started."""
    try:
        lists = [path.read_text() for path in pathlib.Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for line in lists for child in line.split()]


def peak_memory(process):
    """The peak memory of a process so far, in MiB, or 0 if it has ended."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0][1]) / 1024 if lines else 0


if __name__ == "__main__":
    main()
