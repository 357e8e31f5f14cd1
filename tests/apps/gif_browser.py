# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every file of tests/data/gif in headless Chromium: its pictures and times are
those of the file's .conf, or NAME.txt says where they are not, and why. And a
file cut at each place, and well-formed ones made at random, where the two may
not part.

    gif_browser.py DIRECTORY [NAME...]
"""

import base64
import contextlib
import http.server
import pathlib
import sys
import threading

from browser import Browser

N_RANDOM = 150

# Cut behind each byte of the second image.
CUT = """
palette p ff0000 00ff00 0000ff ffffff
screen 4 2 palette=p
control delay=5
image 0 0 4 2
rows
0123
3210
end
control delay=60 disposal=2
image 1 0 2 2 palette=p
rows
32
10
end
trailer
imagemagick agrees
"""

# A picture is [width, height, duration in µs, pixels], or null where there is
# none. An image that cannot be decoded whole is still shown by <img>, if it is
# the first one.
DECODE = """
const [text, done] = arguments;
const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const pack = (pixels) => {
  let text = '';
  for (const byte of pixels)
    text += byte.toString(16).padStart(2, '0');
  return text;
};

const showFirst = async () => {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes], { type: 'image/gif' }));
  await new Promise((ok) => { image.onload = image.onerror = ok; });
  if (image.naturalWidth == 0)
    return null;
  const canvas =
      new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } =
      context.getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.width, canvas.height, null, pack(data)];
};

const decode = async (decoder, frameIndex) => {
  const { image } =
      await decoder.decode({ frameIndex, completeFramesOnly: false });
  const { displayWidth: width, displayHeight: height, duration } = image;
  const pixels = new Uint8Array(4 * width * height);
  await image.copyTo(pixels, { format: 'RGBA' });
  image.close();
  return [width, height, duration, pack(pixels)];
};

(async () => {
  const decoder = new ImageDecoder({
    data: bytes, type: 'image/gif', colorSpaceConversion: 'none' });
  try {
    await decoder.tracks.ready;
    await decoder.completed;
  } catch (error) {
    return { refused: String(error) };
  }
  const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
  const result =
      { count: frameCount, loops: String(repetitionCount), pictures: [] };
  for (let i = 0; i < frameCount; i++) {
    let picture = null;
    try {
      picture = await decode(decoder, i);
    } catch (error) {
      result.failed ??= i;
      if (i == 0)
        picture = await showFirst();
    }
    result.pictures.push(picture);
  }
  return result;
})().then(done, (error) => done({ refused: String(error) }));
"""


@contextlib.contextmanager
def secure_page():
    """An address of an empty page; ImageDecoder exists on this machine only."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def loops_of(gif):
    return {-1: "0", 0: "Infinity"}.get(gif.loop_count, str(gif.loop_count))


def compare_picture(gif, frame, picture, shown, found):
    width, height, duration, pixels = shown
    if (width, height) != (gif.width, gif.height):
        found.add("size")
    elif pixels != b"".join(bytes(p) for p in picture).hex():
        found.add("paints")
    if duration is not None and duration != 10000 * frame.delay_file:
        found.add("times")


def compare(gif, seen):
    """In what the browser differs: words of make.py's help."""
    if "refused" in seen:
        return {"refuses"} if gif.frames else set()
    found = set()
    if seen["count"] != len(gif.frames):
        found.add("counts")
    # A still image has no loops, whatever the file says.
    if len(gif.frames) > 1 and seen["loops"] != loops_of(gif):
        found.add("loops")
    if seen.get("failed", seen["count"]) < seen["count"] - 1 \
            or seen.get("failed", 0) > 0:
        found.add("stops")
    for frame, (picture, _), shown in zip(gif.frames, gif.pictures(),
                                          seen["pictures"]):
        if shown:
            compare_picture(gif, frame, picture, shown, found)
    return found


def files(directory, names):
    """Yields name, bytes, contents and how Chromium may differ."""
    sys.path.insert(0, str(directory))
    import make
    import randomgif
    import reference

    for source in sorted(directory.glob("*.txt")):
        if not names or source.stem in names:
            maker = make.Maker(source.read_text("utf-8"))
            yield (source.name, maker.out, reference.Gif(maker.out),
                   maker.chromium)
    if not names:
        whole = make.Maker(CUT).out
        for size in range(whole.rindex(b",") - 9, len(whole)):
            yield (f"file cut at {size}", whole[:size],
                   reference.Gif(whole[:size]), set())
    for number in range(0 if names else N_RANDOM):
        made = randomgif.make_file(number)
        if made:
            yield f"random file {number}", *made, set()


def main(directory, names):
    wrong, n_files = [], 0
    with secure_page() as address, Browser() as browser:
        browser.open(address)
        for name, data, gif, expected in files(pathlib.Path(directory), names):
            seen = browser.run_async(DECODE, base64.b64encode(data).decode())
            found = compare(gif, seen)
            n_files += 1
            if found != expected:
                wrong.append(f"{name}: Chromium should be said to"
                             f" {'+'.join(sorted(found)) or 'agree'}, not to"
                             f" {'+'.join(sorted(expected)) or 'agree'}")
        print(f"Chromium {browser.version}, {n_files} files")
    print("\n".join(wrong) or "all well")
    return 1 if wrong or not n_files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
