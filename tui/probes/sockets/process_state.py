"""One process over a moment: whether it runs, who stops it, how busy it is, how near to its descriptor limit.

Law: no debugger is attached and nothing is sent; what may not be read is None. State, times and limits can be read for
every process; others' number of descriptors since Linux 6.2 (the size of /proc/PID/fd), before that only one's own.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from time import monotonic

from msgspec import Struct

from tui.model.facts import AnyFact, NotObserved, ProcessState
from tui.model.numbers import decimal_number
from tui.model.requests import ExamineProcess
from tui.model.safe_text import safe_name, safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.sockets.cgroups import group_path, unit_of
from tui.probes.sockets.process import read_birth, read_machine_start, read_process
from tui.probes.sockets.process_files import (
    STATE_WORDS,
    Stat,
    busy_percent,
    freezer_files,
    read_stat,
    soft_limit,
    stopper,
    tracer_pid,
)

READINGS = 4
READ_EVERY_S = 0.1
"""Four readings over 0.3 s: the kernel counts processor time in hundredths of a second, so this is exact to some 3 percent."""
MOST_DESCRIPTORS = 200_000
"""Counted one by one, in some 0.1 s; beyond that the size of the directory is used, which the kernel has since 6.2."""
GROUPS = Path("/sys/fs/cgroup")


class _Details(Struct, frozen=True, kw_only=True):
    """What needs to be read only once."""

    name: str
    status: str
    limits: str
    cgroup: str
    frozen_group: str | None
    tracer: str | None
    descriptors: int | None
    descriptors_listed: bool
    waits_in: str | None
    started: float | None


async def check(request: ExamineProcess, system: SystemView, groups: Path = GROUPS) -> AsyncGenerator[AnyFact, None]:
    """Yield the ProcessState; or that the process is not there."""
    at, began = now(), monotonic()
    readings: list[tuple[float, Stat]] = []
    for turn in range(READINGS):
        if turn:
            await asyncio.sleep(READ_EVERY_S)
        stat = await in_thread(_stat, system.proc, request.pid)
        if stat is None:
            break
        readings.append((monotonic() - began, stat))
    if not readings:
        yield NotObserved(request=request, reason=f"There is no process {request.pid}, or it may not be seen.")
        return
    details = await in_thread(_details, system.proc, request.pid, groups)
    yield _fact(request.pid, at, readings, details)


def _fact(pid: int, at: str, readings: list[tuple[float, Stat]], details: _Details) -> ProcessState:
    (first_at, first), (last_at, last) = readings[0], readings[-1]
    return ProcessState(
        at=at,
        command=f"cat /proc/{pid}/stat /proc/{pid}/status /proc/{pid}/limits; ls /proc/{pid}/fd | wc -l",
        pid=pid,
        name=details.name,
        state=last.state,
        state_words=STATE_WORDS.get(last.state, ""),
        states=tuple(stat.state for _, stat in readings),
        stopper=stopper(last.state, tracer_pid(details.status), details.frozen_group),
        tracer=details.tracer,
        frozen_group=details.frozen_group,
        busy_percent=busy_percent(first, last, last_at - first_at, os.sysconf("SC_CLK_TCK")),
        threads=last.threads,
        descriptors=details.descriptors,
        descriptors_listed=details.descriptors_listed,
        descriptor_limit=soft_limit(details.limits),
        waits_in=details.waits_in,
        unit=unit_of(group_path(details.cgroup)),
        started=details.started,
    )


def _stat(proc: Path, pid: int) -> Stat | None:
    return read_stat(text_of(proc / str(pid) / "stat"))


def _details(proc: Path, pid: int, groups: Path) -> _Details:
    own = proc / str(pid)
    status, cgroup = text_of(own / "status"), text_of(own / "cgroup")
    waits, limits = text_of(own / "wchan"), text_of(own / "limits")
    descriptors, listed = count_descriptors(own / "fd", soft_limit(limits))
    name, started = _name(proc, pid)
    return _Details(
        name=name,
        status=status,
        limits=limits,
        cgroup=cgroup,
        frozen_group=_frozen_group(cgroup, groups),
        tracer=_tracer(proc, tracer_pid(status)),
        descriptors=descriptors,
        descriptors_listed=listed,
        waits_in=safe_name(waits) if waits not in {"", "0"} else None,
        started=started,
    )


def _name(proc: Path, pid: int) -> tuple[str, float | None]:
    """The program's name, and when it started."""
    try:
        process = read_process(proc, pid, read_birth(proc, pid), read_machine_start(proc))
    except OSError:  # it ended meanwhile
        return "?", None
    return safe_name(process.name), process.started


def _frozen_group(cgroup: str, groups: Path) -> str | None:
    for group, path, line in freezer_files(cgroup):
        if line in text_of(Path(f"{groups}{path}")).splitlines():
            return safe_text(group)
    return None


def _tracer(proc: Path, pid: int | None) -> str | None:
    return None if pid is None else f"{_name(proc, pid)[0]}, pid {pid}"


def count_descriptors(folder: Path, limit: int | None = None) -> tuple[int | None, bool]:
    """How many descriptors are open, by /proc/PID/fd (below `limit`, if listed), and whether they were listed. Blocks.

    None where this user may not know.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(MOST_DESCRIPTORS), entries, strict=False)]
    except OSError:
        names = []
    if 0 < len(names) < MOST_DESCRIPTORS:
        return sum(limit is None or (decimal_number(name) or 0) < limit for name in names), True
    try:
        return folder.stat().st_size or None, False
    except OSError:
        return None, False
