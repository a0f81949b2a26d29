"""Docker of Debian, unpacked beside the system by `.ci/run` and started in a lab machine as two units."""

import os
from pathlib import Path

from tests.lab.engines.engine import Engine
from tests.lab.systemd import Systemd, what_systemd_lacks

UNPACKED = Path(os.environ.get("REFUSED_LAB_DOCKER", "/var/cache/refused-lab/docker"))
"""Where the packages docker.io, containerd and runc are unpacked (`dpkg -x`); they are never installed."""
NEEDED = ("usr/bin/docker", "usr/sbin/dockerd", "usr/sbin/docker-proxy", "usr/bin/containerd", "usr/sbin/runc")

_PREPARE = f"""
set -e
mount -o remount,rw /sys
sysctl -qw net.ipv4.ip_forward=1
for program in {UNPACKED}/usr/*bin/*; do ln -sf "$program" /usr/bin/; done
for folder in /var/lib/docker /var/lib/containerd /var/lib/containers; do mkdir -p $folder; mount -t tmpfs tmpfs $folder; done
getent group docker >/dev/null || echo docker:x:994: >> /etc/group
"""
_CONTAINERD = "[Service]\nExecStart=/usr/bin/containerd --log-level error\nDelegate=yes\nKillMode=process\n"
_DOCKER = """
[Unit]
After=containerd.service
Requires=containerd.service
[Service]
Type=notify
ExecStart=/usr/bin/dockerd -H unix:///run/docker.sock --containerd=/run/containerd/containerd.sock --log-level error \\
  --storage-driver=vfs --exec-opt native.cgroupdriver=cgroupfs
Delegate=yes
KillMode=process
"""
# Overlayfs can't be stacked on the machine's own root, which is one; the machine has no systemd cgroup manager for others.


def what_docker_lacks() -> str | None:
    """Why no Docker can be started here, or None."""
    missing = [name for name in NEEDED if not (UNPACKED / name).exists()]
    if missing:
        return f"Docker needs docker.io, containerd and runc unpacked in {UNPACKED} (.ci/run does it): no {', '.join(missing)}"
    return what_systemd_lacks()


def docker(machine: Systemd) -> Engine:
    """Start Docker in a lab machine; it is up when this returns."""
    machine.run("sh", "-c", _PREPARE)
    machine.units(containerd_service=_CONTAINERD, docker_service=_DOCKER)
    machine.run("systemctl", "start", "docker.service")
    return Engine(machine, "docker")
