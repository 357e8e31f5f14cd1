#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The key never reaches a server whose certificate is not trusted by the settings at hand.

certificates.py GIF CERTIFICATE_DIR

GIO keeps the TLS sessions of a process and resumes them without asking anybody about the
certificate: one that was made with other settings must not carry the key. The servers are OpenSSL's
and write down what they get, and whether a session was resumed.
"""

import socket
import ssl
import subprocess
import sys

import gi

from fixture import is_listening, wait_until
from service import Handler, SecureService

gi.require_version("Gst", "1.0")
from gi.repository import Gio, Gst  # noqa: E402

KEY = "key-that-stays-here"
LIMIT = 30 * Gst.SECOND


class SecureHandler(Handler):
    def parse_request(self):
        self.server.lines.append(self.raw_requestline)
        return super().parse_request()


def make_service(gif, folder, version):
    service = SecureService(gif, folder, SecureHandler)
    service.context.minimum_version = service.context.maximum_version = version
    service.lines = []  # the first of each request, whatever it says
    return service


def run(source, url, settings):
    """One generation with settings; "" or the error's text."""
    for name, value in ({"ssl-strict": True, "ssl-ca-file": None, "tls-database": None}
                        | settings).items():
        source.set_property(name, value)
    source.set_property("api-url", url)
    pipeline = Gst.Pipeline()
    sink = Gst.ElementFactory.make("fakesink")
    pipeline.add(source)
    pipeline.add(sink)
    source.link(sink)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        LIMIT, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    assert message is not None, "neither an end nor an error"
    pipeline.set_state(Gst.State.NULL)
    pipeline.remove(source)
    return message.parse_error()[0].message if message.type == Gst.MessageType.ERROR else ""


def make_source():
    return Gst.parse_launch(f"visioncraftgifsrc prompt=fox token={KEY} retries=0")


def check(service, before, after, same_element, what):
    source = make_source()
    assert run(source, service.url, before) == "", what
    lines, n_connections = len(service.lines), len(service.resumed)

    error = run(source if same_element else make_source(), service.url, after)
    print(f"{what}: resumed {service.resumed}")
    assert "not trusted" in error, f"{what}: {error!r}"
    assert len(service.lines) == lines, f"{what}: it got {service.lines[lines:]}"
    # Where nothing is resumed, nothing is shown; TLS 1.2 is the control.
    is_new = service.context.maximum_version == ssl.TLSVersion.TLSv1_3
    assert any(service.resumed[:n_connections]) == is_new, what

    # Whose settings trust it are served as before.
    assert run(make_source(), service.url, before) == "", what
    assert service.posts == 2, what
    service.shutdown()
    service.server_close()


def check_http_2_only(folder):
    """A server that speaks nothing else ends the handshake; the error says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        ["openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-alpn", "h2",
         "-cert", f"{folder}/valid.pem", "-key", f"{folder}/server.key"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_listening(port), 30, "openssl listens")
        error = run(make_source(), f"https://127.0.0.1:{port}", {"ssl-ca-file": f"{folder}/ca.pem"})
    finally:
        server.terminate()
        server.wait()
    print(error)
    assert "HTTP/2" in error, error


def main(gif_path, folder):
    with open(gif_path, "rb") as file:
        gif = file.read()
    lax = {"ssl-strict": False}
    own_ca = {"ssl-ca-file": f"{folder}/ca.pem"}
    own_database = {"tls-database": Gio.TlsFileDatabase.new(f"{folder}/ca.pem")}
    system_ca = {}
    orders = {
        "checked by nobody, then by the system": (lax, system_ca),
        "another authority, then the system's": (own_ca, system_ca),
        "another database, then the system's": (own_database, system_ca),
        "one that is trusted, then by the system": (own_ca | lax, system_ca),
    }
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        for order, (before, after) in orders.items():
            for same_element in (False, True):
                what = f"{order}, {version.name}, {'one element' if same_element else 'two'}"
                check(make_service(gif, folder, version), before, after, same_element, what)
    check_http_2_only(folder)


if __name__ == "__main__":
    Gst.init(None)
    main(*sys.argv[1:])
