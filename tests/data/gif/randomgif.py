#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GIFs made at random, and a decoder against reference.py on them.

    randomgif.py PROGRAM [FIRST [COUNT]]

PROGRAM is tests/unit/gifdump.c. A file is known by its number: FIRST is 0 unless said.
"""

import hashlib
import pathlib
import random
import subprocess
import sys
import tempfile

import make
import reference

COUNT = 600


def palette(r, name):
    colours = (f"{r.randrange(1 << 24):06x}" for _ in range(r.choice([2, 4, 8])))
    return f"palette {name} {' '.join(colours)}"


def some(r, probability, word):
    return f" {word}" if r.random() < probability else ""


def image(r, screen, odd):
    rect = r.choice([(r.randint(0, 9), r.randint(0, 20)), screen,
                     (max(screen[0], 1), max(screen[1], 1))])
    place = r.choice([(0, 0), (r.randint(0, 8), r.randint(0, 8))])
    code_size = r.choice([1, 2, 2, 2, 3, 4, 8] + [0, 9] * odd)
    n = rect[0] * rect[1] + r.randint(0, 3) * (r.random() < .1)
    if odd and r.random() < .2:
        n = r.randint(0, n)
    lines = [f"image {place[0]} {place[1]} {rect[0]} {rect[1]}"
             f" codesize={code_size}"
             + some(r, .4, "interlaced") + some(r, .3, "palette=q")
             + some(r, .1, "noclear") + some(r, .1, "noend")
             + some(r, .1, f"blocks={r.randint(1, 9)}")]
    if odd and r.random() < .1:
        return lines + [f"data {r.randbytes(r.randint(1, 40)).hex()}"]
    return lines + ["indices " + " ".join(
        str(r.randrange(min(1 << code_size, 5))) for _ in range(max(n, 1)))]


def text(number, odd=False):
    """What make.py makes a file of; @odd: it may be damaged or out of the
    standard."""
    r = random.Random(number)
    screen = r.randint(0, 7), r.randint(0, 7)
    lines = [palette(r, "p"), palette(r, "q"),
             f"screen {screen[0]} {screen[1]} background={r.randrange(4)}"
             + some(r, .9, "palette=p")]
    if r.random() < .3:
        lines.append(f"loop netscape {r.randrange(4)}")
    for _ in range(r.randint(1, 5)):
        if r.random() < .8:
            lines.append(f"control delay={r.choice([0, 1, 2, 5, 50])}"
                         f" disposal={r.randrange(8)}"
                         + some(r, .4, f"transparent={r.randrange(5)}"))
        lines += image(r, screen, odd)
    lines.append("trailer")
    if odd and r.random() < .5:
        lines.append(f"cut {r.randint(1, 60)}")
    return "\n".join(lines + ["imagemagick agrees"])


def make_file(number, odd=False):
    """The bytes of a file and what it is; None where it is none."""
    try:
        data = make.Maker(text(number, odd)).out
        gif = reference.Gif(data)
    except (IndexError, AssertionError, OverflowError):
        return None  # cut in the header, or no such codes
    return (data, gif) if gif.width and gif.height else None


def describe(gif):
    """As gifdump.c does."""
    lines = [f"{gif.width}x{gif.height} {gif.loop_count}"]
    for frame, (picture, whole) in zip(gif.frames, gif.pictures()):
        pixels = b"".join(bytes(p) for p in picture)
        lines.append(f"{frame.delay_file} {int(whole)} "
                     f"{hashlib.sha256(pixels).hexdigest()}")
    return lines


def main(program, first=0, count=COUNT):
    wrong, expected = [], {}
    with tempfile.TemporaryDirectory() as directory:
        for number in range(int(first), int(first) + int(count)):
            made = make_file(number, odd=number % 2 == 1)
            if made:
                path = pathlib.Path(directory, str(number))
                path.write_bytes(made[0])
                expected[str(path)] = describe(made[1])
        seen = subprocess.run([program, *expected], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
    for block, (path, lines) in zip(seen.split("\n\n"), expected.items()):
        if block.splitlines() != lines:
            wrong.append(f"file {pathlib.Path(path).name}: "
                         f"{block.splitlines()} should be {lines}")
    if len(expected) < int(count) / 2:
        wrong.append("too few of the files are GIFs")
    print("\n".join(wrong) or f"{len(expected)} files, all well")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
