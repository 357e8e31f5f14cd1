# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page of visioncraft-web in all its states, in light and dark, on a desk
and on a phone, for what looks at pages; and such programs, from npm."""

import os
import subprocess
import tempfile
import unittest

from browser import Browser
from fixture import wait_until
from harness import Setup
from test_web_browser import DONE, READY, VIEW

MOCK = ["--size", "64x64", "--frames", "3"]


def npm_folder(name, version):
    """Where the package @name is, in TEST_NPM_DIR of the build; from npm, by its
    name, where it is not there yet."""
    folder = os.path.join(os.environ["TEST_NPM_DIR"], f"{name}-{version}")
    there = os.path.join(folder, "node_modules", name)
    if not os.path.exists(os.path.join(folder, "whole")):
        os.makedirs(folder, exist_ok=True)
        # A project of its own, not --prefix: that has other settings than the
        # machine's, which may name the registry and who vouches for it.
        with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as f:
            f.write("{}")
        done = subprocess.run(
            ["npm", "install", "--no-save", "--ignore-scripts", "--no-audit",
             "--no-fund", f"{name}@{version}"], timeout=180, cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, \
            f"npm gives no {name}@{version}, which this test needs: {done.stderr}"
        with open(os.path.join(folder, "whole"), "w", encoding="utf-8"):
            pass
    return there


class States(unittest.TestCase):
    """A subclass walks, and has look()."""

    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("secret")
            f.flush()
            cls.setup = Setup(["--password-file", f.name], MOCK)
        cls.addClassCleanup(cls.setup.__exit__, None, None, None)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def look(self, width):
        """Fails where something is wrong with what the browser shows now."""
        raise NotImplementedError

    def check(self, state):
        b = self.browser
        for scheme in ["light", "dark"]:
            b.emulate("Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": scheme}]})
            for width in [1200, 390]:
                b.emulate("Emulation.setDeviceMetricsOverride", {
                    "width": width, "height": 844, "deviceScaleFactor": 1,
                    "mobile": width < 500})
                with self.subTest(state=state, scheme=scheme, width=width):
                    self.look(width)

    def submit(self, prompt):
        self.browser.run("document.getElementById('prompt').value = ''")
        self.browser.type("#prompt", prompt)
        self.browser.run("document.getElementById('generate').click()")

    def walk(self):
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
