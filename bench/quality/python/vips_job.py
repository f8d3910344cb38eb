"""The job with pyvips, with the operations and options of sharp."""

import os

# The peer renders one photo per processor, so each photo gets one thread, as in sharp with glibc.
os.environ["VIPS_CONCURRENCY"] = "1"

import job
import pyvips

WEBP = {"effort": 4, "keep": "none"}
BOX = {"height": 400, "size": "down", "export_profile": "srgb", "intent": "perceptual"}


def render(photo, original, thumbnail):
    with open(photo, "rb") as file:
        data = file.read()
    image = pyvips.Image.new_from_buffer(data, "", access="sequential")
    if image.get_typeof("orientation") and image.get("orientation") > 2:
        # Such rotations read the rows in another order.
        image = image.copy_memory()
    image = image.autorot()
    if image.get_typeof("icc-profile-blob"):
        image = image.icc_transform("srgb", embedded=True, depth=8, intent="perceptual")
    elif image.interpretation != "srgb":
        image = image.colourspace("srgb")
    image.webpsave(original, Q=85, **WEBP)
    # Decodes the JPEG again, but at a fraction of its resolution.
    small = pyvips.Image.thumbnail_buffer(data, 400, **BOX)
    small.webpsave(thumbnail, Q=80, **WEBP)


if __name__ == "__main__":
    job.run(render)
