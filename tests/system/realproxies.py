#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Through tinyproxy and squid, with a password and without, to http and to https.

realproxies.py GIF CERTIFICATE_DIR

Both run with settings and a folder of their own, on 127.0.0.1. Other proxies are spoken by hand.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import gi

from fixture import is_listening, wait_until
from service import SecureService, Service

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

KEY = "key-of-the-tests"
USER, PASSWORD = "ann", "pw-5e0d41"
LIMIT_S = 30

TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 60
Allow 127.0.0.1
LogFile "{folder}/log"
LogLevel Connect
BasicAuth {user} {password}
"""

SQUID = """
http_port 127.0.0.1:{port}
visible_hostname tests
pid_filename none
pinger_enable off
netdb_filename none
cache deny all
cache_log {folder}/cache.log
access_log stdio:{folder}/log
coredump_dir {folder}
shutdown_lifetime 0 seconds
auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
auth_param basic realm tests
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Proxy:
    def __init__(self, name, folder):
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {"tinyproxy": TINYPROXY, "squid": SQUID}[name].format(
            port=self.port, folder=folder, user=USER, password=PASSWORD)
        with open(f"{folder}/conf", "w", encoding="ascii") as file:
            file.write(settings)
        with open(f"{folder}/passwords", "w", encoding="ascii") as file:
            hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True,
                                    capture_output=True, text=True).stdout
            file.write(f"{USER}:{hashed}")
        if os.getuid() == 0 and name == "squid":
            # It gives up root, and writes its logs as somebody else.
            user = pwd.getpwnam("proxy")
            for path in (folder, f"{folder}/conf", f"{folder}/passwords"):
                os.chown(path, user.pw_uid, user.pw_gid)
        program = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        args = {"tinyproxy": ["-d", "-c"], "squid": ["-N", "-f"]}[name]
        self.process = subprocess.Popen([program, *args, f"{folder}/conf"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: is_listening(self.port), LIMIT_S, f"{name} listens")

    def read_log(self):
        with open(f"{self.folder}/log", encoding="utf-8") as file:
            return file.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(LIMIT_S)


def generate(service, proxy, password, ca_file, prompt="a fox"):
    """One generation; "" or the error's text."""
    source = Gst.ElementFactory.make("visioncraftgifsrc")
    settings = {"prompt": prompt, "token": KEY, "retries": 0, "api-url": service.url,
                "ssl-ca-file": ca_file, "proxy": proxy, "proxy-id": USER, "proxy-pw": password}
    for name, value in settings.items():
        if value is not None:
            source.set_property(name, value)
    pipeline = Gst.Pipeline()
    sink = Gst.ElementFactory.make("fakesink")
    pipeline.add(source)
    pipeline.add(sink)
    source.link(sink)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        LIMIT_S * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message is not None, "neither an end nor an error"
    return message.parse_error()[0].message if message.type == Gst.MessageType.ERROR else ""


def check_program(name, services, ca_file):
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(name, folder)
        try:
            for service in services:
                scheme = service.url.split(":")[0]
                error = generate(service, proxy.url, PASSWORD, ca_file)
                assert error == "", f"{name}, {scheme}: {error}"
                assert service.posts == 1, f"{name}, {scheme}: {service.posts} generations"
                for password in ("wrong", None):
                    error = generate(service, proxy.url, password, ca_file)
                    print(f"{name}, {scheme}, {password}: {error}")
                    assert PASSWORD not in error, error
                    assert "proxy-pw" in error and "billed" not in error, error
                    # tinyproxy does not read a request that it refuses: TCP may then lose what it
                    # says to a reset.
                    assert error.startswith("The proxy on the way to 127.0.0.1") \
                        or (name == "tinyproxy" and "the proxy 127.0.0.1 on the way" in error), error
                assert service.posts == 1, f"{name}, {scheme}: {service.posts} generations"
                service.posts = 0
            log = proxy.read_log()
        finally:
            proxy.stop()
    if name == "squid":
        # A request that goes there itself has the password with it from the start.
        posts = [line.split()[3] for line in log.splitlines() if " POST " in line]
        assert posts[0].endswith("/200"), posts


def serve_by_hand(answer, reads_all=True):
    """A server that says one thing to everybody, or hangs up before it has read all; its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536 if reads_all else 1)
                connection.sendall(answer)
                if not reads_all:
                    continue
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def check_refusals(service, ca_file):
    """A proxy that opens no tunnel is the one that is named, whatever it says."""
    for status in (401, 403, 407, 502, 503):
        proxy = serve_by_hand(f"HTTP/1.1 {status} No\r\nContent-Length: 5\r\n\r\nnever".encode())
        error = generate(service, proxy, None, ca_file)
        print(f"{status}: {error}")
        assert error.startswith(f"The proxy on the way to 127.0.0.1 answered {status}"), error
        assert "API key" not in error and "billed" not in error, error
    assert service.posts == 0


def check_unread(service):
    """Whoever hung up before the request was out has read no key: nothing can have been billed."""
    proxy = serve_by_hand(b"", reads_all=False)
    error = generate(service, proxy, None, None, "fox" * (1 << 22))
    print(f"unread: {error}")
    assert "the proxy 127.0.0.1 on the way to 127.0.0.1" in error and "billed" not in error, error
    assert "proxy-pw" in error, error


def main(gif_path, folder):
    with open(gif_path, "rb") as file:
        gif = file.read()
    ca_file = f"{folder}/ca.pem"
    secure = SecureService(gif, folder)
    for name in ("tinyproxy", "squid"):
        check_program(name, (Service(gif), secure), ca_file)
    check_refusals(secure, ca_file)
    check_unread(Service(gif))


if __name__ == "__main__":
    Gst.init(None)
    main(*sys.argv[1:])
