#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts the frames of a generated animation, with their times, into NumPy arrays."""

import argparse
import sys

import numpy

import visioncraft


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="The API key is read from VISIONCRAFT_TOKEN.")
    parser.add_argument("prompt")
    parser.add_argument("file", nargs="?",
                        help="where to save the arrays frames, starts and durations (.npz)")
    arguments = parser.parse_args()
    try:
        frames = list(visioncraft.frames(arguments.prompt))
    except visioncraft.GenerationError as error:
        sys.exit(f"{parser.prog}: {error}")

    for number, frame in enumerate(frames):
        height, width, _ = frame.pixels.shape
        mean = frame.pixels[..., :3].mean()
        print(f"frame {number}: {width}x{height}, at {frame.start:.3f} s for "
              f"{frame.duration:.3f} s, brightness {mean:.1f}")
    if arguments.file is not None:
        numpy.savez_compressed(
            arguments.file, frames=numpy.stack([frame.pixels for frame in frames]),
            starts=[frame.start for frame in frames],
            durations=[frame.duration for frame in frames])


if __name__ == "__main__":
    main()
