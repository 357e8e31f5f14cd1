#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The GIF decoder on files from elsewhere, beside its peers.

giffiles.py GIFBENCH FOLDER [--rounds N] [--list]

Runs GIFBENCH once for each .gif of FOLDER for the times, in turns, and once for each file and peer
for page faults and peak memory. Prints the ratios peer : ours by size class: above 1 we are faster.
"""

import argparse
import collections
import glob
import os
import subprocess
import sys

CLASSES = [(30_000, "to 30 kB"), (100_000, "to 100 kB"), (1_000_000, "to 1 MB"),
           (float("inf"), "above")]
OURS, WUFFS = "visioncraft", "Wuffs"

# Below this, the clock and the call weigh more than decoding.
LEAST_US = 2

Result = collections.namedtuple("Result", "us same faults kb")


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def measure(bench, path, rounds):
    """What each peer takes for the file; None where it has no picture."""
    times = run(bench, "--times", path, "--rounds", str(rounds))
    if times is None:
        return None
    results = {}
    for line in times.splitlines():
        peer, us, same = line.split("\t")
        kb, faults = run(bench, "--memory", path, "--copy", "--peer", peer).split()
        results[peer] = Result(float(us), same, int(faults), int(kb))
    return results


def size_class(path):
    size = os.path.getsize(path)
    return next(name for limit, name in CLASSES if size <= limit)


def quantile(values, p):
    return sorted(values)[round((len(values) - 1) * p)]


def print_ratios(peer, files):
    print(f"\n| {peer} : ours | files | median | tenth percentile | worst |\n|---|--:|--:|--:|--:|")
    for name in [name for _, name in CLASSES] + ["all"]:
        ratios = [results[peer].us / results[OURS].us for path, results in files.items()
                  if name in (size_class(path), "all") and results[peer].same != "refused"]
        if ratios:
            print(f"| {name} | {len(ratios)} | {quantile(ratios, 0.5):.2f} | "
                  f"{quantile(ratios, 0.1):.2f} | {min(ratios):.2f} |")


def print_memory(peers, files):
    """Sums over the files that all peers take."""
    taken = [results for results in files.values()
             if all(result.same != "refused" for result in results.values())]
    print("\n| decoder | CPU ms | page faults | peak memory, kB | refused | other pictures |\n"
          "|---|--:|--:|--:|--:|--:|")
    for peer in peers:
        of_peer = [results[peer] for results in taken]
        same = [results[peer].same for results in files.values()]
        print(f"| {peer} | {sum(r.us for r in of_peer) / 1e3:.1f} | "
              f"{sum(r.faults for r in of_peer)} | {sum(r.kb for r in of_peer)} | "
              f"{same.count('refused')} | {same.count('no')} |")


def print_list(peer, files):
    taken = [(results[peer].us / results[OURS].us, results[OURS].us, os.path.basename(path))
             for path, results in files.items() if results[peer].same != "refused"]
    for ratio, us, name in sorted(taken):
        print(f"{ratio:6.2f}  {us:9.1f} µs  {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gifbench")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--list", action="store_true", help="each file's ratio too")
    options = parser.parse_args()

    paths = sorted(glob.glob(os.path.join(options.folder, "*.gif")))
    measured = {path: measure(options.gifbench, path, options.rounds) for path in paths}
    files = {path: results for path, results in measured.items() if results}
    if not files:
        sys.exit(f"{options.folder}: no GIF there")
    peers = list(next(iter(files.values())))
    print(f"{len(files)} files, {len(measured) - len(files)} without a picture for us")
    if WUFFS not in peers:
        print("Wuffs is missing: meson configure -Dwuffs=…/wuffs-v0.4.c")
    for peer in peers[1:]:
        print_ratios(peer, files)
    print_memory(peers, files)

    against = WUFFS if WUFFS in peers else peers[1]
    slower = sum(results[against].us < 0.95 * results[OURS].us for results in files.values()
                 if results[OURS].us >= LEAST_US and results[against].same != "refused")
    print(f"\nBelow 0.95 of {against}'s speed, of those that take {LEAST_US} µs or more: {slower}")
    if options.list:
        print_list(against, files)


main()
