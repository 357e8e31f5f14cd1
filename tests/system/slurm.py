#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""visioncraft.sbatch on a real Slurm: 200 prompts in 8 shards, where the service refuses now and
then, one program is killed and one task is requeued: 200 files, and nothing paid twice but what
was out when the kill came.

    slurm.py VISIONCRAFT_BATCH SBATCH_FILE
"""

import glob
import json
import os
import re
import sys

import fixture
import relay
import slurmcluster

N_PROMPTS = 200
N_SHARDS = 8
END_S = 300
# Each 20th is refused once, with a wait.
REFUSED = 20
# Shards of odd numbers, in which nobody waits for that.
KILLED, REQUEUED = 1, 3


def write_prompts(path):
    with open(path, "w", encoding="utf-8") as lines:
        for i in range(N_PROMPTS):
            prompt = f"fox number {i}"
            if i % REFUSED == 0:
                prompt += " fault:429 times=1 retry-after=1"
            print(json.dumps({"id": f"fox-{i}", "prompt": prompt}), file=lines)


def pids_of_shard(folder, shard):
    """The programs that make this shard now."""
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if f"{folder}/prompts.jsonl" in words and f"{shard}/{N_SHARDS}" in words \
                and "bash" not in words[0]:
            yield int(path.split("/")[2])


def read_journal(folder, shard):
    path = f"{folder}/out/journal-{shard}-of-{N_SHARDS}.jsonl"
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def count_events(text, name):
    return sum(json.loads(line)["event"] == name for line in text.splitlines() if line.endswith("}"))


def count_unknown(text):
    """Requests that were out when the first program of this journal ended."""
    out, starts = set(), 0
    for event in map(json.loads, text.splitlines()):
        if event["event"] == "start":
            starts += 1
            if starts == 2:
                return len(out)
        elif event["event"] == "request":
            out.add(event["key"])
        elif event["event"] in ("gif", "back"):
            out.discard(event["key"])
    raise AssertionError("the shard was not begun again")


def state_of(cluster, task):
    shown = cluster.run("scontrol", "show", "job", task)
    return re.search(r"JobState=(\S+)", shown).group(1), int(
        re.search(r"Restarts=(\d+)", shown).group(1))


def is_under_way(folder, shard):
    journal = read_journal(folder, shard)
    return count_events(journal, "gif") >= 5 and any(pids_of_shard(folder, shard))


def submit(cluster, script, program, folder, service):
    os.mkdir(f"{folder}/out")
    env = {"VISIONCRAFT_BATCH": program, "VISIONCRAFT_API_URL": service.url,
           "VISIONCRAFT_TOKEN": fixture.KEY}
    job = cluster.run(
        "sbatch", "--parsable", f"--array=0-{N_SHARDS - 1}", "--licenses=visioncraft:1",
        f"--output={folder}/%a.log", script, "--rate", "6000/min", f"{folder}/prompts.jsonl",
        str(N_SHARDS), "--output", f"{folder}/out/{{id}}.gif", "--cache-dir", f"{folder}/cache",
        "--jobs", "2", "--repeat-unknown", **env).strip()
    cluster.run("sbatch", f"--dependency=afterany:{job}", f"--output={folder}/merge.log",
                "--wrap", f"{program} --merge {folder}/out", **env)
    return job


def check(cluster, job, folder, service):
    states = [state_of(cluster, f"{job}_{i}") for i in range(N_SHARDS)]
    assert all(state == "COMPLETED" for state, _ in states), states
    assert states[KILLED][1] >= 1 and states[REQUEUED][1] >= 1, states
    made = glob.glob(f"{folder}/out/*.gif")
    assert len(made) == N_PROMPTS, f"{len(made)} files"
    for path in made:
        with open(path, "rb") as gif:
            assert gif.read(6) == b"GIF89a", path
    journals = [read_journal(folder, i) for i in range(N_SHARDS)]
    refused = sum(count_events(journal, "back") for journal in journals)
    unknown = count_unknown(journals[KILLED])
    assert unknown > 0, "nothing was out at the kill"
    assert count_unknown(journals[REQUEUED]) == 0, "a requeued task did not wait for what was out"
    least = N_PROMPTS + refused
    # What was to leave when the kill came may have left or not.
    assert least <= service.n_posts <= least + unknown, (service.n_posts, refused, unknown)
    with open(f"{folder}/out/results.jsonl", encoding="utf-8") as file:
        results = [json.loads(line) for line in file]
    assert len({result["id"] for result in results}) == N_PROMPTS
    assert all(result["state"] == "done" for result in results)
    print(f"{service.n_posts} POSTs: {N_PROMPTS} prompts, {refused} refused for now, "
          f"{unknown} out at the kill; restarts of the tasks: {[n for _, n in states]}")


def main():
    program, script = sys.argv[1:]
    assert os.geteuid() == 0, "Slurm's daemons run as root in this test"
    with slurmcluster.cluster() as cluster, \
            fixture.mock("--latency-ms", "300", "--size", "32x32", "--frames", "2") as url:
        folder = cluster.folder
        service = relay.Relay(int(url.rsplit(":", 1)[1]))
        write_prompts(f"{folder}/prompts.jsonl")
        job = submit(cluster, script, program, folder, service)
        fixture.wait_until(lambda: is_under_way(folder, KILLED), END_S, "requests to kill")
        os.kill(next(pids_of_shard(folder, KILLED)), 9)
        fixture.wait_until(lambda: is_under_way(folder, REQUEUED), END_S, "requests to wait for")
        cluster.run("scontrol", "requeue", f"{job}_{REQUEUED}")
        fixture.wait_until(lambda: cluster.run("squeue", "--noheader") == "", END_S, "an empty queue")
        try:
            check(cluster, job, folder, service)
        finally:
            for path in sorted(glob.glob(f"{folder}/*.log")):
                with open(path, encoding="utf-8") as log:
                    print(f"== {os.path.basename(path)}\n{log.read()}")
        service.close()


main()
