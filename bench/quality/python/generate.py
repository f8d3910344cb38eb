"""Writes two small photos for short runs: gradients with noise, one of them on its side."""

import os
import sys

from PIL import Image, ImageChops, ImageFilter

SIZE = (640, 480)
ORIENTATION = 0x0112


def photo(seed):
    noise = Image.effect_noise(SIZE, 24 + seed)
    blurred = Image.effect_noise(SIZE, 90).filter(ImageFilter.GaussianBlur(12 + seed))
    gradient = Image.linear_gradient("L").resize(SIZE)
    bands = [
        ImageChops.blend(gradient, noise, 0.2),
        ImageChops.blend(gradient.transpose(Image.Transpose.ROTATE_180), blurred, 0.5),
        ImageChops.blend(blurred, noise, 0.1),
    ]
    return Image.merge("RGB", bands)


if __name__ == "__main__":
    folder = sys.argv[1]
    photo(0).save(os.path.join(folder, "upright.jpg"), quality=92)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    photo(6).save(os.path.join(folder, "on-its-side.jpg"), quality=92, exif=exif)
