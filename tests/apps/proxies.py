# SPDX-License-Identifier: LGPL-2.1-or-later
"""nginx and Caddy over TLS, as docs/web-server.md has them."""

import os
import re
import shutil
import socket
import subprocess
import tempfile

from fixture import wait_until

SOURCE = os.path.join(os.path.dirname(__file__), "..", "..")
CERTIFICATES = os.path.join(SOURCE, "tests", "mockserver", "certificates")
CA = os.path.join(CERTIFICATES, "ca.pem")

# What a distribution's nginx.conf does, in a folder of our own.
NGINX = """
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {{ }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  {server}
}}
"""

CADDY = """
{{
  admin off
  auto_https disable_redirects
  skip_install_trust
}}
{server}
"""


def sample(language):
    """The page's text of that name."""
    with open(os.path.join(SOURCE, "docs", "web-server.md"), encoding="utf-8") as f:
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", f.read(), re.M | re.S)
    [text] = [text for name, text in blocks if name == language]
    return text


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def replace(text, *pairs):
    for old, new in pairs:
        assert old in text, f"no {old!r} in the sample"
        text = text.replace(old, new)
    return text


class Proxy:
    """One of them, in front of a server at `target`; a context manager. `edit`
    are pairs of texts to replace in the sample."""

    def __init__(self, language, port, target, *edit):
        self.folder = tempfile.mkdtemp(prefix="visioncraft-proxy-")
        self.log = open(os.path.join(self.folder, "log"), "w+")
        text = replace(sample(language), *edit, ("127.0.0.1:8000", f"127.0.0.1:{target}"))
        start = self._nginx if language == "nginx" else self._caddy
        self.popen = start(text, port)
        self.port = port
        try:
            wait_until(self._is_up, 20, f"{language} listens")
        except BaseException:
            self.close()
            raise

    def _spawn(self, *command):
        return subprocess.Popen(command, stdout=self.log, stderr=self.log,
                                stdin=subprocess.DEVNULL, cwd=self.folder,
                                env=dict(os.environ, HOME=self.folder,
                                         XDG_DATA_HOME=self.folder,
                                         XDG_CONFIG_HOME=self.folder))

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def _nginx(self, text, port):
        server = replace(
            text, ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("example.org;", "localhost;"),
            ("/etc/ssl/example.org.pem", os.path.join(CERTIFICATES, "valid.pem")),
            ("/etc/ssl/example.org.key", os.path.join(CERTIFICATES, "server.key")))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        return self._spawn(program, "-p", self.folder, "-e", "stderr", "-c",
                           self._write("nginx.conf", NGINX.format(server=server)))

    def _caddy(self, text, port):
        certificates = [shutil.copy(os.path.join(CERTIFICATES, name), self.folder)
                        for name in ("valid.pem", "server.key")]
        server = replace(text, ("example.org {",
                                f"https://localhost:{port} {{\n  bind 127.0.0.1\n"
                                f"  tls {' '.join(certificates)}"))
        return self._spawn("caddy", "run", "--adapter", "caddyfile", "--config",
                           self._write("Caddyfile", CADDY.format(server=server)))

    def _is_up(self):
        assert self.popen.poll() is None, self.read_log()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def read_log(self):
        self.log.seek(0)
        return self.log.read()

    def close(self):
        self.popen.terminate()
        self.popen.wait(60)
        self.log.close()
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print(self.read_log())
        self.close()
