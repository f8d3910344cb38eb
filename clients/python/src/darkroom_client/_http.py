"""Requests with retries."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any, BinaryIO, Callable, Mapping, Optional, TypeVar, Union

from ._errors import ConnectionFailed, RequestRefused, StoreRefused

Body = Union[bytes, BinaryIO]
T = TypeVar("T")

#: The number of attempts, and the delay before the second one in seconds. The delay doubles with each attempt.
ATTEMPTS = 4
FIRST_DELAY = 0.5


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Neither the issuer nor S3 redirects, and a key must not be sent to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


@dataclass(frozen=True)
class Response:
    """A response. The names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Returns the body, or an empty object if it is not a JSON object."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Optional[Body] = None,
    *,
    timeout: float,
) -> Response:
    """Sends a request once and returns the response, whatever its status.

    `timeout` is the longest time in seconds without any progress. Raises `ConnectionFailed`.
    """
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)
    try:
        with _opener.open(request, timeout=timeout) as response:
            return Response(response.status, _lowercase(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Response(error.code, _lowercase(error.headers), error.read())
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ConnectionFailed(f"{method} {url.partition('?')[0]}: {reason}") from error


def _lowercase(headers: Message) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def refusal(response: Response) -> RequestRefused:
    """Returns the error for a response of the issuer that is not a success."""
    problem = response.json()
    retry_after = response.headers.get("retry-after", "")
    return RequestRefused(
        response.status,
        problem.get("code", "refused"),
        problem.get("detail", f"the service responded with {response.status}"),
        float(retry_after) if retry_after.isdigit() else None,
    )


def with_retries(attempt: Callable[[], T]) -> T:
    """Repeats an attempt that failed for a temporary reason."""
    for count in range(ATTEMPTS):
        try:
            return attempt()
        except (ConnectionFailed, RequestRefused, StoreRefused) as error:
            if count == ATTEMPTS - 1 or not is_temporary(error):
                raise
            time.sleep(_delay(count, error))
    raise AssertionError("unreachable")


def is_temporary(error: Exception) -> bool:
    """Returns whether the same request may succeed later."""
    if isinstance(error, (RequestRefused, StoreRefused)):
        return error.status == 429 or error.status >= 500
    return isinstance(error, ConnectionFailed)


def _delay(count: int, error: Exception) -> float:
    if isinstance(error, RequestRefused) and error.retry_after is not None:
        return error.retry_after
    return FIRST_DELAY * 2.0**count * (0.5 + random.random() / 2)
