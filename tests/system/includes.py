#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which file may include which: docs/architecture.md's rules, looked up in the #include lines.

    includes.py SOURCE_DIR

- There is no circle of files in gst/ and apps/; x.c, x.h and a private header of x are one.
- A leaf of gst/client and gst/gif includes no other leaf.
- A layer includes nothing of what it must not see.
"""

import collections
import os
import re
import sys

# What is above the leaves of a layer.
FACADES = {
    "gst/client": {"vcclient", "vcjob", "vcjobcache", "vcjobreport", "vcgenerate", "vcdownload"},
    "gst/gif": {"gifdecoder", "gifpainter"},
}
# Types and errors that all of a layer speak of.
SHARED = {"vcerror", "vcrequest", "vctext", "giftypes"}
# Leaf to leaf, each with its reason.
EXCEPTIONS = {
    ("vccache", "vcfolder"): "what is kept are files",
    ("vccache", "vcjson"): "and one of them is JSON",
    ("gifcanvas", "gifpixels"): "a canvas is pixels in memory",
    ("gifscan", "gifblock"): "a scan walks the blocks",
    ("gifscan", "gifopacity"): "and says whether holes are left",
    ("vchttp", "vcguard"): "and is known by its socket",
    ("vchttpbody", "vcguard"): "one that reads without end is stopped",
    ("vchttpbody", "vchttp"): "a part of it",
    ("vchttphead", "vchttp"): "a part of it",
    ("vchttp", "vcpeer"): "errors name who answers",
    ("vchttp", "vcwatch"): "whoever reads a reply is watched while he does",
    ("vcrequest", "vcaddress"): "what an address is stands in one place",
    ("vcrequest", "vctokenfile"): "a request's key may be in a file",
    ("vcredact", "vcescape"): "a secret may be written in any encoding",
    ("vctext", "vcescape"): "pages have character references",
    ("vctext", "vcredact"): "a quote has no secret in it",
    ("vctransport", "vcaddress"): "what an address is stands in one place",
    ("vcimages", "vcaddress"): "what an address is stands in one place",
    ("vcimages", "vcjson"): "images are looked for in JSON",
    ("vcwire", "vcimages"): "a good reply is one with an image",
    ("vcwire", "vcjson"): "replies are JSON",
}
# What must not be seen: of headers by their path as it is written.
FORBIDDEN = {
    "gst/gif": r"gst/|gio/|libsoup|json-glib|vc\w*\.h|gst\w+\.h",
    "gst/client": r"gst/|gst\w+\.h|gif\w+\.h",
    "gst/animgifdec": r"libsoup|json-glib|gio/|vc\w+\.h|gstvc\w*\.h|gstvisioncraft\w*\.h",
    "gst/visioncraftgifsrc": r"libsoup|json-glib|gif\w+\.h|animgif\w*\.h|gstanimgif\w*\.h",
    # But what a server says is read, parsed and cleaned in one place, and the cache is locked in one way.
    "apps": r"vc(?!text\.h|json\.h|http\.h|redact\.h|folder\.h)\w+\.h|gstvc\w*\.h|gstanimgif\w*\.h|gstvisioncraft\w*\.h|gif(scan|block|lzw)\.h",
}


def sources(root):
    for top in ("gst", "apps"):
        for directory, _, files in os.walk(os.path.join(root, top)):
            for name in files:
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(directory, name), root)


def unit_of(path):
    """The name that a file shares with what belongs to it."""
    return re.sub(r"-?private$", "", os.path.splitext(path)[0])


def find_circles(graph):
    """Tarjan's strongly connected components of more than one unit."""
    index, low, stack, circles = {}, {}, [], []

    def visit(unit):
        index[unit] = low[unit] = len(index)
        stack.append(unit)
        for other in graph[unit]:
            if other not in index:
                visit(other)
                low[unit] = min(low[unit], low[other])
            elif other in stack:
                low[unit] = min(low[unit], index[other])
        if low[unit] == index[unit]:
            at = stack.index(unit)
            if len(stack) - at > 1:
                circles.append(sorted(stack[at:]))
            del stack[at:]

    for unit in sorted(graph):
        if unit not in index:
            visit(unit)
    return circles


def main():
    root = sys.argv[1]
    faults, graph = [], collections.defaultdict(set)
    paths = sorted(sources(root))
    by_name = collections.defaultdict(list)
    for path in paths:
        by_name[os.path.basename(path)].append(path)
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            included = re.findall(r'^#\s*include [<"]([^>"]+)[>"]', file.read(), flags=re.M)
        unit = unit_of(path)
        graph[unit] |= set()
        for layer, pattern in FORBIDDEN.items():
            if path.startswith(layer + "/"):
                faults += [f"{path} includes {name}, which {layer} must not see"
                           for name in included if re.fullmatch(f"({pattern}).*", name)]
        for name in included:
            # Two of one name: the one in the same folder.
            found = by_name.get(os.path.basename(name), [])
            near = [p for p in found if os.path.dirname(p) == os.path.dirname(path)] or found
            if not near or unit_of(near[0]) == unit:
                continue
            graph[unit].add(unit_of(near[0]))
            layer = os.path.dirname(path)
            pair = tuple(os.path.basename(unit_of(p)) for p in (path, near[0]))
            if (layer in FACADES and os.path.dirname(near[0]) == layer
                    and pair[0] not in FACADES[layer] and pair[1] not in SHARED
                    and pair not in EXCEPTIONS):
                faults.append(f"{path}, a leaf, includes {near[0]}")
    faults += ["a circle: " + " ".join(circle) for circle in find_circles(graph)]
    assert len(graph) > 40, "the sources are not there"
    for fault in faults:
        print(fault)
    print(f"{len(graph)} units, {len(faults)} faults")
    sys.exit(bool(faults))


main()
