#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""From GIF to YUV and to MP4, beside ffmpeg.

gifvideo.py BUILD_DIR FILE.gif [--rounds N]

CPU time of whole processes, the least of N rounds in turns. MP4: x264 with the same settings on
both sides, which the sizes of the files show.
"""

import argparse
import os
import resource
import subprocess
import tempfile

X264 = "x264enc pass=qual quantizer=23 bframes=0 threads=2 speed-preset="
FFMPEG_X264 = "-c:v libx264 -crf 23 -bf 0 -threads 2 -pix_fmt yuv420p -preset "


def cpu_s(command, env):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def least(rounds, env, commands):
    """{name: least seconds}; each round asks every command once."""
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(cpu_s(command, env))
    return {name: min(of_name) for name, of_name in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("gif")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()

    work = tempfile.TemporaryDirectory(prefix="visioncraft-gifvideo-")
    env = dict(os.environ, GST_PLUGIN_PATH=os.path.join(os.path.abspath(options.build), "gst"),
               GST_REGISTRY=os.path.join(work.name, "registry.bin"))
    subprocess.run(["gst-inspect-1.0", "animgifdec"], env=env, check=True,
                   stdout=subprocess.DEVNULL)

    def ours(elements):
        return ["gst-launch-1.0", "-q", "filesrc", "location=" + options.gif, "!", "animgifdec",
                "!", *elements.split()]

    def ffmpeg(arguments):
        return ["ffmpeg", "-v", "error", "-y", "-i", options.gif, *arguments.split()]

    def mp4(name):
        return os.path.join(work.name, name + ".mp4")

    print("| to I420 | CPU, s | : the first |\n|---|--:|--:|")
    times = least(options.rounds, env, {
        "`animgifdec ! video/x-raw,format=I420`": ours("video/x-raw,format=I420 ! fakesink"),
        "`animgifdec ! videoconvert`": ours(
            "video/x-raw,format=BGRA ! videoconvert ! video/x-raw,format=I420 ! fakesink"),
        "`ffmpeg -pix_fmt yuv420p -f null`": ffmpeg("-pix_fmt yuv420p -f null -"),
    })
    first = next(iter(times.values()))
    for name, seconds in times.items():
        print(f"| {name} | {seconds:.3f} | {seconds / first:.2f} |")

    print("\n| to MP4, preset | animgifdec, CPU s | ffmpeg, CPU s | ffmpeg : ours | kB | kB |\n"
          "|---|--:|--:|--:|--:|--:|")
    for preset in ("ultrafast", "medium"):
        times = least(options.rounds, env, {
            "ours": ours("video/x-raw,format=I420 ! " + X264 + preset
                         + " ! mp4mux ! filesink location=" + mp4("ours")),
            "ffmpeg": ffmpeg(FFMPEG_X264 + preset + " " + mp4("ffmpeg")),
        })
        sizes = [os.path.getsize(mp4(name)) / 1e3 for name in ("ours", "ffmpeg")]
        print(f"| {preset} | {times['ours']:.3f} | {times['ffmpeg']:.3f} | "
              f"{times['ffmpeg'] / times['ours']:.2f} | {sizes[0]:.0f} | {sizes[1]:.0f} |")


main()
