"""A worker of the kind that many services write: boto3 and Pillow, one upload at a time.

It does the same job as `darkroom worker`: every photo upright and in sRGB, as WebP in full size and inside
400 x 400, then a manifest. It does not check limits, isolate the decoder, or handle objects that are replaced.
"""

import io
import json
import os
import sys
import time
import urllib.parse

import boto3
from PIL import Image, ImageCms, ImageOps

SRGB = ImageCms.createProfile("sRGB")


def upright_srgb(file):
    """Returns the photo at full resolution, upright, in sRGB."""
    image = Image.open(io.BytesIO(file))
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


def render(file):
    """Returns the two variants of a photo."""
    image = upright_srgb(file)
    original, thumbnail = io.BytesIO(), io.BytesIO()
    image.save(original, "WEBP", quality=85, method=4)
    image.thumbnail((400, 400))
    image.save(thumbnail, "WEBP", quality=80, method=4)
    return original.getvalue(), thumbnail.getvalue()


class Worker:
    """Handles the messages of one queue."""

    def __init__(self, manifests):
        self.manifests = manifests
        # boto3 does not read this variable itself.
        session = boto3.session.Session(region_name=os.environ["AWS_REGION"])
        self.s3 = session.client("s3")
        self.sqs = session.client("sqs")
        self.raw = os.environ["DARKROOM_STORAGE_RAW_BUCKET"]
        self.media = os.environ["DARKROOM_STORAGE_MEDIA_BUCKET"]
        name = os.environ["DARKROOM_QUEUES_EVENTS"]
        self.queue = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def run(self):
        """Handles messages until the process is ended."""
        print("polling", flush=True)
        while True:
            response = self.sqs.receive_message(
                QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
            )
            for message in response.get("Messages", []):
                for record in json.loads(message["Body"]).get("Records", []):
                    key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
                    if key.startswith("raw/"):
                        self.process(key)
                receipt = message["ReceiptHandle"]
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=receipt)

    def process(self, key):
        """Renders one upload."""
        upload = key.removeprefix("raw/")
        file = self.s3.get_object(Bucket=self.raw, Key=key)["Body"].read()
        start = time.monotonic()
        variants = render(file)
        render_ms = round((time.monotonic() - start) * 1000)
        for suffix, body in zip(("", "_thumb"), variants):
            self.put(self.media, f"{upload}{suffix}.webp", body, "image/webp")
        now = time.time()
        finished_at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f"{now % 1:.6f}"[1:]
        manifest = {"status": "ready", "finished_at": finished_at + "Z", "render_ms": render_ms}
        self.put(self.raw, f"{self.manifests}{upload}.json", json.dumps(manifest), "application/json")

    def put(self, bucket, key, body, content_type):
        self.s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)


if __name__ == "__main__":
    Worker(sys.argv[1]).run()
