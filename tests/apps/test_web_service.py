# SPDX-License-Identifier: LGPL-2.1-or-later
"""visioncraft-web as a service: what it tells those who watch over it, and how
it ends."""

import json
import re
import signal
import socket
import unittest

from fixture import KEY, wait_until
from harness import Setup

MOCK = ["--size", "64x64", "--frames", "3"]
LINE = re.compile(r'^(\S+) "(\S+) (\S+)" (\d{3}|-) (\d+) \d+\.\d{3}$', re.M)


class Case(unittest.TestCase):
    web_args = ()

    def setUp(self):
        self.setup = Setup(self.web_args, MOCK)
        self.ask = self.setup.ask
        self.addCleanup(self.setup.__exit__, None, None, None)

    def end_of(self, prompt):
        return self.setup.events(self.setup.submit(prompt))[-1]["state"]

    def text(self, path, **headers):
        status, _, data = self.ask("GET", path, None, headers)
        return status, data.decode()

    def metrics(self):
        status, text = self.text("/metrics")
        self.assertEqual(status, 200)
        return dict(line.rsplit(" ", 1) for line in text.splitlines()
                    if not line.startswith("#"))


class Health(Case):
    def test_ready_is_what_the_last_generation_was(self):
        self.assertEqual(self.text("/readyz"), (200, "ok\n"))
        self.assertEqual(self.end_of("a fox"), "done")
        self.assertEqual(self.text("/readyz"), (200, "ok\n"))
        for fault, kind in [("403", "key"), ("500", "service"),
                            ("json-truncated", "reply")]:
            self.assertEqual(self.end_of(f"x fault:{fault}"), "failed")
            self.assertEqual(self.text("/readyz"), (503, kind + "\n"))
            self.assertEqual(self.text("/healthz"), (200, "ok\n"))
        # Who asked for it is to blame, or has left.
        self.assertEqual(self.end_of("a fox"), "done")
        self.assertEqual(self.end_of("x fault:detail-list"), "failed")
        relay = self.setup.relay
        posts = relay.n_posts + 1
        relay.hold()
        job = self.setup.submit("x")
        wait_until(lambda: relay.n_posts == posts, 10, "it is asked")
        self.ask("DELETE", f"/api/generations/{job}")
        relay.release()
        for _ in range(5):
            self.assertEqual(self.text("/readyz"), (200, "ok\n"))
        self.assertEqual(relay.n_posts, posts)

    def test_metrics_are_counted_in_prometheus_text(self):
        self.assertEqual(self.end_of("a fox"), "done")
        self.assertEqual(self.end_of("x fault:403"), "failed")
        self.assertEqual(self.end_of("x fault:403"), "failed")
        self.ask("GET", "/nothing")
        found = self.metrics()
        name = "visioncraft_web_"
        for key, value in [
                ('generations_total{outcome="done"}', "1"),
                ('generations_total{outcome="canceled"}', "0"),
                ('generations_total{outcome="failed",kind="key"}', "2"),
                ('requests_total{code="2xx"}', "6"),
                ('requests_total{code="4xx"}', "1"),
                ("queue_running", "0"), ("queue_waiting", "0"),
                ("requests_open", "1"), ("ready", "0")]:
            self.assertEqual(found[name + key], value, key)
        text = self.text("/metrics")[1]
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|'
                             r'\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.]+)$')
        self.assertNotIn(KEY, text)
        self.setup.relay.hold()
        self.setup.submit("x")
        wait_until(lambda: self.metrics()[name + "queue_running"] == "1", 10,
                   "it runs")
        self.setup.relay.release()
        # Only programs of this machine read them.
        self.assertEqual(self.text(
            "/metrics", **{"X-Forwarded-For": "192.0.2.1"})[0], 403)


class Locked(Case):
    def setUp(self):
        with Setup((), MOCK) as other:
            self.web_args = ["--password-file", other.write("password", "secret")]
            super().setUp()

    def test_health_needs_neither_login_nor_a_known_host(self):
        for path in ["/healthz", "/readyz"]:
            self.assertEqual(self.text(path), (200, "ok\n"))
            self.assertEqual(self.text(path, Host="pod-7.cluster.example"),
                             (200, "ok\n"))
            self.assertEqual(self.ask("POST", path, "x" * 200000)[0], 413)
            self.assertEqual(self.ask("POST", path, {})[0], 405)
        self.assertEqual(self.text("/api/options")[0], 401)
        self.assertEqual(self.text("/metrics", Host="evil.example")[0], 403)


