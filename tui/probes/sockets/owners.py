"""Who holds a socket: a search through /proc/*/fd that stops when all are found, and a memory of what it found.

Law: an owner is named only while its descriptor still is that socket, in that run of that program. Everything
here blocks; it belongs in a thread. Of several holders the lowest process id is named, and process 1 only
where it is the only one: it holds the sockets of services that it starts on demand.
"""

import os
import time
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import Listener
from tui.probes.sockets.process import Birth, Process, read_birth, read_machine_start, read_process

MOST_REMEMBERED = 10_000
"""Sockets; several times what any list shows."""
LONGEST_SEARCH_S = 3.0
"""A machine with a million descriptors takes longer; what is not found by then counts as hidden."""
HIDDEN_FOR_S = 10.0
"""A socket whose owner may not be seen is searched for again only after this time."""
_LOW_DESCRIPTORS = 128
"""A server opens its listening sockets before it accepts, so they are among its first descriptors."""
_SOCKET = "socket:["


def with_owner(listener: Listener, owner: Process | None) -> Listener:
    """The row with the process that holds its socket; unchanged where that is not known."""
    if owner is None:
        return listener
    return replace(
        listener,
        pid=owner.pid,
        process=owner.name,
        command=owner.command,
        executable=owner.executable,
        unit=owner.unit,
        container=owner.container,
        started=owner.started,
    )


class _Holding(Struct, frozen=True):
    """Which descriptor of which run of a program a socket is."""

    pid: int
    descriptor: str
    birth: Birth
    process: Process


class Owners:
    """The owners of sockets, by the sockets' inodes, in the processes under one /proc."""

    def __init__(self, proc: Path) -> None:
        self._proc = proc
        self._holdings: dict[int, _Holding] = {}
        self._hidden: dict[int, float] = {}
        self._machine_start: float | None = None  # read once: it moves a little, and a process must not seem restarted

    def known(self, inodes: Iterable[int]) -> dict[int, Process]:
        """Of `inodes` those whose remembered owner still holds them: one reading for each, no search."""
        births: dict[int, Birth | None] = {}
        processes: dict[int, Process] = {}
        for inode in inodes:
            holding = self._holdings.get(inode)
            if holding is None:
                continue
            if self._still(holding, inode, births):
                processes[inode] = holding.process
            else:
                self._holdings.pop(inode, None)
        return processes

    def unsearched(self, inodes: Iterable[int]) -> set[int]:
        """Of `inodes` those that were not searched for lately."""
        now = time.monotonic()
        return {
            inode
            for inode in inodes
            if inode not in self._holdings and now - self._hidden.get(inode, -HIDDEN_FOR_S) >= HIDDEN_FOR_S
        }

    def search(self, inodes: Collection[int]) -> dict[int, Process]:
        """The owners of those `inodes` that can be found within `LONGEST_SEARCH_S`."""
        held = _Search(self._proc, set(inodes)).run()
        births: dict[int, tuple[Birth, Process] | None] = {}
        self._machine_start = self._machine_start or read_machine_start(self._proc)
        processes: dict[int, Process] = {}
        for inode, (pid, descriptor) in held.items():
            if pid not in births:
                births[pid] = self._introduced(pid)
            introduced = births[pid]
            if introduced:
                birth, processes[inode] = introduced
                self._holdings[inode] = _Holding(pid, descriptor, birth, processes[inode])
        now = time.monotonic()
        self._hidden |= {inode: now for inode in inodes if inode not in processes}
        _forget(self._holdings)
        _forget(self._hidden)
        return processes

    def _still(self, holding: _Holding, inode: int, births: dict[int, Birth | None]) -> bool:
        if _target(f"{self._proc}/{holding.pid}/fd/{holding.descriptor}") != f"{_SOCKET}{inode}]":
            return False
        if holding.pid not in births:
            births[holding.pid] = self._birth(holding.pid)
        return births[holding.pid] == holding.birth

    def _birth(self, pid: int) -> Birth | None:
        try:
            return read_birth(self._proc, pid)
        except OSError:
            return None

    def _introduced(self, pid: int) -> tuple[Birth, Process] | None:
        birth = self._birth(pid)
        return (birth, read_process(self._proc, pid, birth, self._machine_start)) if birth else None


@lru_cache(maxsize=4)
def owners_under(proc: Path) -> Owners:
    """The memory for one /proc, shared by all checks of this process."""
    return Owners(proc)


class _Search:
    """One walk: the low descriptors of every process first, then the rest of those that have more."""

    def __init__(self, proc: Path, wanted: set[int]) -> None:
        self._proc = proc
        self._wanted = {f"{_SOCKET}{inode}]": inode for inode in wanted}
        self._found: dict[int, tuple[int, str]] = {}
        self._end = time.monotonic() + LONGEST_SEARCH_S

    def run(self) -> dict[int, tuple[int, str]]:
        """Process id and descriptor by inode."""
        larger = [pid for pid in self._processes() if self._walk(pid, 0, _LOW_DESCRIPTORS)]
        for pid in larger:
            self._walk(pid, _LOW_DESCRIPTORS, None)
        return self._found

    def _processes(self) -> list[int]:
        try:
            with os.scandir(self._proc) as entries:
                pids = sorted(int(entry.name) for entry in entries if entry.name.isascii() and entry.name.isdigit())
        except OSError:
            return []
        return [*(pid for pid in pids if pid != 1), *(pid for pid in pids if pid == 1)]

    def _walk(self, pid: int, start: int, stop: int | None) -> bool:
        """Look at a process's descriptors from `start` on; whether there are more after `stop`."""
        try:
            with os.scandir(f"{self._proc}/{pid}/fd") as descriptors:
                for descriptor in islice(descriptors, start, stop):
                    if self._done:
                        return False
                    inode = self._wanted.pop(_target(descriptor.path), None)
                    if inode is not None:
                        self._found[inode] = pid, descriptor.name
                return next(descriptors, None) is not None
        except OSError:  # not readable for us, or gone
            return False

    @property
    def _done(self) -> bool:
        return not self._wanted or time.monotonic() > self._end


def _target(link: str) -> str:
    """What a descriptor leads to; empty where it was closed meanwhile."""
    try:
        return os.readlink(link)  # noqa: PTH115 -- tens of thousands of times in a search: a Path costs more than the call
    except OSError:
        return ""


def _forget(memory: dict[int, _Holding] | dict[int, float]) -> None:
    """Drop the oldest beyond the bound."""
    for inode in list(islice(memory, max(0, len(memory) - MOST_REMEMBERED))):
        memory.pop(inode, None)
