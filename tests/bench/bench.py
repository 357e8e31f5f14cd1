#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The source and whole pipelines beside what a user would pick instead.

bench.py BUILD_DIR [--quick] [--write]

Runs are interleaved, figures are medians with the spread from the first to the third quartile.
--write puts them into docs/performance.md, --quick measures less.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from benchplot import plot
from benchserver import (Mock, Nginx, download, generate_address, more_descriptors, repeat_frames,
                         write_bytes)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(ROOT, "docs", "performance.md")
BEGIN, END = "<!-- bench.py: begin -->", "<!-- bench.py: end -->"
MIB = 1 << 20


class Bench:
    def __init__(self, build, quick):
        self.build = os.path.abspath(build)
        self.quick = quick
        self.work = tempfile.mkdtemp(prefix="visioncraft-bench-")
        self.env = dict(os.environ, GST_PLUGIN_PATH=os.path.join(self.build, "gst"),
                        GST_REGISTRY=os.path.join(self.work, "registry.bin"),
                        VISIONCRAFT_TOKEN="bench", GST_PLUGIN_FEATURE_RANK="")
        self.mock_program = os.path.join(self.build, "tests/mockserver/visioncraft-mock")
        self.out = []
        # The registry is written once and is not what is measured.
        self.run(["gst-inspect-1.0", "visioncraftgifsrc"])

    def program(self, name):
        return os.path.join(self.build, "tests/bench", name)

    def say(self, line=""):
        print(line, flush=True)
        self.out.append(line)

    def table(self, head, rows):
        self.say("| " + " | ".join(head) + " |")
        self.say("|" + "---|" * len(head))
        for row in rows:
            self.say("| " + " | ".join(str(cell) for cell in row) + " |")
        self.say()

    def run(self, command, api=None, shell=False):
        """Runs to the end; returns seconds, CPU seconds, peak RSS in KiB of it, and its output."""
        env = dict(self.env, **({"VISIONCRAFT_API_URL": api} if api else {}))
        start = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, shell=shell,
                                   preexec_fn=more_descriptors)
        output = process.stdout.read()
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = status
        if status != 0:
            sys.exit(f"{command} failed: {errors.decode()}")
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, output.decode()

    def pipeline(self, runs, *elements, api=None):
        """bench-pipeline's figures."""
        return json.loads(self.run([self.program("bench-pipeline"), str(runs), *elements], api)[3])


def median(values):
    return statistics.median(values)


def spread(values, unit=1000, digits=0):
    """'median (q1 to q3)' in thousandths."""
    quarters = statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
    return (f"{median(values) * unit:.{digits}f} "
            f"({quarters[0] * unit:.{digits}f} to {quarters[2] * unit:.{digits}f})")


def interleaved(runs, candidates):
    """{name: [results]} of runs rounds; each round asks every candidate once."""
    results = {name: [] for name in candidates}
    for _ in range(runs):
        for name, measure in candidates.items():
            results[name].append(measure())
    return results


def bench_download(bench):
    size = 256 * MIB
    write_bytes(os.path.join(bench.work, "big.gif"), size)
    server = Nginx(bench.work, ["big"])
    sink = ["!", "fakesink"]
    location = "location=" + server.gif("big")

    def element(*source):
        def measure():
            figures = bench.pipeline(1, *source, *sink, api=server.api("big"))
            return (figures["wall_s"][0], figures["cpu_s"][0], figures["peak_rss_kib"])
        return measure

    results = interleaved(3 if bench.quick else 15, {
        "visioncraftgifsrc": element("visioncraftgifsrc", "prompt=x"),
        "souphttpsrc": element("souphttpsrc", location),
        "curlhttpsrc": element("curlhttpsrc", location),
        "curl": lambda: bench.run(["curl", "-s", "-o", "/dev/null", server.gif("big")])[:3],
    })
    server.end()

    bench.say("### Download")
    bench.say()
    bench.say("256 MiB from nginx over the loopback interface into `fakesink`, POST included for "
              "visioncraftgifsrc; one process each, from PLAYING to EOS (curl: the whole process). "
              "visioncraftgifsrc keeps what it received, so that seeks and loops cost no second "
              "generation: its memory is given without the 256 MiB. That is also why it cannot "
              "be far ahead of souphttpsrc, which reads into the same few pages again and again: "
              "fresh pages have to be cleared by the kernel first.")
    bench.say()
    floor = median([r[0] for r in results["curl"]])
    rows = []
    for name, runs in results.items():
        kept = size / 1024 if name == "visioncraftgifsrc" else 0
        rows.append((name, spread([r[0] for r in runs]), spread([r[1] for r in runs]),
                     f"{median([r[0] for r in runs]) / floor:.2f}",
                     f"{(median([r[2] for r in runs]) - kept) / 1024:.0f}"))
    bench.table(("", "wall, ms", "CPU, ms", "wall : curl's", "peak RSS, MiB"), rows)


