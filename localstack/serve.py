"""Serves LocalStack's S3 and SQS at HOST:PORT until standard input ends: serve.py HOST:PORT.

The test process that starts this script holds the other end of standard input. The kernel closes that
end when the test process ends for any reason, so no LocalStack outlives its tests.
"""

import os
import shutil
import sys
import tempfile
import threading


def main(address, scratch):
    threading.Thread(target=exit_with_parent, args=[scratch], daemon=True).start()
    # A profile or an endpoint of the developer's own must not reach LocalStack.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        GATEWAY_LISTEN=address,
        SERVICES="s3,sqs",
        EAGER_SERVICE_LOADING="1",
        # Without this, LocalStack accepts tampered and expired URLs.
        S3_SKIP_SIGNATURE_VALIDATION="0",
        SQS_ENDPOINT_STRATEGY="dynamic",
        # No network access and no telemetry.
        SKIP_SSL_CERT_DOWNLOAD="1",
        DISABLE_EVENTS="1",
        DNS_ADDRESS="0",
        FILESYSTEM_ROOT=os.path.join(scratch, "files"),
        XDG_CACHE_HOME=os.path.join(sys.prefix, "cache"),
    )
    # LocalStack reads its environment when it is imported.
    from localstack.runtime.main import main as run
    from localstack.services.s3 import provider
    # No setting changes this folder. If two LocalStacks shared it, they would delete each other's objects.
    provider.DEFAULT_S3_TMP_DIR = os.path.join(scratch, "s3")
    run()


def exit_with_parent(scratch):
    while os.read(sys.stdin.fileno(), 1):
        pass
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    folder = tempfile.tempdir = tempfile.mkdtemp(prefix="darkroom-localstack-")
    try:
        main(sys.argv[1], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
