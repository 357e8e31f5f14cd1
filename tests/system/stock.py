#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Applications that choose GStreamer's elements themselves: when each picture of a GIF begins in what
GStreamer Editing Services, GstTranscoder, gst-transcoder-1.0 and GstPlay make of it, forwards and
backwards. Each picture has a colour of its own.
"""

import itertools
import os
import subprocess
import tempfile

import gi

for name in ("Gst", "GES", "GstPlay", "GstTranscoder"):
    gi.require_version(name, "1.0")
from gi.repository import GES, Gst, GstPlay, GstTranscoder  # noqa: E402

WIDTH, HEIGHT = 64, 48
# They survive lossy encoding.
COLORS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255),
          (255, 255, 255)]
# Delays in hundredths, the frames per second that show each exactly, and where each begins at those
# and at 25.
FILES = {
    "unequal": ([5, 10, 25, 3, 50, 7, 100], 100, [0, 5, 15, 40, 43, 93, 100],
                [0, 1, 4, 10, 11, 23, 25]),
    "long": ([200, 10, 10, 10, 300], 10, [0, 20, 21, 22, 23], [0, 50, 53, 55, 58]),
    "equal": ([100, 100, 100], 1, [0, 1, 2], [0, 25, 50]),
}
TIMEOUT = 30 * Gst.SECOND


# --- A GIF of plain pictures ---

def encode_plain(n_pixels):
    """Image data of index 0, with a clear code after every other pixel: all codes have 3 bits."""
    codes = [code for i in range(n_pixels) for code in ([4, 0] if i % 2 == 0 else [0])] + [5]
    number = sum(code << 3 * i for i, code in enumerate(codes))
    data = number.to_bytes(3 * len(codes) // 8 + 1, "little")
    blocks = [data[i:i + 255] for i in range(0, len(data), 255)]
    return b"\2" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def make_gif(delays):
    size = WIDTH.to_bytes(2, "little") + HEIGHT.to_bytes(2, "little")
    parts = [b"GIF89a" + size + bytes(3)]
    for color, delay in zip(COLORS, delays):
        parts += [b"\x21\xf9\4\4" + delay.to_bytes(2, "little") + bytes(2),
                  b"\x2c" + bytes(4) + size + b"\x81" + 4 * bytes(color),
                  encode_plain(WIDTH * HEIGHT)]
    return b"".join(parts) + b"\x3b"


# --- What is seen ---

def nearest(rgb):
    return min(range(len(COLORS)),
               key=lambda i: sum((a - b) ** 2 for a, b in zip(rgb, COLORS[i])))


def read_file(path):
    """The picture that each frame of a video file shows."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-vf", "scale=1:1:flags=area", "-fps_mode",
         "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        check=True, stdout=subprocess.PIPE).stdout
    return [nearest(raw[i:i + 3]) for i in range(0, len(raw), 3)]


def expand(begins, n_frames):
    """The same from where each picture begins."""
    return [sum(begin <= frame for begin in begins) - 1 for frame in range(n_frames)]


class Watch:
    """A sink that notes which picture comes, and its PTS."""

    def __init__(self, sync):
        self.sink = Gst.parse_bin_from_description(
            "videoconvert ! video/x-raw,format=RGBA ! "
            f"fakesink name=sink signal-handoffs=true sync={sync}", True)
        self.sink.get_by_name("sink").connect("handoff", self.note)
        self.seen = []

    def note(self, _sink, buffer, _pad):
        mapped, info = buffer.map(Gst.MapFlags.READ)
        assert mapped
        self.seen.append((buffer.pts, nearest(bytes(info.data[:3]))))
        buffer.unmap(info)


def repeat_frames(_bin, _parent, element):
    factory = element.get_factory()
    if factory is not None and factory.get_name() == "animgifdec":
        element.set_property("repeat-frames", True)


def wait(bus, wanted):
    message = bus.timed_pop_filtered(TIMEOUT, wanted | Gst.MessageType.ERROR)
    assert message is not None, f"no {wanted}"
    assert message.type != Gst.MessageType.ERROR, message.parse_error()


# --- The applications ---

def make_timeline(uri):
    timeline = GES.Timeline.new()
    track = GES.VideoTrack.new()
    track.set_restriction_caps(Gst.Caps.from_string(
        f"video/x-raw,width={WIDTH},height={HEIGHT},framerate=25/1"))
    timeline.add_track(track)
    timeline.connect("deep-element-added", repeat_frames)
    asset = GES.UriClipAsset.request_sync(uri)
    timeline.append_layer().add_asset(asset, 0, 0, asset.get_duration(), GES.TrackType.VIDEO)
    timeline.commit()
    return timeline, asset.get_duration()


