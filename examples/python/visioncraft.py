# SPDX-License-Identifier: LGPL-2.1-or-later
"""Animations from prompts, with VisionCraft's text-to-GIF service and GStreamer.

Needs Debian's python3-gst-1.0, and for frames() python3-numpy. The API key comes from the
environment variable VISIONCRAFT_TOKEN, or from the setting token_file.

    import visioncraft
    visioncraft.save_gif("a fox in the snow", "fox.gif", steps=40)
    for frame in visioncraft.frames("a fox in the snow"):
        print(frame.start, frame.duration, frame.pixels.shape)
"""

import contextlib
import os
import tempfile
import typing

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402

Gst.init(None)

# How long a wait lasts before Ctrl-C is looked for.
PATIENCE = 100 * Gst.MSECOND


class GenerationError(Exception):
    """There is no animation, and the text says why and what to do."""

    def __init__(self, message, details):
        super().__init__(message)
        #: HTTP status of the service's answer, or None
        self.status = details.get("http-status-code")
        #: seconds to wait before the next try, or None
        self.retry_after = details.get("retry-after")
        #: the service's own words, or None
        self.server_message = details.get("server-message")


class Frame(typing.NamedTuple):
    """A frame of the animation."""

    start: float  #: seconds
    duration: float  #: seconds
    pixels: "numpy.ndarray"  #: height x width x 4 (red, green, blue, alpha), uint8


def _details_of(message):
    structure = message.parse_error_details()
    if structure is None:
        return {}
    names = (structure.nth_field_name(i) for i in range(structure.n_fields()))
    return {name: structure.get_value(name) for name in names}


def _add(pipeline, kind, **settings):
    """Adds an element and links it to the one before; '_' in a setting's name is '-'."""
    element = Gst.ElementFactory.make(kind)
    if element is None:
        raise RuntimeError(f"GStreamer has no element {kind}")
    for name, value in settings.items():
        element.set_property(name.replace("_", "-"), value)
    before = pipeline.children[0] if pipeline.children else None
    pipeline.add(element)
    if before is not None and not before.link(element):
        raise RuntimeError(f"{before.name} and {element.name} do not fit")
    return element


@contextlib.contextmanager
def _running(pipeline):
    pipeline.set_state(Gst.State.PLAYING)
    try:
        yield pipeline.get_bus()
    finally:
        pipeline.set_state(Gst.State.NULL)


def _next_message(bus, timeout, on_progress):
    """True at the end of the stream; raises GenerationError."""
    wanted = Gst.MessageType.ERROR | Gst.MessageType.EOS | Gst.MessageType.PROGRESS
    message = bus.timed_pop_filtered(timeout, wanted)
    if message is None:
        return False
    if message.type == Gst.MessageType.ERROR:
        error, _ = message.parse_error()
        raise GenerationError(error.message, _details_of(message))
    if message.type == Gst.MessageType.PROGRESS and on_progress is not None:
        on_progress(message.parse_progress()[2])
    return message.type == Gst.MessageType.EOS


def save_gif(prompt, path, on_progress=None, **settings):
    """Generates an animation and saves the service's GIF as path, once it is whole.

    settings are the properties of visioncraftgifsrc: negative_prompt, sampler, cfg_scale, steps,
    token_file, api_url, retries and so on. on_progress is called with a text now and then.
    Raises GenerationError.
    """
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path) or ".", prefix=".gif-") as directory:
        part = os.path.join(directory, "part.gif")
        pipeline = Gst.Pipeline()
        _add(pipeline, "visioncraftgifsrc", prompt=prompt, **settings)
        _add(pipeline, "filesink", location=part)
        with _running(pipeline) as bus:
            while not _next_message(bus, PATIENCE, on_progress):
                pass
        os.replace(part, path)


def _frame_of(sample):
    import numpy

    buffer = sample.get_buffer()
    info = GstVideo.VideoInfo.new_from_caps(sample.get_caps())
    meta = GstVideo.buffer_get_video_meta(buffer)
    stride = meta.stride[0] if meta is not None else info.stride[0]
    good, mapped = buffer.map(Gst.MapFlags.READ)
    if not good:
        raise RuntimeError("the frame cannot be read")
    try:
        pixels = numpy.ndarray((info.height, info.width, 4), numpy.uint8, mapped.data,
                               strides=(stride, 4, 1)).copy()
    finally:
        buffer.unmap(mapped)
    return Frame(buffer.pts / Gst.SECOND, buffer.duration / Gst.SECOND, pixels)


def frames(prompt, on_progress=None, **settings):
    """Generates an animation and yields its frames. Arguments as of save_gif()."""
    pipeline = Gst.Pipeline()
    _add(pipeline, "visioncraftgifsrc", prompt=prompt, **settings)
    _add(pipeline, "animgifdec")
    _add(pipeline, "videoconvert")
    _add(pipeline, "capsfilter", caps=Gst.Caps.from_string("video/x-raw,format=RGBA"))
    # A few frames wait at most: a slow consumer slows the decoder down.
    sink = _add(pipeline, "appsink", sync=False, max_buffers=4)
    with _running(pipeline) as bus:
        at_end = False
        while not at_end:
            sample = sink.emit("try-pull-sample", PATIENCE)
            if sample is not None:
                yield _frame_of(sample)
            # After an error the sink is at its end as well: only the bus knows.
            at_end = _next_message(bus, PATIENCE if sample is None else 0, on_progress)
