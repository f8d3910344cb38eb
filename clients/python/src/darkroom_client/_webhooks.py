"""Verification of webhooks, as specified by Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Iterator, Mapping, Optional

from ._errors import WebhookRejected
from ._models import Outcome

#: The greatest difference between a timestamp and the current time, in seconds.
TOLERANCE = 300


@dataclass(frozen=True)
class WebhookEvent:
    """A genuine webhook. Ignore an `id` that you have handled already: a request may arrive more than once."""

    id: str
    type: str
    timestamp: str
    outcome: Outcome


def verify_webhook(
    headers: Mapping[str, str], body: bytes, secret: str, *, now: Optional[float] = None
) -> WebhookEvent:
    """Verifies the signature of a request and returns its event.

    `headers` may have names in any case, `body` is exactly as received, and `secret` is the value of
    `webhooks.secret`, `whsec_` included. While a secret is being replaced, both may be given, with a space between
    them. `now` is a Unix time, by default the current one.

    Raises `WebhookRejected` if the signature is missing or wrong, or if the request is older than five minutes.
    """
    values = {name.lower(): value for name, value in headers.items()}
    try:
        identifier = values["webhook-id"]
        timestamp = values["webhook-timestamp"]
        signatures = values["webhook-signature"].split()
    except KeyError as missing:
        raise WebhookRejected(f"the header {missing.args[0]} is missing") from None
    _check_age(timestamp, time.time() if now is None else now)
    signed = f"{identifier}.{timestamp}.".encode() + body
    expected = [_signature(key, signed) for key in _keys(secret)]
    # Every pair is compared, so that the time does not depend on which one matches.
    matches = [
        hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in signatures
    ]
    if not any(matches):
        raise WebhookRejected("the signature does not match")
    return _event(identifier, body)


def _check_age(timestamp: str, now: float) -> None:
    try:
        age = now - int(timestamp)
    except ValueError:
        raise WebhookRejected("webhook-timestamp is not a number") from None
    if abs(age) > TOLERANCE:
        raise WebhookRejected(f"webhook-timestamp differs from the current time by {abs(age):.0f} s")


def _keys(secret: str) -> Iterator[bytes]:
    secrets = secret.split()
    if not secrets:
        raise ValueError("the secret is empty")
    for one in secrets:
        if not one.startswith("whsec_"):
            raise ValueError("the secret must begin with whsec_")
        try:
            yield base64.b64decode(one[len("whsec_") :], validate=True)
        except binascii.Error:
            raise ValueError("the secret is not whsec_ and base64") from None


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _event(identifier: str, body: bytes) -> WebhookEvent:
    try:
        event = json.loads(body)
        return WebhookEvent(
            id=identifier,
            type=event["type"],
            timestamp=event["timestamp"],
            outcome=Outcome.from_json(event["data"]),
        )
    except (ValueError, KeyError, TypeError):
        raise WebhookRejected("the body is not an outcome") from None
