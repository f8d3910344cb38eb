"""Runs the examples of docs/from-pillow.md: `from_pillow.py PAGE ENDPOINT PHOTO HEIC FOLDER`.

Each example exists before and after the change to Darkroom. The same requests go to both versions.
"""

import base64
import io
import re
import sys
import urllib.request
from pathlib import Path

from flask import Flask
from PIL import Image, ImageOps

# The first word after the language says which versions contain the example.
EXAMPLE = re.compile(r"^```python ([a-z ]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def application(page: str, version: str, **names: str) -> Flask:
    sources = [source for versions, source in EXAMPLE.findall(page) if version in versions.split()]
    assert len(sources) >= 4, f"{len(sources)} examples for {version}"
    namespace = {"__name__": f"examples_{version}", **names}
    for source in sources:
        exec(compile(source, f"docs/from-pillow.md ({version})", "exec"), namespace)
    return namespace["app"]


def main(page: str, endpoint: str, photo: str, heic: str, folder: str) -> None:
    page = Path(page).read_text(encoding="utf-8")
    photo = Path(photo).read_bytes()
    before = application(page, "before", ISSUER=endpoint, UPLOADS=folder).test_client()
    after = application(page, "after", ISSUER=endpoint, UPLOADS=folder).test_client()
    both = (before, after)

    def file(content: bytes = photo, name: str = "photo.jpg"):
        return (io.BytesIO(content), name)

    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).size
    assert upright != Image.open(io.BytesIO(photo)).size, "the photo is not on its side"
    for client in both:
        response = client.post("/photos", data={"photo": file()})
        assert response.status_code == 200, response.text
        assert (response.json["width"], response.json["height"]) == upright, response.json
    with urllib.request.urlopen(response.json["url"]) as served:
        image = Image.open(served)
        assert image.size == upright and not image.getexif(), image

    box = {"x": "10", "y": "20", "width": "100", "height": "100"}
    for client in both:
        response = client.post("/avatar", data={"photo": file(), **box})
        assert (response.json["width"], response.json["height"]) == (100, 100), response.text

    encoded = base64.b64encode(photo).decode()
    requests = (
        {"data": {"image": file}},
        {"data": {"image": [file, file]}},
        {"json": {"images": [encoded]}},
        {"json": {"images": [encoded, encoded]}},
    )
    for request in requests:
        sizes = [sizes_of(client.post("/size", **opened(request))) for client in both]
        assert sizes[0] == sizes[1] and sizes[0], sizes

    presigned = after.post("/upload-url", data={"size": str(len(photo))})
    assert presigned.json["method"] == "PUT" and presigned.json["url"], presigned.text

    # The table of differences.
    before.application.logger.disabled = True
    for content, name in ((Path(heic).read_bytes(), "a.heic"), (b"no image", "a.jpg")):
        assert before.post("/photos", data={"photo": file(content, name)}).status_code == 500
    response = after.post("/photos", data={"photo": file(Path(heic).read_bytes(), "a.heic")})
    assert response.status_code == 200, response.text
    response = after.post("/photos", data={"photo": file(b"no image")})
    assert (response.status_code, response.json["code"]) == (422, "not_an_image"), response.text


def opened(request: dict) -> dict:
    """Opens the files of a request, because sending a file consumes it."""

    def one(value):
        if isinstance(value, list):
            return [one(item) for item in value]
        return value() if callable(value) else value

    return {
        kind: {name: one(value) for name, value in content.items()}
        for kind, content in request.items()
    }


def sizes_of(response):
    assert response.status_code == 200, response.text
    images = response.json.get("images", [response.json])
    assert all(image["msg"] == "success" for image in images), response.json
    return [image["size"] for image in images]


if __name__ == "__main__":
    main(*sys.argv[1:])
