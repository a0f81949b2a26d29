"""A real systemd of the test's own: process 1 of its own namespaces, on a copy-on-write view of this machine's files.

Law: it sees its own root (an overlay whose changes lie in memory), its own /tmp, /run and /var/log, its own control
groups and only the units that the test wrote; no unit of this machine can start, and nothing that it does stays. It ends
with the test run, also with one that is killed. Needs root, systemd, a control group of version 2 and overlayfs.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from tests.lab.network import LONGEST_S, ROOT, only_child

INIT = Path("/lib/systemd/systemd")
UNITS = "/run/lab-units"
"""The only folder in which this systemd looks for units."""
BOOT_S = 20.0
"""It boots in less than a second; a machine under full load takes several."""
PREFIX = "refused-systemd-"
NEEDED = ("unshare", "nsenter", "setpriv", "mount", "ip", "systemctl", "journalctl", "dbus-daemon")
_OWN_UNITS = (
    *("basic.target", "sysinit.target", "shutdown.target", "sockets.target"),
    *("systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket"),
    *("dbus.service", "dbus.socket"),
)
_ENVIRONMENT = {
    "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C.UTF-8",
}

# Runs as process 1 of the new namespaces. $1: an empty folder; $2: a FIFO that is told when it has booted; the rest:
# folders that must be seen inside. `machine-id` makes journald keep its files under one name in /run.
_BOOT = f"""
set -e
base=$1; ready=$2; shift 2
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$base"
mkdir "$base/upper" "$base/work" "$base/root"
root=$base/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/var/log"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/run/empty" "$root/run/old" "$root{UNITS}"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
if [ -c /dev/kmsg ]; then touch "$root/dev/kmsg"; mount --bind /dev/kmsg "$root/dev/kmsg"; fi
for folder; do
  if [ -z "$(ls -A "$root$folder" 2>/dev/null)" ]; then
    mkdir -p "$root$folder"
    mount --rbind "$folder" "$root$folder"
  fi
done
touch "$root/run/ready"
mount --bind "$ready" "$root/run/ready"
rm -f "$root/.dockerenv"  # of a machine that is a container itself: here it would be taken for one of ours
ip link set lo up
echo 0123456789abcdef0123456789abcdef > "$root/etc/machine-id"
for unit in {" ".join(_OWN_UNITS)}; do
  if [ -e "/lib/systemd/system/$unit" ]; then cp "/lib/systemd/system/$unit" "$root{UNITS}/"; fi
done
cat > "$root{UNITS}/default.target" <<END
[Unit]
Requires=basic.target systemd-journald.service dbus.socket ready.service
After=basic.target
END
cat > "$root{UNITS}/ready.service" <<END
[Unit]
DefaultDependencies=no
After=systemd-journald.service dbus.socket
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo ready > /run/ready'
END
cd "$root"
pivot_root . run/old
umount -l /run/old
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=lab \\
  SYSTEMD_UNIT_PATH={UNITS} SYSTEMD_GENERATOR_PATH=/run/empty SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/run/empty \\
  {INIT} --system --log-target=journal --show-status=no
"""

# systemctl has no call that waits for a state, so it is asked again and again, for at most ten seconds.
_SETTLE = """
for try in $(seq 200); do
  state=$(systemctl show --property=SubState --value "$1")
  case " $2 " in *" $state "*) echo "$state"; exit 0;; esac
  sleep 0.05
done
echo "$1 is $state" >&2
exit 1
"""

_LISTENS = """
for try in $(seq 200); do
  if [ -n "$(ss -Hltn "sport = :$1")" ]; then exit 0; fi
  sleep 0.05
