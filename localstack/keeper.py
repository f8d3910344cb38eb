"""Runs a command for as long as somebody holds a connection to this process.

The tests of one run share one LocalStack, and nothing in the run outlives all of them: every test
binary is a process of its own. So each test process keeps a TCP connection to the keeper open, the
kernel closes it however that process ends, and once nobody has been connected for --linger seconds
the keeper ends the command and itself.

A connection counts from the moment the token has been sent on it. When the keeper decides to end,
it closes its listener first; a client that got no token starts a keeper of its own.

Standard library only: this runs in a bare virtual environment and in LocalStack's own image.
"""

import argparse
import ctypes
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time

TICK_SECONDS = 0.25
PR_SET_PDEATHSIG = 1


def main():
    options = parse_arguments()
    ending = Ending()
    listener = listen(options.listen)
    child = subprocess.Popen(options.command, start_new_session=True, preexec_fn=die_with_parent)
    try:
        serve(listener, options, child, ending)
    finally:
        listener.close()
        stop(child)
        if options.scratch:
            shutil.rmtree(options.scratch, ignore_errors=True)
    sys.exit(0 if ending.asked else abs(child.returncode))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--token", required=True, help="the line that greets every connection")
    parser.add_argument("--linger", type=float, default=15.0, metavar="SECONDS")
    parser.add_argument("--scratch", metavar="FOLDER", help="removed at the end")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


class Ending:
    """Whether the end was wanted: by a signal, or because nobody is connected any more."""

    def __init__(self):
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.ask)

    def ask(self, *_):
        self.asked = True


def listen(address):
    host, _, port = address.rpartition(":")
    listener = socket.create_server((host, int(port)), backlog=128)
    listener.setblocking(False)
    return listener


def die_with_parent():
    """Even a killed keeper leaves nothing behind, on Linux. It has one thread, so this holds."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def serve(listener, options, child, ending):
    greeting = options.token.encode() + b"\n"
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    connections = 0
    idle_since = time.monotonic()
    while not ending.asked and child.poll() is None:
        for key, _ in selector.select(TICK_SECONDS):
            if key.fileobj is listener:
                connections += welcome(listener, selector, greeting)
            elif has_left(key.fileobj):
                selector.unregister(key.fileobj)
                key.fileobj.close()
                connections -= 1
        if connections:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since >= options.linger:
            ending.ask()


def welcome(listener, selector, greeting):
    try:
        connection, _ = listener.accept()
    except OSError:
        return 0
    try:
        connection.sendall(greeting)
    except OSError:
        connection.close()
        return 0
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ)
    return 1


def has_left(connection):
    try:
        return connection.recv(64) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def stop(child):
    """Nothing of it is worth an orderly end, which takes LocalStack seconds."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


if __name__ == "__main__":
    main()
