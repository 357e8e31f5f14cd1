# SPDX-License-Identifier: LGPL-2.1-or-later
"""The web application and the mock service as processes, for its tests."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import tempfile

import fixture
from fixture import KEY, wait_until
from relay import Relay

# The plugins that visioncraft-web's pipelines are made of, besides ours. A
# folder of just these is scanned in the process itself, in a moment: the
# scanner of its own that GStreamer would start cannot load an ASan build.
PLUGINS = ["coreelements", "app", "gio", "videocrop", "videoconvertscale",
           "x264", "isomp4", "vpx", "matroska", "jpeg"]

# What a server at rest may run: its main thread, GLib's own two and the guard of
# what the main thread reads, which start with the first use and stay. Pools keep
# idle threads for two seconds.
RESTING = {"visioncraft-web", "gmain", "pool-spawner", "vc-net-guard"}


def read_until(s, wanted):
    """Reads from a socket until the bytes have come."""
    got = b""
    while wanted not in got:
        piece = s.recv(4096)
        assert piece, f"closed before {wanted}: {got[-100:]}"
        got += piece


class Process(fixture.Process):
    """The application, and what the system says of it."""

    # At once; the other one lets it bring to an end what it has begun.
    SIGNAL = signal.SIGINT

    def threads(self):
        names = {}
        for task in os.listdir(f"/proc/{self.popen.pid}/task"):
            with contextlib.suppress(OSError):
                with open(f"/proc/{self.popen.pid}/task/{task}/comm") as f:
                    names[task] = f.read().strip()
        return names

    def descriptors(self):
        folder = f"/proc/{self.popen.pid}/fd"
        found = {}
        for fd in os.listdir(folder):
            with contextlib.suppress(OSError):
                found[fd] = os.readlink(f"{folder}/{fd}")
        return found


class Setup:
    """A mock service, the web application in front of it, and their folder."""

    def __init__(self, web_args=(), mock_args=()):
        self.folder = tempfile.mkdtemp(prefix="visioncraft-web-test-")
        plugins = os.path.join(self.folder, "plugins")
        os.mkdir(plugins)
        for name in PLUGINS:
            file = f"libgst{name}.so"
            os.symlink(os.path.join(os.environ["TEST_PLUGINS_DIR"], file),
                       os.path.join(plugins, file))
        for module in os.environ["TEST_MODULES"].split(":"):
            os.symlink(module, os.path.join(plugins, os.path.basename(module)))
        key_file = os.path.join(self.folder, "key")
        with open(key_file, "w") as f:
            f.write(KEY + "\n")
        os.chmod(key_file, 0o600)

        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("GST_", "VISIONCRAFT_"))}
        self.mock = fixture.start_mock("--token", KEY, *mock_args, env=env)
        self.relay = Relay(self.mock.port)
        self.env = dict(env, GST_PLUGIN_SYSTEM_PATH="", GST_PLUGIN_PATH=plugins,
                        GST_REGISTRY=os.path.join(self.folder, "registry"),
                        GST_REGISTRY_FORK="no",
                        XDG_CONFIG_HOME=os.path.join(self.folder, "config"))
        try:
            self.web = Process([os.environ["TEST_PROGRAM"], "--port", "0", "--rate", "0",
                                "--api-url", self.relay.url,
                                "--token-file", key_file, *web_args], self.env)
        except BaseException:
            self._stop_service()
            raise

    def _stop_service(self):
        self.relay.close()
        self.mock.stop()
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(self.web.read_log())
        try:
            self.log = self.web.stop()
        finally:
            self._stop_service()

    def _is_resting(self):
        sockets = [fd for fd in self.web.descriptors().values()
                   if fd.startswith("socket:")]
        return (set(self.web.threads().values()) <= RESTING
                and len(sockets) == 1)  # the one that listens

    def measure(self):
        """Threads and descriptors of the web application once nothing runs any
        more."""
        try:
            wait_until(self._is_resting, 90, "the server rests")
        except AssertionError:
            print(self.web.threads(), self.web.descriptors())
            raise
        return {"threads": len(self.web.threads()),
                "descriptors": len(self.web.descriptors())}

    def write(self, name, text):
        """The path of a new file that others cannot read."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", opener=lambda *a: os.open(*a, 0o600)) as f:
            f.write(text)
        return path

    def start_web(self, *args, env=None):
        """Another one beside, as it is started by hand: with no options but
        these."""
        return Process([os.environ["TEST_PROGRAM"], "--port", "0", *args],
                       dict(self.env, **(env or {})))

    # --- HTTP ---

    def ask(self, method, path, body=None, headers=None):
        """(status, headers, bytes); a new connection each time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port,
                                                timeout=60)
        sent = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        return reply.status, reply.headers, data

    def submit(self, prompt, **settings):
        """The id of a new generation."""
        status, _, data = self.ask("POST", "/api/generations",
                                   dict(settings, prompt=prompt))
        assert status == 201, (status, data)
        return json.loads(data)["id"]

    def open_request(self, path):
        """A socket on which the reply to a GET will arrive."""
        s = socket.create_connection(("127.0.0.1", self.web.port), timeout=60)
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return s

    def open_stream(self, path):
        """The same, once the head of the reply has come."""
        s = self.open_request(path)
        got = b""
        while b"\r\n\r\n" not in got:
            piece = s.recv(1)
            assert piece, f"closed before the reply to {path}"
            got += piece
        assert got.startswith(b"HTTP/1.1 200 "), got
        return s

    def events(self, job):
        """All events of a generation, to its end."""
        _, _, data = self.ask("GET", f"/api/generations/{job}/events")
        return [json.loads(line[6:]) for line in data.decode().split("\n")
                if line.startswith("data: ")]

    def state(self, job):
        status, _, data = self.ask("GET", f"/api/generations/{job}")
        assert status == 200, (status, data)
        return json.loads(data)


def make_gif(width, height, delays_cs):
    """The left half red, the right half transparent; one such frame for each
    delay. The codes are never longer than three bits: a clear code stands
    before every other pixel."""
    pixels = [1 if x < width / 2 else 0 for _ in range(height)
              for x in range(width)]
    codes = []
    for i, pixel in enumerate(pixels):
        codes += [4, pixel] if i % 2 == 0 else [pixel]
    bits = sum(code << (3 * i) for i, code in enumerate(codes + [5]))
    data = bits.to_bytes((3 * len(codes) + 3 + 7) // 8, "little")
    blocks = b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255]
                      for i in range(0, len(data), 255))
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    frames = b"".join(
        b"\x21\xf9\x04\x01" + delay.to_bytes(2, "little") + b"\0\0"
        + b"\x2c\0\0\0\0" + size + b"\0\x02" + blocks + b"\0"
        for delay in delays_cs)
    return (b"GIF89a" + size + b"\x91\0\0" + b"\x30\x60\x90\xff\0\0"
            + 6 * b"\0" + frames + b"\x3b")


def cut_comment(gif):
    """The comment behind the colours, and the GIF without it."""
    start = at = 13 + (3 << ((gif[10] & 7) + 1) if gif[10] & 0x80 else 0)
    assert gif[at:at + 2] == b"\x21\xfe", gif[at:at + 2]
    at += 2
    comment = b""
    while gif[at]:
        comment += gif[at + 1:at + 1 + gif[at]]
        at += 1 + gif[at]
    return comment, gif[:start] + gif[at + 1:]


def gif_delays(gif):
    """The delays of a GIF's frames in milliseconds, read from its blocks
    (GIF89a section 23)."""
    assert gif[:6] == b"GIF89a", gif[:6]
    delays, delay = [], 0
    at = 13 + (3 << ((gif[10] & 7) + 1) if gif[10] & 0x80 else 0)

    def skip_blocks(at):
        while gif[at]:
            at += gif[at] + 1
        return at + 1

    while gif[at] != 0x3B:
        if gif[at] == 0x21:
            if gif[at + 1] == 0xF9:
                delay = int.from_bytes(gif[at + 4:at + 6], "little")
            at = skip_blocks(at + 2)
        else:
            assert gif[at] == 0x2C, gif[at]
            packed = gif[at + 9]
            at += 10 + (3 << ((packed & 7) + 1) if packed & 0x80 else 0)
            at = skip_blocks(at + 1)
            delays.append(10 * delay if delay > 1 else 100)
    return delays
