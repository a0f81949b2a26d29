"""Prints, as JSON, all that could have changed on a pristine machine: files, processes, and what its kernel holds.

The argument is the directory in which its root directory was put together, as it is seen there.
"""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_COMMANDS = {
    "routes": "ip route show table all; ip -6 route show table all",
    "learnt routes": "ip -4 -o route show cache; ip -6 -o route show cache",
    "policy rules": "ip rule; ip -6 rule",
    "links and addresses": "ip -o link; ip -o address",
    "neighbours": "ip -o neighbour",
    "TCP metrics": "ip -o tcp_metrics",
    "tracked connections": "conntrack -L",
    "filter rules": "nft -s list ruleset; iptables-save | grep -v '^#'; ip6tables-save | grep -v '^#'",
    "traffic control": "tc qdisc; tc filter show dev lo",
}
_PASSES = re.compile(r" (?:expires|age|valid_lft|preferred_lft) \S+|\[\d+:\d+\]| used \S+")
_COUNTS = frozenset({"ns_last_pid", "nf_conntrack_count"})
"""Settings that the kernel itself moves."""


def main(base: Path) -> None:
    """Print what is there."""
    proc = Path("/proc")
    json.dump({"files": sorted(_files(base)), "processes": sorted(_processes(proc)), **_kernel(proc)}, sys.stdout)


def _files(base: Path) -> Iterator[str]:
    """What was written above the real root directory, and below the directories that have a file system of their own."""
    for top in (base / "written", Path("/run"), Path("/dev/shm")):  # noqa: S108 -- looked at, not used
        for path in top.rglob("*"):
            entry = path.lstat()
            # A directory's time changes with what is in it, which is listed itself.
            told = "" if stat.S_ISDIR(entry.st_mode) else f" {entry.st_size} bytes, {entry.st_mtime_ns}"
            shown = f"/{path.relative_to(top)}" if top == base / "written" else path
            yield f"{shown} {stat.filemode(entry.st_mode)} {entry.st_uid}:{entry.st_gid}{told}"


def _processes(proc: Path) -> Iterator[str]:
    """The processes but process 1 and this one."""
    own = (proc / "self").readlink().name
    for path in proc.glob("[0-9]*"):
        if path.name not in {"1", own}:
            yield _text(path / "cmdline").replace("\0", " ") or path.name


def _kernel(proc: Path) -> dict[str, list[str]]:
    """Settings, modules, and what the tools of the kernel list."""
    found = {"settings": sorted(_settings(proc / "sys")), "modules": _text(proc / "modules").splitlines()}
    for name, command in _COMMANDS.items():
        printed = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False).stdout
        found[name] = sorted({_PASSES.sub("", line).strip() for line in printed.splitlines() if line.strip()})
    return found


def _settings(folder: Path) -> Iterator[str]:
    """Every kernel parameter that can be written, with its value (proc_sys(5))."""
    for path in folder.rglob("*"):
        if path.name not in _COUNTS and path.is_file() and path.stat().st_mode & stat.S_IWUSR:
            yield f"{path.relative_to(folder)} = {_text(path)}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # some can only be written
        return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
