# SPDX-License-Identifier: LGPL-2.1-or-later
"""As much of W3C WebDriver as the tests need, for Debian's Chromium."""

import base64
import http.client
import json
import shutil
import subprocess
import tempfile

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--autoplay-policy=no-user-gesture-required",
         # Without a GPU the compositor may rest; videos must go on.
         "--disable-renderer-backgrounding",
         "--disable-background-timer-throttling",
         "--disable-backgrounding-occluded-windows"]

DRIVER_TRIES = 5

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER = "\ue007"
CONTROL = "\ue009"
TAB = "\ue004"


class BrowserError(Exception):
    pass


class Browser:
    """One headless Chromium with a fresh profile; a context manager."""

    def __init__(self, size=(1200, 900), flags=()):
        self.profile = tempfile.mkdtemp(prefix="visioncraft-chromium-")
        self.session = None
        self._start_driver()
        try:
            self._start(size, flags)
        except BaseException:
            self.close()
            raise

    def _start_driver(self):
        """Sets driver and port. Now and then chromedriver ends at once: it
        wants its port in IPv4 and IPv6, and finds it taken in one of them."""
        for _ in range(DRIVER_TRIES):
            self.driver = subprocess.Popen(
                ["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            for line in self.driver.stdout:
                if b"started successfully" in line:
                    self.port = int(line.decode().split()[-1].rstrip("."))
                    return
            self.driver.stdout.close()
            self.driver.wait(30)
        shutil.rmtree(self.profile, ignore_errors=True)
        raise BrowserError(f"chromedriver did not start {DRIVER_TRIES} times")

    def _start(self, size, flags):
        options = {"binary": "/usr/bin/chromium",
                   "args": [*FLAGS, *flags,
                            f"--window-size={size[0]},{size[1]}",
                            f"--user-data-dir={self.profile}"]}
        value = self._send("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = value["sessionId"]
        self.version = value["capabilities"]["browserVersion"]
        self.call("POST", "/timeouts", {"script": 60000, "pageLoad": 30000})

    def _send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path,
                           json.dumps(body if body is not None else {})
                           if method == "POST" else None,
                           {"Content-Type": "application/json"})
        reply = connection.getresponse()
        value = json.loads(reply.read())["value"]
        connection.close()
        if reply.status != 200:
            raise BrowserError(f"{value['error']}: {value['message']}")
        return value

    def call(self, method, path, body=None):
        return self._send(method, f"/session/{self.session}{path}", body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.session:
            try:
                self.call("DELETE", "")
            except (BrowserError, OSError):
                pass
        self.driver.terminate()
        self.driver.wait(30)
        self.driver.stdout.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    # --- Pages ---

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *args):
        """What the body of a function returns, given its arguments."""
        return self.call("POST", "/execute/sync",
                         {"script": script, "args": list(args)})

    def wait(self, script, *args):
        """The first true value of an expression, looked at again and again in
        the page itself."""
        return self.call("POST", "/execute/async", {"script": """
            const done = arguments[arguments.length - 1];
            const look = () => {
              const value = (%s);
              value ? done(value) : setTimeout(look, 20);
            };
            look();""" % script, "args": list(args)})

    def find(self, css):
        return self.call("POST", "/element",
                         {"using": "css selector", "value": css})[ELEMENT]

    def type(self, css, text):
        self.call("POST", f"/element/{self.find(css)}/value", {"text": text})

    def click(self, css):
        self.call("POST", f"/element/{self.find(css)}/click")

    def press(self, *keys):
        """All keys down in this order, and up again."""
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self.call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": down + up}]})

    def screenshot(self, file):
        with open(file, "wb") as f:
            f.write(base64.b64decode(self.call("GET", "/screenshot")))

    def log(self):
        """What the page wrote to the console, its errors included."""
        return self.call("POST", "/se/log", {"type": "browser"})

    def emulate(self, command, params):
        """A command of Chromium's own protocol."""
        return self.call("POST", "/goog/cdp/execute",
                         {"cmd": command, "params": params})

    # --- Tabs ---

    def new_tab(self):
        handle = self.call("POST", "/window/new", {"type": "tab"})["handle"]
        self.call("POST", "/window", {"handle": handle})
        return handle

    def close_tab(self, then):
        self.call("DELETE", "/window")
        self.call("POST", "/window", {"handle": then})

    def current_tab(self):
        return self.call("GET", "/window")
