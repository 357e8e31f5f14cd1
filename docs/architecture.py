#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws docs/architecture.svg: which file of gst/ includes which.

architecture.py --write|--check SVG GST_DIR

--write needs Graphviz. --check needs nothing: it compares the arrows that the committed picture has.
"""

import html
import pathlib
import re
import subprocess
import sys

LAYERS = ["visioncraftgifsrc", "animgifdec", "client", "gif"]


def read_units(gst):
    """Folder and name without ending of each unit, with the units that it includes."""
    folder_of = {path.stem: path.parent.name for layer in LAYERS for path in (gst / layer).glob("*.[ch]")
                 if path.stem != "plugin"}
    edges = set()
    for stem, folder in folder_of.items():
        for ending in (".h", ".c"):
            path = gst / folder / (stem + ending)
            text = path.read_text("utf-8") if path.exists() else ""
            edges |= {(stem, name) for name in re.findall(r'#include "([\w-]+)\.h"', text)
                      if name in folder_of and name != stem}
    return folder_of, edges


def dot(folder_of, edges):
    lines = ["digraph gst {", 'rankdir=TB; node [shape=box, fontname="sans-serif", fontsize=11];',
             'edge [color="#666666", arrowsize=0.6]; graph [fontname="sans-serif", fontsize=13];']
    for layer in LAYERS:
        lines.append(f'subgraph "cluster_{layer}" {{ label="gst/{layer}"; color="#999999"; '
                     'style="rounded,filled"; fillcolor="#f4f4f4"; node [style=filled, fillcolor=white];')
        lines += [f'"{stem}";' for stem, folder in sorted(folder_of.items()) if folder == layer]
        lines.append("}")
    lines += [f'"{a}" -> "{b}";' for a, b in sorted(edges)]
    return "\n".join(lines + ["}"])


def arrows_of(svg):
    return {tuple(html.unescape(title).split("->")) for title in re.findall(r"<title>(.*?)</title>", svg)
            if "->" in html.unescape(title)}


def main(mode, svg, gst):
    folder_of, edges = read_units(pathlib.Path(gst))
    if mode == "--write":
        picture = subprocess.run(["dot", "-Tsvg"], input=dot(folder_of, edges), text=True, check=True,
                                 capture_output=True).stdout
        pathlib.Path(svg).write_text(picture, "utf-8")
        return 0
    drawn = arrows_of(pathlib.Path(svg).read_text("utf-8"))
    for a, b in sorted(edges - drawn):
        print(f"{a} includes {b}: not in the picture", file=sys.stderr)
    for a, b in sorted(drawn - edges):
        print(f"{a} no longer includes {b}", file=sys.stderr)
    if drawn != edges:
        print(f"{svg} is stale: run `ninja -C build architecture`.", file=sys.stderr)
    return drawn != edges


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("--write", "--check"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
