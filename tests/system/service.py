# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that answers every prompt with one GIF, slowly, and counts what would have to be paid."""

import http.server
import json
import ssl
import threading
import time

LATENCY_S = 0.04
CHUNK_S = 0.01


class Service(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gif, handler=None):
        super().__init__(("127.0.0.1", 0), handler or Handler)
        self.gif, self.posts = gif, 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Who was killed does not read."""


class SecureService(Service):
    """The same by https; folder has valid.pem and server.key."""

    def __init__(self, gif, folder, handler=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{folder}/valid.pem", f"{folder}/server.key")
        self.resumed = []  # of each connection that got through its handshake
        super().__init__(gif, handler)
        self.url = self.url.replace("http:", "https:")

    def finish_request(self, request, client_address):
        with self.context.wrap_socket(request, server_side=True) as secure:
            self.resumed.append(secure.session_reused)
            super().finish_request(secure, client_address)

    def shutdown_request(self, request):
        """What wraps it has closed it."""


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, kind, body, n_chunks):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        step = len(body) // n_chunks + 1
        for start in range(0, len(body), step):
            self.wfile.write(body[start:start + step])
            time.sleep(CHUNK_S if n_chunks > 1 else 0)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts += 1
        time.sleep(LATENCY_S)
        reply = {"images": [f"{self.server.url}/gifs/{self.server.posts}.gif"]}
        self.answer("application/json", json.dumps(reply).encode(), 1)

    def do_GET(self):
        self.answer("image/gif", self.server.gif, 5)
