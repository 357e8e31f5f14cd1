# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of programs stand on: the mock server, processes, and waits with an end."""

import contextlib
import functools
import http.server
import os
import signal
import subprocess
import tempfile
import threading
import time

KEY = "key-of-the-tests"
LIMIT_S = 60


def environment():
    """The tests' environment, with the key that the programs need."""
    return os.environ | {"VISIONCRAFT_TOKEN": KEY}


def wait_until(predicate, seconds, what):
    """Asks until predicate gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while not (value := predicate()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
    return value


class Process:
    """A program that says on its first line where it listens."""

    SIGNAL = signal.SIGTERM

    def __init__(self, args, env=None):
        self.log = tempfile.TemporaryFile()
        self.popen = subprocess.Popen(args, env=env, stdout=subprocess.PIPE,
                                      stderr=self.log, stdin=subprocess.DEVNULL)
        line = self.popen.stdout.readline().decode()
        if not line.startswith("listening on "):
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"{args[0]}: {line!r} {self.read_log()}")
        self.url = line.split()[2].rstrip("/")
        self.port = int(self.url.rsplit(":", 1)[1])

    def read_log(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self):
        """Ends it as people do; its exit status must be 0 then."""
        self.popen.send_signal(self.SIGNAL)
        try:
            status = self.popen.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"it does not end: {self.read_log()}")
        self.popen.stdout.close()
        log = self.read_log()
        self.log.close()
        assert status == 0, f"exit status {status}: {log}"
        assert KEY not in log, "the key is in the log"
        return log


def start_mock(*options, env=None):
    """visioncraft-mock as a Process."""
    return Process([os.environ["TEST_MOCK"], *options], env)


@contextlib.contextmanager
def mock(*options):
    """Runs visioncraft-mock; gives its address."""
    process = start_mock(*options)
    try:
        yield process.url
    finally:
        process.stop()


@contextlib.contextmanager
def mock_of_file(path, *options):
    """A mock that answers every prompt with the GIF at path."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Handler, directory=os.path.dirname(path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/{os.path.basename(path)}"
        try:
            with mock("--fault", f"address address={address}", *options) as url:
                yield url
        finally:
            server.shutdown()
            thread.join()


def is_listening(port):
    """Whether somebody listens on TCP port, without connecting to it."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return any(int(row[1].split(":")[1], 16) == port and row[3] == "0A" for row in rows)
