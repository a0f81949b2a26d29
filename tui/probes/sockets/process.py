"""One process as /proc has it: name, command line, unit, container, start.

Law: whatever may not be read is None; only a process that is gone is an error. Source: proc_pid_stat(5).
"""

import os
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from tui.model.safe_text import safe_text
from tui.probes.sockets.cgroups import container_of, group_path, unit_of
from tui.probes.sockets.command_line import shown_command

_START_FIELD = 19  # starttime is field 22; the fields after the name start with field 3
_PARENT_FIELD = 1
MOST_USERS = 512
"""Names remembered; with more users than that at once, some are asked for again."""
_USERS: dict[int, str | None] = {}
_ARGUMENT_BYTES = 65536
"""Of a command line, enough to find its script; the kernel allows megabytes."""


class Birth(Struct, frozen=True):
    """What distinguishes one run of a program from the next under the same process id."""

    comm: str
    ticks: int
    """The start, in clock ticks after the machine's own."""


class Process(Struct, frozen=True, kw_only=True):
    """A process that holds a socket."""

    pid: int
    name: str
    """As ps and ss call it (proc_pid_comm(5))."""
    executable: str | None = None
    command: str | None
    unit: str | None
    container: str | None
    started: float | None
    """Seconds since the epoch."""


def read_birth(proc: Path, pid: int) -> Birth:
    """Name and start of a process. Raises OSError where it is gone or hidden."""
    head, _, rest = _read(f"{proc}/{pid}/stat", 4096).rpartition(b")")
    fields = rest.split()
    if len(fields) <= _START_FIELD:
        raise ProcessLookupError(f"no process {pid}")
    return Birth(head.partition(b"(")[2].decode(errors="backslashreplace"), int(fields[_START_FIELD]))


def read_parent(proc: Path, pid: int) -> int:
    """The process id of a process's parent. Raises OSError where the process is gone or hidden."""
    fields = _read(f"{proc}/{pid}/stat", 4096).rpartition(b")")[2].split()
    if len(fields) <= _PARENT_FIELD:
        raise ProcessLookupError(f"no process {pid}")
    return int(fields[_PARENT_FIELD])


def read_machine_start(proc: Path) -> float | None:
    """When the machine started, in seconds since the epoch; it moves when the clock is set."""
    for line in _read_or_nothing(f"{proc}/stat").splitlines():
        if line.startswith(b"btime "):
            return float(line.split()[1])
    return None


def read_process(proc: Path, pid: int, birth: Birth, machine_start: float | None) -> Process:
    """All that may be known of a process whose `birth` was just read."""
    arguments = _arguments(_read_or_nothing(f"{proc}/{pid}/cmdline"))
    group = group_path(_read_or_nothing(f"{proc}/{pid}/cgroup").decode(errors="backslashreplace"))
    return Process(
        pid=pid,
        name=safe_text(birth.comm, limit=80),
        executable=safe_text(_executable(f"{proc}/{pid}/exe"), limit=400) or None,
        command=shown_command(arguments) or None,
        unit=unit_of(group),
        container=container_of(group),
        started=machine_start + birth.ticks / os.sysconf("SC_CLK_TCK") if machine_start else None,
    )


def user_name(uid: int, *, search: bool = True) -> str | None:
    """The user's name on this machine, or None; without `search`, only if it was asked for before.

    Blocks where users come from a directory service.
    """
    import pwd

    if uid not in _USERS and search:
        if len(_USERS) > MOST_USERS:
            _USERS.clear()
        try:
            _USERS[uid] = safe_text(pwd.getpwuid(uid).pw_name)
        except KeyError:
            _USERS[uid] = None
    return _USERS.get(uid)


@lru_cache(maxsize=MOST_USERS)
def group_name(gid: int) -> str | None:
    """The group's name on this machine, or None. Blocks where groups come from a directory service."""
    import grp

    try:
        return safe_text(grp.getgrgid(gid).gr_name)
    except KeyError:
        return None


def _arguments(line: bytes) -> list[str]:
    return line.rstrip(b"\0 ").decode(errors="backslashreplace").split("\0") if line else []


def _executable(link: str) -> str:
    try:
        return str(Path(link).readlink())
    except OSError:
        return ""


def _read_or_nothing(path: str) -> bytes:
    try:
        return _read(path, _ARGUMENT_BYTES)
    except OSError:
        return b""


def _read(path: str, most: int) -> bytes:
    """Up to `most` bytes of a file; without the buffers of `open`, as this runs for each process each second."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, most)
    finally:
        os.close(descriptor)
