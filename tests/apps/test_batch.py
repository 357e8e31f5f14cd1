# SPDX-License-Identifier: LGPL-2.1-or-later
"""What visioncraft-batch shows: its manual and completions, a terminal, events, the report."""

import base64
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
import unittest

import fixture
from browser import Browser

PROGRAM = os.environ["TEST_PROGRAM"]
SOURCES = os.environ["TEST_SOURCE_DIR"]
PROMPTS = ["a fox <script>document.title = 'run'</script>", "a dog & a \"cat\" 'x'",
           "no fault:status status=422", "lost fault:close-before", "a very long " + 40 * "prompt "]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Texts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.help = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True,
                                  check=True).stdout
        cls.options = set(re.findall(r"--([a-z][a-z-]+)", cls.help.split("Application Options")[1]
                                     .split("PROMPTS is a list")[0])) | {"help"}

    def test_manual_has_every_option_and_no_other(self):
        manual = read(os.environ["TEST_MANUAL"]).replace("\\-", "-")
        named = set(re.findall(r"^\.(?:B|BI|BR).*?--([a-z][a-z-]+)", manual, re.MULTILINE))
        self.assertEqual(self.options - named, set())
        self.assertEqual(named - self.options - {"set-token"}, set())

    def test_manual_is_good_to_groff(self):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                               os.environ["TEST_MANUAL"]], capture_output=True, text=True,
                              env=os.environ | {"LC_ALL": "C.UTF-8"}, check=True)
        self.assertEqual(done.stderr, "")

    def test_completions_have_every_option(self):
        for shell, pattern in [("bash", r"--([a-z][a-z-]+)"), ("zsh", r"--([a-z][a-z-]+)"),
                               ("fish", r"-l ([a-z][a-z-]+)")]:
            text = read(SOURCES, f"completion.{shell}")
            if shell == "bash":
                text = text.split("options='")[1].split("'")[0]
            with self.subTest(shell=shell):
                self.assertEqual(set(re.findall(pattern, text)) - {"option"}, self.options)

    def test_shells_read_the_completions(self):
        for shell in ["bash", "zsh", "fish"]:
            with self.subTest(shell=shell):
                subprocess.run([shell, "-n", os.path.join(SOURCES, f"completion.{shell}")],
                               check=True)

    def test_bash_completes(self):
        script = (f". {SOURCES}/completion.bash; COMP_WORDS=(visioncraft-batch --re); COMP_CWORD=1; "
                  "_visioncraft_batch visioncraft-batch --re visioncraft-batch; "
                  "echo ${COMPREPLY[@]}")
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
        self.assertEqual(set(done.stdout.split()),
                         {"--report=", "--repeat-unknown", "--retry-failed"})


