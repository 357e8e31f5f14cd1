# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a stranger can make visioncraft-web do, and where that ends."""

import json
import socket
import time
import unittest

from fixture import wait_until
from harness import Setup

JSON = {"Content-Type": "application/json"}


def memory_kb(pid):
    """The most that the process ever had in memory."""
    with open(f"/proc/{pid}/status") as f:
        return int(next(line for line in f
                        if line.startswith("VmHWM")).split()[1])


class Case(unittest.TestCase):
    web_args = ()
    mock_args = ["--size", "64x64", "--frames", "3"]

    @classmethod
    def setUpClass(cls):
        cls.setup = Setup(cls.web_args, cls.mock_args)
        cls.ask = cls.setup.ask
        cls.addClassCleanup(cls.setup.__exit__, None, None, None)

    def done(self, prompt="a fox"):
        job = self.setup.submit(prompt)
        self.assertEqual(self.setup.events(job)[-1]["state"], "done")
        return job

    def assert_refused(self, expected, reply):
        status, _, data = reply
        self.assertEqual((status, json.loads(data)["error"]["kind"]), expected)


class Ranges(Case):
    def test_one_range_is_sent_and_clamped(self):
        path = f"/api/generations/{self.done()}/gif"
        whole = self.ask("GET", path)[2]
        n = len(whole)
        for text, first, part in [
                ("0-", 0, whole), ("5-1000000", 5, whole[5:]),
                ("5-5", 5, whole[5:6]), ("0-0", 0, whole[:1]),
                (f"{n - 1}-", n - 1, whole[-1:]), ("-7", n - 7, whole[-7:]),
                (f"-{n + 7}", 0, whole),
                ("3-18446744073709551614", 3, whole[3:])]:
            with self.subTest(range=text):
                status, headers, data = self.ask(
                    "GET", path, None, {"Range": f"bytes={text}"})
                self.assertEqual((status, data), (206, part))
                self.assertEqual(
                    headers["Content-Range"],
                    f"bytes {first}-{first + len(part) - 1}/{n}")

    def test_what_begins_behind_the_end_is_416(self):
        path = f"/api/generations/{self.done()}/gif"
        n = len(self.ask("GET", path)[2])
        for text in [f"{n}-", f"{n}-{n + 5}", "1000000-", "-0"]:
            with self.subTest(range=text):
                status, headers, data = self.ask(
                    "GET", path, None, {"Range": f"bytes={text}"})
                self.assertEqual((status, data), (416, b""))
                self.assertEqual(headers["Content-Range"], f"bytes */{n}")

    def test_anything_else_is_answered_with_the_whole(self):
        path = f"/api/generations/{self.done()}/gif"
        whole = self.ask("GET", path)[2]
        for headers in [{"Range": "bytes=0-1,3-4"}, {"Range": "bytes=5-2"},
                        {"Range": "bytes="}, {"Range": "bytes=-"},
                        {"Range": "bytes=x-y"}, {"Range": "lines=0-1"},
                        {"Range": "bytes=99999999999999999999999-"},
                        {"Range": "bytes=0-1", "If-Range": '"some"'}]:
            with self.subTest(headers=headers):
                status, got, data = self.ask("GET", path, None, headers)
                self.assertEqual((status, data), (200, whole))
                self.assertIsNone(got["Content-Range"])

    def test_two_thousand_ranges_cost_no_memory(self):
        job = self.done("range " * 20)
        before = memory_kb(self.setup.web.popen.pid)
        ranges = {"Range": "bytes=" + ",".join(["0-"] * 2000)}
        for path in [f"/api/generations/{job}/gif",
                     f"/api/generations/{job}/video",
                     f"/api/generations/{job}/mp4", f"/api/generations/{job}",
                     "/api/generations", "/app.js"]:
            with self.subTest(path=path):
                whole = self.ask("GET", path)[2]
                status, _, data = self.ask("GET", path, None, ranges)
                self.assertEqual((status, len(data)), (200, len(whole)))
        grown = memory_kb(self.setup.web.popen.pid) - before
        self.assertLess(grown, 64 * 1024)