done
exit 1
"""


@dataclass(frozen=True)
class Systemd:
    """A running systemd; commands run inside of all its namespaces."""

    pid: int
    """Its process id, as seen from outside."""

    def inside(self, *argv: str, user: int | None = None, through: Sequence[str] = ()) -> list[str]:
        """The command line that runs `argv` inside, as root or as `user`; `through` is a prefix that root runs there."""
        who = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        enter = ["nsenter", "--target", str(self.pid), "--all", f"--wdns={ROOT}"]
        return [*enter, *through, "setpriv", *who, "--pdeathsig=KILL", *argv]

    def run(
        self, *argv: str, user: int | None = None, stdin: str = "", check: bool = True, through: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside to its end; AssertionError if it fails and `check`."""
        done = subprocess.run(
            self.inside(*argv, user=user, through=through),
            env=_ENVIRONMENT,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
        )
        assert not (check and done.returncode), f"{' '.join(argv)}: status {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def write(self, path: str, text: str) -> None:
        """Write a file inside."""
        self.run("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat > "$1"', "sh", path, stdin=text)

    def units(self, **texts: str) -> None:
        """Write units (`shop_service` is `shop.service`, `at` stands for `@`) and let systemd read them."""
        for name, text in texts.items():
            stem, _, kind = name.rpartition("_")
            self.write(f"{UNITS}/{stem.replace('_at_', '@').replace('_', '-')}.{kind}", text)
        self.run("systemctl", "daemon-reload")

    def start(self, unit: str) -> None:
        """Start a unit; that it fails may be what is wanted."""
        self.run("systemctl", "start", unit, check=False)

    def settle(self, unit: str, *states: str) -> str:
        """Wait until the unit's state is one of `states`, by the manager's own word; gives the state."""
        return self.run("sh", "-c", _SETTLE, "sh", unit, " ".join(states)).stdout.strip()

    def wait_for_port(self, port: int) -> None:
        """Wait until somebody listens on the port, by the kernel's table."""
        self.run("sh", "-c", _LISTENS, "sh", str(port))

    def check(self, *arguments: str, user: int | None = None, through: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """`refused check ARGUMENTS` inside."""
        words = (sys.executable, "-m", "tui", "check", *arguments, "--no-session")
        return self.run(*words, user=user, check=False, through=through)


@lru_cache
def what_systemd_lacks() -> str | None:
    """Why no systemd can be booted here, or None."""
    missing = [tool for tool in NEEDED if not shutil.which(tool)] + ([] if INIT.exists() else ["systemd"])
    if os.geteuid() != 0 or missing:
        return f"a systemd of its own needs root{''.join(f', {one}' for one in missing)}"
    if cgroup_root() is None:
        return "a systemd of its own needs a control group of version 2 that it may write to"
    try:
        with systemd():
            return None
    except (AssertionError, OSError) as error:
        return f"systemd does not boot here: {error}"


@contextmanager
def systemd() -> Iterator[Systemd]:
    """Boot a systemd, and end it with all that it started."""
    sweep()
    base = Path(mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    group = (cgroup_root() or base) / base.name
    ready = base / "ready"
    os.mkfifo(ready)
    (base / "mnt").mkdir()
    group.mkdir()
    told = os.open(ready, os.O_RDONLY | os.O_NONBLOCK)
    # The shell joins the control group before the namespace is made, so that the group is the namespace's root.
    enter = 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"'
    unshare = ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--fork", "--kill-child"]
    child = subprocess.Popen(
        [
            *("setpriv", "--pdeathsig=KILL", "sh", "-c", enter, "sh", str(group), *unshare),
            *("sh", "-c", _BOOT, "sh", str(base / "mnt"), str(ready)),
            *dict.fromkeys((str(ROOT), sys.prefix, sys.base_prefix)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield Systemd(_booted(child, told))
    finally:
        _end(child)
        os.close(told)
        _remove(base, group)


def _booted(child: subprocess.Popen[bytes], told: int) -> int:
    """The process id of systemd, once it has said that it is up."""
    assert child.stdout
    output = child.stdout.fileno()
    readable, _, _ = select.select([told, output], [], [], BOOT_S)
    if told not in readable:
        said = os.read(output, 2000).decode(errors="replace") if output in readable else ""
        raise AssertionError(said.strip()[-300:] or f"nothing within {BOOT_S:g} s")
    return only_child(child.pid)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End systemd with all that it started, and return when the last of them is gone.

    The kernel ends a process 1 only after everything in its namespace, so its own end is the last.
    """
    with suppress(OSError, ValueError):
        handle = os.pidfd_open(only_child(child.pid))
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [], BOOT_S)
        os.close(handle)
    child.kill()
    child.communicate()


def cgroup_root() -> Path | None:
    """Where groups of version 2 can be made."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, point, kind, *_ = line.split()
        if kind == "cgroup2" and os.access(point, os.W_OK):
            return Path(point)
    return None


def sweep() -> None:
    """Remove what test runs left whose process is gone."""
    groups = cgroup_root()
    for parent in (Path(gettempdir()), *([groups] if groups else [])):
        for folder in parent.glob(f"{PREFIX}*"):
            pid = folder.name.removeprefix(PREFIX).partition("-")[0]
            if not Path("/proc", pid).exists():
                _remove(Path(gettempdir()) / folder.name, (groups or parent) / folder.name)


def _remove(base: Path, group: Path) -> None:
    for folder, _, _ in os.walk(group, topdown=False):
        # The last process of a group may still be on its way out; the next sweep takes what is left then.
        with suppress(OSError):
            Path(folder).rmdir()
    shutil.rmtree(base, ignore_errors=True)