class Lines(Case):
    def lines(self):
        return LINE.findall(self.setup.web.read_log())

    def wait_for(self, *line):
        wait_until(lambda: line in self.lines(), 10, line)

    def line_of(self, path):
        return wait_until(lambda: [line for line in self.lines()
                                   if line[2] == path], 10, path)[0]

    def test_a_line_for_each_request(self):
        page = self.ask("GET", "/")[2]
        self.wait_for("127.0.0.1", "GET", "/", "200", str(len(page)))
        self.ask("GET", "/nothing?key=value", None,
                 {"X-Forwarded-For": "10.9.8.7, 2001:db8::17"})
        line = self.line_of("/nothing")
        self.assertEqual((line[0], line[3]), ("2001:db8::17", "404"))
        job = self.setup.submit("a secret prompt")
        self.setup.events(job)
        gif = self.ask("GET", f"/api/generations/{job}/gif")[2]
        self.wait_for("127.0.0.1", "GET", f"/api/generations/{job[:8]}/gif",
                      "200", str(len(gif)))
        self.ask("GET", "/healthz")
        self.ask("GET", "/last")
        self.line_of("/last")
        self.assertEqual(len([line for line in self.lines()
                              if line[2] == "/healthz"]), 1)
        log = self.setup.web.read_log()
        for secret in [job, "secret", "value", KEY]:
            self.assertNotIn(secret, log)

    def test_who_leaves_is_seen(self):
        self.setup.relay.hold()
        job = self.setup.submit("x")
        s = self.setup.open_stream(f"/api/generations/{job}/events")
        s.close()
        wait_until(lambda: [line for line in self.lines() if line[3] == "-"
                            and line[2].endswith("/events")], 10, "its line")

    def test_a_path_makes_no_line_of_its_own(self):
        for path in [b"/a%0ab", b"/a%1b%5b31m", b"/" + b"x" * 5000, b"/\xff\xfe",
                     b"/a%00b", b"/a%20b", b"/%C3%A9", b"/\xc3\xa9"]:
            s = socket.create_connection(("127.0.0.1", self.setup.web.port), 60)
            s.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            while s.recv(65536):
                pass
            s.close()
        self.ask("GET", "/last")
        self.line_of("/last")
        log = self.setup.web.read_log()
        self.assertNotIn("\x1b", log)
        for line in log.splitlines():
            self.assertLess(len(line), 300)
            self.assertRegex(line, LINE)


class Draining(Case):
    def terminate(self):
        self.setup.web.popen.send_signal(signal.SIGTERM)
        wait_until(lambda: self.text("/readyz") == (503, "draining\n"), 10,
                   "it drains")

    def is_gone(self):
        return self.setup.web.popen.poll() is not None

    def test_what_was_paid_for_is_brought_to_its_end(self):
        self.setup.relay.hold()
        job = self.setup.submit("a fox")
        events = self.setup.open_stream(f"/api/generations/{job}/events")
        wait_until(lambda: self.setup.relay.n_posts == 1, 10, "it is asked")
        self.terminate()
        self.assertEqual(self.text("/healthz"), (200, "ok\n"))
        status, _, data = self.ask("POST", "/api/generations", {"prompt": "x"})
        self.assertEqual((status, json.loads(data)["error"]["kind"]),
                         (503, "ending"))
        self.setup.relay.release()
        got = b""
        while piece := events.recv(65536):
            got += piece
        events.close()
        self.assertIn(b'"state":"done"', got)
        wait_until(self.is_gone, 10, "it ends")
        self.assertEqual(self.setup.web.popen.returncode, 0)
        self.assertEqual(self.setup.relay.n_posts, 1)

    def test_without_work_it_ends_at_once(self):
        self.setup.web.popen.send_signal(signal.SIGTERM)
        wait_until(self.is_gone, 5, "it ends")

    def test_the_second_signal_does_not_wait(self):
        self.setup.relay.hold()
        job = self.setup.submit("a fox")
        events = self.setup.open_stream(f"/api/generations/{job}/events")
        self.terminate()
        self.setup.web.popen.send_signal(signal.SIGTERM)
        wait_until(self.is_gone, 5, "it ends")
        events.close()
        self.assertEqual(self.setup.web.popen.returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
