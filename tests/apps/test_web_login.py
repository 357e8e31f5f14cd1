# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whom visioncraft-web lets in."""

import http.client
import json
import os
import subprocess
import tempfile
import unittest

from fixture import KEY, wait_until
from harness import Setup

PASSWORD = "correct horse 狐"
JSON = {"Content-Type": "application/json"}
MOCK = ["--size", "64x64", "--frames", "3"]


def ask(port, method, path, body=None, headers=None, address="127.0.0.1"):
    """(status, headers, bytes)"""
    connection = http.client.HTTPConnection(address, port, timeout=60)
    connection.request(method, path, body, headers or {})
    reply = connection.getresponse()
    data = reply.read()
    connection.close()
    return reply.status, reply.headers, data


class Login(unittest.TestCase):
    web_args = ()

    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(PASSWORD + "\n")
            f.flush()
            cls.setup = Setup(["--password-file", f.name, *cls.web_args], MOCK)
        cls.ask = cls.setup.ask
        cls.addClassCleanup(cls.setup.__exit__, None, None, None)

    def log_in(self, said=PASSWORD, **headers):
        return self.ask("POST", "/api/login", {"password": said}, headers)

    def assert_refused(self, expected, reply):
        status, _, data = reply
        self.assertEqual((status, json.loads(data)["error"]["kind"]), expected)

    def cookie(self):
        status, headers, data = self.log_in(
            **{"X-Forwarded-For": "198.51.100.77"})
        self.assertEqual((status, data), (204, b""))
        return headers["Set-Cookie"].split(";")[0]

    def test_nothing_but_the_page_is_there_without_it(self):
        before = self.setup.relay.n_posts
        for path in ["/", "/app.js", "/style.css", "/icon.svg"]:
            self.assertEqual(self.ask("GET", path)[0], 200)
        id = "0" * 32
        for method, path in [
                ("GET", "/api/options"), ("GET", "/api/generations"),
                ("POST", "/api/generations"), ("GET", f"/api/generations/{id}"),
                ("GET", f"/api/generations/{id}/gif"), ("GET", "/api/nothing"),
                ("DELETE", f"/api/generations/{id}"), ("HEAD", "/api/options"),
                ("GET", "//api/options"), ("GET", "/%61pi/options"),
                ("GET", "/x/../api/options"), ("GET", "/./api/options")]:
            for cookie in [None, "", "visioncraft-session=",
                           "visioncraft-session=" + "0" * 32, "x=y"]:
                with self.subTest(method=method, path=path, cookie=cookie):
                    status, _, data = self.ask(
                        method, path, {"prompt": "x"} if method == "POST" else None,
                        {} if cookie is None else {"Cookie": cookie})
                    self.assertIn(status, (401, 404))
                    self.assertNotIn(b"samplers", data)
        self.assertEqual(self.setup.relay.n_posts, before)

    def test_a_cookie_lets_in_until_it_is_given_back(self):
        cookie = self.cookie()
        before = self.setup.relay.n_posts
        with_it = {"Cookie": f"other=1; {cookie}; visioncraft-session=stale"}
        status, _, data = self.ask("POST", "/api/generations", {"prompt": "x"},
                                   with_it)
        self.assertEqual(status, 201)
        wait_until(lambda: self.setup.relay.n_posts > before, 30, "it is generated")
        self.assertEqual(self.ask("GET", "/api/options", None, with_it)[0], 200)
        status, headers, _ = self.ask("DELETE", "/api/login", None, with_it)
        self.assertEqual(status, 204)
        self.assertIn("Max-Age=0", headers["Set-Cookie"])
        self.assert_refused((401, "login"),
                            self.ask("GET", "/api/options", None, with_it))

    def test_the_cookie_is_for_this_site_and_no_script(self):
        _, headers, _ = self.log_in()
        self.assertRegex(
            headers["Set-Cookie"],
            r"^visioncraft-session=[0-9a-f]{32}; Path=/; Max-Age=\d+; "
            r"HttpOnly; SameSite=Strict$")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertNotEqual(self.cookie(), self.cookie())

    def test_what_is_not_the_password_is_refused(self):
        for i, said in enumerate(["", " ", PASSWORD + " ", PASSWORD[:-1], KEY,
                                  PASSWORD + "\n", PASSWORD.upper(), "x" * 5000]):
            with self.subTest(said=said[:30]):
                reply = self.log_in(said, **{"X-Forwarded-For": f"192.0.2.{i}"})
                self.assert_refused((401, "password"), reply)
                self.assertIsNone(reply[1]["Set-Cookie"])
        for body in ["", "{}", "[]", '{"password":5}', '{"password":null}', "{",
                     '{"password":["x"]}']:
            with self.subTest(body=body):
                self.assert_refused((400, "malformed"), self.ask(
                    "POST", "/api/login", body, JSON))
        # A page of another site cannot even try.
        for headers in [{"Origin": "https://evil.example"},
                        {"Sec-Fetch-Site": "cross-site"}]:
            self.assert_refused((403, "forbidden"), self.log_in(**headers))
        self.assert_refused((415, "malformed"), self.ask(
            "POST", "/api/login", "password=x",
            {"Content-Type": "application/x-www-form-urlencoded"}))

    def test_who_tries_too_often_has_to_wait_and_others_do_not(self):
        guess = {"X-Forwarded-For": "203.0.113.5"}
        for _ in range(6):
            self.assert_refused((401, "password"), self.log_in("no", **guess))
        reply = self.log_in(**guess)
        self.assert_refused((429, "tries"), reply)
        self.assertTrue(1 <= int(reply[1]["Retry-After"]) <= 10)
        # What stands before a proxy's own word is anybody's.
        self.assert_refused((429, "tries"), self.log_in(
            **{"X-Forwarded-For": "198.51.100.1, 203.0.113.5"}))
        self.assertEqual(
            self.log_in(**{"X-Forwarded-For": "203.0.113.6"})[0], 204)


