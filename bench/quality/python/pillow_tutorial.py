"""The job with Pillow as tutorials write it: neither upright nor sRGB."""

import job
from PIL import Image


def render(photo, original, thumbnail):
    image = Image.open(photo)
    image.save(original, "WEBP", quality=85)
    image.thumbnail((400, 400))
    image.save(thumbnail, "WEBP", quality=80)


if __name__ == "__main__":
    job.run(render)
