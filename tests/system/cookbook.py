#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every launch line of docs/pipelines.md against the mock server, as it stands there.

    cookbook.py PAGE DELAYS_GIF

Each heading of the page that has a `sh` block has a check here of the same name, and the other way
round. A recipe runs in a directory of its own; afterwards the table of what came out is printed.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import fixture

LIMIT_S = 40  # of any one command
PAGE, DELAYS_GIF = sys.argv[1:3]
# The mock's picture, and tests/data/gif/delays-1840ms.gif.
WIDTH, HEIGHT, FRAMES, SECONDS = 128, 96, 8, 1.0
GST_VERSION = tuple(int(part) for part in subprocess.run(
    ["pkg-config", "--modversion", "gstreamer-1.0"], check=True, capture_output=True,
    text=True).stdout.split(".")[:2])
DELAYS = dict(width=64, height=48, frames=5, seconds=1.84)


def recipes_of(text):
    """Heading to the one sh block below it."""
    found = {}
    for section in re.split(r"^#+ ", text, flags=re.M)[1:]:
        title = section.split("\n", 1)[0]
        blocks = re.findall(r"^```sh\n(.*?)^```$", section, flags=re.M | re.S)
        rest = re.sub(r"^```sh\n.*?^```$", "", section, flags=re.M | re.S)
        assert "gst-launch-1.0 vis" not in rest, f"a line outside of a sh block: {title}"
        assert len(blocks) <= 1, f"two blocks: {title}"
        assert title not in found, f"two recipes: {title}"
        if blocks:
            found[title] = blocks[0]
    return found


class Place:
    """A directory where a recipe runs, and ways to look at what it left there."""

    def __init__(self, test, directory, script, servers):
        self.test, self.directory, self.script = test, directory, script
        self.servers = servers
        self.summary = []

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def start(self, server="mock", **more):
        env = fixture.environment() | {"VISIONCRAFT_API_URL": self.servers[server]} | more
        return subprocess.Popen(["bash", "-euc", self.script], cwd=self.directory, env=env,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                start_new_session=True)

    def run(self, server="mock", **more):
        with self.start(server, **more) as process:
            self.finish(process)

    def finish(self, process):
        try:
            output, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            self.test.fail(f"hangs:\n{self.script}\n{output}")
        self.test.assertEqual(process.returncode, 0, f"{self.script}\n{output}")

    def probe(self, name):
        # In its directory: ffprobe does not find a manifest's segments otherwise.
        directory, base = os.path.split(self.path(name))
        found = json.loads(subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format",
             "-of", "json", base], cwd=directory, check=True, capture_output=True,
            timeout=LIMIT_S).stdout)
        return found["streams"], found["format"]

    def expect(self, name, codec, profile, *, frames, seconds, within=0.002,
               width=WIDTH, height=HEIGHT, pixels="yuv420p", n_streams=1):
        """The first stream is this video; a stream's duration counts, a file's where it has none."""
        streams, container = self.probe(name)
        video = streams[0]
        duration = float(video.get("duration", container.get("duration", "nan")))
        self.test.assertEqual(len(streams), n_streams)
        self.test.assertEqual(
            (video["codec_name"], video.get("profile"), video["width"], video["height"],
             video["pix_fmt"], int(video["nb_read_frames"])),
            (codec, profile, width, height, pixels, frames))
        self.test.assertLessEqual(abs(duration - seconds), within, f"{duration} s")
        self.summary.append(f"{name}: {codec} {profile} {width}x{height} {pixels}, "
                            f"{frames} frames, {duration:.3f} s")
        return streams

    def pixels(self, name, pixel_format, width, height, *filters):
        """All frames of a file as bytes."""
        raw = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", self.path(name), *filters, "-f", "rawvideo",
             "-pix_fmt", pixel_format, "pipe:"], check=True, capture_output=True,
            timeout=LIMIT_S).stdout
        size = width * height * {"gray": 1, "rgb24": 3, "rgba": 4}[pixel_format]
        self.test.assertEqual(len(raw) % size, 0)
        return [raw[at:at + size] for at in range(0, len(raw), size)]


# --- Files ---

def check_mp4(place):
    place.run("delays")
    place.expect("fox.mp4", "h264", "High", **DELAYS)
    place.run()
    place.expect("fox.mp4", "h264", "High", frames=FRAMES, seconds=SECONDS)


def check_mp4_fixed_rate(place):
    place.run("delays")
    place.expect("fox.mp4", "h264", "High", **DELAYS | {"frames": 46})
    place.run()
    place.expect("fox.mp4", "h264", "High", frames=25, seconds=SECONDS)


