"""Sends requests that a stranger with an upload URL or a form could send, and that S3 must refuse.

Each case states the response of AWS. The embedded S3 must respond in the same way. So must
LocalStack, except in the cases that LOCALSTACK lists with another status. The endpoint is in the
environment. STRICT is 1 on the embedded cloud.
"""

import datetime
import hashlib
import hmac
import http.client
import os
import time
import urllib.parse
from typing import NamedTuple

import boto3
import botocore

STRICT = os.environ.get("STRICT") == "1"
NAME = f"refused-{os.getpid()}-{time.time_ns()}"
settings = botocore.config.Config(s3={"addressing_style": "path"}, signature_version="s3v4")
s3 = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"], config=settings)
ENDPOINT = urllib.parse.urlparse(os.environ["S3_ENDPOINT"])


class Case(NamedTuple):
    name: str
    send: object
    status: int
    code: str


def send(method, url, headers=(), body=b""):
    """Sends a request whose header names may be repeated. Returns the status and the body."""
    connection = http.client.HTTPConnection(ENDPOINT.netloc, timeout=30)
    parts = urllib.parse.urlparse(url)
    connection.putrequest(method, f"{parts.path}?{parts.query}".rstrip("?"))
    for name, value in headers:
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    return response.status, response.read().decode()


def put_url(expires=60, **extra):
    arguments = {"Bucket": NAME, "Key": "stored", **extra}
    return s3.generate_presigned_url("put_object", arguments, ExpiresIn=expires)


def presigned_put(*headers, query="", **extra):
    return lambda: send("PUT", put_url(**extra) + query, headers, b"x")


def signed_headers(date, signed, body):
    """Returns the headers of a PUT of the key `stored` that is signed in a header."""
    region = s3.meta.region_name
    scope = f"{date[:8]}/{region}/s3/aws4_request"
    values = {
        "host": ENDPOINT.netloc,
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": date,
    } | signed
    names = ";".join(sorted(values))
    lines = "".join(f"{name}:{values[name]}\n" for name in sorted(values))
    digest = values["x-amz-content-sha256"]
    request = f"PUT\n/{NAME}/stored\n\n{lines}\n{names}\n{digest}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in [*scope.split("/"), text]:
        key = hmac.new(key, part.encode(), "sha256").digest()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    )
    del values["host"]
    return [*values.items(), ("authorization", authorization)]


def signed_put(*headers, **signed):
    def call():
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        own = signed_headers(now, {name.replace("_", "-"): it for name, it in signed.items()}, b"x")
        url = f"{os.environ['S3_ENDPOINT']}/{NAME}/stored"
        return send("PUT", url, [*own, *headers], b"x")

    return call


def week_and(seconds):
    return lambda: send("PUT", put_url(604800 + seconds), body=b"x")


def form(more=(), fields=None):
    """Sends a form with `fields`, which its policy names, and `more`, which its policy omits."""

    def call():
        conditions = [{name: value} for name, value in (fields or {}).items()]
        post = s3.generate_presigned_post(NAME, "stored", Fields=fields, Conditions=conditions)
        pairs = [*post["fields"].items(), *more]
        body = "".join(
            f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in pairs
        )
        body += (
            '--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n'
        )
        headers = [("content-type", "multipart/form-data; boundary=b")]
        return send("POST", post["url"], headers, body.encode())

    return call


