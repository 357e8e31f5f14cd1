#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs examples/python/ against the mock server.

    python_examples.py EXAMPLES GIF     GIF.conf beside it tells its frames
"""

import configparser
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import unittest

import numpy

import fixture

EXAMPLES, GIF = sys.argv[1:3]
LIMIT_S = 60


class PythonExamples(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def start(self, url, script, *words):
        env = fixture.environment() | {"VISIONCRAFT_API_URL": url}
        return subprocess.Popen(
            ["/usr/bin/python3", os.path.join(EXAMPLES, script), *words], cwd=self.directory,
            env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_script(self, url, script, *words):
        with self.start(url, script, *words) as process:
            out, err = process.communicate(timeout=LIMIT_S)
        return process.returncode, out, err

    def path(self, name):
        return os.path.join(self.directory, name)

    def test_a_gif_is_the_services_bytes(self):
        with fixture.mock_of_file(GIF) as url:
            status, out, err = self.run_script(
                url, "prompt_to_gif.py", "a fox ! filesink location=x", "fox.gif",
                "--steps=40", "--sampler=DDIM", "--negative-prompt=blurry", "--cfg-scale=7")
        self.assertEqual((status, err), (0, ""))
        self.assertIn("Generated in", out)
        with open(self.path("fox.gif"), "rb") as saved, open(GIF, "rb") as served:
            self.assertEqual(saved.read(), served.read())
        self.assertEqual(os.listdir(self.directory), ["fox.gif"])

    def test_an_error_leaves_no_file(self):
        with fixture.mock() as url:
            status, _, err = self.run_script(
                url, "prompt_to_gif.py", "--retries=0", "fault:422", "fox.gif")
        self.assertEqual(status, 1)
        self.assertTrue(err.startswith("prompt_to_gif.py: "), err)
        self.assertIn("cfg-scale", err)
        self.assertEqual(err.count("\n"), 1)
        self.assertEqual(os.listdir(self.directory), [])

    def test_a_missing_directory_is_told(self):
        with fixture.mock() as url:
            status, _, err = self.run_script(url, "prompt_to_gif.py", "a fox", "none/fox.gif")
        self.assertEqual(status, 1)
        self.assertIn("No such file or directory", err)
        self.assertEqual(err.count("\n"), 1)

    def test_ctrl_c_leaves_no_file(self):
        with fixture.mock("--fault", "silence") as url, \
                self.start(url, "prompt_to_gif.py", "a fox", "fox.gif") as process:
            self.assertIn("Generating", process.stdout.readline())
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LIMIT_S)
        self.assertEqual(process.returncode, -signal.SIGINT)
        self.assertEqual(os.listdir(self.directory), [])

    def test_frames_have_their_times_and_pixels(self):
        truth = configparser.ConfigParser()
        truth.read(GIF.removesuffix(".gif") + ".conf")
        expected = [truth[f"frame {i}"] for i in range(truth.getint("gif", "frames"))]
        with fixture.mock_of_file(GIF) as url:
            status, out, err = self.run_script(url, "frames_to_numpy.py", "a fox", "fox.npz")
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out.count("frame "), len(expected))
        arrays = numpy.load(self.path("fox.npz"))
        self.assertEqual(len(arrays["frames"]), len(expected))
        for i, frame in enumerate(expected):
            self.assertAlmostEqual(arrays["starts"][i], frame.getint("start-cs") / 100)
            self.assertAlmostEqual(arrays["durations"][i], frame.getint("delay-cs") / 100)
            self.assertEqual(hashlib.sha256(arrays["frames"][i].tobytes()).hexdigest(),
                             frame["sha256"])

    def test_a_failure_has_details(self):
        program = ("import visioncraft\n"
                   "try:\n"
                   "    list(visioncraft.frames('fault:429 retry-after=7', retries=0))\n"
                   "except visioncraft.GenerationError as error:\n"
                   "    print(error.status, error.retry_after, error.server_message)\n")
        env = fixture.environment()
        env["PYTHONPATH"] = EXAMPLES
        with fixture.mock() as url:
            env["VISIONCRAFT_API_URL"] = url
            out = subprocess.run(["/usr/bin/python3", "-c", program], env=env, text=True,
                                 check=True, capture_output=True, timeout=LIMIT_S).stdout
        self.assertEqual(out, "429 7 Too Many Requests\n")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[3:]])
