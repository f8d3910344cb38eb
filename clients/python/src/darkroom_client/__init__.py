"""A client for Darkroom: uploads images, waits for the outcome, and verifies webhooks.

It needs Python 3.9 or newer and nothing else.

    from darkroom_client import Darkroom

    darkroom = Darkroom("http://127.0.0.1:8080")
    outcome = darkroom.upload("photo.jpg", owner="u123")
    print(outcome.variant("thumb").url)
"""

from ._client import Darkroom
from ._errors import (
    ConnectionFailed,
    DarkroomError,
    NotReady,
    OutcomeTimeout,
    RequestRefused,
    StoreRefused,
    WebhookRejected,
)
from ._models import Crop, Inspection, Outcome, PresignedUpload, Variant
from ._webhooks import WebhookEvent, verify_webhook

__all__ = [
    "ConnectionFailed",
    "Crop",
    "Darkroom",
    "DarkroomError",
    "Inspection",
    "NotReady",
    "Outcome",
    "OutcomeTimeout",
    "PresignedUpload",
    "RequestRefused",
    "StoreRefused",
    "Variant",
    "WebhookEvent",
    "WebhookRejected",
    "verify_webhook",
]
