# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a GIF is, said as plainly as possible: the truth the tests compare with.

Shares no idea with gst/gif: strings are bytes objects, the canvas is a list of
tuples, every picture is composed anew. The policies of docs/gif-policies.md
are marked with their names.
"""

import hashlib

CLEAR = (0, 0, 0, 0)
BLACK = (0, 0, 0, 255)
MAX_CODE_SIZE = 11


def u16(data, at):
    return data[at] | data[at + 1] << 8


def lzw(code_size, data, wanted):
    """Indices of one image, and whether they came out whole."""
    if code_size > MAX_CODE_SIZE:
        return [], False  # policy: code size
    clear, end = 1 << code_size, (1 << code_size) + 1
    number = int.from_bytes(data, "little")
    n_bits, at = 8 * len(data), 0
    out = []

    def fresh():
        return {i: (i,) for i in range(clear)}, end + 1, code_size + 1, None

    table, free, width, before = fresh()  # policy: missing clear code
    while len(out) < wanted and at + width <= n_bits:
        code = number >> at & (1 << width) - 1
        at += width
        if code == clear:
            table, free, width, before = fresh()
            continue
        if code == end:
            break
        if before is not None and free < 4096:  # policy: table full
            first = table[code][0] if code in table else before[0]
            if code > free:
                break  # policy: invalid code
            table[free] = before + (first,)
            free += 1
        if free >= 1 << width and width < 12:
            width += 1
        if code not in table:
            break  # policy: invalid code
        before = table[code]
        out += before
    # policy: more pixels, fewer pixels, missing end code
    return out[:wanted], len(out) >= wanted


def file_rows(height, interlaced):
    """Rows of the picture in the order of the file."""
    if not interlaced:
        return list(range(height))
    return [y for start, step in ((0, 8), (4, 8), (2, 4), (1, 2))
            for y in range(start, height, step)]


class Frame:
    def __init__(self, rect, delay, disposal, transparent, interlaced):
        self.rect, self.delay_file = rect, delay
        self.delay = delay if delay >= 2 else 10  # policy: delays of 0 and 1
        self.disposal, self.transparent = disposal, transparent
        self.interlaced = interlaced
        self.complete = True
        self.palette, self.code_size, self.data = None, None, b""


class Gif:
    """Parses @data; truncated files give what they have."""

    def __init__(self, data):
        self.frames, self.comments = [], []
        self.loop_count = -1
        self.control = None
        assert data[:6] in (b"GIF87a", b"GIF89a")
        self.width, self.height = u16(data, 6), u16(data, 8)
        self.aspect = data[12]
        self.data, self.at = data, 13
        self.palette = self.read_palette(data[10])
        while self.read_block():
            pass

    def read_palette(self, flags):
        if not flags & 0x80:
            return []
        n = 2 << (flags & 7)
        raw = self.data[self.at:self.at + 3 * n]
        if len(raw) < 3 * n:
            raise IndexError
        self.at += 3 * n
        return [(*raw[3 * i:3 * i + 3], 255) for i in range(n)]

    def sub_blocks(self):
        """Content of each sub-block, and whether the terminator was there."""
        blocks = []
        while self.at < len(self.data):
            n = self.data[self.at]
            self.at += 1
            if n == 0:
                return blocks, True
            block = self.data[self.at:self.at + n]
            self.at += len(block)
            if block:
                blocks.append(block)
            if len(block) < n:
                break
        return blocks, False

    def read_block(self):
        kind = self.data[self.at:self.at + 1]
        start = self.at
        try:
            if kind == b"!":
                return self.read_extension()
            if kind == b",":
                return self.read_image(start)
        except IndexError:
            return False
        return False  # trailer, end, or policy: bytes that begin no block

    def read_extension(self):
        label = self.data[self.at + 1]
        self.at += 2
        blocks, whole = self.sub_blocks()
        if label == 0xf9 and blocks and len(blocks[0]) >= 4:
            self.control = blocks[0]  # policy: several graphic controls
        elif label == 0xfe and blocks and whole:
            self.comments.append(b"".join(blocks).split(b"\0")[0])
        elif label == 0xff and blocks:
            if blocks[0] in (b"NETSCAPE2.0", b"ANIMEXTS1.0"):
                for block in blocks[1:]:
                    if len(block) >= 3 and block[0] & 7 == 1:
                        self.loop_count = u16(block, 1)
        return whole

    def read_image(self, start):
        d, at = self.data, self.at
        if at + 9 > len(d):  # policy: truncated file
            raise IndexError
        rect = u16(d, at + 1), u16(d, at + 3), u16(d, at + 5), u16(d, at + 7)
        self.at += 10
        palette, code_size, blocks, whole, flags = [], 0, [], False, 0
        try:
            flags = d[at + 9]
            palette = self.read_palette(flags)
            code_size = d[self.at]
            self.at += 1
            blocks, whole = self.sub_blocks()
        except IndexError:
            self.at = len(d)  # policy: truncated file
        delay, disposal, transparent = 0, 0, -1
        if self.control:
            disposal = self.control[0] >> 2 & 7
            delay = u16(self.control, 1)
            transparent = self.control[3] if self.control[0] & 1 else -1
        self.control = None  # policy: images without graphic control
        disposal = {2: "background", 3: "previous", 4: "previous"}.get(
            disposal, "keep")
        frame = Frame(rect, delay, disposal, transparent, bool(flags & 64))
        frame.palette = palette or self.palette
        frame.code_size, frame.data = code_size, b"".join(blocks)
        frame.complete = whole
        frame.range = start, self.at - start
        if not self.frames:  # policy: first image larger than the screen
            self.width = max(self.width, rect[0] + rect[2])
            self.height = max(self.height, rect[1] + rect[3])
        self.frames.append(frame)
        return whole

    def colour(self, frame, index):
        if index == frame.transparent:
            return CLEAR
        if index >= len(frame.palette):
            return BLACK  # policy: invalid palette index, no palette at all
        return frame.palette[index]

    def draw(self, canvas, frame):
        """Whether @frame's data was whole as far as it can be seen."""
        x0, y0, w, h = frame.rect
        if x0 >= self.width or y0 >= self.height:
            return True
        rows = file_rows(h, frame.interlaced)
        if not frame.interlaced:
            rows = rows[:self.height - y0]
        indices, whole = lzw(frame.code_size, frame.data, w * len(rows)) \
            if w and rows else ([], True)
        drawn = {}  # of the frame: place to colour
        for i, index in enumerate(indices):
            x, y = i % w, rows[i // w]
            drawn[x, y] = self.colour(frame, index)
        if frame is self.frames[0] and frame.transparent < 0 and not whole:
            self.spread(frame, drawn, len(indices) // w if w else 0)
        for (x, y), colour in drawn.items():
            x, y = x0 + x, y0 + y
            if x < self.width and y < self.height and colour != CLEAR:
                canvas[y * self.width + x] = colour
        return whole

    def spread(self, frame, drawn, n_rows):
        """Policy: cut interlaced first frame. Each missing pixel is that of the
        nearest of the first @n_rows rows above it, within eight."""
        _, _, w, h = frame.rect
        have = set(file_rows(h, frame.interlaced)[:n_rows])
        if not frame.interlaced:
            return
        for y in range(h):
            above = [r for r in range(y - y % 8, y + 1) if r in have]
            for x in range(w):
                if above and (x, y) not in drawn:
                    drawn[x, y] = drawn[x, above[-1]]

    def pictures(self):
        """Yields each picture as it is shown, and whether its data was whole."""
        canvas = [CLEAR] * (self.width * self.height)
        for frame in self.frames:
            before = list(canvas)
            whole = self.draw(canvas, frame)
            yield list(canvas), whole
            if frame.disposal == "previous":
                canvas = before
            elif frame.disposal == "background":
                x0, y0, w, h = frame.rect
                for y in range(y0, min(y0 + h, self.height)):
                    for x in range(x0, min(x0 + w, self.width)):
                        canvas[y * self.width + x] = CLEAR


def truth(data):
    """The text of a .conf file: a GLib key file."""
    gif = Gif(data)
    n, d = (gif.aspect + 15, 64) if gif.aspect else (1, 1)
    while n % 2 == 0 and d > 1:
        n, d = n // 2, d // 2
    pictures = list(gif.pictures())
    lines = ["[gif]", f"width={gif.width}", f"height={gif.height}",
             f"par={n}/{d}", f"loop-count={gif.loop_count}",
             f"frames={len(gif.frames)}",
             f"duration-cs={sum(f.delay for f in gif.frames)}",
             "comments=" + ";".join(c.hex() for c in gif.comments)]
    has_hole = any(p[3] == 0 for picture, _ in pictures for p in picture)
    lines.append(f"has-hole={str(has_hole).lower()}")
    start = 0
    for i, (frame, (picture, whole)) in enumerate(zip(gif.frames, pictures)):
        raw = b"".join(bytes(p) for p in picture)
        lines += ["", f"[frame {i}]",
                  "rect=" + ";".join(map(str, frame.rect)),
                  f"delay-file-cs={frame.delay_file}",
                  f"delay-cs={frame.delay}", f"start-cs={start}",
                  f"disposal={frame.disposal}",
                  f"transparent={frame.transparent}",
                  f"interlaced={str(frame.interlaced).lower()}",
                  f"complete={str(frame.complete).lower()}",
                  "range=%d;%d" % frame.range,
                  f"whole={str(whole).lower()}",
                  f"sha256={hashlib.sha256(raw).hexdigest()}"]
        if gif.width <= 8 and gif.height <= 8:
            for y in range(gif.height):
                row = picture[y * gif.width:(y + 1) * gif.width]
                lines.append(f"row{y}=" + " ".join(bytes(p).hex() for p in row))
        start += frame.delay
    return "\n".join(lines) + "\n"