class Public(Login):
    web_args = ["--public-url", "https://example.org/fox"]

    def test_the_cookie_is_for_this_site_and_no_script(self):
        status, headers, _ = self.log_in(Origin="https://example.org",
                                         Host="example.org")
        self.assertEqual(status, 204)
        self.assertRegex(
            headers["Set-Cookie"],
            r"^visioncraft-session=[0-9a-f]{32}; Path=/fox/; Max-Age=\d+; "
            r"HttpOnly; SameSite=Strict; Secure$")

    def test_a_prefix_is_no_way_around(self):
        for path in ["/fox/api/options", "/fox//api/options", "//fox/api/options"]:
            self.assertIn(self.ask("GET", path)[0], (401, 404))


class Start(unittest.TestCase):
    """What it wants before it starts, and says when it does."""

    @classmethod
    def setUpClass(cls):
        cls.setup = Setup((), MOCK)
        cls.addClassCleanup(cls.setup.__exit__, None, None, None)
        cls.service = ["--api-url", cls.setup.relay.url]
        cls.key = {"VISIONCRAFT_TOKEN": KEY}
        cls.password = cls.setup.write("password", PASSWORD + "\n")

    def refusal(self, *args, env=None):
        done = subprocess.run(
            [os.environ["TEST_PROGRAM"], "--port", "0", *self.service, *args],
            env=dict(self.setup.env, **(self.key if env is None else env)),
            capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr

    def log_of(self, *args, env=None, address="127.0.0.1", status=200):
        """What it says while it answers."""
        web = self.setup.start_web(
            *self.service, *args, env=self.key if env is None else env)
        try:
            self.assertEqual(ask(web.port, "GET", "/api/options",
                                 address=address)[0], status)
        finally:
            log = web.stop()
        return [line for line in log.splitlines() if "password" in line]

    def test_beyond_this_machine_it_needs_a_password_or_a_word(self):
        for listen in ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1"]:
            for more in [[], ["--public-url", "https://example.org/"]]:
                with self.subTest(listen=listen, more=more):
                    error = self.refusal("--listen", listen, *more)
                    self.assertIn("--password-file", error)
                    self.assertIn("--no-password", error)
        self.assertEqual(len(self.log_of("--listen", "0.0.0.0",
                                         "--no-password")), 1)
        self.assertEqual(self.log_of(
            "--listen", "0.0.0.0", "--password-file", self.password,
            status=401), [])

    def test_on_this_machine_only_a_proxy_is_worth_a_warning(self):
        for listen in ["127.0.0.1", "::1", "127.3.2.1"]:
            self.assertEqual(self.log_of("--listen", listen, address=listen), [])
        public = ["--public-url", "https://example.org/"]
        self.assertEqual(len(self.log_of(*public)), 1)
        self.assertEqual(len(self.log_of(*public, "--no-password")), 1)
        self.assertEqual(self.log_of(*public, "--password-file", self.password,
                                     status=401), [])

    def test_a_password_that_is_none_is_refused_and_not_printed(self):
        for name, text, word in [("empty", "", "empty"), ("line", "\n", "empty"),
                                 ("two", "one\nsecret", "more than one line"),
                                 ("long", "secret" * 1000, "longer")]:
            with self.subTest(name=name):
                error = self.refusal("--password-file",
                                     self.setup.write(name, text))
                self.assertIn(word, error)
                self.assertIn("password", error)
                self.assertNotIn("secret", error)
        self.assertIn("/nonexistent", self.refusal("--password-file",
                                                   "/nonexistent"))
        self.assertIn("exclude", self.refusal(
            "--no-password", "--password-file", self.password))

    def test_others_that_can_read_a_secret_are_named(self):
        path = self.setup.write("open", PASSWORD)
        os.chmod(path, 0o644)
        self.assertIn(path, "".join(self.log_of("--password-file", path,
                                                status=401)))

    def test_the_kept_key_and_the_service_managers_are_found(self):
        self.assertIn("There is no API key", self.refusal(env={}))
        self.setup.write("config/visioncraft/token", KEY + "\n")
        self.log_of(env={})
        os.unlink(os.path.join(self.setup.folder, "config/visioncraft/token"))
        given = os.path.dirname(self.setup.write("given/token", KEY))
        self.assertEqual(self.log_of(env={"CREDENTIALS_DIRECTORY": given}), [])
        self.setup.write("given/password", PASSWORD)
        self.assertEqual(self.log_of(env={"CREDENTIALS_DIRECTORY": given},
                                     status=401), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
