# SPDX-License-Identifier: LGPL-2.1-or-later
"""axe-core finds nothing in any state of the page."""

import os
import unittest

from pagestates import States, npm_folder

VERSION = "4.10.3"

RUN = """
const done = arguments[0];
axe.run(document, { resultTypes: ['violations'] }).then(
  (found) => done(found.violations.map((rule) => [rule.id,
    rule.nodes.map((node) => node.html + ' ' + node.failureSummary)])),
  (error) => done(String(error)));
"""


class Axe(States):
    @classmethod
    def setUpClass(cls):
        folder = npm_folder("axe-core", VERSION)
        with open(os.path.join(folder, "axe.min.js"), encoding="utf-8") as f:
            cls.axe = f.read()
        super().setUpClass()

    def look(self, width):
        b = self.browser
        b.run(self.axe)
        self.assertEqual(b.run_async(RUN), [])
        self.assertLessEqual(
            b.run("return document.documentElement.scrollWidth"), width)

    def test_it_finds_nothing_in_any_state(self):
        self.walk()


del States

if __name__ == "__main__":
    unittest.main(verbosity=2)
