"""A Celery application whose broker is SQS.

As a script, it runs tasks in a worker: some immediately, one after a delay, and one after a retry. It
checks that each task is done exactly once.
"""

import os
import subprocess
import sys
import time
import urllib.parse

from celery import Celery

OUT = os.environ["OUT"]
SQS = urllib.parse.urlparse(os.environ["SQS_ENDPOINT"])
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

app = Celery("tasks", broker=f"sqs://{KEY}:{SECRET}@{SQS.netloc}")
app.conf.update(
    task_default_queue=os.environ["QUEUE"],
    task_acks_late=True,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "region": os.environ["AWS_DEFAULT_REGION"],
        "is_secure": False,
        "visibility_timeout": 60,
        "wait_time_seconds": 5,
        "polling_interval": 0.1,
    },
)


@app.task(name="note", bind=True, max_retries=2)
def note(self, text, failures=0):
    if self.request.retries < failures:
        raise self.retry(countdown=1)
    with open(OUT, "a") as file:
        file.write(f"{text} {self.request.retries}\n")


def done():
    if not os.path.exists(OUT):
        return []
    with open(OUT) as file:
        return sorted(file.read().splitlines())


def main():
    expected = sorted([*(f"now-{number} 0" for number in range(30)), "later 0", "retried 1"])
    for number in range(30):
        note.delay(f"now-{number}")
    note.apply_async(["later"], countdown=1)
    note.delay("retried", failures=1)
    arguments = ["-A", "celery_tasks", "worker", "--pool", "solo", "-l", "INFO"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", *arguments],
        cwd=os.path.dirname(os.path.abspath(__file__)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while done() != expected and worker.poll() is None:
            assert time.monotonic() < deadline, done()
            time.sleep(0.1)
    finally:
        worker.terminate()
        log, _ = worker.communicate(timeout=30)
    assert done() == expected, (done(), log)
    assert "ERROR" not in log and "Traceback" not in log, log


if __name__ == "__main__":
    main()
