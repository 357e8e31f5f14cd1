# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lighthouse gives the page all points in every state."""

import json
import os
import subprocess
import unittest

from pagestates import States, npm_folder

# The last one that runs with Debian 12's Node.js.
VERSION = "11.7.1"
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lighthouse.mjs")


class Lighthouse(States):
    @classmethod
    def setUpClass(cls):
        folder = npm_folder("lighthouse", VERSION)
        super().setUpClass()
        address = cls.browser.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        cls.node = None
        cls.command = ["node", PROGRAM, folder, address]

    def start(self):
        """When there is a page."""
        self.node = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.node.stdout.close)
        self.addCleanup(self.node.wait, 60)
        self.addCleanup(self.node.stdin.close)

    def look(self, width):
        if self.node is None:
            self.start()
        self.node.stdin.write(f"{width}\n")
        self.node.stdin.flush()
        found = json.loads(self.node.stdout.readline())
        for name in ["accessibility", "best-practices"]:
            self.assertEqual(found[name]["lost"], [], name)
            self.assertEqual(found[name]["score"], 1, name)
            self.assertGreater(found[name]["n"], 3, name)

    def test_it_gives_all_points_in_every_state(self):
        self.walk()


del States

if __name__ == "__main__":
    unittest.main(verbosity=2)