def bench_overhead(bench):
    write_bytes(os.path.join(bench.work, "one.gif"), 1000 * 1000)
    server = Nginx(bench.work, ["one"])
    api = server.api("one")
    script = (f"curl -s -X POST -H 'Content-Type: application/json' -d "
              f"'{{\"token\":\"bench\",\"prompt\":\"a fox\",\"sampler\":\"Euler\"}}' {api}/generate-gif"
              f" | jq -r '.images[0]' | xargs curl -s -o /dev/null")
    here = os.path.dirname(os.path.abspath(__file__))
    inside = bench.pipeline(50 if bench.quick else 300, "visioncraftgifsrc", "prompt=x", "!",
                            "fakesink", api=api)["wall_s"][1:]
    results = interleaved(5 if bench.quick else 25, {
        "gst-launch-1.0 visioncraftgifsrc": lambda: bench.run(
            ["gst-launch-1.0", "-q", "visioncraftgifsrc", "prompt=x", "!", "fakesink"], api)[0],
        "gst-launch-1.0 fakesrc (start-up alone)": lambda: bench.run(
            ["gst-launch-1.0", "-q", "fakesrc", "num-buffers=1", "!", "fakesink"])[0],
        "python3, aiohttp": lambda: bench.run(
            ["/usr/bin/python3", os.path.join(here, "client.py"), api])[0],
        "curl, jq, curl": lambda: bench.run(script, shell=True)[0],
    })
    server.end()

    bench.say("### Overhead of one generation")
    bench.say()
    bench.say("The server answers at once with a GIF of 1 MB. In a running process, from "
              f"set_state(PLAYING) to EOS: **{spread(inside, digits=2)} ms**. "
              "Whole processes, from start to exit:")
    bench.say()
    python = median(results["python3, aiohttp"])
    bench.table(("", "wall, ms", "aiohttp's : this"),
                [(name, spread(runs, digits=1), f"{python / median(runs):.1f}")
                 for name, runs in results.items()])
    start_up = median(results["gst-launch-1.0 fakesrc (start-up alone)"])
    left = median(results["gst-launch-1.0 visioncraftgifsrc"]) - start_up
    bench.say(f"Without what gst-launch-1.0 itself takes to start, the generation costs {left * 1000:.1f} ms "
              f"of a process, {python / left:.0f} times less than aiohttp's. It is not 20 times less: "
              "a process that uses libsoup also loads SQLite, Kerberos, PSL and nghttp2, and "
              "GIO's proxy resolvers. A running process pays that once.")
    bench.say()


def bench_first_bytes(bench):
    rows = []
    for rate in (1024, 8192, 65536):
        figures = json.loads(bench.run([bench.program("bench-latency"), "first-bytes", str(rate),
                                        "5" if bench.quick else "15"])[3])
        rows.append((f"{rate // 1024} KiB/s", f"{figures['p50_ms']:.2f}",
                     f"{figures['max_ms']:.2f}"))
    bench.say("### First bytes")
    bench.say()
    bench.say("From the server's first byte of the GIF to the first buffer downstream.")
    bench.say()
    bench.table(("rate", "p50, ms", "max, ms"), rows)


