"""Webhooks, with the test vector of Standard Webhooks' reference libraries."""

import base64
import hashlib
import hmac
import json
import unittest

from darkroom_client import WebhookRejected, verify_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NOW = 1_800_000_000
BODY = json.dumps(
    {
        "type": "upload.rejected",
        "timestamp": "2027-01-15T08:00:00Z",
        "data": {
            "id": "01920000-0000-7000-8000-000000000000",
            "profile": "avatar",
            "owner": "u123",
            "status": "rejected",
            "error": {"code": "not_an_image", "message": "this is a text file"},
        },
    }
).encode()


def signed(body: bytes, secret: str = SECRET, timestamp: int = NOW) -> dict[str, str]:
    key = base64.b64decode(secret[len("whsec_") :])
    content = f"msg_1.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": f"v1,{signature}",
    }


class VerifyWebhook(unittest.TestCase):
    def rejects(self, headers: dict[str, str], body: bytes, reason: str, now: int = NOW) -> None:
        with self.assertRaisesRegex(WebhookRejected, reason):
            verify_webhook(headers, body, SECRET, now=now)

    def test_a_genuine_event_has_its_outcome(self) -> None:
        event = verify_webhook(signed(BODY), BODY, SECRET, now=NOW)
        self.assertEqual((event.id, event.type), ("msg_1", "upload.rejected"))
        self.assertEqual(event.outcome.status, "rejected")
        self.assertEqual(event.outcome.error, {"code": "not_an_image", "message": "this is a text file"})

    def test_the_signature_of_the_reference_libraries_matches(self) -> None:
        headers = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
        # The signature is accepted, but the body is no outcome of Darkroom.
        self.rejects(headers, b'{"test": 2432232314}', "not an outcome", now=1_614_265_330)

    def test_either_secret_is_accepted_during_a_rotation(self) -> None:
        for secret in (SECRET, OTHER_SECRET):
            verify_webhook(signed(BODY, secret), BODY, f"{OTHER_SECRET} {SECRET}", now=NOW)

    def test_another_body_or_secret_is_rejected(self) -> None:
        self.rejects(signed(BODY), BODY + b" ", "does not match")
        self.rejects(signed(BODY, OTHER_SECRET), BODY, "does not match")

    def test_a_request_older_than_five_minutes_is_rejected(self) -> None:
        self.rejects(signed(BODY, timestamp=NOW - 301), BODY, "301 s")
        verify_webhook(signed(BODY, timestamp=NOW - 299), BODY, SECRET, now=NOW)

    def test_an_incomplete_request_is_rejected(self) -> None:
        for name in signed(BODY):
            headers = signed(BODY)
            del headers[name]
            self.rejects(headers, BODY, name.lower())

    def test_a_secret_of_another_form_is_an_error_of_the_caller(self) -> None:
        for secret in ("", "secret", "whsec_?"):
            with self.assertRaises(ValueError):
                verify_webhook(signed(BODY), BODY, secret, now=NOW)


if __name__ == "__main__":
    unittest.main()
