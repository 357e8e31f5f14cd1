#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Kubernetes manifests keep to what docs/scaling.md says of them. No cluster is asked.

    kubernetes.py MANIFEST
"""

import sys

import yaml

# What a pod's exit status means to the job (visioncraft-batch(1)).
POD_FAILURES = [
    ("Ignore", "DisruptionTarget"),
    ("FailJob", [77]),
    ("FailIndex", [65, 76]),
    ("Count", [75]),
]


def option(args, name):
    values = [arg.split("=", 1)[1] for arg in args if arg.startswith(name + "=")]
    assert len(values) == 1, (name, args)
    return values[0]


def check_failures(spec, container):
    rules = spec["podFailurePolicy"]["rules"]
    seen = []
    for rule in rules:
        if "onPodConditions" in rule:
            (condition,) = rule["onPodConditions"]
            seen.append((rule["action"], condition["type"]))
        else:
            codes = rule["onExitCodes"]
            assert codes["operator"] == "In" and codes["containerName"] == container["name"], rule
            seen.append((rule["action"], codes["values"]))
    assert seen == POD_FAILURES, seen


def check_job(spec):
    assert spec["completionMode"] == "Indexed"
    assert spec["parallelism"] <= spec["completions"]
    assert spec["backoffLimitPerIndex"] > 0 and "backoffLimit" not in spec
    assert spec["maxFailedIndexes"] <= spec["completions"]
    assert spec["podReplacementPolicy"] == "Failed"


def check_pod(pod, args):
    assert pod["restartPolicy"] == "Never"  # what podFailurePolicy and exit statuses need
    assert pod["terminationGracePeriodSeconds"] > int(option(args, "--grace"))
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"


def check_container(container):
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"]["drop"] == ["ALL"]
    assert "memory" in container["resources"]["limits"]
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert not any("token" in variable["name"].lower() for variable in container.get("env", []))


def check_folders(documents, pod, container, args):
    """Where the program writes is kept; the key is a file of the secret."""
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}

    def volume_of(path):
        best = max((at for at in mounts if path.startswith(at + "/") or path == at), key=len)
        return volumes[mounts[best]["name"]]

    for name in ("--output", "--journal-dir", "--cache-dir"):
        claim = volume_of(option(args, name))["persistentVolumeClaim"]["claimName"]
        (found,) = [d for d in documents if d["kind"] == "PersistentVolumeClaim"
                    and d["metadata"]["name"] == claim]
        assert found["spec"]["accessModes"] == ["ReadWriteMany"]
    secret = volume_of(option(args, "--token-file"))["secret"]
    assert any(d["kind"] == "Secret" and d["metadata"]["name"] == secret["secretName"]
               for d in documents)
    # Not for all: the program would warn, and rightly.
    assert secret["defaultMode"] & 0o007 == 0
    assert "configMap" in volume_of(args[0])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        documents = list(yaml.safe_load_all(file))
    (job,) = [d for d in documents if d["kind"] == "Job"]
    assert job["apiVersion"] == "batch/v1"
    spec = job["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    args = container["args"]
    assert option(args, "--shard") == f"$(JOB_COMPLETION_INDEX)/{spec['completions']}"
    check_job(spec)
    check_failures(spec, container)
    check_pod(pod, args)
    check_container(container)
    check_folders(documents, pod, container, args)
    print(f"{len(documents)} documents")


main()
