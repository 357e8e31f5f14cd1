#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every launch line of the elements' gtk-doc SECTION comments, as it stands there.

    launchlines.py DELAYS_GIF SOURCE.c...

Each runs in a directory of its own, where in.gif is DELAYS_GIF, and must end by itself with success;
what plays for ever is interrupted once it plays. Each file that a line names must be there then, and
be of the kind that its name says.
"""

import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import fixture

LIMIT_S = 60
DELAYS_GIF, SOURCES = sys.argv[1], sys.argv[2:]
# autovideosink's and playbin's first choice is one that needs no display; they try the others all
# the same, and these crash or write errors without one (dfbvideosink in DirectFB).
SINKS = "fakevideosink:MAX,dfbvideosink:NONE,waylandsink:NONE,gtkwaylandsink:NONE"
MAGIC = {
    ".gif": (0, b"GIF89a"),
    ".png": (0, b"\x89PNG\r\n\x1a\n"),
    ".mp4": (4, b"ftyp"),
}


def lines_of(path):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    for section in re.findall(r"/\*\*\n \* SECTION:(.*?)\*/", text, flags=re.S):
        for block in re.findall(r"^ \* \|\[\n(.*?)^ \* \]\|", section, flags=re.M | re.S):
            yield "\n".join(line.removeprefix(" * ") for line in block.splitlines())


class LaunchLines(unittest.TestCase):
    def run_line(self, line, directory, url):
        environment = fixture.environment() | {"VISIONCRAFT_API_URL": url,
                                            "GST_PLUGIN_FEATURE_RANK": SINKS}
        # "exec": the signal is for the program, not for its shell.
        process = subprocess.Popen(["bash", "-euc", "exec " + line], cwd=directory,
                                   env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        output = []
        if "loop-count=-1" in line:
            for printed in process.stdout:
                output.append(printed)
                if printed.startswith("New clock"):
                    process.send_signal(signal.SIGINT)
                    break
        try:
            output.append(process.communicate(timeout=LIMIT_S)[0])
        except subprocess.TimeoutExpired:
            process.kill()
            output.append(process.communicate()[0])
            self.fail(f"does not end: {line}\n{''.join(output)}")
        self.assertEqual(process.returncode, 0, line + "\n" + "".join(output))

    def check_files(self, line, directory):
        for name in re.findall(r"sink location=(\S+)", line):
            made = glob.glob(os.path.join(directory, re.sub("%[0-9]*d", "*", name)))
            self.assertTrue(made, f"{name} is not there: {line}")
            if "%" in name:
                self.assertEqual(len(made), 5, line)
            offset, magic = MAGIC[os.path.splitext(name)[1]]
            for path in made:
                with open(path, "rb") as file:
                    self.assertEqual(file.read(64)[offset:][:len(magic)], magic, f"{path}: {line}")

    def test_every_line_of_the_sections_works(self):
        lines = [line for path in SOURCES for line in lines_of(path)]
        self.assertGreaterEqual(len(lines), 8, "lines are missing")
        with fixture.mock("--size", "64x48", "--frames", "5") as url:
            for line in lines:
                with self.subTest(line), tempfile.TemporaryDirectory() as directory:
                    print(line, flush=True)
                    self.assertTrue(line.startswith("gst-launch-1.0 "), line)
                    shutil.copy(DELAYS_GIF, os.path.join(directory, "in.gif"))
                    self.run_line(line, directory, url)
                    self.check_files(line, directory)


unittest.main(argv=sys.argv[:1])
