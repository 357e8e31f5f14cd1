#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fails when the source or the decoder has become more than 15 % dearer.

guard.py BUILD_DIR [--record]

Counts instructions (callgrind), not seconds, so that a busy machine does not matter; and compares
with souphttpsrc's in the same run, so that another machine does not either. The ratios to hold stand in
guard.json; --record writes them anew.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

from benchserver import Mock, download, generate_address

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guard.json")
TOLERANCE = 1.15


class Guard:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.work = tempfile.mkdtemp(prefix="visioncraft-guard-")
        self.env = dict(os.environ, GST_PLUGIN_PATH=os.path.join(self.build, "gst"),
                        GST_REGISTRY=os.path.join(self.work, "registry.bin"),
                        GIO_USE_PROXY_RESOLVER="dummy", VISIONCRAFT_TOKEN="guard")
        self.env.pop("GST_REGISTRY_DISABLE", None)
        # Meson's, by which malloc() writes to all that it gives.
        self.env.pop("MALLOC_PERTURB_", None)
        subprocess.run(["gst-inspect-1.0", "visioncraftgifsrc"], env=self.env, check=True,
                       stdout=subprocess.DEVNULL)

    def instructions(self, runs, elements, api):
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             os.path.join(self.build, "tests/bench/bench-pipeline"), str(runs), *elements],
            env=dict(self.env, VISIONCRAFT_API_URL=api), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return int(re.search(r"Collected : (\d+)", done.stderr).group(1))

    def per_run(self, runs, elements, api=""):
        """Instructions of one run, without what the process and its first run cost."""
        few, many = (self.instructions(n, elements, api) for n in (2, 2 + runs))
        return (many - few) / runs


def measure(guard):
    mock = Mock(os.path.join(guard.build, "tests/mockserver/visioncraft-mock"),
                "--size", "256x192", "--frames", "12")
    address = generate_address(mock.url, "guard")
    source = guard.per_run(20, ["visioncraftgifsrc", "prompt=guard", "!", "fakesink"], mock.url)
    soup = guard.per_run(20, ["souphttpsrc", "location=" + address, "!", "fakesink"])
    gif = os.path.join(guard.work, "guard.gif")
    with open(gif, "wb") as f:
        f.write(download(address))
    mock.end()

    read = ["filesrc", "location=" + gif, "!"]
    ours = guard.per_run(4, [*read, "animgifdec", "!", "fakesink"])
    return {"visioncraftgifsrc : souphttpsrc": source / soup,
            "animgifdec : souphttpsrc": ours / soup}


def is_dear(ratios, recorded):
    return any(ratio > recorded[name] * TOLERANCE for name, ratio in ratios.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()

    guard = Guard(options.build)
    ratios = measure(guard)
    if options.record:
        with open(RECORD, "w") as f:
            json.dump({name: round(ratio, 3) for name, ratio in ratios.items()}, f, indent=2)
            f.write("\n")
    with open(RECORD) as f:
        recorded = json.load(f)
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.3f} times the instructions, recorded {recorded[name]:.3f}")
    if is_dear(ratios, recorded):
        sys.exit("more than 15 % dearer")


main()
