#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Saves what VisionCraft makes of a prompt as a GIF."""

import argparse
import functools
import sys

import visioncraft


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="The API key is read from VISIONCRAFT_TOKEN or --token-file.")
    parser.add_argument("prompt")
    parser.add_argument("file")
    parser.add_argument("--negative-prompt", metavar="TEXT")
    parser.add_argument("--sampler", metavar="NAME")
    parser.add_argument("--cfg-scale", metavar="N", type=int)
    parser.add_argument("--steps", metavar="N", type=int)
    parser.add_argument("--retries", metavar="N", type=int)
    parser.add_argument("--token-file", metavar="FILE")
    settings = {name: value for name, value in vars(parser.parse_args()).items()
                if value is not None}
    prompt, file = settings.pop("prompt"), settings.pop("file")
    try:
        # Each line at once, also into a pipe.
        visioncraft.save_gif(
            prompt, file, on_progress=functools.partial(print, flush=True), **settings)
    except visioncraft.GenerationError as error:
        sys.exit(f"{parser.prog}: {error}")
    except OSError as error:
        sys.exit(f"{parser.prog}: {file}: {error.strerror}")
    print(f"saved {file}")


if __name__ == "__main__":
    main()
