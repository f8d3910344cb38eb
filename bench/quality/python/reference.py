"""Writes the upright sRGB source of each photo as PPM, and prints the versions of the libraries."""

import json
import os
import platform
import sys

import pyvips
from PIL import features
from upright import upright_srgb


def versions():
    libraries = {"libwebp": "webp", "libjpeg-turbo": "libjpeg_turbo", "LittleCMS": "littlecms2"}
    parts = [f"{name} {features.version(key)}" for name, key in libraries.items()]
    pillow = f"Pillow {features.version('pil')} ({', '.join(parts)})"
    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    return [
        f"Python {platform.python_version()}",
        pillow,
        f"pyvips {pyvips.__version__} (libvips {libvips})",
    ]


if __name__ == "__main__":
    folder, *photos = sys.argv[1:]
    for index, photo in enumerate(photos):
        upright_srgb(photo).save(os.path.join(folder, f"{index}.ppm"))
    print(json.dumps(versions()))