def bench_many(bench):
    server = Mock(bench.mock_program, "--latency-ms", "2000", "--size", "16x16", "--frames", "1")
    rows = []
    for n in (1, 10, 100) if bench.quick else (1, 10, 100, 500, 1000):
        figures = json.loads(bench.run([bench.program("bench-many"), str(n), "2"], server.url)[3])
        rows.append((n, f"{figures['wall_s']:.3f}", f"{figures['over_ms']:.2f}",
                     figures["network_threads"], f"{figures['element_kib']:.0f}",
                     figures["descriptors_left"]))
    server.end()
    bench.say("### Many at once")
    bench.say()
    bench.say("Elements in one process and pipeline, each with its own generation at a server that takes 2 s and "
              "runs on the same two cores. Memory: resident, while all wait, without the thread "
              "that GStreamer gives each source.")
    bench.say()
    bench.table(("elements", "wall, s", "over 2 s, ms per element", "network threads",
                 "KiB per element", "descriptors left"), rows)
    bench.say("Each generation has a connection of its own while it runs: with more than about 1000 "
              "at once raise the limit on open files (`ulimit -n`, `LimitNOFILE=`).")
    bench.say()


def bench_states(bench):
    lines = bench.run([bench.program("bench-latency"), "states",
                       "20" if bench.quick else "200"])[3].splitlines()
    rows = [(f["phase"], *(f"{f[key]:.2f}" for key in (
        "paused_p50_ms", "paused_p99_ms", "null_p50_ms", "null_p99_ms")))
        for f in map(json.loads, lines)]
    bench.say("### State changes")
    bench.say()
    bench.say("A pipeline with the source: set_state(PAUSED), then set_state(NULL) in the phase "
              "named, the server silent.")
    bench.say()
    bench.table(("phase at NULL", "PAUSED p50, ms", "p99", "NULL p50, ms", "p99"), rows)


