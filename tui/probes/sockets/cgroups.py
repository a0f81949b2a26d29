"""From a control group to its systemd unit or container.

Law: only names that a manager writes by its own convention are read; a login session's scope is not a unit that
anybody would restart. Sources: cgroups(7), systemd.unit(5); the scope names of Docker, Podman, containerd, CRI-O, LXC and nspawn.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from tui.model.safe_text import safe_text

ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
"""Where version 2 is mounted: alone, or beside version 1."""
MOST_GROUPS = 5000
"""Directories read in one search; a busy Kubernetes node has a few hundred."""
_UNIT = re.compile(r"(?!user@\d+\.service$).+\.(service|socket)")
_BY_ID = re.compile(
    r"(?:docker-|libpod-|cri-containerd-|crio-|containerd-)?(?P<id>[0-9a-f]{64})(?:\.scope)?"
    r"|(?:lxc\.payload\.|machine-|libvirt-lxc-)(?P<name>[^/]+?)(?:\.scope)?"
)
_PARTS = re.compile("[/:]")  # containerd without systemd writes SLICE:cri-containerd:ID
_SHORT_ID = 12  # the length in which docker and podman print an id
_ENGINES = (
    ("docker-", "docker"),
    ("docker", "docker"),
    ("libpod-", "podman"),
    ("libpod_parent", "podman"),
    ("cri-containerd-", "containerd"),
    ("cri-containerd", "containerd"),
    ("containerd-", "containerd"),
    ("crio-", "cri-o"),
    ("lxc.payload", "lxc"),
    ("machine-", "nspawn"),
)
"""How the engines begin the names of their control groups, or of the one above (without systemd)."""
_REMEMBERED: dict[int, str | None] = {}
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")


def group_path(text: str) -> str:
    """The control group in the text of /proc/PID/cgroup: version 2's, or systemd's own of version 1 where that says more."""
    paths = dict(line.split(":", 2)[1:] for line in text.splitlines() if line.count(":") > 1)
    return max((paths.get("", "/"), paths.get("name=systemd", "/")), key=len)


def unit_of(path: str) -> str | None:
    """The innermost service (or, for a socket that no service has taken yet, socket unit) in a control group's path."""
    return next((safe_text(part) for part in reversed(path.split("/")) if _UNIT.fullmatch(part)), None)


def container_of(path: str) -> str | None:
    """The innermost container in a control group's path: its short id, or its name where the path has that."""
    for part in reversed(_PARTS.split(path)):
        match = _BY_ID.fullmatch(part)
        if match:
            return match["id"][:_SHORT_ID] if match["id"] else safe_text(_ESCAPED.sub(_unescaped, match["name"]))
    return None


def engine_of(path: str) -> str | None:
    """The engine that made the innermost container in a control group's path; `unknown` where its name does not show it."""
    for part in reversed(_PARTS.split(path)):
        if _BY_ID.fullmatch(part):
            named = (engine for mark, engine in _ENGINES if part.startswith(mark) or f"/{mark}/{part}" in path)
            return next(named, "unknown")
    return None


def remembered_paths(ids: set[int], *, search: bool) -> dict[int, str]:
    """As `paths_of`, but each id is searched for only once, as the kernel uses none again; without `search`, never."""
    new = ids - _REMEMBERED.keys()
    if new and search:
        if len(_REMEMBERED) > MOST_GROUPS:
            _REMEMBERED.clear()
        _REMEMBERED.update(dict.fromkeys(new) | paths_of(new))
    return {number: path for number in ids if (path := _REMEMBERED.get(number))}


def paths_of(ids: Iterable[int], roots: tuple[Path, ...] = ROOTS) -> dict[int, str]:
    """The paths of control groups of version 2 by their id, which is the inode of their directory.

    Readable without privilege, so a socket's unit can be named where its process cannot. Blocks.
    """
    wanted = set(ids)
    paths: dict[int, str] = {}
    for root in roots:
        left = [str(root)]
        for _ in range(MOST_GROUPS):
            if not left or not wanted:
                break
            try:
                with os.scandir(left.pop()) as entries:
                    for entry in entries:
                        if not entry.is_dir(follow_symlinks=False):
                            continue
                        left.append(entry.path)
                        if entry.inode() in wanted:
                            wanted.discard(entry.inode())
                            paths[entry.inode()] = "/" + os.path.relpath(entry.path, root)
            except OSError:  # removed meanwhile, or not readable for us
                continue
    return paths


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
