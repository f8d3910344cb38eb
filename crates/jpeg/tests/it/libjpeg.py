"""Decodes JPEG files with libjpeg-turbo.

Files come on stdin and pixels go to stdout, each after its length as four bytes, big-endian. Pixels are
gray, RGB, or CMYK as stored.
"""

import io
import struct
import sys

from PIL import Image, features


def pixels(file):
    image = Image.open(io.BytesIO(file))
    data = image.tobytes()
    # Pillow inverts every CMYK image, because Adobe's software stores CMYK inverted. Undo that.
    return bytes(255 - sample for sample in data) if image.mode == "CMYK" else data


def main():
    assert features.check("libjpeg_turbo")
    while head := sys.stdin.buffer.read(4):
        file = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
        data = pixels(file)
        sys.stdout.buffer.write(struct.pack(">I", len(data)) + data)
        sys.stdout.buffer.flush()


main()
