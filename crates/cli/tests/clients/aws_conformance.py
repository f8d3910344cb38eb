"""Sends requests whose responses AWS documents, and checks the responses.

The endpoints are in the environment. LocalStack is more lenient than AWS, so some checks run only
on the embedded cloud, where STRICT is 1.
"""

import base64
import datetime
import hmac
import json
import os
import time
import urllib.parse

import boto3
import botocore
import requests
from boto3.s3.transfer import TransferConfig

STRICT = os.environ.get("STRICT") == "1"
NAME = f"conformance-{os.getpid()}-{time.time_ns()}"
PART = 5 * 1024 * 1024
settings = botocore.config.Config(s3={"addressing_style": "path"}, signature_version="s3v4")
s3 = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"], config=settings)
sqs = boto3.client("sqs", endpoint_url=os.environ["SQS_ENDPOINT"])


def refused(code, call, **arguments):
    """Checks that a call fails with this error code. Returns the HTTP status."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError(f"{call.__name__} succeeded instead of failing with {code}")


def post(key, fields=None, conditions=(), name="cat.jpg"):
    conditions = [*conditions, *({key: value} for key, value in (fields or {}).items())]
    form = s3.generate_presigned_post(NAME, key, Fields=fields, Conditions=conditions)
    return requests.post(
        form["url"],
        data=form["fields"],
        files={"file": (name, b"meow", "image/jpeg")},
        allow_redirects=False,
    )


def forms():
    etag = '"4be5cfc0b9c1e1c4b7cfb8a0a5a7cf8f"'
    plain = post("plain")
    assert plain.status_code == 204, plain.text
    etag = s3.head_object(Bucket=NAME, Key="plain")["ETag"]
    assert plain.headers["etag"] == etag, plain.headers
    assert plain.headers["location"].endswith("/plain"), plain.headers
    for status in ["200", "201", "204"]:
        chosen = post("chosen", {"success_action_status": status})
        assert chosen.status_code == int(status), chosen.text
        assert ("<Key>chosen</Key>" in chosen.text) == (status == "201"), chosen.text
    target = "http://127.0.0.1:9/done?a=b"
    redirected = post("redirected", {"success_action_redirect": target})
    assert redirected.status_code == 303, redirected.text
    query = urllib.parse.urlparse(redirected.headers["location"]).query
    query = dict(urllib.parse.parse_qsl(query))
    assert query == {"a": "b", "bucket": NAME, "key": "redirected", "etag": etag}, query
    folder = "C:\\photos\\" if STRICT else ""
    named = post("users/7/${filename}", name=f"{folder}cat 1.jpg")
    assert named.status_code == 204, named.text
    assert s3.head_object(Bucket=NAME, Key="users/7/cat 1.jpg")["ContentLength"] == 4


def old_forms():
    """A form is accepted until its policy expires, but only if its signature is at most a week old."""
    now = datetime.datetime.now(datetime.timezone.utc)
    for days, status in [(0, 204), (6, 204), (8, 403)]:
        then = now - datetime.timedelta(days=days, minutes=30)
        date, region = then.strftime("%Y%m%d"), s3.meta.region_name
        scope = f"{date}/{region}/s3/aws4_request"
        fields = {
            "key": "old",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}",
            "x-amz-date": then.strftime("%Y%m%dT%H%M%SZ"),
        }
        conditions = [{"bucket": NAME}, *({name: value} for name, value in fields.items())]
        expiration = (now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        policy = json.dumps({"expiration": expiration, "conditions": conditions})
        policy = base64.b64encode(policy.encode()).decode()
        key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
        for text in [*scope.split("/"), policy]:
            key = hmac.new(key, text.encode(), "sha256").digest()
        fields |= {"policy": policy, "x-amz-signature": key.hex()}
        url = f"{os.environ['S3_ENDPOINT']}/{NAME}"
        response = requests.post(url, data=fields, files={"file": ("f", b"meow")})
        assert response.status_code == status, (days, response.status_code, response.text)


def conditional_reads():
    put = s3.put_object(Bucket=NAME, Key="read", Body=b"0123456789", CacheControl="max-age=60")
    url = s3.generate_presigned_url("get_object", {"Bucket": NAME, "Key": "read"})
    known = requests.get(url, headers={"if-none-match": put["ETag"]})
    assert known.status_code == 304 and known.content == b"", known.text
    if STRICT:
        assert known.headers["etag"] == put["ETag"], known.headers
        assert "last-modified" in known.headers, known.headers
    for condition, body in [(put["ETag"], b"234"), ('"other"', b"0123456789")]:
        if not STRICT and condition == '"other"':
            continue
        part = requests.get(url, headers={"range": "bytes=2-4", "if-range": condition})
        assert part.content == body, (condition, part.status_code, part.text)
    single = s3.get_object(Bucket=NAME, Key="read", PartNumber=1)
    assert single["Body"].read() == b"0123456789" and "PartsCount" not in single, single
    status = refused("InvalidPartNumber", s3.get_object, Bucket=NAME, Key="read", PartNumber=2)
    assert status == 416, status


def parts():
    body = os.urandom(PART) + b"the end"
    upload = s3.create_multipart_upload(Bucket=NAME, Key="parts")["UploadId"]
    open_uploads = s3.list_multipart_uploads(Bucket=NAME, Prefix="par")["Uploads"]
    assert [it["UploadId"] for it in open_uploads] == [upload], open_uploads
    done = []
    for number, chunk in [(1, body[:PART]), (2, body[PART:])]:
        part = s3.upload_part(
            Bucket=NAME, Key="parts", UploadId=upload, PartNumber=number, Body=chunk
        )
        done.append({"PartNumber": number, "ETag": part["ETag"]})
    page = s3.list_parts(Bucket=NAME, Key="parts", UploadId=upload, MaxParts=1)
    assert page["IsTruncated"] and page["NextPartNumberMarker"] == 1, page
    s3.complete_multipart_upload(
        Bucket=NAME, Key="parts", UploadId=upload, MultipartUpload={"Parts": done}
    )
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=NAME)
    second = s3.get_object(Bucket=NAME, Key="parts", PartNumber=2)
    assert second["Body"].read() == b"the end" and second["PartsCount"] == 2, second
    assert second["ContentRange"] == f"bytes {PART}-{PART + 6}/{PART + 7}", second
    head = s3.head_object(Bucket=NAME, Key="parts", PartNumber=1)
    assert head["ContentLength"] == PART and head["PartsCount"] == 2, head
    assert head["ResponseMetadata"]["HTTPStatusCode"] == 206, head
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    source = {"Bucket": NAME, "Key": "parts"}
    s3.copy(source, NAME, "copy", Config=config)
    copy = s3.get_object(Bucket=NAME, Key="copy")
    assert copy["Body"].read() == body and copy["ETag"].endswith('-2"'), copy
    refused(
        "PreconditionFailed",
        s3.copy_object,
        Bucket=NAME,
        Key="copy",
        CopySource=source,
        CopySourceIfNoneMatch=s3.head_object(**source)["ETag"],
    )


def limits():
    keys = [{"Key": f"many/{number}"} for number in range(1001)]
    if STRICT:
        refused("MalformedXML", s3.delete_objects, Bucket=NAME, Delete={"Objects": keys})
    assert len(s3.delete_objects(Bucket=NAME, Delete={"Objects": keys[:1000]})["Deleted"]) == 1000
    if STRICT:
        assert s3.list_objects_v2(Bucket=NAME, MaxKeys=5000)["MaxKeys"] == 1000
    assert s3.list_objects(Bucket=NAME, MaxKeys=1)["IsTruncated"]
    refused("BucketNotEmpty", s3.delete_bucket, Bucket=NAME)
    assert s3.get_object_tagging(Bucket=NAME, Key="read")["TagSet"] == []
    if STRICT:
        tagged = {"Bucket": NAME, "Key": "tagged", "Body": b"x", "Tagging": "a=b"}
        refused("NotImplemented", s3.put_object, **tagged)


def queue(suffix, **attributes):
    return sqs.create_queue(QueueName=NAME + suffix, Attributes=attributes)["QueueUrl"]


def arn(url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]


def message_attributes():
    url = queue("-messages")

    def send(name, kind, **value):
        attributes = {name: {"DataType": kind, **value}}
        return sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=attributes)

    send("reason", "String", StringValue="ü")
    send("count", "Number.int", StringValue="7")
    send("digest", "Binary", BinaryValue=b"\0\1")
    for name, kind, value in [
        ("empty", "String", {"StringValue": ""}),
        ("kind", "Boolean", {"StringValue": "true"}),
        ("AWS.name", "String", {"StringValue": "x"}),
        ("a b", "String", {"StringValue": "x"}),
        ("number", "Number", {"StringValue": "seven"}),
    ]:
        if not STRICT and name == "number":
            continue
        refused("InvalidParameterValue", send, name=name, kind=kind, **value)
    received = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )["Messages"]
    assert len(received) >= 1, received


def queue_attributes():
    dead = queue("-dead")
    policy = {"deadLetterTargetArn": arn(dead), "maxReceiveCount": 3}
    queue("-work", RedrivePolicy=json.dumps(policy))

    def allow(**document):
        attributes = {"RedriveAllowPolicy": json.dumps(document)}
        sqs.set_queue_attributes(QueueUrl=dead, Attributes=attributes)

    allow(redrivePermission="byQueue", sourceQueueArns=[policy["deadLetterTargetArn"]])
    stored = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["RedriveAllowPolicy"])
    stored = json.loads(stored["Attributes"]["RedriveAllowPolicy"])
    assert stored["redrivePermission"] == "byQueue", stored
    fifo = queue(
        ".fifo",
        FifoQueue="true",
        DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId",
    )
    ids = set()
    for group in ["a", "b", "b"]:
        sent = sqs.send_message(
            QueueUrl=fifo, MessageBody="x", MessageGroupId=group, MessageDeduplicationId="same"
        )
        ids.add(sent["MessageId"])
    assert len(ids) == 2, ids
    if STRICT:
        refused("InvalidParameterValue", allow, redrivePermission="some")
        standard = {"QueueUrl": dead, "Attributes": {"DeduplicationScope": "queue"}}
        refused("InvalidAttributeName", sqs.set_queue_attributes, **standard)
        allow(redrivePermission="denyAll")
        refused("InvalidParameterValue", queue, suffix="-late", RedrivePolicy=json.dumps(policy))
    unknown = {"QueueUrl": dead, "AttributeNames": ["Visibility"]}
    refused("InvalidAttributeName", sqs.get_queue_attributes, **unknown)


s3.create_bucket(Bucket=NAME)
for group in [
    forms,
    *([old_forms] if STRICT else []),
    conditional_reads,
    parts,
    limits,
    message_attributes,
    queue_attributes,
]:
    group()
    print(group.__name__, "as AWS", flush=True)
