"""The pixels that Darkroom's are compared with: those of libheif, without a fault of libheif.

If an image is 4:2:2 in limited range and is turned, libheif turns it in RGB, and expands the range once more
afterwards. The planes that libheif decodes without turning them are correct. This script recognizes such images
by these properties, turns their planes itself, and compares the images with the turned planes.
"""

import collections

import numpy as np
from planes import Planes, pixels

Reference = collections.namedtuple("Reference", "pixels words")
FAULT = "libheif expands the limited range of turned 4:2:2 twice, so the script turns its planes"


def references(path):
    """The pixels of libheif. If libheif converts the image incorrectly, also the correct pixels in every
    orientation, with an explanation."""
    with Planes(path) as planes:
        found = [Reference(pixels(planes), "")]
    with Planes(path, is_transformed=False) as planes:
        if is_range_expanded_twice(planes):
            found += [Reference(turned, FAULT) for turned in every_turn(pixels(planes))]
    return found


def is_range_expanded_twice(planes):
    """Returns whether libheif expands the range of this image twice if it turns it."""
    _, colors = planes.colors()
    if len(colors) < 3 or planes.signal()[1]:
        return False
    (height, width), (chroma_height, chroma_width) = (colors[index][0].shape for index in (0, 1))
    return chroma_height == height and chroma_width < width


def every_turn(image):
    """The image in all orientations other than its own."""
    return [np.rot90(side, turns) for side in (image, image[:, ::-1]) for turns in range(4)][1:]