def check_hevc(place):
    place.run()
    place.expect("fox.mp4", "hevc", "Main", frames=25, seconds=SECONDS)


def check_av1(place):
    place.run()
    place.expect("fox.mp4", "av1", "Main", frames=25, seconds=SECONDS)


def check_vp8(place):
    place.run("delays")
    place.expect("fox.webm", "vp8", "0", **DELAYS)


def check_vp9(place):
    place.run("delays")
    place.expect("fox.webm", "vp9", "Profile 0", **DELAYS)


def check_mov(place):
    place.run("delays")
    place.expect("fox.mov", "prores", "4444", pixels="yuva444p12le", **DELAYS)
    place.run("half")
    alpha = place.pixels("fox.mov", "gray", 64, 48, "-vf", "alphaextract")[0]
    place.test.assertLess(max(alpha[:24]), 8)
    place.test.assertGreater(min(alpha[40:64]), 247)
    place.summary.append("alpha kept")


def check_png_sequence(place):
    place.run()
    names = sorted(name for name in os.listdir(place.directory) if name.startswith("fox-"))
    place.test.assertEqual(names, [f"fox-{i:03d}.png" for i in range(FRAMES)])
    frames = {place.pixels(name, "rgba", WIDTH, HEIGHT)[0] for name in names}
    place.test.assertEqual(len(frames), FRAMES)
    place.summary.append(f"{FRAMES} different pictures")


def check_still(place):
    place.run()
    streams, _ = place.probe("fox.png")
    place.test.assertEqual((streams[0]["codec_name"], streams[0]["width"], streams[0]["height"]),
                           ("png", WIDTH, HEIGHT))
    place.summary.append(f"fox.png: {WIDTH}x{HEIGHT}")


# --- Pictures ---

def check_flattened(place):
    place.run("half")
    place.expect("fox.mp4", "h264", "High", width=64, height=48, frames=2, seconds=1.0)
    for frame in place.pixels("fox.mp4", "gray", 64, 48):
        place.test.assertGreater(min(frame[:24]), 245)
        place.test.assertLess(max(frame[40:64]), 200)
    place.summary.append("white where it was transparent")


def check_pixel_art(place):
    place.run()
    place.expect("fox.mp4", "h264", "High", width=1024, height=768, frames=FRAMES,
                 seconds=SECONDS)
    # The middles of one square's two halves are of one colour, for nearly all squares.
    frame = place.pixels("fox.mp4", "gray", 1024, 768)[0]
    squares = [(x * 8, y * 8 + 4) for y in range(HEIGHT) for x in range(WIDTH)]
    even = sum(abs(frame[y * 1024 + x + 2] - frame[y * 1024 + x + 5]) <= 12 for x, y in squares)
    place.test.assertGreater(even, len(squares) * 0.97)
    place.summary.append("8x8 squares")


