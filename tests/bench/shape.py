#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The benchmarks of GIF decoding run, and print all that they promise. No time is judged.

shape.py GIFBENCH BUILD_DIR GIF_DIR
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
# Two that all peers take, a damaged one, and one without a picture.
FILES = ["delays-1840ms", "full-frames", "lzw-invalid-code", "no-frames"]


def run(script, *arguments):
    done = subprocess.run([HERE / script, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"{script}: {done.returncode}\n{done.stderr}"
    print(done.stdout)
    return done.stdout


def tables(text):
    """{first heading: {first cell: other cells}}"""
    found, rows = {}, None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            rows = None
        elif rows is None:
            rows = found.setdefault(cells[0], {})
        elif not set(line) <= set("|-:"):
            rows[cells[0]] = cells[1:]
    return found


def assert_positive(cells):
    assert all(re.fullmatch(r"\d+(\.\d+)?", cell) and float(cell) > 0 for cell in cells), cells


def check_files(gifbench, folder):
    text = run("giffiles.py", gifbench, str(folder), "--rounds", "1", "--list")
    assert text.startswith(f"{len(FILES) - 1} files, 1 without a picture for us\n"), text
    by_heading = tables(text)
    peers = list(by_heading["decoder"])
    assert peers[0] == "visioncraft" and {"libavcodec", "giflib"} < set(peers), peers
    for peer in peers[1:]:
        rows = by_heading[f"{peer} : ours"]
        assert rows["to 30 kB"] == rows["all"], rows
        assert 1 <= int(rows["all"][0]) <= len(FILES) - 1, rows
        assert_positive(rows["all"])
    for cells in by_heading["decoder"].values():
        assert_positive(cells[1:2])  # a few files may take 0.0 ms and no more memory
        assert len(cells) == 5, cells
    against = re.search(r"^Below 0.95 of (.+)'s speed", text, re.M)[1]
    assert text.count(".gif\n") == int(by_heading[f"{against} : ours"]["all"][0]), text


def check_video(build, gif):
    by_heading = tables(run("gifvideo.py", build, str(gif), "--rounds", "1"))
    assert len(by_heading["to I420"]) == 3, by_heading
    assert set(by_heading["to MP4, preset"]) == {"ultrafast", "medium"}, by_heading
    for rows in by_heading.values():
        for cells in rows.values():
            assert_positive(cells)


def main(gifbench, build, gifs):
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            shutil.copy(pathlib.Path(gifs) / (name + ".gif"), folder)
        check_files(gifbench, folder)
    check_video(build, pathlib.Path(gifs) / "delays-1840ms.gif")


main(*sys.argv[1:])
