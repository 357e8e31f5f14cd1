# SPDX-License-Identifier: LGPL-2.1-or-later
"""visioncraft-web behind nginx and Caddy, over TLS."""

import contextlib
import http.client
import json
import re
import ssl
import unittest
from urllib.parse import urljoin, urlsplit

from browser import Browser, Keys
from harness import Setup
from proxies import CA, Proxy, free_port

PASSWORD = "correct horse"
MOCK = ["--size", "64x64", "--frames", "3"]
ADDRESS = re.compile(r'(?:href|src)="([^"#]+)"')
PASS = "proxy_pass http://127.0.0.1:8000;"

# The proxy, the prefix, and what differs from the page's sample. The pairs of
# an nginx location and its proxy_pass are all that a slash may change.
ORDINARY = {
    "nginx": ("nginx", "/fox/", []),
    "nginx with the browser's Host": ("nginx", "/fox/", [
        (PASS, PASS + " proxy_set_header Host $http_host;")]),
    "nginx with a Host without its port": ("nginx", "/fox/", [
        (PASS, PASS + " proxy_set_header Host $host;")]),
    "nginx with HTTP/1.1": ("nginx", "/fox/", [
        (PASS, PASS + ' proxy_http_version 1.1; proxy_set_header Connection "";')]),
    "nginx without the prefix": ("nginx", "/fox/", [
        (":8000;", ":8000/;")]),
    "nginx, no slash": ("nginx", "/fox/", [("location /fox/", "location /fox")]),
    "nginx, no slash, without the prefix": ("nginx", "/fox/", [
        ("location /fox/", "location /fox"), (":8000;", ":8000/;")]),
    "nginx, a deep prefix": ("nginx", "/a/b-c/fox.1/", [
        ("location /fox/", "location /a/b-c/fox.1/")]),
    "nginx for the whole host": ("nginx", "/", [
        ("location /fox/", "location /")]),
    "caddy": ("caddy", "/fox/", []),
    "caddy without the prefix": ("caddy", "/fox/", [
        ("reverse_proxy /fox/* 127.0.0.1:8000",
         "handle_path /fox/* {\n    reverse_proxy 127.0.0.1:8000\n  }")]),
    "caddy for the whole host": ("caddy", "/", [
        ("redir /fox /fox/\n", ""), ("/fox/* ", "")]),
}


class Case(unittest.TestCase):
    @contextlib.contextmanager
    def behind(self, name, public_slash=True, *web_args):
        """The page behind one of them; gives its address."""
        language, prefix, edit = ORDINARY[name]
        port = free_port()
        url = f"https://localhost:{port}{prefix}"
        with Setup(["--public-url", url if public_slash else url.rstrip("/"),
                    *web_args], MOCK) as self.setup, \
                Proxy(language, port, self.setup.web.port, *edit):
            yield url

    def connect(self, url):
        context = ssl.create_default_context(cafile=CA)
        return http.client.HTTPSConnection(
            "localhost", urlsplit(url).port, timeout=60, context=context)

    def ask(self, method, url, body=None, **headers):
        """(status, headers, bytes)"""
        connection = self.connect(url)
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, urlsplit(url).path,
                           None if body is None else json.dumps(body), headers)
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        return reply.status, reply.headers, data

    def follow(self, url):
        """The page's address and text, after what redirects there are."""
        for _ in range(3):
            status, headers, data = self.ask("GET", url)
            if status not in (301, 302, 307, 308):
                break
            url = urljoin(url, headers["Location"])
        self.assertEqual(status, 200)
        return url, data.decode()


