"""Files that pillow-heif makes: all samplings, depths, odd sizes, alpha, ranges and matrices."""

import itertools

import numpy as np
import pillow_heif
from PIL import Image


def generated(folder):
    """Files that pillow-heif makes from a drawing with smooth and sharp parts."""
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
