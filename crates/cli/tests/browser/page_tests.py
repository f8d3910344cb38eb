"""The demo page in Chromium: python page_tests.py CHROMIUM PAGE STORE SCREENSHOTS [TEST...]

PAGE is the address of a running `darkroom dev`, and STORE that of its embedded S3. Every state of the page is written
to the folder SCREENSHOTS. If DARKROOM_TEST_TOKEN is set, only the field to sign in is tested, with this key.
"""

import json
import os
import struct
import sys
import tempfile
import urllib.error
import urllib.request
import zlib
from pathlib import Path

import axe_selenium_python

from chromium import Chromium, until

AXE = next(Path(axe_selenium_python.__file__).parent.rglob("axe.min.js")).read_text()
READY = ".upload[data-state=ready] .comparison"


def png(width, height, noise=False):
    """Returns a PNG file: a gradient, or noise that cannot be compressed."""
    seed = 1
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            if noise:
                seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
                rows += bytes((seed >> 8 & 255, seed >> 16 & 255, seed >> 23 & 255))
            else:
                rows += bytes((255 * x // width, 255 * y // height, 128))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(rows), 1)) + chunk(b"IEND", b"")


class Tests:
    def __init__(self, browser, address, store, screenshots, folder):
        self.browser, self.address, self.store = browser, address, store
        self.screenshots, self.folder = Path(screenshots), Path(folder)
        self.photos = [self.file(f"photo {number}.png", png(240 + 10 * number, 160)) for number in range(1, 4)]
        self.large = self.file("large.png", png(900, 600, noise=True))

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def open(self, **options):
        page = self.browser.page(**options)
        page.open(self.address)
        return page

    def close(self, page, name):
        """Checks the last state of a page."""
        page.screenshot(self.screenshots / f"{name}.png")
        self.assert_accessible(page)
        page.assert_clean((self.address, self.store))
        page.close()

    def select_avatar(self, page):
        page.run("document.getElementById('profile').value = 'avatar'")
        page.run("document.getElementById('profile').dispatchEvent(new Event('change'))")

    def assert_accessible(self, page):
        violations = page.axe(AXE)
        assert not violations, "\n".join(violations)

    def status(self, path):
        try:
            with urllib.request.urlopen(self.address + path) as response:
                return json.load(response)["status"]
        except urllib.error.HTTPError as error:
            return json.load(error)["status"]

    def the_sample_photo_goes_the_whole_way(self):
        page = self.open()
        self.assert_accessible(page)
        page.click("#sample")
        page.until("the images", f"document.querySelector('{READY}')")
        text = page.run("document.querySelector('.upload').innerText")
        for part in ("lay on its side", "where it was taken", "Sample Camera", "46.020° N, 7.749° E", "1600 × 1200"):
            assert part in text, (part, text)
        page.run("document.querySelector('.comparison input').focus()")
        page.key("ArrowRight")
        assert page.run("document.querySelector('.comparison .before').style.clipPath") == "inset(0px 49% 0px 0px)"
        self.close(page, "sample-light-wide")

    def photos_are_chosen_dropped_and_pasted(self):
        page = self.open()
        page.files("#files", *self.photos)
        page.drop("#drop", self.photos[0])
        content = list(self.photos[1].read_bytes())
        page.run(
            f"(() => {{ const data = new DataTransfer(); data.items.add(new File([new Uint8Array({content})], 'pasted.png'));"
            " document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data})); })()"
        )
        page.until("five results", f"document.querySelectorAll('{READY}').length === 5")
        summary = page.run("document.querySelector('.summary').textContent")
        assert summary == "5 ready", summary
        page.until("an announcement", "document.getElementById('announcer').textContent.includes('finished')")
        self.close(page, "queue-light-wide")

    def a_cancelled_upload_is_deleted(self):
        page = self.open()
        page.slow_uploads(100_000)
        page.files("#files", self.large)
        page.until("the transfer", "document.querySelector('.upload[data-state=sending]')")
        page.run("document.querySelector('.cancel').focus()")
        page.key("Enter")
        page.until("the cancellation", "document.body.innerText.includes('Cancelled. Nothing of it is left')")
        page.drain()
        (path,) = {url for url in page.requests if url.startswith(f"{self.address}/v1/uploads/photo/demo/")}
        assert self.status(path.removeprefix(self.address)) == "deleted"
        assert page.run("document.querySelector('.upload').contains(document.activeElement)"), "the focus is lost"
        page.slow_uploads(-1)
        page.reload()
        assert page.run("document.querySelectorAll('.upload').length") == 0, "a cancelled upload is back"
        page.files("#files", self.photos[0])
        page.until("another upload", f"document.querySelector('{READY}')")
        page.click(".dismiss")
        page.offline(True)
        page.files("#files", self.photos[0])
        page.until("the notice", "document.body.innerText.includes('You are offline')")
        page.click(".cancel")
        page.until("the cancellation", "document.body.innerText.includes('Cancelled. Nothing of it is left')")
        page.offline(False)
        page.expected_problems = ["ERR_INTERNET_DISCONNECTED"]
        page.click(".retry")
        page.until("the second attempt", f"document.querySelector('{READY}')")
        page.click(".delete")
        page.until("the deletion", "document.body.innerText.includes('Deleted from the service')")
        self.close(page, "deleted-light-wide")

    def refusals_teach_what_to_do(self):
        page = self.open()
        self.select_avatar(page)
        page.run("document.getElementById('crop').checked = false")
        files = {
            "empty.jpg": (b"", "The file is empty."),
            "notes.jpg": (b"only text", "It is not an image."),
            "contract.jpg": (b"%PDF-1.7\n", "This is a PDF document. Only JPEG, PNG, WEBP, GIF, HEIC, and AVIF are accepted."),
            "film.jpg": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100), "This is a video."),
            "huge.png": (self.photos[0].read_bytes() + bytes(12_250_000), "It has 12.3 MB. At most 10.5 MB are accepted."),
            "cut.png": (self.photos[0].read_bytes()[:300], "The file is damaged or incomplete."),
            "wide.png": (png(4200, 2), "The image is too wide or too tall"),
        }
        page.files("#files", *[self.file(name, content) for name, (content, _) in files.items()])
        page.until("all refusals", f"document.querySelectorAll('.upload[data-state=refused]').length === {len(files)}")
        for name, (_, words) in files.items():
            card = f"[...document.querySelectorAll('.upload')].find((it) => it.querySelector('h2').textContent === '{name}')"
            text = " ".join(page.run(f"{card}.querySelector('.refusal').innerText").split())
            assert words in text, (name, text)
        # Chromium itself logs a response with a status of 400 or more.
        page.expected_problems = ["the server responded with a status of 4"]
        self.close(page, "refusals-light-wide")

    def an_upload_resumes_after_the_device_was_offline(self):
        page = self.open()
        page.offline(True)
        page.files("#files", self.photos[0])
        page.until("the notice", "document.body.innerText.includes('You are offline. This upload resumes by itself.')")
        page.offline(False)
        page.until("the result", f"document.querySelector('{READY}')")
        page.expected_problems = ["ERR_INTERNET_DISCONNECTED"]
        self.close(page, "resumed-light-wide")

    def a_reload_forgets_nothing(self):
        page = self.open()
        page.files("#files", self.photos[0])
        page.until("the first result", f"document.querySelector('{READY}')")
        page.slow_uploads(100_000)
        page.files("#files", self.large)
        page.until("the transfer", "document.querySelector('.upload[data-state=sending]')")
        page.slow_uploads(-1)
        page.reload()
        page.until("both results", f"document.querySelectorAll('{READY}').length === 2")
        names = page.run("[...document.querySelectorAll('h2[tabindex]')].map((it) => it.textContent).join()")
        assert names == "large.png,photo 1.png", names
        self.close(page, "reloaded-light-wide")

    def an_avatar_is_cropped_with_a_mouse_with_fingers_and_with_keys(self):
        page = self.open(media=[("prefers-color-scheme", "dark")])
        self.select_avatar(page)
        left = "parseFloat(document.querySelector('.box').style.left)"
        width = "parseFloat(document.querySelector('.box').style.width)"
        page.files("#files", self.large)
        page.until("the dialog", "document.querySelector('dialog').open && document.querySelector('.box').style.left")
        before = page.run(left)
        x, y = page.center(".stage")
        page.drag((x, y), (x - 30, y))
        assert page.run(left) < before, "the mouse does not move the square"
        before = page.run(width)
        page.swipe(((x - 40, y), (x - 20, y)), ((x + 40, y), (x + 20, y)))
        assert page.run(width) < before, "two fingers do not resize the square"
        page.run("document.querySelector('[name=x]').focus()")
        page.key("End")
        assert abs(page.run(left) + page.run(width) - 100) < 0.2
        page.screenshot(self.screenshots / "crop-dark-wide.png", full=False)
        self.assert_accessible(page)
        page.run("document.querySelector('[value=crop]').focus()")
        page.key("Enter")
        page.until("the result", f"document.querySelector('{READY}')")
        text = page.run("document.querySelector('.facts').innerText")
        before, after = text.split("Pixels\n")[1].split("\n")[0].removesuffix(" after").split(" before, ")
        assert before == "900 × 600" and len(set(after.split(" × "))) == 1, text
        self.close(page, "cropped-dark-wide")

    def everything_works_with_keys_only(self):
        page = self.open()
        focused = lambda: page.run("((it) => it.id || it.className || it.tagName)(document.activeElement)")
        reached = []
        while focused() != "sample":
            page.key("Tab")
            reached.append(focused())
            assert len(reached) < 10, reached
        page.key("Enter")
        page.until("the result", f"document.querySelector('{READY}')")
        for _ in range(20):
            page.key("Tab")
            reached.append(focused())
            if reached[-1] == "dismiss":
                break
        for name in ("files", "profile", "crop", "INPUT", "A", "delete", "dismiss"):
            assert name in reached, (name, reached)
        page.key("Enter")
        assert focused() == "files", "the focus is lost"
        assert page.run("document.querySelectorAll('.upload').length") == 0
        self.close(page, "empty-light-wide")

    def it_fits_a_phone_and_a_magnified_window(self):
        dark = [("prefers-color-scheme", "dark"), ("prefers-reduced-motion", "reduce")]
        for name, options in {
            "phone-dark": {"width": 320, "height": 640, "scale": 2, "touch": True, "media": dark},
            "phone-light": {"width": 390, "height": 844, "scale": 2, "touch": True},
            "magnified-light": {"width": 640, "height": 480, "scale": 2},
        }.items():
            page = self.open(**options)
            camera = page.run("getComputedStyle(document.querySelector('.camera')).display")
            assert camera == ("block" if options.get("touch") else "none"), camera
            page.click("#sample")
            page.until("the result", f"document.querySelector('{READY}')")
            overflow = page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{name}: {overflow} px too wide"
            self.close(page, name)

    def a_placeholder_without_motion_is_shown_during_processing_if_the_visitor_wants_that(self):
        for media, animation in (([("prefers-reduced-motion", "reduce")], "none"), ([], "develop")):
            page = self.open(media=media)
            page.offline(True)
            page.files("#files", self.photos[0])
            drawn = "document.querySelector('.hash').getContext('2d').getImageData(8, 8, 1, 1).data[3] === 255"
            page.until("the placeholder", drawn)
            page.run("document.querySelector('.upload').dataset.state = 'processing'")
            page.run("document.querySelector('.hash').hidden = false")
            assert page.run("getComputedStyle(document.querySelector('.hash')).animationName") == animation
            page.offline(False)
            page.until("the result", f"document.querySelector('{READY}')")
            # The test itself reads the canvas often.
            page.expected_problems = ["ERR_INTERNET_DISCONNECTED", "willReadFrequently"]
            self.close(page, f"placeholder-{animation}-light-wide")


