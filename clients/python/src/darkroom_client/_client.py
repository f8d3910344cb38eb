"""The client of the issuer."""

from __future__ import annotations

import json
import time
from typing import Any, Mapping, Optional
from urllib.parse import urlencode

from . import _http
from ._errors import (
    ConnectionFailed,
    OutcomeTimeout,
    RequestRefused,
    StoreRefused,
)
from ._models import Crop, Inspection, Outcome, PresignedUpload
from ._source import Source, SourceFile

#: The time in seconds that one request waits for an outcome.
_WAIT = 25


class Darkroom:
    """A client of one issuer. It may be shared between threads.

    `endpoint` is the issuer's origin, such as `https://images.example`. `token` is an API key or token; it is never sent
    to the store. `timeout` is the longest time in seconds in which a request makes no progress.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        token: Optional[str] = None,
        timeout: float = 30,
        headers: Optional[Mapping[str, str]] = None,
    ) -> None:
        if not endpoint.startswith(("http://", "https://")):
            raise ValueError("the endpoint must begin with http:// or https://")
        self._endpoint = endpoint.rstrip("/")
        self._timeout = timeout
        self._headers = dict(headers or {})
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"

    def upload(
        self,
        source: Source,
        *,
        profile: str = "avatar",
        owner: Optional[str] = None,
        content_type: Optional[str] = None,
        metadata: Optional[Mapping[str, str]] = None,
        crop: Optional[Crop] = None,
        deadline: float = 300,
    ) -> Outcome:
        """Uploads a file and waits for the outcome, which may also be a rejection: see `Outcome.status`.

        `source` is a path, bytes, or a seekable binary file. Its SHA-256 is bound to the upload, so the store accepts
        no other bytes. `deadline` is the longest wait for the outcome in seconds.

        Raises `RequestRefused` or `StoreRefused` if the upload is refused, `ConnectionFailed` if a server cannot be
        reached, `OutcomeTimeout` if there is no outcome in time, and `OSError` if the file cannot be read.
        """
        with SourceFile(source) as file:
            upload = self.presign(
                size=file.size,
                profile=profile,
                owner=owner,
                content_type=content_type,
                metadata=metadata,
                crop=crop,
                checksum_sha256=file.sha256_base64(),
            )
            self._send(upload, file)
        if upload.complete_url is not None:
            self._request("POST", upload.complete_url)
        return self.wait(upload.status_url, deadline=deadline)

    def presign(
        self,
        *,
        size: Optional[int] = None,
        profile: str = "avatar",
        owner: Optional[str] = None,
        method: str = "PUT",
        content_type: Optional[str] = None,
        metadata: Optional[Mapping[str, str]] = None,
        crop: Optional[Crop] = None,
        checksum_sha256: Optional[str] = None,
    ) -> PresignedUpload:
        """Requests an upload, for a browser or an app that sends the file itself.

        `size` is in bytes, and required if `method` is `PUT`. `checksum_sha256` is in base64.

        Raises `RequestRefused` and `ConnectionFailed`.
        """
        body = {
            "profile": profile,
            "owner": owner,
            "method": method,
            "size": size,
            "content_type": content_type,
            "metadata": metadata,
            "crop": crop.to_json() if crop else None,
            "checksum_sha256": checksum_sha256,
        }
        present = {name: value for name, value in body.items() if value is not None}
        return PresignedUpload.from_json(self._request("POST", "/v1/uploads", present))

    def status(self, status_url: str, *, wait: int = 0) -> Outcome:
        """Returns the status of an upload. If it has no outcome yet, waits for up to `wait` seconds.

        `status_url` is the one of a `PresignedUpload`, or the same path from your database.

        Raises `RequestRefused` and `ConnectionFailed`.
        """
        path = f"{status_url}?{urlencode({'wait': wait})}" if wait else status_url
        return Outcome.from_json(self._request("GET", path, timeout=self._timeout + wait))

    def wait(self, status_url: str, *, deadline: float = 300) -> Outcome:
        """Waits for the outcome of an upload for up to `deadline` seconds.

        Raises `OutcomeTimeout`, `RequestRefused` and `ConnectionFailed`.
        """
        end = time.monotonic() + deadline
        while True:
            left = end - time.monotonic()
            outcome = self.status(status_url, wait=max(0, min(_WAIT, int(left))))
            if outcome.is_final:
                return outcome
            if left <= 1:
                raise OutcomeTimeout(status_url, deadline)

    def delete(self, status_url: str) -> None:
        """Deletes an upload with its variants. Succeeds even if there is nothing to delete.

        Raises `RequestRefused` and `ConnectionFailed`.
        """
        self._request("DELETE", status_url)

    def approve(self, status_url: str, sha256: str) -> None:
        """Approves an upload in review. Needs the key of a reviewer.

        `sha256` is `outcome.json["source"]["sha256"]` of the status that the reviewer has seen. A worker publishes the
        images soon after.

        Raises `RequestRefused` and `ConnectionFailed`.
        """
        self._request("POST", f"{status_url}/approve", {"sha256": sha256})

    def reject(self, status_url: str, sha256: str, *, code: str, message: str = "") -> None:
        """Rejects an upload in review. Needs the key of a reviewer. `code` is in snake case, such as `nudity`.

        Raises `RequestRefused` and `ConnectionFailed`.
        """
        self._request("POST", f"{status_url}/reject", {"sha256": sha256, "code": code, "message": message})

    def inspect(self, source: Source, *, profile: Optional[str] = None) -> Inspection:
        """Returns format, size and private metadata of an image, without storing it.

        If `profile` is given, its limits apply.

        Raises `RequestRefused`, whose code is that of the rejection if the image is not acceptable, and
        `ConnectionFailed`.
        """
        path = "/v1/inspect" + (f"?{urlencode({'profile': profile})}" if profile else "")
        with SourceFile(source) as file:

            def attempt() -> Any:
                headers = {
                    **self._headers,
                    "content-type": "application/octet-stream",
                    "content-length": str(file.size),
                }
                return self._response("POST", path, headers, file.rewind(), self._timeout)

            return Inspection.from_json(_http.with_retries(attempt))

    def _request(
        self,
        method: str,
        path: str,
        body: Optional[Mapping[str, Any]] = None,
        *,
        timeout: Optional[float] = None,
    ) -> Any:
        headers = dict(self._headers)
        data: Optional[bytes] = None
        if body is not None:
            headers["content-type"] = "application/json"
            data = json.dumps(body).encode()
        return _http.with_retries(
            lambda: self._response(method, path, headers, data, timeout or self._timeout)
        )

    def _response(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Optional[_http.Body],
        timeout: float,
    ) -> Any:
        # Otherwise, a key could be sent to another host.
        if not path.startswith("/v1/"):
            raise ValueError(f"not a path of the issuer: {path!r}")
        response = _http.send(method, self._endpoint + path, headers, body, timeout=timeout)
        # The status of a deleted upload is 410, with the usual body.
        if response.status < 300 or response.json().get("status") == "deleted":
            return response.json()
        raise _http.refusal(response)

    def _send(self, upload: PresignedUpload, file: SourceFile) -> None:
        """Sends the file to the store.

        If a response is lost, the file may be in the store nevertheless. The status of the upload then shows that it
        has arrived, because no other upload has the same key.
        """

        def attempt() -> None:
            try:
                self._put(upload, file)
            except (ConnectionFailed, StoreRefused) as error:
                # 412 means that the key already has an object, perhaps from an earlier attempt.
                is_existing = isinstance(error, StoreRefused) and error.status == 412
                may_have_arrived = is_existing or _http.is_temporary(error)
                if not may_have_arrived or not self._has_arrived(upload.status_url):
                    raise

        _http.with_retries(attempt)

    def _put(self, upload: PresignedUpload, file: SourceFile) -> None:
        headers = {**upload.headers, "content-length": str(file.size)}
        response = _http.send(
            upload.method, upload.url, headers, file.rewind(), timeout=self._timeout
        )
        if response.status >= 300:
            detail = f"the store responded with {response.status}"
            raise StoreRefused(response.status, detail)

    def _has_arrived(self, status_url: str) -> bool:
        try:
            status = self.status(status_url).status
        except (RequestRefused, ConnectionFailed):
            return False
        return status not in ("awaiting_upload", "expired", "deleted")
