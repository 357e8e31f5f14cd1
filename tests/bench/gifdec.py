#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What gifdec of gst-plugins-rs makes of GIFs, beside animgifdec.

    gifdec.py FILE.gif...

For Debian sid, with gstreamer1.0-gif and GST_PLUGIN_PATH. Prints a line for each file where they differ, then
how many files gave what. Of a file that plays more than once the first round is compared.
"""

import collections
import hashlib
import json
import subprocess
import sys
import time

LIMIT_S = 20
FRAMES_MAX = 2000  # of a round; a file that plays for ever has no more either


def decode(path, decoder, n_frames):
    """Time, duration and picture of each frame, up to n_frames; whether there was an error."""
    import gi
    import numpy
    gi.require_version("Gst", "1.0")
    gi.require_version("GstApp", "1.0")
    from gi.repository import Gst, GstApp  # noqa: F401: pull_sample is GstApp's

    Gst.init(None)
    pipeline = Gst.parse_launch(f"filesrc name=file ! {decoder} ! videoconvert "
                                "! video/x-raw,format=RGBA ! appsink name=sink sync=false")
    pipeline.get_by_name("file").set_property("location", path)
    pipeline.set_state(Gst.State.PLAYING)
    frames, error, sink = [], None, pipeline.get_by_name("sink")
    deadline = time.monotonic() + LIMIT_S
    while len(frames) < n_frames and time.monotonic() < deadline:
        sample = sink.try_pull_sample(100 * Gst.MSECOND)
        if sample is None:
            error = error or pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
            if error or sink.is_eos():
                break
            continue
        buffer = sample.get_buffer()
        pixels = numpy.frombuffer(
            buffer.extract_dup(0, buffer.get_size()), numpy.uint8).reshape(-1, 4).copy()
        pixels[pixels[:, 3] == 0] = 0  # the colour of what is not seen is nobody's business
        frames.append([buffer.pts, buffer.duration, hashlib.sha256(pixels.tobytes()).hexdigest()])
    error = error or pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    return frames, error is not None


def compare(path):
    ours, _ = decode(path, "animgifdec loop-count=1", FRAMES_MAX)
    theirs, error = decode(path, "gifdec", max(len(ours), 1))
    if not ours:
        return "animgifdec gives no frame", f"gifdec {len(theirs)}"
    if error:
        return "an error", f"after {len(theirs)} of {len(ours)} frames"
    if len(theirs) < len(ours):
        return "no frame" if not theirs else "fewer frames", f"{len(theirs)} of {len(ours)}"
    pictures = sum(a[2] != b[2] for a, b in zip(ours, theirs))
    if pictures:
        return "other pictures", f"{pictures} of {len(ours)}"
    times = sum(a[:2] != b[:2] for a, b in zip(ours, theirs))
    if times:
        return "other times", f"{times} of {len(ours)} frames"
    return "the same", ""


def main(paths):
    counts = collections.Counter()
    for path in paths:
        try:
            done = subprocess.run([sys.executable, __file__, "--one", path], capture_output=True,
                                  text=True, timeout=3 * LIMIT_S)
            result, more = json.loads(done.stdout) if done.returncode == 0 else (
                "a crash", str(done.returncode))
        except subprocess.TimeoutExpired:
            result, more = f"nothing within {3 * LIMIT_S} s", ""
        counts[result] += 1
        if result != "the same":
            print(f"{path}: {result} {more}")
    print(f"{sum(counts.values())} files")
    for result, count in counts.most_common():
        print(f"{count:4} {result}")


if sys.argv[1:2] == ["--one"]:
    print(json.dumps(compare(sys.argv[2])))
else:
    main(sys.argv[1:])
