"""The command line that the Python peers share."""

import argparse
import os
import pathlib
from concurrent.futures import ThreadPoolExecutor


def run(render):
    """Calls render(photo, original, thumbnail) for each photo of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("photos", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    def render_one(photo):
        original = arguments.out / f"{photo.stem}.webp"
        thumbnail = arguments.out / f"{photo.stem}_thumb.webp"
        render(os.fspath(photo), os.fspath(original), os.fspath(thumbnail))

    if arguments.workers == 1:
        for photo in arguments.photos:
            render_one(photo)
    else:
        # Threads, because the libraries release the interpreter's lock while they work.
        with ThreadPoolExecutor(arguments.workers) as pool:
            list(pool.map(render_one, arguments.photos))
