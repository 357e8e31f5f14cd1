#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""visioncraft-batch to its limit, beside a loop in Python.

batch.py BUILD_DIR [--write] [NAME[:quick]...]

The service is batchservice.py, which answers after a while with one ready-made GIF and counts.
--write puts the tables into docs/scaling.md. NAMEs choose what is measured (flight, encode, growth,
kills, peer), with :quick on shorter lists.
"""

import argparse
import glob
import json
import os
import platform
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from batchservice import Service

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DOCUMENT = os.path.join(ROOT, "docs", "scaling.md")
BEGIN, END = "<!-- batch.py: begin -->", "<!-- batch.py: end -->"
CORES = len(os.sched_getaffinity(0))
MIB = 1 << 20


def tree(pid):
    """The process and its descendants."""
    found = [pid]
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            for child in file.read().split():
                found += tree(int(child))
    except OSError:
        pass
    return found


class Watch(threading.Thread):
    """The most resident memory of a process and its children together, and its network threads."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0, False
        self.seen = {}
        self.start()

    def run(self):
        while not self.over:
            total = 0
            for pid in tree(self.pid):
                try:
                    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                        total += int(file.read().split()[1]) * resource.getpagesize()
                except OSError:
                    pass
            self.peak = max(self.peak, total)
            for path in glob.glob(f"/proc/{self.pid}/task/*/comm"):
                try:
                    with open(path, encoding="ascii") as file:
                        if file.read().strip() == "visioncraft-net":
                            self.seen[path] = self.seen.get(path, 0) + 1
                except OSError:
                    pass
            time.sleep(0.05)


    def network(self):
        """New threads have their maker's name for a moment: only those count that stay."""
        return sum(n > 10 for n in self.seen.values())


class Run:
    """What a command took."""

    def __init__(self, command, env, expected=(0,)):
        begin = time.monotonic()
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
            watch = Watch(process.pid)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            watch.over = True
            self.status = process.returncode
            if self.status not in expected:
                log.seek(0)
                sys.exit(f"{command[0]} ended with {self.status}: "
                         f"{log.read()[-2000:].decode(errors='replace')}")
        self.wall = time.monotonic() - begin
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = max(watch.peak, usage.ru_maxrss * 1024)
        self.network = watch.network()


def is_with_comment(data, gif):
    """Whether @data is @gif with something added in one place: the prompt, as a comment."""
    same = next((i for i, (a, b) in enumerate(zip(data, gif)) if a != b), len(gif))
    return data[:same] + data[same + len(data) - len(gif):] == gif


