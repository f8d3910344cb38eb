"""The job with Pillow, used well."""

import job
from upright import upright_srgb


def render(photo, original, thumbnail):
    image = upright_srgb(photo)
    image.save(original, "WEBP", quality=85, method=4)
    image.thumbnail((400, 400))
    image.save(thumbnail, "WEBP", quality=80, method=4)


if __name__ == "__main__":
    job.run(render)
