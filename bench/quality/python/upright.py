"""Decoding with Pillow, with the orientation and the color space that the job requires."""

import io

from PIL import Image, ImageCms, ImageOps

SRGB = ImageCms.createProfile("sRGB")


def upright_srgb(path):
    """Returns the photo at full resolution, upright, in sRGB."""
    image = Image.open(path)
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if profile:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        image = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
    elif image.mode != "RGB":
        image = image.convert("RGB")
    # Otherwise Pillow would write them into the variants.
    for key in ("icc_profile", "exif", "xmp"):
        image.info.pop(key, None)
    return image
