"""The errors of the client."""

from __future__ import annotations

from typing import Optional


class DarkroomError(Exception):
    """The base of all errors of this package."""


class ConnectionFailed(DarkroomError):
    """The issuer or the store cannot be reached, or does not respond in time."""


class RequestRefused(DarkroomError):
    """The issuer refused a request.

    `status` is the HTTP status. `code` is stable: branch on it, not on the text. `retry_after` is the delay in seconds
    that the issuer asks for, if it does.
    """

    def __init__(
        self, status: int, code: str, detail: str, retry_after: Optional[float] = None
    ) -> None:
        super().__init__(f"{detail} ({code})")
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


class StoreRefused(DarkroomError):
    """The store refused the file, for example because the URL has expired. `status` is the HTTP status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class OutcomeTimeout(DarkroomError):
    """There was no outcome in time. The upload continues: read its status again later, at `status_url`."""

    def __init__(self, status_url: str, seconds: float) -> None:
        super().__init__(f"no outcome within {seconds:g} seconds: {status_url}")
        self.status_url = status_url


class NotReady(DarkroomError):
    """The upload has no variants, because it was rejected, failed, expired or was deleted.

    `code` is the code of the rejection or failure, otherwise the status.
    """

    def __init__(self, status: str, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.status = status
        self.code = code


class WebhookRejected(DarkroomError):
    """A request is not a genuine webhook of this service. Respond with 400 or 401."""