def bench_whole_job(bench):
    server = Mock(bench.mock_program, "--frames", "60")
    gif = os.path.join(bench.work, "job.gif")
    with open(gif, "wb") as f:
        f.write(download(generate_address(server.url, "a fox in the snow")))
    server.end()
    mp4 = os.path.join(bench.work, "job.mp4")
    encode = ["!", "videoconvert", "!", "video/x-raw,format=I420", "!", "x264enc", "bframes=0",
              "threads=2", "!", "mp4mux", "!", "filesink", "location=" + mp4]
    read = ["gst-launch-1.0", "-q", "filesrc", "location=" + gif, "!"]

    def seconds():
        return float(subprocess.check_output(
            ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", mp4]))

    def job(command):
        def measure():
            wall, cpu = bench.run(command)[:2]
            return wall, cpu, seconds()
        return measure

    results = interleaved(3 if bench.quick else 11, {
        "animgifdec, x264enc, mp4mux": job([*read, "animgifdec", *encode]),
        "ffmpeg -i x.gif x.mp4": job([
            "ffmpeg", "-v", "error", "-y", "-i", gif, "-c:v", "libx264", "-preset", "medium",
            "-b:v", "2048k", "-maxrate", "2048k", "-bufsize", "1229k", "-bf", "0", "-threads", "2",
            "-pix_fmt", "yuv420p", mp4]),
        "avdemux_gif, avdec_gif, x264enc, mp4mux": job([
            *read, "avdemux_gif", "!", "avdec_gif", "!", "identity", "eos-after=60", *encode]),
    })
    bench.say("### Whole job")
    bench.say()
    bench.say("A GIF of 512 × 512 pixels, 60 frames and 7.5 s to MP4, same encoder, settings and "
              "threads, whole processes. FFmpeg's elements stamp all frames alike and never end: "
              "they are stopped after the last frame.")
    bench.say()
    first = median([r[0] for r in results["animgifdec, x264enc, mp4mux"]])
    bench.table(("", "wall, ms", "CPU, ms", "wall : ours", "the video lasts, s"),
                [(name, spread([r[0] for r in runs]), spread([r[1] for r in runs]),
                  f"{median([r[0] for r in runs]) / first:.2f}", f"{runs[0][2]:.2f}")
                 for name, runs in results.items()])


def bench_growth(bench):
    sizes = [100_000, 1_000_000, 10_000_000, 100_000_000, 256 * MIB]
    for i, size in enumerate(sizes):
        write_bytes(os.path.join(bench.work, f"size{i}.gif"), size)
    server = Nginx(bench.work, [f"size{i}" for i in range(len(sizes))])
    by_size = []
    for i, size in enumerate(sizes):
        runs = 5 if size > 50_000_000 else 20
        figures = bench.pipeline(runs + 1, "visioncraftgifsrc", "prompt=x", "!", "fakesink",
                                 api=server.api(f"size{i}"))
        by_size.append((size / 1e6, median(figures["cpu_s"][1:]) * 1000))
    server.end()

    mock = Mock(bench.mock_program, "--size", "256x192", "--frames", "16")
    gif = download(generate_address(mock.url, "growth"))
    mock.end()
    frames = []
    for n in (10, 100, 1000, 10000):
        path = os.path.join(bench.work, f"frames{n}.gif")
        with open(path, "wb") as f:
            f.write(repeat_frames(gif, n))
        figures = bench.pipeline(3 if n > 1000 else 10, "filesrc", "location=" + path, "!",
                                 "animgifdec", "!", "fakesink")
        frames.append((n, median(figures["cpu_s"][1:]) * 1000))

    bench.say("### Growth")
    bench.say()
    bench.say("CPU time of a run in a warm process: of visioncraftgifsrc by the GIF's size, of "
              "animgifdec by the number of frames (256 × 192).")
    bench.say()
    bench.table(("MB", "CPU, ms", "ms per MB"),
                [(f"{x:g}", f"{y:.2f}", f"{y / x:.3f}") for x, y in by_size])
    bench.table(("frames", "CPU, ms", "µs per frame"),
                [(n, f"{y:.2f}", f"{y / n * 1000:.0f}") for n, y in frames])
    plot(os.path.join(ROOT, "docs", "growth-download.svg"), "visioncraftgifsrc: CPU time by size",
         "MB", "ms", {"visioncraftgifsrc": by_size})
    plot(os.path.join(ROOT, "docs", "growth-decode.svg"), "animgifdec: CPU time by frames",
         "frames", "ms", {"animgifdec": frames})
    bench.say("![CPU time by size](growth-download.svg)")
    bench.say("![CPU time by frames](growth-decode.svg)")
    bench.say()


def cpu_name():
    with open("/proc/cpuinfo") as f:
        return next(line.split(":")[1].strip() for line in f if line.startswith("model name"))


def versions():
    gst = subprocess.check_output(["gst-launch-1.0", "--version"], text=True).split()[2]
    soup = subprocess.check_output(["pkg-config", "--modversion", "libsoup-3.0"], text=True).strip()
    curl = subprocess.check_output(["curl", "--version"], text=True).split()[1]
    ffmpeg = subprocess.check_output(["ffmpeg", "-version"], text=True).split()[2]
    return f"GStreamer {gst}, libsoup {soup}, curl {curl}, FFmpeg {ffmpeg}"


def write_document(lines):
    text = "\n".join([BEGIN, *lines, END])
    with open(DOCUMENT) as f:
        old = f.read()
    if BEGIN in old:
        old = old[:old.index(BEGIN)] + text + old[old.index(END) + len(END):]
    else:
        old = old.rstrip() + "\n\n" + text + "\n"
    with open(DOCUMENT, "w") as f:
        f.write(old)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    bench = Bench(options.build, options.quick)
    bench.say("## The source and whole pipelines")
    bench.say()
    bench.say(f"`tests/bench/run.sh --write`, {datetime.date.today()}, {cpu_name()}, "
              f"{os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, "
              f"{versions()}. "
              "Medians, and in brackets the first and third quartile, of interleaved runs.")
    bench.say()
    for part in (bench_download, bench_overhead, bench_first_bytes, bench_many, bench_states,
                 bench_whole_job, bench_growth):
        part(bench)
    if options.write:
        write_document(bench.out)


main()
