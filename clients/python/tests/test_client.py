"""The client and a local server that plays the issuer and the store."""

import base64
import hashlib
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Optional
from unittest.mock import patch

from darkroom_client import (
    ConnectionFailed,
    Darkroom,
    NotReady,
    OutcomeTimeout,
    RequestRefused,
    StoreRefused,
)

STATUS_URL = "/v1/uploads/avatar/u1/01920000-0000-7000-8000-000000000000"
NAMES = {"id": "01920000-0000-7000-8000-000000000000", "profile": "avatar", "owner": "u1"}


class Server:
    """A server with planned responses. Each request takes the next response of its method and path."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.responses: dict[tuple[str, str], list[Optional[tuple[int, Any]]]] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.requests.append((self.command, self.path, headers, body))
                planned = server.responses[self.command, self.path]
                response = planned.pop(0) if len(planned) > 1 else planned[0]
                if response is None:
                    # The request was received, but its response is lost.
                    self.close_connection = True
                    return
                content = json.dumps(response[1]).encode()
                self.send_response(response[0])
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def plan(self, method: str, path: str, *responses: Optional[tuple[int, Any]]) -> None:
        self.responses[method, path] = list(responses)

    def sent(self, method: str, path: str) -> list[tuple[dict[str, str], bytes]]:
        return [(h, b) for m, p, h, b in self.requests if (m, p) == (method, path)]


class Client(unittest.TestCase):
    def setUp(self) -> None:
        self.server = Server()
        self.addCleanup(self.server.http.server_close)
        self.addCleanup(self.server.http.shutdown)
        self.client = Darkroom(self.server.url + "/", token="secret", timeout=5)
        pause = patch("darkroom_client._http.time.sleep")
        self.pause = pause.start()
        self.addCleanup(pause.stop)
        presigned = {
            **NAMES,
            "method": "PUT",
            "url": f"{self.server.url}/raw/photo?signature",
            "headers": {"content-type": "image/jpeg", "if-none-match": "*"},
            "fields": None,
            "expires_at": "2027-01-15T08:15:00Z",
            "status_url": STATUS_URL,
        }
        self.presigned = presigned
        self.server.plan("POST", "/v1/uploads", (201, presigned))
        self.server.plan("PUT", "/raw/photo?signature", (200, {}))
        self.server.plan("GET", f"{STATUS_URL}?wait=25", (200, {**NAMES, "status": "ready"}))

    def test_a_key_goes_to_the_issuer_and_never_to_the_store(self) -> None:
        outcome = self.client.upload(b"photo", owner="u1", metadata={"album": "7"})
        self.assertTrue(outcome.is_ready)
        (headers, body) = self.server.sent("POST", "/v1/uploads")[0]
        self.assertEqual(headers["authorization"], "Bearer secret")
        expected = {
            "profile": "avatar",
            "owner": "u1",
            "method": "PUT",
            "size": 5,
            "metadata": {"album": "7"},
            "checksum_sha256": base64.b64encode(hashlib.sha256(b"photo").digest()).decode(),
        }
        self.assertEqual(json.loads(body), expected)
        (headers, body) = self.server.sent("PUT", "/raw/photo?signature")[0]
        self.assertNotIn("authorization", headers)
        self.assertEqual((headers["if-none-match"], body), ("*", b"photo"))

    def test_temporary_refusals_are_retried(self) -> None:
        problem = {"code": "store_unavailable", "detail": "the store does not respond"}
        self.server.plan("POST", "/v1/uploads", (503, problem), (429, {}), (201, self.presigned))
        self.assertTrue(self.client.upload(b"photo").is_ready)
        self.assertEqual(self.pause.call_count, 2)

    def test_a_final_refusal_has_its_code(self) -> None:
        problem = {"code": "unknown_profile", "detail": "there is no profile \"x\""}
        self.server.plan("POST", "/v1/uploads", (404, problem))
        with self.assertRaises(RequestRefused) as caught:
            self.client.upload(b"photo", profile="x")
        self.assertEqual((caught.exception.status, caught.exception.code), (404, "unknown_profile"))
        self.pause.assert_not_called()

    def test_a_file_whose_response_is_lost_is_not_sent_twice(self) -> None:
        self.server.plan("PUT", "/raw/photo?signature", None, (412, {}))
        self.server.plan("GET", STATUS_URL, (200, {**NAMES, "status": "processing"}))
        self.assertTrue(self.client.upload(b"photo").is_ready)
        self.assertEqual(len(self.server.sent("PUT", "/raw/photo?signature")), 1)

    def test_a_lost_file_is_sent_again(self) -> None:
        self.server.plan("PUT", "/raw/photo?signature", (500, {}), (200, {}))
        self.server.plan("GET", STATUS_URL, (200, {**NAMES, "status": "awaiting_upload"}))
        self.assertTrue(self.client.upload(b"photo").is_ready)
        bodies = [body for _, body in self.server.sent("PUT", "/raw/photo?signature")]
        self.assertEqual(bodies, [b"photo", b"photo"])

    def test_an_expired_url_is_an_error_of_the_store(self) -> None:
        self.server.plan("PUT", "/raw/photo?signature", (403, {}))
        with self.assertRaises(StoreRefused) as caught:
            self.client.upload(b"photo")
        self.assertEqual(caught.exception.status, 403)

    def test_a_store_without_events_is_told_of_the_file(self) -> None:
        complete = f"{STATUS_URL}/complete"
        self.server.plan("POST", "/v1/uploads", (201, {**self.presigned, "complete_url": complete}))
        self.server.plan("POST", complete, (202, {**NAMES, "status": "processing"}))
        self.client.upload(b"photo")
        self.assertEqual(len(self.server.sent("POST", complete)), 1)

    def test_a_deleted_upload_is_an_outcome_without_variants(self) -> None:
        self.server.plan("GET", STATUS_URL, (410, {**NAMES, "status": "deleted"}))
        outcome = self.client.status(STATUS_URL)
        self.assertTrue(outcome.is_final)
        with self.assertRaises(NotReady) as caught:
            outcome.variant("thumb")
        self.assertEqual(caught.exception.code, "deleted")

    def test_a_wait_ends_at_its_deadline(self) -> None:
        self.server.plan("GET", STATUS_URL, (200, {**NAMES, "status": "processing"}))
        with self.assertRaises(OutcomeTimeout) as caught:
            self.client.wait(STATUS_URL, deadline=0)
        self.assertEqual(caught.exception.status_url, STATUS_URL)

    def test_a_server_that_cannot_be_reached_is_an_error(self) -> None:
        self.server.http.shutdown()
        self.server.http.server_close()
        with self.assertRaises(ConnectionFailed):
            self.client.delete(STATUS_URL)

    def test_only_paths_of_the_issuer_are_requested(self) -> None:
        for path in ("https://example.org/v1/", "//example.org", "@example.org"):
            with self.assertRaises(ValueError):
                self.client.status(path)


if __name__ == "__main__":
    unittest.main()