class Connections(Case):
    def connect(self, text=b""):
        s = socket.create_connection(("127.0.0.1", self.setup.web.port), 60)
        s.sendall(text)
        self.addCleanup(s.close)
        return s

    def lasted(self, s, drip=b""):
        """Seconds until the server has closed it. What is read on the way is
        thrown away; with @drip such a byte is sent ten times a second."""
        start = time.monotonic()
        s.settimeout(0.1 if drip else 60)
        while True:
            try:
                if not s.recv(65536):
                    break
            except TimeoutError:
                try:
                    s.sendall(drip)
                except OSError:
                    break
            except OSError:
                break
            self.assertLess(time.monotonic() - start, 60)
        return time.monotonic() - start

    def test_three_hundred_who_say_one_byte_shut_nobody_out(self):
        kept = [self.connect(b"G") for _ in range(300)]
        self.assertEqual(self.ask("GET", "/")[0], 200)
        silent = [self.connect() for _ in range(300)]
        job = self.done()
        self.assertEqual(self.ask("GET", f"/api/generations/{job}/gif")[0], 200)
        for s in kept + silent:
            s.close()

    def test_who_is_served_stays_when_others_crowd_in(self):
        job = self.done()
        self.setup.relay.hold()
        other = self.setup.submit("another one")
        events = self.setup.open_stream(f"/api/generations/{other}/events")
        crowd = [self.connect(b"G") for _ in range(600)]
        self.assertEqual(self.ask("GET", f"/api/generations/{job}")[0], 200)
        self.setup.relay.release()
        data = b""
        while piece := events.recv(65536):
            data += piece
        self.assertIn(b'"state":"done"', data)
        for s in crowd + [events]:
            s.close()

    def test_each_step_of_a_request_has_its_time(self):
        silent = self.connect()
        head = self.connect(b"GET / HTTP/1.1\r\nX-Slow: ")
        body = self.connect(b"POST /api/generations HTTP/1.1\r\n"
                            b"Host: 127.0.0.1\r\n"
                            b"Content-Type: application/json\r\n"
                            b"Content-Length: 100000\r\n\r\n{")
        # One after the other: each has waited as long as those before it.
        start = time.monotonic()
        self.lasted(head, b"x")
        self.assertTrue(8 < time.monotonic() - start < 20)
        self.lasted(body, b" ")
        self.assertTrue(15 < time.monotonic() - start < 40)
        self.lasted(silent)
        self.assertTrue(15 < time.monotonic() - start < 40)


class Stalling(Case):
    # More than the kernel takes for a client that reads nothing.
    mock_args = ["--size", "1024x1024", "--frames", "100"]

    def test_who_does_not_take_the_reply_is_let_go(self):
        job = self.done()
        size = self.setup.state(job)["gif_bytes"]
        self.assertGreater(size, 8 << 20)
        s = socket.socket()
        self.addCleanup(s.close)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", self.setup.web.port))
        s.sendall(f"GET /api/generations/{job}/gif HTTP/1.1\r\n"
                  "Host: 127.0.0.1\r\n\r\n".encode())
        start = time.monotonic()
        self.setup.measure()
        self.assertGreater(time.monotonic() - start, 25)


class Requests(Case):
    def test_an_origin_without_a_host_is_refused(self):
        for origin in ["foo:bar", "null", "", "http:", "http://", "//x", "x",
                       "file:///", "about:blank", "http://[::1", "data:,x",
                       "http://127.0.0.1:99999999"]:
            with self.subTest(origin=origin):
                self.assert_refused((403, "forbidden"), self.ask(
                    "POST", "/api/generations", {"prompt": "x"},
                    {"Origin": origin}))
        self.assertEqual(self.ask("GET", "/")[0], 200)

    def test_a_member_of_unknown_name_is_refused_and_not_billed(self):
        before = self.setup.relay.n_posts
        for body, field in [({"prompt": "x", "negative-prompt": "y"},
                             "negative-prompt"),
                            ({"prompt": "x", "seed": 1}, "seed"),
                            ({"promt": "x"}, "promt"),
                            ({"prompt": "x", "x" * 65: 1}, None),
                            ({"prompt": "x", "": None}, "")]:
            with self.subTest(body=body):
                status, _, data = self.ask("POST", "/api/generations", body)
                error = json.loads(data)["error"]
                self.assertEqual((status, error["kind"], error.get("field")),
                                 (422, "unknown", field))
        self.assertEqual(self.setup.relay.n_posts, before)


