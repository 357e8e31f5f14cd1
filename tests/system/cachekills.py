#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs with a cache-dir are killed at any moment: no entry is damaged, and nothing that was
paid is paid again.

cachekills.py GIF [KILLS]

A service of its own counts what it generates. Each generation is begun by a gst-launch-1.0 that is
killed, and ended by another one.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from service import Service

def start(service, folder, variation, out):
    return subprocess.Popen(
        ["gst-launch-1.0", "-q", "visioncraftgifsrc", "prompt=a fox", "token=test",
         f"api-url={service.url}", f"cache-dir={folder}", f"variation={variation}", "!",
         "filesink", f"location={out}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


def entry_of(folder, variation):
    """What is known of a generation: its KEY.json, with the sum of its GIF looked at."""
    for name in os.listdir(folder):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            entry = json.load(file)
        if entry["parameters"]["variation"] != variation:
            continue
        if "sha256" in entry:
            with open(os.path.join(folder, name[:-5] + ".gif"), "rb") as file:
                assert hashlib.sha256(file.read()).hexdigest() == entry["sha256"], name
        return entry
    return None


def main(gif_path, kills="100"):
    with open(gif_path, "rb") as file:
        service = Service(file.read())
    reached = {"nothing": 0, "address": 0, "GIF": 0}
    with tempfile.TemporaryDirectory() as work:
        folder, out = os.path.join(work, "cache"), os.path.join(work, "out.gif")
        os.mkdir(folder, 0o700)
        # The registry is written by the first, which shows how long one takes.
        start(service, folder, 0, out).wait()
        began = time.monotonic()
        start(service, folder, 1, out).wait()
        longest = time.monotonic() - began
        assert service.posts == 2, service.posts
        for variation in range(2, 2 + int(kills)):
            program = start(service, folder, variation, out)
            time.sleep(random.uniform(longest / 4, longest))
            program.kill()
            program.wait()
            entry, posts = entry_of(folder, variation), service.posts
            reached["nothing" if entry is None else "GIF" if "sha256" in entry else "address"] += 1

            assert start(service, folder, variation, out).wait() == 0, variation
            # Without a reply nobody knows what became of the request, which may be counted late.
            again = (1, 2) if entry is None else (0,)
            assert service.posts - posts in again, f"{entry} was paid again"
            with open(out, "rb") as file:
                assert file.read() == service.gif, variation
            assert "sha256" in entry_of(folder, variation), variation
        left = [name for name in os.listdir(folder) if not name.endswith((".gif", ".json"))]
        left = [name for name in left if not name.endswith((".lock", ".part"))]
        assert not left, left
    print(f"{kills} kills reached: {reached}")


if __name__ == "__main__":
    main(*sys.argv[1:])
