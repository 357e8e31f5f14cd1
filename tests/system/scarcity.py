#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A process with too few descriptors or too little memory gets an error, and never ends by a signal.

scarcity.py                         runs itself as below, many times
scarcity.py URL RLIMIT_NOFILE N     with N descriptors left when it starts to play
scarcity.py URL RLIMIT_NOFILE N -   the same, after another run has ended well
scarcity.py URL RLIMIT_AS N         with N MiB more of address space when the GIF begins
scarcity.py URL RLIMIT_AS N -       with N MiB more when it starts to play after another run
"""

import base64
import contextlib
import http.server
import json
import os
import resource
import socket
import subprocess
import sys
import threading

from fixture import KEY, environment, mock

LIMIT_S = 60
MIB = 1 << 20
LARGE = 64 * MIB
PIXEL = "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="

# What the C library would take from its reserves is counted too.
SMALL_PIECES = {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=32768:glibc.malloc.arena_max=1"}


def serve_large():
    """A server that answers a prompt with 64 MiB that begin as a GIF does, of which all but the
    beginning comes when somebody else has connected; its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            while not connection.recv(MIB).endswith(b"}"):
                pass
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n"
                               b"Content-Length: %d\r\n\r\nGIF89a" % LARGE)
            listener.accept()
            connection.sendall(bytes(LARGE - len("GIF89a")))

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


class Inline(http.server.BaseHTTPRequestHandler):
    """A service whose replies have the GIF in them, with 8 MiB behind it for a large fox."""

    def log_message(self, *args):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gif = base64.b64decode(PIXEL) + bytes(8 * MIB if request["prompt"] == "large" else 0)
        body = json.dumps({"images": [base64.b64encode(gif).decode()]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)


def used():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def play(url, name, more, after=None):
    """Prints how a run ends."""
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst

    def wait(pipeline):
        message = pipeline.get_bus().timed_pop_filtered(
            LIMIT_S * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        assert message is not None, "neither an end nor an error"
        return "EOS" if message.type == Gst.MessageType.EOS else message.parse_error()[0].message

    Gst.init(None)
    line = f"visioncraftgifsrc prompt=%s api-url={url} retries=0 ! fakesink"
    pipeline, other = (Gst.parse_launch(line % prompt) for prompt in ("large", "small"))
    if after:
        other.set_state(Gst.State.PLAYING)
        assert wait(other) == "EOS"
    resource_kind = getattr(resource, name)
    before = resource.getrlimit(resource_kind)
    if name == "RLIMIT_AS" and after:
        resource.setrlimit(resource_kind, (used() + int(more) * MIB, before[1]))
        pipeline.set_state(Gst.State.PLAYING)
    elif name == "RLIMIT_NOFILE":
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource_kind, (lowest + int(more), before[1]))
        pipeline.set_state(Gst.State.PLAYING)
    else:
        pipeline.set_state(Gst.State.PLAYING)
        message = pipeline.get_bus().timed_pop_filtered(
            LIMIT_S * Gst.SECOND, Gst.MessageType.ELEMENT | Gst.MessageType.ERROR)
        assert message.has_name("visioncraft-reply"), message
        resource.setrlimit(resource_kind, (used() + int(more) * MIB, before[1]))
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))).close()
    end = wait(pipeline)
    resource.setrlimit(resource_kind, before)
    print(end)
    pipeline.set_state(Gst.State.NULL)
    other.set_state(Gst.State.NULL)


def run(url, name, more, *after):
    """How the last run in a process of its own ends: its line."""
    done = subprocess.run([sys.executable, __file__, url, name, str(more), *after],
                          env=environment() | SMALL_PIECES, capture_output=True, text=True,
                          timeout=2 * LIMIT_S, check=False)
    what = f"{name} {more} {after}: {done.stdout.strip()!r}"
    print(what)
    assert done.returncode == 0, f"{what}: {done.returncode} {done.stderr}"
    assert KEY not in done.stdout + done.stderr, what
    return done.stdout.strip()


def main():
    with mock() as url:
        ends = [run(url, "RLIMIT_NOFILE", more) for more in (0, 2, 4, 6, 8, 10, 12)]
        assert "no more threads, file descriptors or memory" in ends[0], ends
        ends = [run(url, "RLIMIT_NOFILE", more, "-") for more in range(5)]
        assert "Too many open files" in ends[0], ends
        assert run(url, "RLIMIT_NOFILE", 100) == "EOS"
    ends = [run(serve_large(), "RLIMIT_AS", more) for more in (4, 8, 16, 24)]
    assert all("not enough memory" in end for end in ends), ends
    assert run(serve_large(), "RLIMIT_AS", 1024) == "EOS"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inline) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        ends = [run(url, "RLIMIT_AS", more, "-") for more in (0, 4, 16, 24, 32, 40)]
        assert all("no more threads" in end or "not enough memory" in end for end in ends), ends
        assert "no more threads" in ends[0] and "not enough memory" in ends[-1], ends
        assert run(url, "RLIMIT_AS", 1024, "-") == "EOS"
        server.shutdown()


if __name__ == "__main__":
    if sys.argv[1:]:
        play(*sys.argv[1:])
    else:
        main()
