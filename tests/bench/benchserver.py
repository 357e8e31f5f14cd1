# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers and inputs for bench.py, all on the loopback interface."""

import json
import os
import resource
import socket
import subprocess
import time
import urllib.request

NGINX_CONF = """
daemon off; master_process off; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000;
  client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work};
  uwsgi_temp_path {work}; scgi_temp_path {work};
  types {{ image/gif gif; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {work};
    {locations}
  }}
}}
"""

LOCATION = """
    location = /{name}/generate-gif {{
      default_type application/json;
      return 200 '{{"images":["http://127.0.0.1:{port}/{name}.gif"]}}';
    }}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def more_descriptors():
    """Up to the hard limit: a connection each for a thousand elements."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Nginx:
    """Serves files of a folder as GIFs: /NAME/generate-gif answers with the address of NAME.gif."""

    def __init__(self, work, names):
        self.port = free_port()
        conf = os.path.join(work, "nginx.conf")
        locations = "".join(LOCATION.format(name=n, port=self.port) for n in names)
        with open(conf, "w") as f:
            f.write(NGINX_CONF.format(work=work, port=self.port, locations=locations))
        self.process = subprocess.Popen(
            ["nginx", "-c", conf, "-p", work], stderr=subprocess.DEVNULL,
            preexec_fn=more_descriptors)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def api(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def gif(self, name):
        return f"http://127.0.0.1:{self.port}/{name}.gif"

    def end(self):
        self.process.terminate()
        self.process.wait()


class Mock:
    """The mock server's program."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, *options], stdout=subprocess.PIPE, text=True,
            preexec_fn=more_descriptors)
        self.url = self.process.stdout.readline().split()[-1]

    def end(self):
        self.process.terminate()
        self.process.wait()


def write_bytes(path, size):
    """A file that begins like a GIF and cannot be compressed."""
    with open(path, "wb") as f:
        f.write(b"GIF89a")
        left = size - 6
        while left > 0:
            left -= f.write(os.urandom(min(left, 1 << 20)))


def generate_address(url, prompt):
    """Where the mock server at url has the GIF that it makes for prompt."""
    body = json.dumps({"token": "bench", "prompt": prompt, "sampler": "Euler",
                       "cfg_scale": 10, "steps": 30}).encode()
    request = urllib.request.Request(
        url + "/generate-gif", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)["images"][0]


def download(address):
    with urllib.request.urlopen(address) as reply:
        return reply.read()


def skip_sub_blocks(gif, at):
    while gif[at] != 0:
        at += gif[at] + 1
    return at + 1


def repeat_frames(gif, n):
    """gif with its frames repeated until there are n (GIF89a §20 to §23)."""
    at = 13 + (3 << ((gif[10] & 7) + 1) if gif[10] & 0x80 else 0)
    head_end, frames, start = at, [], at
    while gif[at] != 0x3B:
        if gif[at] == 0x21:
            if gif[at + 1] == 0xF9:
                start = at
            at = skip_sub_blocks(gif, at + 2)
            if not frames and start == head_end:
                head_end = start = at
        else:
            flags = gif[at + 9]
            at += 10 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0) + 1
            at = skip_sub_blocks(gif, at)
            frames.append(gif[start:at])
            start = at
    return gif[:head_end] + b"".join(frames[i % len(frames)] for i in range(n)) + b"\x3b"