def check_text(place):
    place.run()
    place.expect("fox.mp4", "h264", "High", frames=FRAMES, seconds=SECONDS)
    with_text = place.pixels("fox.mp4", "gray", WIDTH, HEIGHT)[0]
    place.script = re.sub(r"! textoverlay[^!]*", "", place.script)
    place.run()
    without = place.pixels("fox.mp4", "gray", WIDTH, HEIGHT)[0]
    changed = [abs(a - b) > 40 for a, b in zip(with_text, without)]
    half = len(changed) // 2
    place.test.assertGreater(sum(changed[half:]), 100)
    place.test.assertLess(sum(changed[:half // 2]), 20)
    place.summary.append("text in the lower half")


# --- Several at once ---

def check_concat(place):
    place.run()
    place.expect("animals.mp4", "h264", "High", frames=2 * FRAMES, seconds=2 * SECONDS)
    frames = place.pixels("animals.mp4", "gray", WIDTH, HEIGHT)
    different = sum(abs(a - b) > 40 for a, b in zip(frames[0], frames[FRAMES]))
    place.test.assertGreater(different, WIDTH * HEIGHT // 50)
    place.summary.append("two pictures")


def check_side_by_side(place):
    place.run()
    place.expect("animals.mp4", "h264", "High", width=1024, height=512, frames=25,
                 seconds=SECONDS)
    rows = place.pixels("animals.mp4", "gray", 1024, 512)[0]
    halves = [b"".join(rows[y * 1024 + x:y * 1024 + x + 512] for y in range(512))
              for x in (0, 512)]
    for half in halves:
        place.test.assertGreater(max(half) - min(half), 60)
    place.test.assertGreater(sum(abs(a - b) > 40 for a, b in zip(*halves)), 512 * 512 // 50)
    place.summary.append("two pictures")


def check_music(place):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=2.5",
         "-c:a", "libvorbis", place.path("music.ogg")], check=True, timeout=LIMIT_S)
    place.run()
    streams = place.expect("fox.mp4", "h264", "High", frames=3 * FRAMES, seconds=3 * SECONDS,
                           n_streams=2)
    place.test.assertEqual(streams[1]["codec_name"], "aac")
    place.test.assertLessEqual(abs(float(streams[1]["duration"]) - 2.5), 0.1)
    place.summary.append(f"aac {float(streams[1]['duration']):.1f} s")


# --- Streams ---

def check_hls(place):
    place.run()
    # MPEG-TS does not tell how long the last frame stays.
    place.expect("fox-hls/fox.m3u8", "h264", "High", frames=125, seconds=5 * SECONDS,
                 within=0.041)
    with open(place.path("fox-hls/fox.m3u8"), encoding="utf-8") as playlist:
        lengths = [float(s) for s in re.findall(r"#EXTINF:([\d.]+)", playlist.read())]
    place.test.assertEqual([round(s) for s in lengths], [2, 2, 1])
    place.summary.append(f"segments of {', '.join(f'{s:.2f}' for s in lengths)} s")


def check_dash(place):
    """GStreamer 1.22 can do it within one segment."""
    rounds = 5 if GST_VERSION >= (1, 26) else 1
    place.script = place.script.replace("loop-count=5", f"loop-count={rounds}")
    place.run()
    with open(place.path("fox-dash/fox.mpd"), encoding="utf-8") as manifest:
        told = re.search(r'mediaPresentationDuration="\S*T\S*M([\d.]+)S"', manifest.read())
    # Without the last frame's duration.
    place.test.assertLessEqual(abs(float(told[1]) - rounds * SECONDS), 0.041)
    names = sorted(os.listdir(place.path("fox-dash")))
    place.test.assertEqual(
        names, ["fox.mpd"] + [f"video_0_{i + 1}.mp4" for i in range((rounds + 1) // 2)])
    for number, name in enumerate(names[1:]):
        seconds = min(2, rounds - 2 * number) * SECONDS
        place.expect(f"fox-dash/{name}", "h264", "High", frames=round(25 * seconds),
                     seconds=seconds)
    if GST_VERSION >= (1, 26):
        # FFmpeg takes the whole seconds of a manifest, and of 4.96 s two segments.
        place.expect("fox-dash/fox.mpd", "h264", "High", frames=100, seconds=4)


def check_dash_1_22(place):
    if GST_VERSION >= (1, 26):
        place.summary.append("not run: for GStreamer 1.22 only")
        return
    place.run()
    place.expect("fox-dash/fox.mpd", "h264", "High", frames=125, seconds=5 * SECONDS)
    names = sorted(os.listdir(place.path("fox-dash")))
    place.test.assertIn("init-stream0.m4s", names)
    place.summary.append(f"{len(names)} files")


@contextlib.contextmanager
def rtmp_listener(place, name, *limit):
    """Receives one RTMP stream into a file; gives its address and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"rtmp://127.0.0.1:{port}/live/fox"
    with subprocess.Popen(["ffmpeg", "-v", "fatal", "-listen", "1", *limit, "-f", "flv", "-i",
                           url, "-c", "copy", place.path(name)]) as listener:
        try:
            fixture.wait_until(lambda: fixture.is_listening(port), LIMIT_S, "ffmpeg listens")
            yield url, listener
        finally:
            listener.kill()


def check_rtmp(place):
    with rtmp_listener(place, "out.flv") as (url, listener):
        place.run(RTMP_URL=url)
        place.test.assertEqual(listener.wait(LIMIT_S), 0)
    place.expect("out.flv", "h264", "High", frames=25, seconds=SECONDS, within=0.041)
    place.summary.append("received")


def check_looped(place):
    """The listener takes three times the animation, and leaves."""
    with rtmp_listener(place, "out.flv", "-t", "3") as (url, listener):
        with place.start(RTMP_URL=url) as process:
            place.test.assertEqual(listener.wait(LIMIT_S), 0)
            # It ends by itself once it notices; that takes some seconds.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=LIMIT_S)
    place.expect("out.flv", "h264", "High", frames=75, seconds=3 * SECONDS, within=0.041)
    frames = place.pixels("out.flv", "gray", WIDTH, HEIGHT)
    place.test.assertGreater(sum(abs(a - b) > 40 for a, b in zip(frames[0], frames[12])), 100)
    place.test.assertLess(sum(abs(a - b) > 40 for a, b in zip(frames[0], frames[50])), 20)
    place.summary.append("received")


@contextlib.contextmanager
def x_server():
    """An X server without a screen; gives its display."""
    reading, writing = os.pipe()
    with subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp",
                           "-screen", "0", "320x240x24"], pass_fds=[writing],
                          stderr=subprocess.DEVNULL) as server:
        try:
            os.close(writing)
            with open(reading, encoding="ascii") as pipe:
                yield ":" + pipe.readline().strip()
        finally:
            server.terminate()


def check_window(place):
    """The screen shows several frames of the animation."""
    seen = set()
    size = 320 * 240
    with x_server() as display, \
            subprocess.Popen(["ffmpeg", "-v", "error", "-f", "x11grab", "-framerate", "20",
                              "-video_size", "320x240", "-i", display, "-f", "rawvideo",
                              "-pix_fmt", "gray", "pipe:"], stdout=subprocess.PIPE) as grab, \
            place.start(DISPLAY=display) as process:
        try:
            while len(seen) < 5 and process.poll() is None:
                frame = grab.stdout.read(size)
                place.test.assertEqual(len(frame), size)
                if max(frame) - min(frame) > 60:
                    seen.add(frame)
            place.finish(process)
        finally:
            grab.kill()
    place.test.assertGreaterEqual(len(seen), 5)
    place.summary.append(f"{len(seen)} different frames seen on the screen")


CHECKS = {
    "MP4, H.264": check_mp4,
    "MP4, H.264 at a fixed rate": check_mp4_fixed_rate,
    "MP4, HEVC": check_hevc,
    "MP4, AV1": check_av1,
    "WebM, VP8": check_vp8,
    "WebM, VP9": check_vp9,
    "MOV with alpha": check_mov,
    "PNG sequence": check_png_sequence,
    "Still picture": check_still,
    "Flattened on a colour": check_flattened,
    "Scaled pixel art": check_pixel_art,
    "Text over it": check_text,
    "One prompt after the other": check_concat,
    "Side by side": check_side_by_side,
    "With music": check_music,
    "HLS": check_hls,
    "DASH": check_dash,
    "DASH with GStreamer 1.22": check_dash_1_22,
    "RTMP": check_rtmp,
    "Looped for ever into a stream": check_looped,
    "A window": check_window,
}


class Cookbook(unittest.TestCase):
    results = []

    @classmethod
    def setUpClass(cls):
        with open(PAGE, encoding="utf-8") as page:
            cls.recipes = recipes_of(page.read())
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.directory = cls.stack.enter_context(tempfile.TemporaryDirectory())
        half = os.path.join(cls.directory, "half.gif")
        # The left half transparent, the right one red, then blue: half a second each.
        subprocess.run(
            ["convert", "-dispose", "background", "-delay", "50", "-size", "64x48",
             "(", "xc:none", "-fill", "#c02020", "-draw", "rectangle 32,0 63,47", ")",
             "(", "xc:none", "-fill", "#2020c0", "-draw", "rectangle 32,0 63,47", ")", half],
            check=True, timeout=LIMIT_S)
        cls.servers = {
            "mock": cls.stack.enter_context(fixture.mock(
                "--size", f"{WIDTH}x{HEIGHT}", "--frames", str(FRAMES),
                "--token", fixture.KEY)),
            "delays": cls.stack.enter_context(fixture.mock_of_file(DELAYS_GIF)),
            "half": cls.stack.enter_context(fixture.mock_of_file(half)),
        }

    def test_every_line_of_the_page_has_a_check(self):
        self.assertEqual(list(self.recipes), list(CHECKS))


def test_of(title, check):
    def test(self):
        directory = os.path.join(self.directory, re.sub(r"\W+", "-", title))
        os.mkdir(directory)
        place = Place(self, directory, self.recipes[title], self.servers)
        check(place)
        self.results.append((title, "; ".join(place.summary)))
    return test


for number, (name, function) in enumerate(CHECKS.items()):
    slug = re.sub(r"\W+", "_", name).lower()
    setattr(Cookbook, f"test_{number:02d}_{slug}", test_of(name, function))

if __name__ == "__main__":
    program = unittest.main(argv=[sys.argv[0], "-v", *sys.argv[3:]], exit=False)
    for row in Cookbook.results:
        print("| {} | {} |".format(*row))
    sys.exit(not program.result.wasSuccessful() or program.result.testsRun == 0)