class Runs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.env = fixture.environment() | {"XDG_CACHE_HOME": os.path.join(self.folder.name, "cache"),
                                            "XDG_CONFIG_HOME": self.folder.name}
        with open(self.path("list.jsonl"), "w", encoding="utf-8") as file:
            for prompt in PROMPTS:
                file.write(json.dumps({"prompt": prompt}) + "\n")

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def words(self, url, *more):
        return [PROGRAM, self.path("list.jsonl"), "--output", self.path("out/{n}.gif"), "--api-url",
                url, "--jobs", "1", *more]

    def test_events_are_objects_a_line(self):
        with fixture.mock("--size", "64x64", "--frames", "2") as url:
            done = subprocess.run(self.words(url, "--json"), env=self.env, capture_output=True,
                                  text=True, check=False)
        self.assertEqual(done.returncode, 76, done.stderr)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        ends = {event["n"]: event["event"] for event in events
                if event["event"] not in ("begin", "summary")}
        self.assertEqual(ends, {1: "done", 2: "done", 3: "refused", 4: "unknown", 5: "done"})
        self.assertEqual(sorted(event["n"] for event in events if event["event"] == "begin"),
                         [1, 2, 3, 4, 5])
        summary = events[-1]
        self.assertEqual([summary[name] for name in
                          ("event", "total", "done", "refused", "unknown", "left", "paid", "status")],
                         ["summary", 5, 3, 1, 1, 0, 4, 76])
        first = next(event for event in events if event["event"] == "done")
        self.assertEqual(os.path.getsize(first["files"][0]), first["bytes"])

    def on_terminal(self, url, columns):
        """Exit status, and all that a terminal of that width got."""
        pid, fd = pty.fork()
        if pid == 0:
            fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.execve(PROGRAM, self.words(url, "--jobs", "2"), self.env | {"TERM": "xterm"})
        seen = b""
        try:
            while piece := os.read(fd, 65536):
                seen += piece
        except OSError:  # its end, on Linux
            pass
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()

    def test_terminal_has_a_bar_and_the_items(self):
        with fixture.mock("--size", "64x64", "--frames", "2", "--latency-ms", "700") as url:
            status, seen = self.on_terminal(url, 100)
        self.assertEqual(status, 76)
        self.assertRegex(seen, r"\[=*> *\] \d/5, [\d.]+/min")
        self.assertRegex(seen, r"1  generating +\d+ s  a fox <script>")
        self.assertIn("3 done, 1 refused, 1 may have been billed", seen)
        # What is drawn is erased: behind the last erasure stands only what stays.
        self.assertNotIn("generating", seen.rsplit("\x1b[J", 1)[1])
        for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9]*[A-Z]", "\n", seen)):
            if "generating" in line or "/min" in line:
                self.assertLess(len(line), 100)

    def test_narrow_terminal_does_not_wrap_the_bar(self):
        with fixture.mock("--size", "64x64", "--frames", "2", "--latency-ms", "300") as url:
            _, seen = self.on_terminal(url, 30)
        for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9]*[A-Z]", "\n", seen)):
            if "generating" in line or "/min" in line:
                self.assertLess(len(line), 30)

    def test_report_shows_all_with_failures_first(self):
        with fixture.mock("--size", "120x60", "--frames", "2") as url:
            done = subprocess.run(self.words(url, "-q", "--report", self.path("report.html")),
                                  env=self.env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 76, done.stderr)
        with Browser() as browser:
            browser.open("file://" + self.path("report.html"))
            cards = browser.run("""return [...document.querySelectorAll('article')].map(card => ({
                state: card.className, title: card.querySelector('h2').textContent.trim(),
                prompt: card.querySelector('.prompt').textContent,
                facts: [...card.querySelectorAll('.facts')].map(p => p.textContent),
                message: card.querySelector('.message')?.textContent,
                width: card.querySelector('img')?.naturalWidth ?? 0,
                height: card.querySelector('img')?.naturalHeight ?? 0}));""")
            self.assertEqual([(card["title"], card["state"]) for card in cards],
                             [("3", "refused"), ("4", "unknown"), ("1", "done"), ("2", "done"),
                              ("5", "done")])
            self.assertEqual([card["prompt"].strip() for card in cards],
                             [PROMPTS[i].strip() for i in (2, 3, 0, 1, 4)])
            self.assertEqual([(card["width"], card["height"]) for card in cards],
                             2 * [(0, 0)] + 3 * [(160, 160)])
            self.assertIn("422", cards[0]["message"])
            self.assertIn("billed", cards[1]["message"])
            self.assertIn("1.gif", cards[2]["facts"])
            self.assertTrue(any(re.match(r"\d+\.\d s, .*B$", fact) for fact in cards[2]["facts"]))
            # A page by itself: a prompt is text, and nothing comes from elsewhere.
            self.assertEqual(browser.run("return document.title"), "visioncraft-batch")
            self.assertEqual(browser.run(
                "return performance.getEntriesByType('resource')"
                ".filter(entry => !entry.name.startsWith('data:')).length"), 0)
            # The picture is the GIF's: borders above and below, colours between.
            png = base64.b64decode(browser.driver.get_screenshot_as_base64())
            self.assertGreater(len(png), 10000)
            spread = browser.run("""
                const image = document.querySelector('article.done img');
                const canvas = document.createElement('canvas');
                canvas.width = canvas.height = 160;
                const context = canvas.getContext('2d');
                context.drawImage(image, 0, 0);
                const sums = (y) => [...context.getImageData(0, y, 160, 1).data]
                  .filter((_, i) => i % 4 < 3);
                const range = (line) => Math.max(...line) - Math.min(...line);
                return [range(sums(5)), range(sums(80))];""")
            self.assertLess(spread[0], 40)
            self.assertGreater(spread[1], 60)


if __name__ == "__main__":
    unittest.main()
