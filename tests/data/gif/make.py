#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes NAME.gif and NAME.conf from every NAME.txt beside this file.

    make.py               writes them
    make.py --check       fails when a committed one differs, or when
                          docs/gif-policies.md and the files disagree
    make.py --crosscheck  compares the pictures with ImageMagick's -coalesce

NAME.txt, line by line (# begins a comment; numbers are decimal, HEX is bytes):

    palette NAME RRGGBB...        colours for screen and image
    version 87a|89a               before screen; 89a unless said
    screen W H [palette=NAME] [background=N] [aspect=N]
    control [delay=N] [disposal=N] [transparent=N] [index=N]
                                  transparent sets the flag, index does not
    loop netscape|animexts N
    comment TEXT
    extension LABEL HEX...        one sub-block each
    image X Y W H [interlaced] [palette=NAME] [codesize=N] [blocks=N]
          [noclear] [noend] [noreset]
                                  blocks: size of the sub-blocks; noreset: go
                                  on with a full table
      then its data, one of
    rows                          digits (0-9 a-v), a line per row, up to 'end'
    noise SEED N                  W x H indices below N
    runs SEED N [COUNT]           the same in runs, or COUNT of them
    indices N...                  as many as there are, in file order
    codes N...                    LZW codes as they are
    data HEX                      bytes instead of codes
    nodata                        not a single sub-block
    raw HEX                       bytes, wherever they are put
    trailer
    cut N                         drops the last N bytes of all before
    imagemagick agrees|differs WHY
    chromium HOW[+HOW...] WHY     how it differs: refuses (the file), counts
                                  (frames), loops, size (of the screen), times,
                                  paints (pictures), stops (in the middle)
"""

import pathlib
import re
import subprocess
import sys

import reference

HERE = pathlib.Path(__file__).resolve().parent
CHROMIUM_WORDS = {"refuses", "counts", "loops", "size", "times", "paints",
                  "stops"}
DIGITS = "0123456789abcdefghijklmnopqrstuv"


def le16(n):
    return n.to_bytes(2, "little")


def random_numbers(seed):
    """The same on every machine, for ever (Numerical Recipes' generator)."""
    while True:
        seed = (seed * 1664525 + 1013904223) & 0xffffffff
        yield seed >> 16


def noise(seed, n_colors, count):
    numbers = random_numbers(seed)
    return [next(numbers) % n_colors for _ in range(count)]


def runs(seed, n_colors, count):
    numbers, out = random_numbers(seed), []
    while len(out) < count:
        out += [next(numbers) % n_colors] * (1 + next(numbers) % 40)
    return out[:count]


def pack(code_size, codes):
    """Codes to bytes, with widths as a decoder expects them."""
    clear, number, at = 1 << code_size, 0, 0
    width, free, is_first = code_size + 1, (1 << code_size) + 2, True
    for code in codes:
        number |= code << at
        at += width
        if code == clear:
            width, free, is_first = code_size + 1, clear + 2, True
            continue
        if not is_first and free < 4096:
            free += 1
        is_first = False
        if free == 1 << width and width < 12:
            width += 1
    return number.to_bytes((at + 7) // 8, "little")


def compress(code_size, indices, options):
    clear = 1 << code_size
    codes = [] if "noclear" in options else [clear]
    table, free, string = {(i,): i for i in range(clear)}, clear + 2, ()
    for index in indices:
        if string + (index,) in table:
            string += (index,)
            continue
        codes.append(table[string])
        if free < 4096:
            table[string + (index,)] = free
            free += 1
        elif "noreset" not in options:
            codes.append(clear)
            table, free = {(i,): i for i in range(clear)}, clear + 2
        string = (index,)
    codes += [table[string]] if string else []
    return codes + ([] if "noend" in options else [clear + 1])


class Maker:
    def __init__(self, text):
        self.out = b""
        self.version = b"89a"
        self.palettes = {}
        self.imagemagick = None
        self.chromium = set()
        self.lines = iter(text.splitlines())
        self.image = None  # in wait for its data
        for line in self.lines:
            words = line.split("#")[0].split()
            if words:
                getattr(self, "do_" + words[0])(*words[1:])
        assert self.image is None and self.imagemagick

    @staticmethod
    def options(words):
        return {k: v or True for k, _, v in (w.partition("=") for w in words)}

    def table(self, name):
        colours = self.palettes[name] if name else b""
        bits = max(1, (len(colours) // 3 - 1).bit_length()) if colours else 1
        flags = 0x80 | (bits - 1) if colours else 0
        size = 3 << bits if colours else 0
        return flags, colours.ljust(size, b"\0")

    def sub_blocks(self, data, size=255):
        return b"".join(bytes([len(data[i:i + size])]) + data[i:i + size]
                        for i in range(0, len(data), size)) + b"\0"

    def do_palette(self, name, *colours):
        self.palettes[name] = bytes.fromhex("".join(colours))

    def do_version(self, version):
        self.version = version.encode()

    def do_screen(self, width, height, *words):
        o = self.options(words)
        flags, table = self.table(o.get("palette"))
        self.out += (b"GIF" + self.version + le16(int(width))
                     + le16(int(height))
                     + bytes([flags, int(o.get("background", 0)),
                              int(o.get("aspect", 0))]) + table)

    def do_control(self, *words):
        o = self.options(words)
        flags = int(o.get("disposal", 0)) << 2 | ("transparent" in o)
        index = int(o.get("transparent", o.get("index", 0)))
        self.out += (b"!\xf9\x04" + bytes([flags])
                     + le16(int(o.get("delay", 0))) + bytes([index, 0]))

    def do_loop(self, kind, count):
        name = {"netscape": b"NETSCAPE2.0", "animexts": b"ANIMEXTS1.0"}[kind]
        self.out += (b"!\xff\x0b" + name + b"\x03\x01" + le16(int(count))
                     + b"\0")

    def do_comment(self, *words):
        self.out += b"!\xfe" + self.sub_blocks(" ".join(words).encode())

    def do_extension(self, label, *blocks):
        blocks = [bytes.fromhex(b) for b in blocks]
        self.out += (b"!" + bytes.fromhex(label)
                     + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0")

    def do_image(self, x, y, width, height, *words):
        o = self.options(words)
        flags, table = self.table(o.get("palette"))
        flags |= 0x40 if "interlaced" in o else 0
        self.image = int(width), int(height), o
        self.out += (b"," + b"".join(le16(int(n)) for n in
                                     (x, y, width, height))
                     + bytes([flags]) + table
                     + bytes([int(o.get("codesize", 2))]))

    def do_rows(self):
        rows = []
        for line in self.lines:
            if line.strip() == "end":
                break
            rows.append([DIGITS.index(c) for c in line.strip()])
        order = reference.file_rows(len(rows), "interlaced" in self.image[2])
        self.do_indices(*(i for y in order for i in rows[y]))

    def do_noise(self, seed, n_colors):
        self.do_indices(*noise(int(seed), int(n_colors),
                               self.image[0] * self.image[1]))

    def do_runs(self, seed, n_colors, count=0):
        self.do_indices(*runs(int(seed), int(n_colors),
                              int(count) or self.image[0] * self.image[1]))

    def do_indices(self, *indices):
        o = self.image[2]
        code_size = int(o.get("codesize", 2))
        self.do_codes(*compress(code_size, [int(i) for i in indices], o))

    def do_codes(self, *codes):
        o = self.image[2]
        data = pack(int(o.get("codesize", 2)), [int(c) for c in codes])
        self.do_data(data.hex())

    def do_data(self, *hexes):
        data = bytes.fromhex("".join(hexes))
        self.out += self.sub_blocks(data, int(self.image[2].get("blocks", 255)))
        self.image = None

    def do_nodata(self):
        self.out += b"\0"
        self.image = None

    def do_raw(self, *hexes):
        self.out += bytes.fromhex("".join(hexes))

    def do_trailer(self):
        self.out += b";"

    def do_cut(self, n):
        self.out = self.out[:-int(n)]

    def do_imagemagick(self, verdict, *why):
        assert verdict == "agrees" or (verdict == "differs" and why)
        self.imagemagick = verdict


    def do_chromium(self, how, *why):
        self.chromium = set(how.split("+"))
        assert self.chromium <= CHROMIUM_WORDS and why


def picture_bytes(picture):
    return b"".join(bytes(p) for p in picture)


def magick_pictures(path, n_bytes):
    raw = subprocess.run(["convert", str(path), "-coalesce", "-depth", "8",
                          "rgba:-"], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE).stdout
    # Where nothing is to be seen, the colour does not matter.
    raw = b"".join(raw[i:i + 4] if raw[i + 3] else bytes(4)
                   for i in range(0, len(raw), 4))
    return [raw[i:i + n_bytes] for i in range(0, len(raw), n_bytes)]


def crosscheck(path, maker):
    if maker.imagemagick == "differs":
        return True
    gif = reference.Gif(maker.out)
    ours = [picture_bytes(p) for p, _ in gif.pictures()]
    return ours == magick_pictures(path, 4 * gif.width * gif.height)


def check_page():
    """Policies without a file, files without a policy."""
    page = (HERE.parents[2] / "docs" / "gif-policies.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    named = {name for row in rows[1:]
             for name in re.findall("`([^`]+)`", row.split("|")[4])
             if not name.startswith("/")}  # that is a test
    texts = {p.stem: p.read_text("utf-8") for p in HERE.glob("*.txt")}
    return ([f"gif-policies.md names {name}, which is none"
             for name in sorted(named - texts.keys())]
            + [f"gif-policies.md lacks {name}"
               for name, text in sorted(texts.items())
               if text.startswith("# Policy") and name not in named]
            + [f"gif-policies.md does not say what Chromium does with {name}"
               for name, text in sorted(texts.items())
               if "\nchromium " in text and not any(
                   f"`{name}`" in row and "Chromium" in row for row in rows)])


def main(mode):
    wrong, n_compared = check_page(), 0
    for source in sorted(HERE.glob("*.txt")):
        maker = Maker(source.read_text("utf-8"))
        made = {".gif": maker.out, ".conf": reference.truth(maker.out).encode()}
        for suffix, content in made.items():
            path = source.with_suffix(suffix)
            if not mode:
                path.write_bytes(content)
            elif not path.exists() or path.read_bytes() != content:
                wrong.append(f"{path.name} is stale: run {__file__}")
        if mode == "--crosscheck":
            n_compared += maker.imagemagick == "agrees"
            if not crosscheck(source.with_suffix(".gif"), maker):
                wrong.append(f"{source.stem}: ImageMagick shows other pictures")
    for path in [*HERE.glob("*.gif"), *HERE.glob("*.conf")]:
        if not path.with_suffix(".txt").exists():
            wrong.append(f"{path.name} has no {path.stem}.txt")
    if mode == "--crosscheck" and n_compared == 0:
        wrong.append("nothing was compared with ImageMagick")
    print("\n".join(wrong) or "all well")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
