"""podman of Debian in a lab machine: as it is installed, with the settings that such a machine needs."""

import shutil
from pathlib import Path

from tests.lab.engines.engine import Engine
from tests.lab.systemd import Systemd, what_systemd_lacks

PROGRAMS = ("podman", "runc", "conmon", "busybox")
HELPERS = ("/usr/lib/podman/netavark", "/usr/lib/podman/aardvark-dns")

_PREPARE = """
set -e
mount -o remount,rw /sys
sysctl -qw net.ipv4.ip_forward=1
mkdir -p /var/lib/containers /etc/containers/networks
mount -t tmpfs tmpfs /var/lib/containers
mount -t tmpfs tmpfs /etc/containers/networks
"""
# crun refuses the control groups of some machines, and these have no controllers; limits above ours may not be set.
_SETTINGS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
log_driver = "k8s-file"
[network]
network_backend = "netavark"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""
_STORAGE = """
[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
"""


def what_podman_lacks() -> str | None:
    """Why podman can't be used here, or None."""
    missing = [one for one in PROGRAMS if not shutil.which(one)] + [one for one in HELPERS if not Path(one).exists()]
    if missing:
        return f"podman needs podman, runc, netavark, aardvark-dns and busybox-static: no {', '.join(missing)}"
    return what_systemd_lacks()


def podman(machine: Systemd) -> Engine:
    """Prepare podman in a lab machine; it has no daemon, and no storage before its first command."""
    machine.run("sh", "-c", _PREPARE)
    machine.write("/etc/containers/containers.conf", _SETTINGS)
    machine.write("/etc/containers/storage.conf", _STORAGE)
    return Engine(machine, "podman")