UNSIGNED = {
    "x-amz-copy-source": f"{NAME}/secret",
    "x-amz-meta-darkroom": "{}",
    "x-amz-acl": "public-read",
    "x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"',
    "x-amz-storage-class": "GLACIER",
    "x-amz-tagging": "a=b",
    "x-amz-website-redirect-location": "https://example.org/",
    "x-amz-server-side-encryption": "AES256",
    "x-amz-object-lock-mode": "COMPLIANCE",
    "x-amz-bucket-object-lock-enabled": "true",
    "x-amz-expected-bucket-owner": "000000000000",
}
FIELDS = {
    "submit": "Upload",
    "acl": "public-read",
    "content-type": "text/html",
    "cache-control": "no-store",
    "content-disposition": "attachment",
    "success_action_redirect": "https://example.org/",
    "success_action_status": "200",
    "tagging": "<Tagging/>",
    "x-amz-meta-darkroom": "{}",
    "x-amz-storage-class": "GLACIER",
    "x-amz-website-redirect-location": "https://example.org/",
}
TOKEN = ("authorization", "Bearer x")
V2 = ("authorization", f"AWS {os.environ['AWS_ACCESS_KEY_ID']}:c2lnbmF0dXJl")

CASES = [
    *(
        Case(f"URL, unsigned {name}", presigned_put((name, value)), 403, "AccessDenied")
        for name, value in UNSIGNED.items()
    ),
    *(
        Case(f"header, unsigned {name}", signed_put((name, value)), 403, "AccessDenied")
        for name, value in UNSIGNED.items()
    ),
    *(
        Case(f"form, unnamed {name}", form([(name, value)]), 403, "AccessDenied")
        for name, value in FIELDS.items()
    ),
    Case("URL and token", presigned_put(TOKEN), 400, "InvalidArgument"),
    Case("URL and version 2", presigned_put(V2), 400, "InvalidArgument"),
    Case("URL twice", presigned_put(query="&Signature=x"), 400, "InvalidArgument"),
    Case("header twice", signed_put(V2), 400, "InvalidArgument"),
    Case("URL for a second too long", week_and(1), 400, "AuthorizationQueryParametersError"),
]
# These requests succeed. They differ from refused requests only in what is signed or named, or by
# one second.
ACCEPTED = [
    Case("URL, signed", presigned_put(("x-amz-meta-a", "b"), Metadata={"a": "b"}), 200, ""),
    Case("header, signed", signed_put(x_amz_meta_a="b"), 200, ""),
    Case("form, named", form(fields={"x-amz-meta-a": "b"}), 204, ""),
    Case("form, ignored", form([("x-ignore-note", "a")]), 204, ""),
    Case("URL for a week", week_and(0), 200, ""),
]
# The status of LocalStack where it differs from AWS. Most of these requests succeed there.
LOCALSTACK = {
    **{f"header, unsigned {name}": 200 for name in UNSIGNED},
    **{f"form, unnamed {name}": 204 for name in FIELDS},
    "form, unnamed success_action_redirect": 303,
    "form, unnamed success_action_status": 200,
    "URL and token": 200,
    "URL and version 2": 200,
    "header twice": 200,
    "URL for a second too long": 200,
    # LocalStack refuses these, but for another reason.
    "header, unsigned x-amz-copy-source": 500,
    "header, unsigned x-amz-object-lock-mode": 400,
    "form, unnamed tagging": 400,
    "URL twice": 403,
}


def stored():
    return s3.list_objects_v2(Bucket=NAME, Prefix="stored")["KeyCount"]


s3.create_bucket(Bucket=NAME)
s3.put_object(Bucket=NAME, Key="secret", Body=b"secret")
wrong = []
for case in CASES + ACCEPTED:
    status, body = case.send()
    as_aws = STRICT or case.name not in LOCALSTACK
    expected = case.status if as_aws else LOCALSTACK[case.name]
    code = f"<Code>{case.code}</Code>" if as_aws and case.code else ""
    is_stored = expected < 400
    if status != expected or code not in body or (stored() == 1) != is_stored:
        wrong.append(f"{case.name}: expected {expected} {case.code}, found {status} {body[:300]}")
    s3.delete_object(Bucket=NAME, Key="stored")
assert not wrong, "\n".join(wrong)
assert LOCALSTACK.keys() <= {case.name for case in CASES}, "an unknown case"
print(f"{len(CASES)} refused requests, {len(LOCALSTACK)} of which LocalStack treats otherwise")
