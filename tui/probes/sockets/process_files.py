"""What the files under /proc/PID say about a process, read as text: pure functions, for this machine and for the other end.

Law: a text that is not understood gives None, never a guess. Sources: proc_pid_stat(5), proc_pid_status(5),
proc_pid_limits(5), cgroups(7); Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/freezer-subsystem.rst.
"""

import re

from msgspec import Struct

from tui.model.facts.process import Stopper
from tui.model.numbers import decimal_number

STATE_WORDS = {
    "R": "runs",
    "S": "sleeps",
    "I": "sleeps",
    "D": "waits for a device or the kernel, uninterruptibly",
    "T": "stopped",
    "t": "stopped",
    "Z": "has ended, and its parent has not collected it",
    "X": "has ended",
}
_UTIME, _STIME = 11, 12  # fields 14 and 15; the fields after the name start with field 3
_THREADS, _START = 17, 19
_SOFT_FILES = re.compile(r"^Max open files\s+(\d{1,20})\s", re.MULTILINE)
_TRACER = re.compile(r"^TracerPid:\s*(\d{1,20})$", re.MULTILINE)


class Stat(Struct, frozen=True):
    """One reading of /proc/PID/stat."""

    name: str
    state: str
    ticks: int
    """Processor time of all its threads so far, those that have ended included."""
    threads: int
    start: int
    """Ticks after the machine's own start."""


def read_stat(text: str) -> Stat | None:
    """The fields that matter here; None where the text is not a whole line."""
    head, _, rest = text.rpartition(")")
    fields = rest.split()
    numbers = fields[_UTIME : _STIME + 1] + fields[_THREADS : _START + 1]
    if len(fields) <= _START or any(decimal_number(number.removeprefix("-")) is None for number in numbers):
        return None
    return Stat(
        name=head.partition("(")[2],
        state=fields[0],
        ticks=int(fields[_UTIME]) + int(fields[_STIME]),
        threads=int(fields[_THREADS]),
        start=int(fields[_START]),
    )


def soft_limit(limits: str) -> int | None:
    """The soft limit on open files in the text of /proc/PID/limits; None for `unlimited` or an unreadable text."""
    match = _SOFT_FILES.search(limits)
    return int(match[1]) if match else None


def tracer_pid(status: str) -> int | None:
    """The process that traces this one, by the text of /proc/PID/status; None where none does."""
    match = _TRACER.search(status)
    return int(match[1]) or None if match else None


def freezer_files(cgroup: str) -> list[tuple[str, str, str]]:
    """For the text of /proc/PID/cgroup: the group, the file that says whether it is frozen, and the line that says so.

    Paths are relative to where control groups are mounted; version 2 is mounted alone or beside version 1.
    """
    files = []
    for line in cgroup.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if ".." in path.split("/"):  # a group outside this namespace of control groups can't be read
            continue
        if number == "0":
            files += [(path, f"{mount}{path.rstrip('/')}/cgroup.events", "frozen 1") for mount in ("", "/unified")]
        elif "freezer" in controllers.split(","):
            files.append((path, f"/freezer{path.rstrip('/')}/freezer.state", "FROZEN"))
    return files


def stopper(state: str, tracer: int | None, frozen_group: str | None) -> Stopper | None:
    """What keeps a process in `state` from running; None where nothing does."""
    if frozen_group:
        return "freezer"
    if state == "t":
        return "debugger"
    if state == "T":
        return "debugger" if tracer else "signal"
    return None


def busy_percent(first: Stat, last: Stat, seconds: float, ticks_a_second: int) -> float | None:
    """The processor time between two readings, in percent of one processor; at most what its threads can use."""
    if seconds <= 0 or first.start != last.start:
        return None
    share = 100 * (last.ticks - first.ticks) / ticks_a_second / seconds
    return round(min(max(share, 0.0), 100.0 * max(last.threads, 1)), 1)
