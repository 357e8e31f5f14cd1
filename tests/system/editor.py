#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two generations in an editor's timeline: looked at, scrubbed and played, each is paid once.

editor.py GIF

GStreamer Editing Services open a clip's URI again and again; VISIONCRAFT_CACHE_DIR is all that an
editor needs to be told.
"""

import os
import sys
import tempfile

import gi

from service import Service

gi.require_version("Gst", "1.0")
gi.require_version("GES", "1.0")
from gi.repository import GES, Gst  # noqa: E402

URIS = ["visioncraft://generate-gif?prompt=a%20fox", "visioncraft://generate-gif?prompt=an%20owl"]


def wait(bus, wanted):
    message = bus.timed_pop_filtered(30 * Gst.SECOND, wanted | Gst.MessageType.ERROR)
    assert message is not None, "nothing comes"
    assert message.type != Gst.MessageType.ERROR, message.parse_error()


def edit():
    timeline = GES.Timeline.new()
    timeline.add_track(GES.VideoTrack.new())
    layer = timeline.append_layer()
    start = 0
    for uri in URIS:
        asset = GES.UriClipAsset.request_sync(uri)
        layer.add_asset(asset, start, 0, asset.get_duration(), GES.TrackType.VIDEO)
        start += asset.get_duration()
    timeline.commit()

    pipeline = GES.Pipeline.new()
    pipeline.set_timeline(timeline)
    pipeline.set_property("video-sink", Gst.ElementFactory.make("fakesink"))
    pipeline.set_mode(GES.PipelineFlags.VIDEO_PREVIEW)
    bus = pipeline.get_bus()
    pipeline.set_state(Gst.State.PAUSED)
    wait(bus, Gst.MessageType.ASYNC_DONE)
    for share in (0.75, 0.25, 0.6, 0):
        flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE
        assert pipeline.seek_simple(Gst.Format.TIME, flags, int(share * start))
        wait(bus, Gst.MessageType.ASYNC_DONE)
    pipeline.set_state(Gst.State.PLAYING)
    wait(bus, Gst.MessageType.EOS)
    pipeline.set_state(Gst.State.NULL)
    return start


def main(gif_path):
    with open(gif_path, "rb") as file:
        service = Service(file.read())
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(VISIONCRAFT_API_URL=service.url, VISIONCRAFT_TOKEN="test",
                          VISIONCRAFT_CACHE_DIR=folder)
        Gst.init(None)
        GES.init()
        duration = edit()
    assert duration == 2 * 1840 * Gst.MSECOND, duration
    assert service.posts == len(URIS), f"{service.posts} generations for {len(URIS)} clips"
    print(f"{service.posts} generations")


if __name__ == "__main__":
    main(*sys.argv[1:])