def sign_in(browser, address, token):
    """Tests the page of a service that requires a key: `token` acts for any owner."""
    page = browser.page()
    page.open(address)
    fill = lambda name, value: page.run(f"document.getElementById('{name}').value = '{value}'")
    page.click("#sample")
    page.until("the request to sign in", "document.getElementById('announcer').textContent.startsWith('Sign in first')")
    assert page.run("document.activeElement.id") == "token"
    for owner, result in (("", "The owner of the upload is missing."), ("u1", "Ready")):
        fill("token", token)
        fill("owner", owner)
        page.click("#sign-in button")
        page.click("#sample")
        page.until(result, f"document.querySelector('.upload').innerText.includes('{result}')")
    page.expected_problems = ["the server responded with a status of 422"]
    violations = page.axe(AXE)
    assert not violations, "\n".join(violations)
    page.drain()
    assert token not in "".join(page.requests)
    page.close()


def main():
    program, address, store, screenshots, *names = sys.argv[1:]
    Path(screenshots).mkdir(parents=True, exist_ok=True)
    browser = Chromium(program)
    failures = 0
    try:
        if token := os.environ.get("DARKROOM_TEST_TOKEN"):
            sign_in(browser, address, token)
            return
        with tempfile.TemporaryDirectory() as folder:
            tests = Tests(browser, address.rstrip("/"), store.rstrip("/"), screenshots, folder)
            every = [name for name in vars(Tests) if name.count("_") >= 2 and not name.startswith("__")]
            for name in names or every:
                try:
                    getattr(tests, name)()
                    print(f"{name}: ok", flush=True)
                except Exception as error:  # The other tests still run.
                    failures += 1
                    print(f"{name}: FAILED: {type(error).__name__}: {error}", flush=True)
    finally:
        browser.close()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
