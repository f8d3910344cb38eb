"""The page of the tutorial: python tutorial_tests.py CHROMIUM ISSUER STORE TUTORIAL PORT SECRET PHOTO"""

import subprocess
import sys
import tempfile
from pathlib import Path

from chromium import Chromium

sys.path.insert(0, str(Path(__file__).parents[1] / "recipes"))

from conversation import App, environment, save_files, until  # noqa: E402

IMAGE = "document.getElementById('avatar')"
MESSAGE = "document.getElementById('message').textContent"


def check(page, app, issuer, store, photo, text):
    page.open(app.url)
    assert page.run(MESSAGE) == "", "there is a message before anything was chosen"
    page.files("#file", photo)
    page.until("the avatar", f"{IMAGE}.naturalWidth > 0 && {MESSAGE} === ''")
    # The photo lies on its side: 300 x 200 as stored.
    assert page.run(f"{IMAGE}.naturalWidth < {IMAGE}.naturalHeight"), "the avatar is not upright"
    avatar = page.run(f"{IMAGE}.src")
    page.files("#file", text)
    page.until("the rejection", f"{MESSAGE}.startsWith('It is not an image.')")
    assert page.run(f"{IMAGE}.src") == avatar, "the rejection has replaced the avatar"
    page.reload()
    page.until("the same avatar and message", f"{IMAGE}.naturalWidth > 0 && {MESSAGE}.startsWith('It is not an image.')")
    page.expected_problems.append("favicon.ico")
    page.assert_clean((app.url, issuer, store))


def main(chromium, issuer, store, tutorial, port, secret, photo):
    with tempfile.TemporaryDirectory() as folder:
        save_files([tutorial], folder)
        html = Path(folder, "index.html")
        html.write_text(html.read_text(encoding="utf-8").replace("http://127.0.0.1:8080", issuer), encoding="utf-8")
        text = Path(folder, "text.jpg")
        text.write_text("no image")
        app = App(port, secret)
        variables = {**environment(issuer, port), "WEBHOOK_SECRET": secret}
        process = subprocess.Popen(["node", "app.mjs"], cwd=folder, env=variables)
        browser = Chromium(chromium)
        try:
            until("app", lambda: app.responds(process))
            check(browser.page(), app, issuer, store, photo, text)
        finally:
            browser.close()
            process.terminate()
            process.wait(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