class Bench:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.program = os.path.join(self.build, "apps/visioncraft-batch/visioncraft-batch")
        self.work = tempfile.mkdtemp(prefix="visioncraft-batch-bench-")
        self.quick = False
        self.lines = []
        self.env = dict(os.environ, GST_PLUGIN_PATH=os.path.join(self.build, "gst"),
                        GST_REGISTRY=os.path.join(self.work, "registry.bin"),
                        VISIONCRAFT_TOKEN="bench", XDG_CONFIG_HOME=self.work)
        subprocess.run(["gst-inspect-1.0", "visioncraftgifsrc"], env=self.env, check=True,
                       stdout=subprocess.DEVNULL)
        self.gif = self.make_gif()

    def make_gif(self):
        """The mock's picture of 512x512 and 16 frames."""
        path = os.path.join(self.work, "ready.gif")
        with subprocess.Popen([os.path.join(self.build, "tests/mockserver/visioncraft-mock")],
                              stdout=subprocess.PIPE, text=True) as mock:
            url = mock.stdout.readline().split()[-1]
            subprocess.run([os.path.join(self.build, "apps/visioncraft-to-video/visioncraft-to-video"),
                            "a fox in the snow", path, "-q", "--no-cache", "--api-url", url],
                           env=self.env, check=True)
            mock.terminate()
        return path

    def say(self, line=""):
        print(line, flush=True)
        self.lines.append(line)

    def table(self, head, rows):
        self.say("| " + " | ".join(head) + " |")
        self.say("|" + "---|" * len(head))
        for row in rows:
            self.say("| " + " | ".join(str(cell) for cell in row) + " |")
        self.say()

    def list_of(self, n):
        path = os.path.join(self.work, f"list-{n}.txt")
        with open(path, "w", encoding="utf-8") as file:
            for i in range(n):
                file.write(f"prompt number {i} of a list of so many animals in the snow\n")
        return path

    def fresh(self):
        """An empty folder for outputs and cache."""
        folder = os.path.join(self.work, "run")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        return folder

    def command(self, url, n, output, *more):
        folder = self.fresh()
        return [self.program, self.list_of(n), "-q", "--output", os.path.join(folder, "out", output),
                "--cache-dir", os.path.join(folder, "cache"), "--api-url", url, *more]

    def batch(self, service, n, output, *more, expected=(0,)):
        run = Run(self.command(service.url, n, output, *more), self.env, expected)
        made = len(glob.glob(os.path.join(self.work, "run/out/*" + output[-4:])))
        if made != n:
            sys.exit(f"{made} files of {n}")
        return run

    # --- What is measured ---

    def flight(self):
        n = 200 if self.quick else 1000
        gif = self.gif_small()
        with Service(gif, 2) as service:
            run = self.batch(service, n, "{n}.gif", "--jobs", "100")
            posts = service.posts()
        # Fewer: each is written twice.
        with Service(self.gif, 2) as service:
            command = self.command(service.url, n // 2, "{n}.gif", "--jobs", "100")
            large = Run(command, self.env)
            again = Run([word.replace("{n}.gif", "{n}.png") for word in command], self.env)
        ideal = n / 100 * 2
        self.table([f"{n} prompts, service 2 s, jobs 100, GIF of {os.path.getsize(gif) >> 10} KiB",
                    "bar", "measured"],
                   [["wall, × the ideal", "≤ 1.25", f"{run.wall / ideal:.2f} ({run.wall:.1f} s)"],
                    ["network threads", 1, run.network],
                    ["peak memory", "≤ 150 MB", f"{run.peak / 1e6:.0f} MB"],
                    [f"the same with GIFs of {os.path.getsize(self.gif) >> 10} KiB", "≤ 150 MB",
                     f"{large.peak / 1e6:.0f} MB"],
                    ["those again, from the cache to PNG", "≤ 150 MB", f"{again.peak / 1e6:.0f} MB"],
                    ["requests", n, posts],
                    ["CPU for each", "", f"{run.cpu / n * 1000:.1f} ms"]])

    def ffmpeg(self, target):
        """The same settings: CRF 18, medium, no B-frames."""
        return ["ffmpeg", "-v", "error", "-y", "-i", self.gif, "-vsync", "passthrough", "-c:v",
                "libx264", "-crf", "18", "-bf", "0", "-pix_fmt", "yuv420p", "-movflags",
                "+faststart", target]

    def encode(self):
        n = 100 if self.quick else 1000
        m = 10 if self.quick else 60
        with Service(self.gif, 0) as service:
            run = self.batch(service, n, "{n}.mp4", "--jobs", "16")
        target = os.path.join(self.work, "peer.mp4")
        peer_cpu = sum(Run(self.ffmpeg(target), self.env).cpu for _ in range(m))
        mine, theirs = run.cpu / n, peer_cpu / m
        self.table([f"{n} prompts to MP4, jobs 16, encoders {CORES}", "bar", "measured"],
                   [["CPU for each, × ffmpeg's on the same GIF", "≤ 1.1",
                     f"{mine / theirs:.2f} ({mine * 1000:.0f} ms; ffmpeg {theirs * 1000:.0f} ms)"],
                    ["cores busy", "≥ 0.9", f"{run.cpu / run.wall / CORES:.2f}"],
                    ["wall", "", f"{run.wall:.0f} s"],
                    ["peak memory", "", f"{run.peak / 1e6:.0f} MB"]])

    def growth(self):
        small, large = (200, 2000) if self.quick else (1000, 10000)
        runs = []
        with Service(self.gif_small(), 0) as service:
            for n in (small, large):
                runs.append(self.batch(service, n, "{n}.gif", "--jobs", "16"))
        rates = [run.cpu / n for run, n in zip(runs, (small, large))]
        self.table([f"{small} to {large} prompts, GIF", "bar", "measured"],
                   [["CPU for each", "≤ 1.1 ×", f"{rates[1] / rates[0]:.2f} × "
                     f"({rates[0] * 1000:.2f} and {rates[1] * 1000:.2f} ms)"],
                    ["peak memory", "≤ 1.1 ×", f"{runs[1].peak / runs[0].peak:.2f} × "
                     f"({runs[0].peak / 1e6:.0f} and {runs[1].peak / 1e6:.0f} MB)"]])

    def gif_small(self):
        """So that what is measured is the program."""
        path = os.path.join(self.work, "small.gif")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.gif, "-vf", "scale=64:64",
                        "-frames:v", "4", path], check=True)
        return path

    def kills(self):
        n, n_kills, jobs = (100, 10, 8) if self.quick else (500, 50, 8)
        chance = random.Random(7)
        small = self.gif_small()
        out = 0
        with Service(small, 0.15) as service:
            command = self.command(service.url, n, "{n}.gif", "--jobs", str(jobs),
                                   "--repeat-unknown")
            for i in range(n_kills):
                before = service.posts()
                with subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL) as process:
                    # Now and then before it has begun, mostly in the middle.
                    while i % 5 and service.posts() == before and process.poll() is None:
                        time.sleep(0.01)
                    time.sleep(chance.uniform(0, 0.4))
                    process.send_signal(signal.SIGKILL)
                time.sleep(0.2)
                out += service.take_lost()
            last = Run(command, self.env)
            posts = service.posts()
        with open(small, "rb") as file:
            whole = file.read()
        good = 0
        for path in glob.glob(os.path.join(self.work, "run/out/*.gif")):
            with open(path, "rb") as file:
                good += is_with_comment(file.read(), whole)
        hidden = len(glob.glob(os.path.join(self.work, "run/out/.*part*")))
        self.table([f"{n_kills} × kill -9 during {n} prompts", "bar", "measured"],
                   [["whole files", n, good],
                    ["requests", f"≤ {n} + those that were out: {n + out}", posts],
                    ["damaged or half files", 0, hidden],
                    ["exit status of the last run", 0, last.status]])

    def peer(self):
        n = 40 if self.quick else 500
        rows = []
        with Service(self.gif, 0.5) as service:
            run = self.batch(service, n, "{n}.mp4", "--jobs", "16")
            rows.append(["visioncraft-batch", run,
                         "all: goes on where it ended, requests that were out are listed"])
        with Service(self.gif, 0.5) as service:
            folder = self.fresh()
            run = Run(["/usr/bin/python3", os.path.join(HERE, "batchpeer.py"), service.url,
                       self.list_of(n), folder, "16", str(CORES)], self.env)
            made = len(glob.glob(os.path.join(folder, "*.mp4")))
            if made != n:
                sys.exit(f"the peer made {made} files of {n}")
            rows.append(["aiohttp, semaphore, ffmpeg", run,
                         "files that were whole; all is asked for and paid again"])
        self.table([f"{n} prompts to MP4, service 0.5 s, jobs 16", "wall", "CPU for each",
                    "peak memory", "what survives a kill"],
                   [[name, f"{run.wall:.0f} s", f"{run.cpu / n * 1000:.0f} ms",
                     f"{run.peak / 1e6:.0f} MB", what] for name, run, what in rows])


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":", 1)[1].strip() for line in file
                     if line.startswith("model name")), platform.machine())


def write(lines, names, load):
    with open(DOCUMENT, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    busy = (f" The machine was shared: load average {load:.0f} before, niceness {os.nice(0)}; "
            "wall times say little." if load > CORES / 2 else "")
    head = (f"{processor()}, {CORES} processors, Linux {platform.release().split('-')[0]}; "
            f"`tests/bench/batch.py build --write {' '.join(names)}`.{busy}")
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + head + "\n\n" + "\n".join(lines).rstrip() + "\n" + END
                   + after)


def main():
    known = ["flight", "encode", "growth", "kills", "peer"]
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_intermixed_args()
    names = args.names or known
    load = os.getloadavg()[0]
    bench = Bench(args.build)
    try:
        for name in names:
            word, _, how = name.partition(":")
            if word not in known or how not in ("", "quick"):
                parser.error(f"no such measurement: {name}")
            bench.quick = how == "quick"
            getattr(bench, word)()
    finally:
        shutil.rmtree(bench.work)
    if args.write:
        write(bench.lines, names, load)


if __name__ == "__main__":
    main()
