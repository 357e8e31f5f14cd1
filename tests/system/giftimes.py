#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What leaves animgifdec after a seek, beside what a model says: files, plays, constant rates, rates
of playback and trick modes at random.

    giftimes.py GIF_DIR [FIRST [COUNT]]

A case is known by its number.
"""

import fractions
import pathlib
import random
import sys
import tempfile

import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import Gst, GstApp  # noqa: E402,F401: try_pull_sample is GstApp's

COUNT = 400
COLORS = [(16 * i, 255 - 16 * i, 8) for i in range(8)]
CENTISECOND = 10 * Gst.MSECOND
RATES = [None, None, *(fractions.Fraction(*rate) for rate in (
    (25, 1), (30000, 1001), (10, 1), (3, 1), (60, 1), (7, 3), (1, 1)))]
FLAGS = [Gst.SeekFlags(0), Gst.SeekFlags.TRICKMODE, Gst.SeekFlags.TRICKMODE_KEY_UNITS,
         Gst.SeekFlags.TRICKMODE | Gst.SeekFlags.TRICKMODE_KEY_UNITS]


class Case:
    def __init__(self, number):
        r = random.Random(number)
        delays = [r.choice([0, 1, 2, 3, 4, 5, 7, 10, 10, 10, 33, 100])
                  for _ in range(r.randint(1, 8))]
        self.file_delays = delays
        self.delays = [10 if delay < 2 else delay for delay in delays]
        self.starts = [sum(self.delays[:i]) for i in range(len(delays))]
        self.is_key = [i == 0 or r.random() < 0.6 for i in range(len(delays))]
        self.plays = r.choice([1, 1, 2, 3])
        self.fps = r.choice(RATES)
        total = self.plays * sum(self.delays) * CENTISECOND
        self.start = r.choice([0, r.randrange(total)])
        self.stop = r.choice([-1, r.randrange(self.start, total) + 1])
        self.rate = r.choice([1, 1, -1, 4, -4, 17.5, -17.5])
        self.flags = r.choice(FLAGS)

    def write(self, maker):
        """Frame i has colour i; those that are no key frames are a corner of the screen."""
        lines = ["palette p " + " ".join("%02x%02x%02x" % color for color in COLORS),
                 "screen 4 4 palette=p"]
        for i, delay in enumerate(self.file_delays):
            side = 4 if self.is_key[i] else 2
            lines += [f"control delay={delay}", f"image 0 0 {side} {side} codesize=3", "rows",
                      *[str(i) * side] * side, "end"]
        return maker("\n".join(lines + ["trailer", "imagemagick agrees"])).out

    def leads(self, i):
        """Whether frame i begins a picture, which in trick modes not all do."""
        keys_only = self.flags & Gst.SeekFlags.TRICKMODE_KEY_UNITS
        interval = 2
        if self.flags & Gst.SeekFlags.TRICKMODE:
            interval = int(2 * abs(self.rate))
        if i == 0 or (keys_only and not self.is_key[i]):
            return i == 0
        return self.delays[i] >= interval or not any(
            self.starts[j] // interval == self.starts[i] // interval
            for j in range(i) if self.is_key[j] or not keys_only)

    def pictures(self):
        """Start in hundredths of a second, and frame."""
        return [(play * sum(self.delays) + self.starts[i], i) for play in range(self.plays)
                for i in range(len(self.delays)) if self.leads(i)]

    def ticks_up_to(self, cs):
        return int(cs * self.fps / 100 + fractions.Fraction(1, 2))

    def tick_time(self, tick):
        return int(tick * Gst.SECOND / self.fps)

    def buffers(self):
        """All of them: start, end, number of the picture."""
        pictures, end = self.pictures(), self.plays * sum(self.delays)
        if len(set(self.delays)) == 1 and self.fps == fractions.Fraction(100, self.delays[0]):
            self.fps = None  # its own rate: each picture once
        if self.fps is None:
            ends = [start for start, _ in pictures[1:]] + [end]
            return [(start * CENTISECOND, stop * CENTISECOND, n)
                    for n, ((start, _), stop) in enumerate(zip(pictures, ends))]
        begins = [self.ticks_up_to(start) for start, _ in pictures]
        return [(self.tick_time(tick), self.tick_time(tick + 1),
                 max(n for n, begin in enumerate(begins) if begin <= tick))
                for tick in range(max(1, self.ticks_up_to(end)))]

    def expected(self):
        """In the segment, in the order of playback: start, duration, colours, and GAP, or None
        where a frame comes again in the next play."""
        pictures, buffers = self.pictures(), self.buffers()
        stop = buffers[-1][1] if self.stop == -1 else self.stop
        buffers = [(max(a, self.start), min(b, stop), n) for a, b, n in buffers
                   if b > self.start and a < stop]
        if self.rate < 0:
            buffers.reverse()
        result, before = [], None
        for start, end, n in buffers:
            frame = pictures[n][1]
            is_repeat = self.fps is not None and n == before
            if self.fps and not is_repeat and before is not None and pictures[before][1] == frame:
                is_repeat = None
            key = max(i for i in range(frame + 1) if self.is_key[i])
            result.append((start, end - start, frame, key, is_repeat))
            before = n
        return result


def is_as(seen, expected):
    return len(seen) == len(expected) and all(
        a[:4] == b[:4] and b[4] in (a[4], None) for a, b in zip(seen, expected))


def describe(buffer):
    data = buffer.extract_dup(0, buffer.get_size())
    return (buffer.pts, buffer.duration, COLORS.index(tuple(data[:3])),
            COLORS.index(tuple(data[-4:-1])), bool(buffer.get_flags() & Gst.BufferFlags.GAP))


def play(case, path):
    caps = "video/x-raw,format=RGBA"
    if case.fps:
        caps += f",framerate={case.fps.numerator}/{case.fps.denominator}"
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! animgifdec qos=false loop-count={case.plays} ! {caps} "
        "! appsink name=sink sync=false")
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PAUSED)
    assert pipeline.get_state(Gst.CLOCK_TIME_NONE)[0] == Gst.StateChangeReturn.SUCCESS
    is_done = pipeline.seek(
        case.rate, Gst.Format.TIME, Gst.SeekFlags.FLUSH | case.flags, Gst.SeekType.SET, case.start,
        Gst.SeekType.SET, case.stop)
    assert is_done
    pipeline.set_state(Gst.State.PLAYING)
    seen = []
    while (sample := sink.pull_sample()) is not None:
        seen.append(describe(sample.get_buffer()))
    pipeline.set_state(Gst.State.NULL)
    return seen


def main(gif_dir, first=0, count=COUNT):
    sys.path.insert(0, gif_dir)
    import make

    Gst.init(None)
    wrong, n_buffers = 0, 0
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "case.gif")
        for number in range(int(first), int(first) + int(count)):
            case = Case(number)
            path.write_bytes(case.write(make.Maker))
            seen, expected = play(case, path), case.expected()
            n_buffers += len(seen)
            if not is_as(seen, expected):
                wrong += 1
                print(f"case {number}: {vars(case)}\n  is        {seen[:8]}\n"
                      f"  should be {expected[:8]}")
    print(f"{count} cases, {n_buffers} buffers, {wrong} wrong")
    return 1 if wrong or n_buffers == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
