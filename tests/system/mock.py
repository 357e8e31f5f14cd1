# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mock server and what else tests of whole programs need around them."""

import contextlib
import functools
import http.server
import os
import subprocess
import threading
import time


def environment():
    """The tests' environment with a registry: gst-launch-1.0 and Python look there for elements."""
    env = dict(os.environ)
    env.pop("GST_REGISTRY_DISABLE", None)
    env["GST_PLUGIN_PATH"] = env["TEST_PLUGIN_PATH"]
    env["GST_REGISTRY"] = env["TEST_REGISTRY"]
    env["VISIONCRAFT_TOKEN"] = "cookbook-key"
    return env


@contextlib.contextmanager
def mock(*options):
    """Runs visioncraft-mock; gives its address."""
    with subprocess.Popen([os.environ["TEST_MOCK"], *options],
                          stdout=subprocess.PIPE, text=True) as process:
        try:
            words = process.stdout.readline().split()
            assert words[:2] == ["listening", "on"], words
            yield words[2]
        finally:
            process.terminate()


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


def wait_until(predicate, what, seconds=20):
    """Asks until predicate gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while not (value := predicate()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
    return value


def is_listening(port):
    """Whether somebody listens on TCP port, without connecting to it."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return any(int(row[1].split(":")[1], 16) == port and row[3] == "0A" for row in rows)
