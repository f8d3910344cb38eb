"""Follows a recipe and talks to the app: `conversation.py PAGE… -- FOLDER ISSUER PORT PHOTO COMMAND…`.

The files of the pages are written to FOLDER, and COMMAND starts the app there. The app must listen on PORT, to which the
issuer sends its webhooks. All apps are used in the same way, because they have the same routes.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

DEADLINE = 60
URL = "https://images.example/"
#: A file of a page: its name is in the comment before its text.
FILE = re.compile(r"^<!-- snippet: file (\S+) -->\n+```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)


class App:
    """The app, as a browser with a session uses it."""

    def __init__(self, port, secret):
        self.url = f"http://127.0.0.1:{port}"
        self.secret = secret
        self.cookies = {}

    def request(self, method, path, body=None, headers=None, user="1"):
        """Returns the status, the headers and the body of the response."""
        headers = {"accept": "application/json", "content-type": "application/json", **(headers or {})}
        if user:
            headers["x-user"] = user
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if "csrftoken" in self.cookies:
            headers["x-csrftoken"] = self.cookies["csrftoken"]
        return send(method, self.url + path, body, headers)

    def responds(self, process):
        """Returns `None` while the app is starting."""
        assert process.poll() is None, f"the app has exited with {process.returncode}"
        try:
            return self.request("GET", "/avatar")
        except OSError:
            return None

    def avatar(self):
        status, headers, body = self.request("GET", "/avatar")
        assert status == 200, (status, body)
        for cookie in headers.get_all("set-cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return json.loads(body)

    def upload(self, content):
        """Uploads a file as the page does, and returns the avatar that follows and the id of the upload."""
        status, _, body = self.request("POST", "/avatar", json.dumps({"size": len(content)}).encode())
        assert status == 201, (status, body)
        upload = json.loads(body)
        status, _, body = send(upload["method"], upload["url"], content, upload["headers"])
        assert status == 200, (status, body)
        avatar = until("an outcome", lambda: self.outcome())
        return avatar, upload["id"]

    def outcome(self):
        avatar = self.avatar()
        return None if avatar["status"] == "pending" else avatar

    def webhook(self, data, key=None, at=None):
        """Sends a webhook, and returns the status of the response."""
        body = json.dumps({"type": "upload.ready", "timestamp": "2026-01-01T00:00:00Z", "data": data}).encode()
        key = key or base64.b64decode(self.secret.removeprefix("whsec_"))
        at = str(int(at or time.time()))
        digest = hmac.digest(key, f"msg_1.{at}.".encode() + body, hashlib.sha256)
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{base64.b64encode(b'x' * 32).decode()} v1,{base64.b64encode(digest).decode()}",
        }
        return self.request("POST", "/hooks/darkroom", body, headers, user=None)[0]


def send(method, url, body, headers):
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with NO_REDIRECTS.open(request, timeout=DEADLINE) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


NO_REDIRECTS = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirects)


def until(what, condition):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"no {what} within {DEADLINE} s")


def outcome(identifier):
    """Returns an outcome with a thumbnail at `URL`."""
    size = {"width": 1, "height": 1, "bytes": 1}
    thumb = {"name": "thumb", "url": URL, "key": "k", "content_type": "image/webp", "sha256": "0" * 64, **size}
    names = {"id": identifier, "profile": "avatar", "owner": "user-1"}
    return {**names, "status": "ready", "variants": [thumb], "error": None}


def converse(app, photo, has_session):
    assert app.avatar() == {"status": None, "url": None}, app.avatar()
    avatar, first = app.upload(photo)
    assert avatar["status"] == "ready", avatar
    image = send("GET", avatar["url"], None, {})
    assert image[0] == 200 and image[2].startswith(b"RIFF"), image[0]

    # A rejection keeps the old avatar.
    rejected, _ = app.upload(b"no image")
    assert rejected == {"status": "not_an_image", "url": avatar["url"]}, rejected
    status, _, body = app.request("POST", "/avatar", b'{"size": 999999999}')
    assert (status, json.loads(body)["code"]) == (413, "too_many_bytes"), (status, body)
    assert app.avatar() == rejected, app.avatar()

    newer, second = app.upload(photo)
    assert newer["status"] == "ready" and newer["url"] != avatar["url"], newer
    assert app.webhook(outcome(second), key=b"another key of 24 bytes.") in (400, 401, 403)
    assert app.webhook(outcome(second), at=time.time() - 3600) in (400, 401, 403)
    # Late news of an older upload is genuine, but changes nothing.
    assert app.webhook(outcome(first)) in (200, 204)
    assert app.avatar() == newer, app.avatar()
    assert app.webhook(outcome(second)) in (200, 204)
    assert app.avatar()["url"] == URL, "a genuine webhook changes nothing"
    if has_session:
        for method, body in (("GET", None), ("POST", b'{"size": 1}')):
            status = app.request(method, "/avatar", body, user=None)[0]
            assert status in (302, 401, 403), f"{method} without a user: {status}"


def save_files(pages, folder):
    """Saves the files of the pages, as a reader does."""
    for page in pages:
        for name, text in FILE.findall(Path(page).read_text(encoding="utf-8")):
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def environment(issuer, port):
    return {**os.environ, "ISSUER_URL": issuer, "PORT": port, "PYTHONDONTWRITEBYTECODE": "1"}


def main(arguments):
    pages, [folder, issuer, port, photo, *command] = split(arguments)
    save_files(pages, folder)
    app = App(port, os.environ["WEBHOOK_SECRET"])
    log = Path(folder, "log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(issuer, port), stdout=output, stderr=output
        )
    try:
        until("app", lambda: app.responds(process))
        converse(app, Path(photo).read_bytes(), has_session="tutorial.md" not in pages[-1])
    except BaseException:
        sys.stderr.write(log.read_text(errors="replace"))
        raise
    finally:
        process.terminate()
        process.wait(DEADLINE)


def split(arguments):
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


if __name__ == "__main__":
    main(sys.argv[1:])