class Ordinary(Case):
    def check_page(self, url):
        found, text = self.follow(url)
        element = re.search(r'<base href="([^"]+)">', text)
        base = urljoin(found, element[1])
        addresses = ADDRESS.findall(text.replace(element[0], ""))
        self.assertGreater(len(addresses), 3)
        for address in addresses:
            status, headers, _ = self.ask("GET", urljoin(base, address))
            self.assertEqual(status, 200, (base, address))
            self.assertNotIn("html", headers["Content-Type"])

    def check_generation(self, url):
        """An event comes before the generation goes on: nobody keeps it."""
        origin = url[:url.index("/", 8)]
        self.setup.relay.hold()
        status, _, data = self.ask("POST", url + "api/generations",
                                   {"prompt": "x"}, Origin=origin)
        self.assertEqual(status, 201, data)
        below = f"{url}api/generations/{json.loads(data)['id']}"
        connection = self.connect(url)
        connection.request("GET", urlsplit(below).path + "/events")
        events = connection.getresponse()
        while (line := events.readline()):
            if b'"generating"' in line:
                break
        self.assertTrue(line)
        self.setup.relay.release()
        self.assertIn(b'"done"', events.read())
        connection.close()
        whole = self.ask("GET", below + "/gif")[2]
        self.assertEqual(whole[:6], b"GIF89a")
        status, _, part = self.ask("GET", below + "/gif", Range="bytes=3-8")
        self.assertEqual((status, part), (206, whole[3:9]))

    def check_strangers(self, url):
        for headers in [{"Origin": "https://evil.example"},
                        {"Origin": "https://localhost.evil.example"},
                        {"Sec-Fetch-Site": "cross-site"}]:
            self.assertEqual(self.ask("POST", url + "api/generations",
                                      {"prompt": "x"}, **headers)[0], 403)
        for path in ["nothing", "api/nothing", "index.html"]:
            self.assertIn(self.ask("GET", url + path)[0], (400, 404))

    def test_the_page_works_behind_each_of_them(self):
        for i, name in enumerate(ORDINARY):
            with self.subTest(name=name), self.behind(name, i % 2 == 0) as url:
                self.check_page(url)
                if url.count("/") > 3:
                    self.check_page(url.rstrip("/"))
                self.check_generation(url)
                self.check_strangers(url)
                self.assertEqual(self.setup.relay.n_posts, 1)

    def test_clients_behind_a_proxy_are_told_apart_by_its_word(self):
        for name in ["nginx", "caddy"]:
            with self.subTest(name=name), \
                    self.behind(name, True, "--rate", "1") as url:
                # What a client says of itself stands before it.
                for i, expected in enumerate([201, 429, 429]):
                    status, _, _ = self.ask(
                        "POST", url + "api/generations", {"prompt": "x"},
                        **{"X-Forwarded-For": f"192.0.2.{i}"})
                    self.assertEqual(status, expected)


class Page(Case):
    def test_nothing_in_it_is_absolute(self):
        with Setup((), MOCK) as setup:
            page = setup.ask("GET", "/")[2].decode()
            self.assertIn('<base href="./">', page)
            page = page.replace('<base href="./">', "")
            files = [""] + ADDRESS.findall(page)
            scripts = [setup.ask("GET", "/" + name)[2].decode() for name in files]
            files += sum([re.findall(r'from "./([^"]+)"', text)
                          for text in scripts], [])
            self.assertIn("server.js", files)
            for name in set(files):
                status, _, data = setup.ask("GET", "/" + name)
                self.assertEqual(status, 200, name)
                text = data.decode().replace("http://www.w3.org/2000/svg", "")
                for pattern in [r"https?:", r"""["'`(]/\w""", r"""["'`]//"""]:
                    self.assertEqual(re.findall(pattern, text), [], name)


class InBrowser(Case):
    def test_it_works_in_a_browser_over_tls_with_a_login(self):
        with Setup((), MOCK) as other:
            password = other.write("password", PASSWORD)
            for name in ["nginx without the prefix", "caddy"]:
                with self.subTest(name=name), self.behind(
                        name, True, "--password-file", password) as url, \
                        Browser(flags=["--ignore-certificate-errors"]) as b:
                    b.open(url.rstrip("/"))
                    b.wait("document.documentElement.dataset.ready === 'login'")
                    b.type("#password", PASSWORD)
                    b.press(Keys.ENTER)
                    b.wait("document.documentElement.dataset.ready === 'yes'")
                    b.type("#prompt", "a fox")
                    b.click("#generate")
                    b.wait("document.querySelector('#stage.complete[data-view="
                           "video]') && document.getElementById('video')"
                           ".currentTime > 0")
                    [cookie] = b.driver.get_cookies()
                    self.assertEqual(
                        [cookie[k] for k in ["path", "secure", "httpOnly",
                                             "sameSite"]],
                        ["/fox/", True, True, "Strict"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
