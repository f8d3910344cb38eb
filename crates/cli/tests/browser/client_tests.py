"""Pages of another origin that use `client.js` and `uppy.js`: python client_tests.py CHROMIUM ISSUER STORE UPPY

UPPY is a folder for Uppy's own bundles, `uppy-5.mjs` and `uppy-6.mjs`. If they are missing and DARKROOM_TEST_CLIENTS is
set, they are taken from the npm package `uppy`. Otherwise a stub of Uppy's public contract takes their place.
"""

import functools
import http.server
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
import urllib.parse
from pathlib import Path

from chromium import Chromium
from page_tests import png

PAGES = Path(__file__).parent / "pages"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the pages, and Uppy."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}
    uppy = Path()

    def translate_path(self, path):
        bundle = self.uppy / Path(urllib.parse.urlsplit(path).path).name
        return str(bundle) if bundle.suffix == ".mjs" else super().translate_path(path)

    def do_GET(self):
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


def uppy_module(version, folder):
    """Returns the path of Uppy's module on the test server."""
    bundle = folder / f"uppy-{version}.mjs"
    if not bundle.exists() and os.environ.get("DARKROOM_TEST_CLIENTS"):
        try:
            with tempfile.TemporaryDirectory() as download:
                command = ["npm", "pack", f"uppy@{version}", "--pack-destination", download]
                subprocess.run(command, check=True, capture_output=True, timeout=120)
                (archive,) = Path(download).glob("*.tgz")
                with tarfile.open(archive) as package:
                    folder.mkdir(parents=True, exist_ok=True)
                    bundle.write_bytes(package.extractfile("package/dist/uppy.min.mjs").read())
        except (OSError, subprocess.SubprocessError, KeyError) as error:
            print(f"Uppy {version} cannot be downloaded: {error}")
    if bundle.exists():
        return f"/{bundle.name}"
    print(f"Uppy {version}: its public contract is stubbed")
    return "/uppy_stub.js"


def deleted_path(page, issuer):
    """Returns the path of the upload that the page has deleted."""
    page.drain()
    urls = {url for url in page.requests if not url.endswith("/complete")}
    (url,) = {url for url in urls if url.startswith(f"{issuer}/v1/uploads/photo/u1/")}
    return url


def the_ten_line_page(browser, origin, issuer, store, photo, large, text):
    page = browser.page()
    page.open(f"{origin}/client.html?issuer={issuer}")
    page.until("the client", "document.body.dataset.ready")
    message = "document.getElementById('message').textContent"
    page.files("#file", photo)
    page.until("the image", f"{message} === 'ready' && document.getElementById('image').naturalWidth > 0")
    page.files("#file", text)
    page.until("the refusal", f"{message} === 'It is not an image. Choose a photo or another image.'")
    page.slow_uploads(100_000)
    page.files("#file", large)
    page.until("the transfer", f"/^sending [1-9]/.test({message})")
    page.click("#cancel")
    page.until("the cancellation", f"{message} === 'cancelled'")
    path = deleted_path(page, issuer)
    page.run(f"fetch('{path}').then((it) => it.json()).then(({{ status }}) => {{ window.deletedStatus = status }})")
    assert page.run("window.deletedStatus") == "deleted"
    page.expected_problems = ["the server responded with a status of 410"]
    page.assert_clean((origin, issuer, store))
    page.close()


def a_page_with_uppy(browser, origin, issuer, store, module, large):
    page = browser.page()
    page.open(f"{origin}/uppy.html?issuer={issuer}&uppy={module}")
    page.until("the plugin", "document.body.dataset.ready")
    message = "document.getElementById('message').textContent"
    page.run(f"add('photo.png', {list(png(60, 40))})")
    page.run("uppy.upload().then(() => {})")
    page.until("the image", f"{message} === 'ready: photo.png' && document.getElementById('image').naturalWidth > 0")
    page.run("add('notes.png', [104, 101, 108, 108, 111])")
    result = page.run("uppy.upload().then(({ failed }) => failed.map(({ error }) => error))")
    assert result == ["It is not an image. Choose a photo or another image."], result
    assert page.run(message) == f"error: {result[0]}"
    page.run("uppy.cancelAll()")
    page.drain()
    page.requests.clear()
    page.slow_uploads(100_000)
    page.run(f"add('large.png', {list(large.read_bytes())}); uppy.upload(); undefined")
    page.until("the transfer", f"/^sent [1-9]/.test({message})")
    page.run("uppy.cancelAll()")
    page.until("the deletion", "performance.getEntriesByType('resource').some((it) => it.name.includes('/v1/uploads/photo/u1/'))")
    path = deleted_path(page, issuer)
    assert page.run(f"fetch('{path}').then((it) => it.json()).then((it) => it.status)") == "deleted"
    page.expected_problems = ["the server responded with a status of 410", "It is not an image"]
    page.assert_clean((origin, issuer, store))
    page.close()


def main():
    program, issuer, store, uppy = sys.argv[1:]
    issuer, store = issuer.rstrip("/"), store.rstrip("/")
    Handler.uppy = Path(uppy)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=PAGES))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    browser = Chromium(program)
    try:
        with tempfile.TemporaryDirectory() as folder:
            photo, large, text = (Path(folder, name) for name in ("photo.png", "large.png", "text.png"))
            photo.write_bytes(png(60, 40))
            large.write_bytes(png(300, 300, noise=True))
            text.write_text("only text")
            the_ten_line_page(browser, origin, issuer, store, photo, large, text)
            print("the ten-line page: ok", flush=True)
            for version in (5, 6):
                module = uppy_module(version, Path(uppy))
                a_page_with_uppy(browser, origin, issuer, store, module, large)
                print(f"Uppy {version} ({module}): ok", flush=True)
    finally:
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
