"""A machine on which nothing has been used yet, and what is different on it afterwards. Needs root.

It is a process 1 with PID, mount and network namespaces of its own. Its root directory is a layer above the real one
(overlayfs), so that whatever is written there, by whomever in it, is in one place; containers' storage, sockets and homes are
gone from it. Two users: root and NOBODY, each with an empty home and runtime directory.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.approved import ROOT
from tests.lab.network import NOBODY

_EMPTY = "/var/lib/containers /var/lib/docker /var/lib/containerd /etc/containers/networks /var/lib/cni /etc/cni/net.d"
_HOMES = {0: "/home/root-of-lab", NOBODY: "/home/nobody-of-lab"}
_START = """
set -e
base=$1
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$base"
mkdir "$base/written" "$base/work" "$base/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/written,workdir=$base/work" "$base/root"
root="$base/root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
ip link set lo up
rm -f "$root/etc/resolv.conf"
echo 'nameserver 127.0.0.1' > "$root/etc/resolv.conf"  # it refuses at once
for gone in $2; do rm -rf "$root$gone"; done
for user in 0 NOBODY; do
  mkdir -p "$root/run/user/$user"; chown $user "$root/run/user/$user"; chmod 700 "$root/run/user/$user"
done
mkdir "$root/home/root-of-lab" "$root/home/nobody-of-lab"
chown NOBODY:NOBODY "$root/home/nobody-of-lab"
mkdir "$root/mnt/real"
cd "$root"
pivot_root . mnt/real  # in a chroot nobody could make a user namespace, as podman does
mount --make-rshared /
exec sh -c 'cd /; echo ready; read -r end'
""".replace("NOBODY", str(NOBODY))

State = Mapping[str, frozenset[str]]


class Pristine:
    """A machine that was just made."""

    def __init__(self, holder: int, base: Path) -> None:
        self._holder = holder
        self._base = base

    def command(self, *words: str, user: int) -> list[str]:
        """The words that run a command there, as this user with the environment of a fresh login."""
        who = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        variables = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",  # Python's own cache is not ours to test
            "HOME": _HOMES[user],
            "XDG_RUNTIME_DIR": f"/run/user/{user}",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
        }
        return [
            *(shutil.which("nsenter") or "nsenter", f"--target={self._holder}", "--mount", "--net", "--pid"),
            *("env", "-i", "--chdir=/", *(f"{name}={value}" for name, value in variables.items()), *who, *words),
        ]

    def run(self, *words: str, user: int) -> subprocess.CompletedProcess[str]:
        """Run a command there to its end."""
        return subprocess.run(self.command(*words, user=user), capture_output=True, text=True, check=False, timeout=120)

    def state(self) -> State:
        """What is there now, a line each, by what it is."""
        program = (sys.executable, "-m", "tests.lab.pristine_state", f"/mnt/real{self._base}")
        done = self.run(*program, user=0)
        assert not done.returncode, done.stderr
        return {name: frozenset(lines) for name, lines in json.loads(done.stdout).items()}


def differences(before: State, after: State) -> list[str]:
    """What is new, gone or different."""
    return [
        f"{name}: {line} is {word}"
        for name in after
        for word, lines in (("new", after[name] - before[name]), ("gone", before[name] - after[name]))
        for line in sorted(lines)
    ]


@contextmanager
def pristine(base: Path) -> Iterator[Pristine]:
    """Make the machine, with what is written on it below `base`; it ends with all of its processes."""
    unshare = ["unshare", "--pid", "--mount", "--net", "--fork", "--kill-child"]
    holder = subprocess.Popen(
        [*unshare, "sh", "-c", _START, "sh", str(base), _EMPTY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert holder.stdout
        said = holder.stdout.readline().strip()
        assert said == "ready", f"{said} {holder.stdout.read()}"
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        yield Pristine(int(children[0]), base)
    finally:
        holder.kill()
        holder.communicate()
