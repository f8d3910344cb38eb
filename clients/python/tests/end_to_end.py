"""The client and a running service: `python end_to_end.py ENDPOINT PHOTO`.

The photo has EXIF orientation 6 and a GPS position, and at least 200 x 200 pixels. The service is `darkroom dev`.
"""

import io
import sys
import urllib.request
from pathlib import Path

from darkroom_client import Crop, Darkroom, Outcome, RequestRefused


def main(endpoint: str, path: str) -> None:
    darkroom = Darkroom(endpoint)
    photo = Path(path)

    inspection = darkroom.inspect(photo)
    assert inspection.orientation == 6, inspection
    assert inspection.upright_size == inspection.size[::-1], inspection
    assert "gps" in inspection.private_metadata, inspection

    outcome = darkroom.upload(photo, owner="u123", metadata={"album": "7"})
    assert outcome.is_ready, outcome
    original = outcome.variant("original")
    assert (original.width, original.height) == inspection.upright_size, original
    thumb = outcome.variant("thumb")
    assert "gps" in outcome.removed_metadata, outcome
    assert outcome.metadata == {"album": "7"}, outcome
    with urllib.request.urlopen(thumb.url) as response:
        assert len(response.read()) == thumb.bytes

    presigned = darkroom.presign(size=photo.stat().st_size, owner="u123")
    assert not darkroom.status(presigned.status_url).is_final
    darkroom.delete(presigned.status_url)

    cropped = darkroom.upload(
        io.BytesIO(photo.read_bytes()), owner="u123", crop=Crop(x=10, y=20, width=100, height=80)
    )
    original = cropped.variant("original")
    assert (original.width, original.height) == (100, 80), original
    darkroom.delete(status_url(cropped))
    assert darkroom.status(status_url(cropped)).status == "deleted"

    rejected = darkroom.upload(b"no image", owner="u123")
    assert rejected.status == "rejected", rejected
    assert rejected.error is not None and rejected.error["code"] == "not_an_image", rejected

    try:
        darkroom.upload(photo, owner="u123", profile="avatr")
    except RequestRefused as error:
        assert error.code == "unknown_profile", error
    else:
        raise AssertionError("an unknown profile was accepted")


def status_url(outcome: Outcome) -> str:
    return f"/v1/uploads/{outcome.profile}/{outcome.owner}/{outcome.id}"


if __name__ == "__main__":
    main(*sys.argv[1:])
