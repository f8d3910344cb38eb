"""Uploads images with the package requests, and reads their variants with boto3."""

import base64
import json
import os
import sys

import boto3
import requests

ISSUER, PHOTO = sys.argv[1:3]
URL = f"{ISSUER}/v1/images?profile=avatar&owner=python"
PATIENT = {"prefer": "wait=60"}

s3 = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"])
with open(PHOTO, "rb") as file:
    photo = file.read()
encoded = base64.b64encode(photo).decode()


def outcomes(response, count, metadata):
    """Returns the outcomes of a request, after checking each against the bucket."""
    assert response.status_code == 200, (response.status_code, response.text)
    uploads = response.json()["uploads"]
    assert len(uploads) == count, uploads
    for upload in uploads:
        assert upload["status"] == "ready", upload
        assert upload["metadata"] == metadata, upload
        for variant in upload["variants"]:
            stored = s3.get_object(Bucket=os.environ["MEDIA_BUCKET"], Key=variant["key"])
            body = stored["Body"].read()
            assert len(body) == variant["bytes"] and body[8:12] == b"WEBP", variant
            assert stored["ContentType"] == "image/webp", stored
            assert requests.get(variant["url"]).content == body, variant
    return uploads


def image(name):
    return ("image", (name, photo, "image/jpeg"))


one = requests.post(URL, files=[image("one.jpg")], headers=PATIENT)
outcomes(one, 1, {})
several = requests.post(
    URL,
    files=[image("one.jpg"), image("zwei für.jpg"), image("three.jpg")],
    data={"album": "7", "note": "été"},
    headers=PATIENT,
)
ids = [upload["id"] for upload in outcomes(several, 3, {"album": "7", "note": "été"})]
assert len(set(ids)) == 3, ids

as_json = requests.post(URL, json={"images": [encoded], "metadata": {"a": "b"}}, headers=PATIENT)
outcomes(as_json, 1, {"a": "b"})
two_as_json = requests.post(
    URL, json={"images": [encoded, f"data:image/jpeg;base64,{encoded}"]}, headers=PATIENT
)
outcomes(two_as_json, 2, {})
as_form = requests.post(URL, data={"image": [encoded, encoded], "album": "7"}, headers=PATIENT)
outcomes(as_form, 2, {"album": "7"})
alone = requests.post(
    URL, data=photo, headers={**PATIENT, "content-type": "image/jpeg"}
)
outcomes(alone, 1, {})

accepted = requests.post(URL, files=[image("one.jpg")])
assert accepted.status_code == 202, accepted.text
status = requests.get(ISSUER + accepted.json()["uploads"][0]["status_url"], params={"wait": 60})
assert status.json()["status"] == "ready", status.text

refused = requests.post(URL, json={"images": ["not base64!"]})
assert refused.status_code == 422, refused.text
assert refused.headers["content-type"] == "application/problem+json"
assert refused.json()["code"] == "invalid_base64", refused.text

inspected = requests.post(f"{ISSUER}/v1/inspect", files=[image("one.jpg")])
assert inspected.json()["msg"] == "success", inspected.text
print(json.dumps({"uploads": 11}))
