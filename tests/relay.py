# SPDX-License-Identifier: LGPL-2.1-or-later
"""A TCP relay in front of the mock service: counts generations, and holds
replies back until they are let go."""

import contextlib
import socket
import threading


class Relay:
    def __init__(self, port):
        self.target = port
        self.n_posts = 0
        self.lock = threading.Lock()
        self.open_gate = threading.Event()
        self.open_gate.set()
        self.sockets = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self):
        """No byte of a reply passes any more."""
        self.open_gate.clear()

    def release(self):
        self.open_gate.set()

    def n_open(self):
        """Connections whose client is still there."""
        with self.lock:
            return len(self.sockets)

    def close(self):
        self.release()
        self.listener.close()
        with self.lock:
            open_now = list(self.sockets)
        for s in open_now:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            with self.lock:
                self.sockets.add(client)
            threading.Thread(target=self._forward, args=(client, server),
                             daemon=True).start()
            threading.Thread(target=self._backward, args=(server, client),
                             daemon=True).start()

    def _forward(self, client, server):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                with self.lock:
                    self.n_posts += data.count(b"POST /generate-gif")
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        with self.lock:
            self.sockets.discard(client)
        client.close()

    def _backward(self, server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                self.open_gate.wait()
                client.sendall(data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        server.close()
