"""A clean Debian root file system to run commands in, in place of a container engine.

Commands get mount, process and network namespaces of their own: nothing they mount or leave running stays behind, and
their only network is loopback.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.deploy.sources import debian

ISOLATION = ("--mount", "--propagation=private", "--pid", "--fork", "--kill-child=SIGKILL", "--net")
# What a container engine mounts; $1 is the root. It is bound to itself because only a mount can become read-only.
MOUNTS = """
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=1777 tmp "$1/tmp"
mount -t tmpfs -o mode=0755 dev "$1/dev"
mkdir -m 1777 "$1/dev/shm"
for device in null zero full random urandom; do
  touch "$1/dev/$device"
  mount --bind "/dev/$device" "$1/dev/$device"
done
ln -s /proc/self/fd/0 "$1/dev/stdin"
ln -s /proc/self/fd/1 "$1/dev/stdout"
ln -s /proc/self/fd/2 "$1/dev/stderr"
"""
NO_PRIVILEGES = ("--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")
# A new network namespace has its loopback down, and a minimal machine has no `ip`: SIOCSIFFLAGS with IFF_UP.
LOOPBACK_UP = "import fcntl,socket,struct;fcntl.ioctl(socket.socket(),0x8914,struct.pack('16sh22x',b'lo',1))"


class User(NamedTuple):
    """Numbers of a user and its group."""

    uid: int
    gid: int


ROOT = User(0, 0)


class Bind(NamedTuple):
    """A folder of this machine that is seen inside a clean root."""

    source: Path
    target: str
    writable: bool = False


class Process(NamedTuple):
    """What runs: a command, as whom, where, with which environment and no other."""

    argv: Sequence[str]
    user: User = ROOT
    folder: str = "/"
    environment: Mapping[str, str] = {}

    def inside(self) -> list[str]:
        """The command of the clean root that becomes this process. Who is not root has no capability left."""
        identity = [f"--reuid={self.user.uid}", f"--regid={self.user.gid}", "--clear-groups"]
        privileges = NO_PRIVILEGES if self.user.uid else ()
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        return ["setpriv", *identity, *privileges, "env", "-i", f"--chdir={self.folder}", *variables, *self.argv]


def obstacle() -> str | None:
    """Why no clean root can be made on this machine, or None."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs Linux and root, to make a root file system and to mount it read-only"
    if missing := [tool for tool in ("debootstrap", "unshare", "nsenter") if not shutil.which(tool)]:
        return f"needs {', '.join(missing)} (Debian packages debootstrap and util-linux; .ci/run installs them)"
    attempt = subprocess.run(["unshare", *ISOLATION, "true"], capture_output=True, text=True, check=False)
    return f"namespaces are not allowed here: {attempt.stderr.strip()}" if attempt.returncode else None


def unpack(suite: str, root: Path) -> None:
    """Make `root` a minimal system of a Debian suite that has Python where the image python:slim has it."""
    root.mkdir()
    subprocess.run(["tar", "-C", root, "-xf", debian(suite)], check=True)
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")


def command(root: Path, process: Process, binds: Sequence[Bind] = (), *, read_only: bool = False) -> list[str]:
    """The command of this machine that runs a process inside `root`.

    With read_only, nothing can be written but /tmp (in memory) and the writable binds.
    """
    steps = [MOUNTS]
    for bind in binds:
        source, target = shlex.quote(str(bind.source)), f'"$1{bind.target}"'
        steps.append(f"mkdir -p {target}; mount --bind {source} {target}")
        if not bind.writable:
            steps.append(f"mount -o remount,bind,ro {target}")
    if read_only:
        steps.append('mount -o remount,bind,ro "$1"')
    steps.append(shlex.join([sys.executable, "-c", LOOPBACK_UP]))
    steps.append(f'exec chroot "$1" {shlex.join(process.inside())}')
    return ["unshare", *ISOLATION, "sh", "-euc", "\n".join(steps), "sh", str(root)]