def edit(uri, backwards):
    """GES at 25 frames per second: PTS and picture of each frame."""
    timeline, duration = make_timeline(uri)
    pipeline, watch = GES.Pipeline.new(), Watch(sync=False)
    pipeline.set_timeline(timeline)
    pipeline.set_property("video-sink", watch.sink)
    pipeline.set_mode(GES.PipelineFlags.VIDEO_PREVIEW)
    bus = pipeline.get_bus()
    pipeline.set_state(Gst.State.PAUSED)
    wait(bus, Gst.MessageType.ASYNC_DONE)
    if backwards:
        assert pipeline.seek(-1.0, Gst.Format.TIME, Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE,
                             Gst.SeekType.SET, 0, Gst.SeekType.SET, duration)
        wait(bus, Gst.MessageType.ASYNC_DONE)
        watch.seen.clear()
    pipeline.set_state(Gst.State.PLAYING)
    wait(bus, Gst.MessageType.EOS)
    pipeline.set_state(Gst.State.NULL)
    # A black one may stand at the very end of a timeline, and prerolling may show one twice.
    return [(pts, picture) for (pts, picture), _ in itertools.groupby(watch.seen)
            if pts < duration]


def check_editing(uri, begins):
    for backwards in (False, True):
        seen = edit(uri, backwards)
        shown = [picture for picture, _ in itertools.groupby(seen, key=lambda frame: frame[1])]
        pictures = range(len(begins))
        if backwards:
            # Half a tick is where ticks begin, so that one picture of a single tick may get lost.
            longer = {p for p in pictures if begins[p + 1:p + 2] != [begins[p] + 1]}
            assert longer <= set(shown) and shown == sorted(shown, reverse=True), shown
        else:
            assert shown == list(pictures), shown
        for pts, picture in seen:
            tick = round(pts * 25 / Gst.SECOND)
            wanted = sum(begin <= tick for begin in begins) - 1
            # The last tick may be half of one.
            neighbours = {wanted, sum(begin <= tick + 1 for begin in begins) - 1}
            assert picture in (neighbours if backwards else {wanted}), (backwards, tick, picture)


def check_transcoder(uri, path, begins, n_frames):
    transcoder = GstTranscoder.Transcoder.new(uri, f"file://{path}", "video/x-matroska:video/x-vp8")
    transcoder.get_pipeline().connect("deep-element-added", repeat_frames)
    assert transcoder.run()
    assert read_file(path) == expand(begins, n_frames), read_file(path)


def check_transcoder_program(folder):
    """It has no option for the decoder: right where all delays are equal, at their rate."""
    source, result = (os.path.join(folder, name) for name in ("equal.gif", "equal.mkv"))
    with open(source, "wb") as file:
        file.write(make_gif([20] * 5))
    subprocess.run(["gst-transcoder-1.0", f"file://{source}", f"file://{result}",
                    "video/x-matroska:video/x-vp8"],
                   check=True, stdout=subprocess.DEVNULL, timeout=60)
    assert read_file(result) == [0, 1, 2, 3, 4], read_file(result)


def check_player(uri, n_pictures):
    """GstPlay turns round at the end of its way."""
    watch, play = Watch(sync=True), GstPlay.Play.new(None)
    pipeline, bus = play.get_pipeline(), play.get_message_bus()
    pipeline.set_property("video-sink", watch.sink)
    play.set_uri(uri)
    play.play()
    for rate in (1.0, -1.0):
        while True:
            message = bus.timed_pop_filtered(TIMEOUT, Gst.MessageType.APPLICATION)
            assert message is not None, f"no end at rate {rate}"
            kind = GstPlay.PlayMessage.parse_type(message)
            assert kind != GstPlay.PlayMessage.ERROR, message.get_structure().to_string()
            if kind == GstPlay.PlayMessage.END_OF_STREAM:
                break
        if rate > 0:
            assert [picture for _, picture in watch.seen][-1] == n_pictures - 1
            watch.seen.clear()
            play.set_rate(-1.0)
    shown = [picture for picture, _ in itertools.groupby(picture for _, picture in watch.seen)]
    assert shown == list(range(n_pictures))[::-1], shown
    play.stop()


def main():
    Gst.init(None)
    GES.init()
    with tempfile.TemporaryDirectory() as folder:
        for name, (delays, fps, exact, at_25) in FILES.items():
            path = os.path.join(folder, f"{name}.gif")
            with open(path, "wb") as file:
                file.write(make_gif(delays))
            uri = f"file://{path}"
            check_editing(uri, at_25)
            check_transcoder(uri, os.path.join(folder, f"{name}.mkv"), exact,
                             sum(delays) * fps // 100)
            print(f"{name}: all pictures begin in their place")
        check_player(f"file://{folder}/unequal.gif", len(FILES["unequal"][0]))
        check_transcoder_program(folder)


if __name__ == "__main__":
    main()
