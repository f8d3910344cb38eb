"""Runs a command-line client on an S3 store: store_clients.py NAME FOLDER.

The client uploads a folder, downloads it, and copies files within the store. When the same commands
run a second time, they have nothing to transfer. At the end, the client deletes everything that it
created. The environment variable CLIENT contains the path of its program.
"""

import os
import pathlib
import subprocess
import sys
import urllib.request

ENDPOINT = os.environ["S3_ENDPOINT"]
HOST = ENDPOINT.removeprefix("http://")
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
PROGRAM = os.environ["CLIENT"]
# One byte more than four parts of a multipart upload, at the smallest part size of 5 MiB.
BIG = os.urandom(20 * 1024 * 1024 + 1)
SMALL = {
    "plain.txt": b"plain",
    "empty": b"",
    "with space.txt": b"space",
    "plus+sign&amp.txt": b"plus",
    "ünïcode/フォト.jpg": b"unicode",
    "a/b/c/deep.txt": b"deep",
}


def run(*arguments):
    """Runs the client and returns its output. Fails if the client hangs or prints a warning."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, (arguments, done.returncode, output)
    for bad in ["WARN", "NotImplemented", "Traceback", "retry", "Retry"]:
        assert bad not in output, (arguments, output)
    return output


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def read(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def fetch(url):
    with urllib.request.urlopen(url, timeout=20) as response:
        return response.read()


def aws(work, source, bucket):
    # A response that does not come in time is an error. The default is to wait for a minute.
    patience = ["--cli-read-timeout", "10"]
    os.environ["AWS_MAX_ATTEMPTS"] = "1"

    def s3(command, *arguments):
        quiet = ["--no-progress"] if command in ("cp", "mv", "sync") else []
        return run("s3", command, *arguments, *quiet, *patience, "--endpoint-url", ENDPOINT)

    s3("mb", f"s3://{bucket}")
    store = f"s3://{bucket}/tree"
    assert s3("sync", source, store).count("upload:") == len(SMALL) + 1
    assert s3("sync", source, store) == "", "the second run had something to do"
    s3("sync", store, work / "down")
    assert read(work / "down") == read(source)
    assert s3("sync", store, work / "down") == ""
    s3("cp", f"{store}/big.bin", f"s3://{bucket}/copy.bin")
    s3("cp", f"s3://{bucket}/copy.bin", work / "copy.bin")
    assert (work / "copy.bin").read_bytes() == BIG
    assert s3("sync", store, f"s3://{bucket}/other").count("copy:") == len(SMALL) + 1
    assert s3("sync", store, f"s3://{bucket}/other") == ""
    s3("mv", f"s3://{bucket}/copy.bin", f"s3://{bucket}/moved.bin")
    listed = s3("ls", "--recursive", f"s3://{bucket}")
    assert "moved.bin" in listed and "tree/ünïcode/フォト.jpg" in listed, listed
    assert "copy.bin" not in listed, listed
    url = s3("presign", f"{store}/with space.txt").strip()
    assert fetch(url) == b"space"
    assert s3("rm", "--recursive", f"s3://{bucket}").count("delete:") == 2 * len(SMALL) + 3
    s3("rb", f"s3://{bucket}")


def rclone(work, source, bucket):
    store = f"darkroom:{bucket}"
    config = write(work, {"rclone.conf": b""}) / "rclone.conf"
    options = ["--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M", "--s3-copy-cutoff", "5M"]

    def rclone(*arguments):
        return run(*arguments, "--config", config, "--retries", "1", *options)

    rclone("mkdir", store)
    rclone("sync", source, f"{store}/tree")
    again = rclone("sync", source, f"{store}/tree", "-v")
    assert "There was nothing to transfer" in again, again
    assert "0 differences found" in rclone("check", source, f"{store}/tree")
    rclone("sync", f"{store}/tree", work / "down")
    assert read(work / "down") == read(source)
    again = rclone("sync", f"{store}/tree", work / "down", "-v")
    assert "There was nothing to transfer" in again, again
    rclone("copyto", f"{store}/tree/big.bin", f"{store}/copy.bin")
    assert "0 differences found" in rclone(
        "check", "--include", "copy.bin", store, write(work / "big", {"copy.bin": BIG})
    )
    rclone("moveto", f"{store}/copy.bin", f"{store}/moved.bin")
    rclone("touch", "-t", "2020-01-02T03:04:05", f"{store}/tree/plain.txt")
    assert "2020-01-02 03:04:05" in rclone("lsl", f"{store}/tree/plain.txt")
    assert rclone("cat", "--offset", "2", f"{store}/tree/plain.txt") == "ain"
    listed = rclone("lsf", "-R", store)
    assert "moved.bin" in listed and "tree/ünïcode/フォト.jpg" in listed, listed
    url = rclone("link", "--expire", "1h", f"{store}/tree/with space.txt").strip()
    assert fetch(url) == b"space"
    rclone("cleanup", store)
    rclone("purge", store)


def s5cmd(work, source, bucket):
    store = f"s3://{bucket}"

    def s5(*arguments):
        return run("--endpoint-url", ENDPOINT, "--retry-count", "0", *arguments)

    s5("mb", store)
    part = ["--part-size", "5"]
    assert s5("sync", *part, f"{source}/", f"{store}/tree/").count("cp ") == len(SMALL) + 1
    assert s5("sync", *part, f"{source}/", f"{store}/tree/") == ""
    s5("sync", f"{store}/tree/*", f"{work}/down/")
    assert read(work / "down") == read(source)
    s5("cp", f"{store}/tree/big.bin", f"{store}/copy.bin")
    s5("mv", f"{store}/copy.bin", f"{store}/moved.bin")
    s5("cp", f"{store}/moved.bin", work / "moved.bin")
    assert (work / "moved.bin").read_bytes() == BIG
    listed = s5("ls", f"{store}/*")
    assert "moved.bin" in listed and "tree/ünïcode/フォト.jpg" in listed, listed
    assert s5("cat", f"{store}/tree/plain.txt") == "plain"
    assert "8 objects" in s5("du", f"{store}/*")
    s5("head", f"{store}/moved.bin")
    url = s5("presign", f"{store}/tree/with space.txt").strip()
    assert fetch(url) == b"space"
    assert s5("rm", f"{store}/*").count("rm ") == len(SMALL) + 2
    s5("rb", store)


def s3cmd(work, source, bucket):
    store = f"s3://{bucket}"
    config = work / "s3cmd.cfg"
    config.write_text(
        f"[default]\naccess_key = {KEY}\nsecret_key = {SECRET}\nhost_base = {HOST}\n"
        f"host_bucket = {HOST}\nuse_https = False\nmultipart_chunk_size_mb = 5\n"
    )

    def s3(*arguments):
        return run("-c", config, "--no-progress", "--max-retries", "1", *arguments)

    s3("mb", store)
    assert s3("sync", f"{source}/", f"{store}/tree/").count("upload:") >= len(SMALL) + 1
    assert "upload:" not in s3("sync", f"{source}/", f"{store}/tree/")
    (work / "down").mkdir()
    s3("sync", f"{store}/tree/", f"{work}/down/")
    assert read(work / "down") == read(source)
    assert "download:" not in s3("sync", f"{store}/tree/", f"{work}/down/")
    s3("cp", f"{store}/tree/big.bin", f"{store}/copy.bin")
    s3("mv", f"{store}/copy.bin", f"{store}/moved.bin")
    s3("get", f"{store}/moved.bin", work / "moved.bin")
    assert (work / "moved.bin").read_bytes() == BIG
    listed = s3("ls", "--recursive", store)
    assert "moved.bin" in listed and "tree/ünïcode/フォト.jpg" in listed, listed
    assert str(len(BIG)) in s3("info", f"{store}/moved.bin")
    assert "Location:" in s3("info", store)
    assert "8 objects" in s3("du", store)
    s3("modify", "--add-header=cache-control:max-age=60", f"{store}/tree/plain.txt")
    url = s3("signurl", f"{store}/tree/plain.txt", "+600").strip()
    assert fetch(url) == b"plain"
    s3("multipart", store)
    s3("del", "--recursive", "--force", store)
    s3("rb", store)


def main():
    name, work = sys.argv[1], pathlib.Path(sys.argv[2])
    source = write(work / "source", {**SMALL, "big.bin": BIG})
    os.environ.update(
        RCLONE_CONFIG_DARKROOM_TYPE="s3",
        RCLONE_CONFIG_DARKROOM_PROVIDER="Other",
        RCLONE_CONFIG_DARKROOM_ENDPOINT=ENDPOINT,
        RCLONE_CONFIG_DARKROOM_ACCESS_KEY_ID=KEY,
        RCLONE_CONFIG_DARKROOM_SECRET_ACCESS_KEY=SECRET,
    )
    client = {"aws": aws, "rclone": rclone, "s5cmd": s5cmd, "s3cmd": s3cmd}[name]
    client(work, source, f"{name}-{os.getpid()}")


main()
