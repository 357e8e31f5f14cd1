# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Slurm cluster of this machine alone: munged, slurmctld and slurmd on ports and in a folder of
their own."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile

from fixture import wait_until

START_S = 30

CONF = """\
ClusterName=visioncraft
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld_port}
SlurmdPort={slurmd_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=10
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
KillWait=30
MpiDefault=none
Licenses=visioncraft:2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES OverSubscribe=FORCE:4 MaxTime=INFINITE State=UP
"""


def free_ports(n):
    """TCP ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(n)]
        return [s.getsockname()[1] for s in sockets]


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.env = os.environ | {"SLURM_CONF": f"{folder}/slurm.conf"}
        self.daemons = []

    def run(self, *command, **env):
        """What a Slurm command prints."""
        done = subprocess.run(command, env=self.env | env, capture_output=True, text=True,
                              timeout=START_S)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def is_idle(self):
        done = subprocess.run(["sinfo", "--noheader", "--format=%T"], env=self.env, text=True,
                              capture_output=True)
        return done.stdout.strip() == "idle"

    def _start(self, name, *args, **kwargs):
        log = open(f"{self.folder}/{name}.out", "wb")
        daemon = subprocess.Popen([name, *args], env=self.env, stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log, **kwargs)
        log.close()
        self.daemons.append(daemon)

    def _start_munge(self):
        """munged wants a folder of its own, and a key that is nobody else's."""
        folder = f"{self.folder}/munge"
        os.mkdir(folder, 0o755)
        with open(f"{folder}/key", "wb", opener=lambda path, flags: os.open(path, flags, 0o400)) as key:
            key.write(os.urandom(1024))
        for path in (folder, f"{folder}/key"):
            shutil.chown(path, "munge", "munge")
        self._start("munged", "--foreground", f"--key-file={folder}/key",
                    f"--socket={folder}/socket", f"--pid-file={folder}/pid",
                    f"--log-file={folder}/log", f"--seed-file={folder}/seed",
                    user="munge", group="munge", extra_groups=[])
        wait_until(lambda: os.path.exists(f"{folder}/socket"), START_S, "munge's socket")

    def start(self):
        host = socket.gethostname().split(".")[0]
        ports = free_ports(2)
        with open(self.env["SLURM_CONF"], "w", encoding="ascii") as conf:
            conf.write(CONF.format(folder=self.folder, host=host, cpus=os.cpu_count(),
                                   ctld_port=ports[0], slurmd_port=ports[1]))
        for name in ("state", "spool"):
            os.mkdir(f"{self.folder}/{name}")
        self._start_munge()
        self._start("slurmctld", "-D", "-i")
        self._start("slurmd", "-D", "-N", host)
        wait_until(self.is_idle, START_S, "an idle node")

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            daemon.wait(START_S)


@contextlib.contextmanager
def cluster():
    """Runs a cluster; its jobs and daemons end with it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        running = Cluster(folder)
        try:
            running.start()
            yield running
        finally:
            running.stop()
