#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pages of docs/ and the README say is so: programs run, messages exist, packages are listed.

    pages.py SOURCE_DIR CONVERTER WEB
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

import fixture

ROOT, CONVERTER, WEB = map(os.path.abspath, sys.argv[1:4])
LIMIT_S = 60


def read(*names):
    with open(os.path.join(ROOT, *names), encoding="utf-8") as page:
        return page.read()


def block(page, language, heading):
    """The first block of code in this language behind this heading."""
    text = read("docs", page).split(f"\n## {heading}\n")[1]
    return re.search(rf"^```{language}\n(.*?)^```", text, re.M | re.S).group(1)


class Examples(unittest.TestCase):
    """Each ends with a GIF, after one generation."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def run_program(self, args, url, program=None):
        env = fixture.environment() | {
            "VISIONCRAFT_API_URL": url, "HOME": self.directory, "XDG_CACHE_HOME": self.directory,
            "PATH": os.path.dirname(CONVERTER) + ":" + os.environ["PATH"]}
        done = subprocess.run(args, input=program, cwd=self.directory, env=env, text=True,
                              capture_output=True, timeout=LIMIT_S)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def check(self, *names):
        for name in names:
            with open(os.path.join(self.directory, name), "rb") as file:
                start = file.read(8)
            self.assertTrue(start.startswith(b"GIF89a") or start[4:] == b"ftyp", name)

    def test_python(self):
        with fixture.mock() as url:
            self.run_program(["/usr/bin/python3", "-"], url, block("languages.md", "python", "Python"))
        self.check("fox.gif")

    def test_node(self):
        with fixture.mock() as url:
            out = self.run_program(["node", "-"], url, block("languages.md", "js", "Node"))
        self.assertIn("wrote fox.mp4", out)
        self.check("fox.gif", "fox.mp4")

    def test_curl(self):
        with fixture.mock() as url:
            env = fixture.environment() | {"VISIONCRAFT_API_URL": url}
            web = fixture.Process([WEB, "--port=0"], env)
            self.addCleanup(web.stop)
            script = block("languages.md", "sh", "curl")
            self.assertIn("http://127.0.0.1:8000", script)
            self.run_program(["bash", "-eu"], url, script.replace("http://127.0.0.1:8000", web.url))
        self.check("fox.gif", "fox.mp4")

    def test_c(self):
        line = re.search(r"^cc examples/embed\.c.*$", read("docs", "embedding.md"), re.M).group(0)
        os.symlink(os.path.join(ROOT, "examples"), os.path.join(self.directory, "examples"))
        with fixture.mock() as url:
            self.run_program(["bash", "-c", line], url)
            out = self.run_program(["./embed", "a fox in the snow"], url)
        self.assertIn("frame 0: ", out)


class Messages(unittest.TestCase):
    def test_messages_are_the_programs(self):
        sources = []
        for folder in ["gst", "apps"]:
            for path, _, names in os.walk(os.path.join(ROOT, folder)):
                sources += [read(path, name) for name in names if name.endswith(".c")]
        # A text goes over several lines, with quotes in it.
        text = re.sub(r'"\s*"', "", "\n".join(sources)).replace('\\"', '"')
        messages = re.findall(r"^\| `(.*?)` \|", read("docs", "troubleshooting.md"), re.M)
        self.assertGreater(len(messages), 20)
        for message in messages:
            # The first is gst-launch-1.0's.
            pattern = re.sub(r'"[^"]*"', '"%s"', message)
            with self.subTest(message):
                self.assertTrue(
                    message.startswith("no element") or message in text or pattern in text)


class Packages(unittest.TestCase):
    def test_the_readmes_packages_are_those_of_the_script(self):
        known = set(re.findall(r"[a-z0-9][a-z0-9.+-]+", read("scripts", "packages.sh")))
        rows = re.findall(r"^\| [^|]* \|([^|]*)\| as Debian \|", read("README.md"), re.M)
        self.assertEqual(len(rows), 6)
        for name in re.findall(r"`([^`]+)`", "".join(rows)):
            self.assertIn(name, known)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
