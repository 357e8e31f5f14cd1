# SPDX-License-Identifier: LGPL-2.1-or-later
"""axe-core finds nothing in any state of the page. It comes from npm, by its
name, into the folder TEST_AXE_DIR of the build."""

import os
import subprocess
import tempfile
import unittest

from browser import Browser
from fixture import wait_until
from harness import Setup
from test_web_browser import DONE, READY, VIEW

VERSION = "4.10.3"
MOCK = ["--size", "64x64", "--frames", "3"]

RUN = """
const done = arguments[0];
axe.run(document, { resultTypes: ['violations'] }).then(
  (found) => done(found.violations.map((rule) => [rule.id,
    rule.nodes.map((node) => node.html + ' ' + node.failureSummary)])),
  (error) => done(String(error)));
"""


def load_axe():
    folder = os.environ["TEST_AXE_DIR"]
    path = os.path.join(folder, "node_modules", "axe-core", "axe.min.js")
    if not os.path.exists(path):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["npm", "install", "--no-save", "--ignore-scripts",
                        "--no-audit", "--no-fund", "--prefix", folder,
                        f"axe-core@{VERSION}"], check=True, timeout=120,
                       stdin=subprocess.DEVNULL)
    with open(path, encoding="utf-8") as f:
        return f.read()


class Axe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.axe = load_axe()
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("secret")
            f.flush()
            cls.setup = Setup(["--password-file", f.name], MOCK)
        cls.addClassCleanup(cls.setup.__exit__, None, None, None)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def check(self, state):
        """In light and dark, on a desk and on a phone."""
        b = self.browser
        b.run(self.axe)
        for scheme in ["light", "dark"]:
            b.emulate("Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": scheme}]})
            for width in [1200, 390]:
                b.emulate("Emulation.setDeviceMetricsOverride", {
                    "width": width, "height": 844, "deviceScaleFactor": 1,
                    "mobile": width < 500})
                with self.subTest(state=state, scheme=scheme, width=width):
                    self.assertEqual(b.run_async(RUN), [])
                    self.assertLessEqual(b.run(
                        "return document.documentElement.scrollWidth"), width)

    def submit(self, prompt):
        self.browser.run("document.getElementById('prompt').value = ''")
        self.browser.type("#prompt", prompt)
        self.browser.run("document.getElementById('generate').click()")

    def test_it_finds_nothing_in_any_state(self):
        b = self.browser
        b.open(self.setup.web.url + "/")
        b.wait(f"{READY} === 'login'")
        self.check("login")
        b.type("#password", "wrong")
        b.run("document.querySelector('#login button').click()")
        b.wait("document.getElementById('password').ariaInvalid === 'true'")
        self.check("login refused")
        b.type("#password", "secret")
        b.run("document.querySelector('#login button').click()")
        b.wait(f"{READY} === 'yes'")
        self.check("empty")

        self.setup.relay.hold()
        self.submit("a fox in the snow")
        wait_until(lambda: self.setup.relay.n_open() == 1, 10, "it is asked")
        self.submit("the next one")
        b.wait("!document.getElementById('next').hidden")
        self.check("working")
        self.setup.relay.release()
        b.wait(f"{DONE} && document.getElementById('caption').textContent ==="
               " 'the next one'")
        b.wait("document.querySelectorAll('#cards img').length >= 2")
        self.check("done, with a gallery")

        self.submit("word " * 300)
        b.wait(f"{DONE} && document.getElementById('caption').textContent"
               ".length > 1000")
        self.check("a long caption")
        self.submit("x fault:detail-list")
        b.wait(f"{VIEW} === 'error'")
        self.check("error")


if __name__ == "__main__":
    unittest.main(verbosity=2)