class Rate(Case):
    web_args = ["--rate", "3"]

    def post(self, source="127.0.0.1", **headers):
        s = socket.create_connection(("127.0.0.1", self.setup.web.port), 60,
                                     (source, 0))
        body = b'{"prompt":"x"}'
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n"
                       for name, value in headers.items())
        s.sendall(b"POST /api/generations HTTP/1.0\r\nHost: 127.0.0.1\r\n"
                  b"Content-Type: application/json\r\n"
                  + f"Content-Length: {len(body)}\r\n{head}\r\n".encode() + body)
        reply = b""
        while piece := s.recv(65536):
            reply += piece
        s.close()
        return int(reply.split()[1])

    def test_clients_are_counted_one_by_one(self):
        for i in range(3):
            self.assertEqual(self.post(f"127.0.{i}.{i + 1}"), 201)
        # This machine is one client, whatever its address.
        self.assertEqual(self.post("127.200.0.9"), 429)
        for i in range(3):
            self.assertEqual(self.post(
                X_Forwarded_For=f"192.0.2.{i}, 203.0.113.7"), 201)
        self.assertEqual(self.post(X_Forwarded_For="203.0.113.7"), 429)
        self.assertEqual(self.post(
            X_Forwarded_For="192.0.2.77,203.0.113.7:1234"), 429)
        self.assertEqual(self.post(X_Forwarded_For="::ffff:203.0.113.7"), 429)
        # An IPv6 network is one client.
        for i in range(3):
            self.assertEqual(self.post(
                X_Forwarded_For=f"2001:db8:0:1::{i}"), 201)
        self.assertEqual(self.post(
            X_Forwarded_For="[2001:db8:0:1:ffff::9]:443"), 429)
        self.assertEqual(self.post(X_Forwarded_For="2001:db8:0:2::1"), 201)
        # What says nothing is the proxy itself.
        for value in ["", "unknown", "1.2.3.4,", "203.0.113.9, x"]:
            self.assertEqual(self.post(X_Forwarded_For=value), 429)


class Shares(Case):
    web_args = ["--max-jobs", "2", "--max-queue", "6"]

    def tearDown(self):
        self.setup.relay.release()
        self.setup.measure()

    def test_one_client_has_a_share_of_the_queue(self):
        self.setup.relay.hold()
        post = "/api/generations"
        greedy = {"X-Forwarded-For": "203.0.113.1"}
        other = {"X-Forwarded-For": "203.0.113.2"}
        for _ in range(4):
            self.assertEqual(
                self.ask("POST", post, {"prompt": "x"}, greedy)[0], 201)
        self.assert_refused((429, "share"), self.ask(
            "POST", post, {"prompt": "x"}, greedy))
        for _ in range(4):
            self.assertEqual(
                self.ask("POST", post, {"prompt": "x"}, other)[0], 201)
        self.assert_refused((503, "queue-full"), self.ask(
            "POST", post, {"prompt": "x"}, {"X-Forwarded-For": "203.0.113.3"}))

    def test_one_client_has_a_share_of_the_requests(self):
        self.setup.relay.hold()
        job = self.setup.submit("x")
        streams = []
        for _ in range(64):
            s = socket.create_connection(
                ("127.0.0.1", self.setup.web.port), 60)
            s.sendall(f"GET /api/generations/{job}/events HTTP/1.1\r\n"
                      "Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
                      .encode())
            self.assertIn(b" 200 ", s.recv(64))
            streams.append(s)
        self.assert_refused((429, "share"), self.ask(
            "GET", "/api/options", None, {"X-Forwarded-For": "203.0.113.9"}))
        self.assertEqual(self.ask("GET", "/", None, {
            "X-Forwarded-For": "203.0.113.8"})[0], 200)
        for s in streams:
            s.close()
        wait_until(lambda: self.ask("GET", "/", None, {
            "X-Forwarded-For": "203.0.113.9"})[0] == 200, 20,
            "they are given back")


if __name__ == "__main__":
    unittest.main(verbosity=2)
