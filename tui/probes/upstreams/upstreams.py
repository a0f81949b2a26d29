"""Answers FindUpstreams: reads the ends of the logs that a proxy writes to, and its configuration.

Law: nothing is asked of the proxy itself, and no program of it is run: `nginx -T` opens its logs for writing. Its logs are those
that the process holds open for writing, wherever they are, so no path is guessed; another user's are read by root alone.
Sources: proc_pid_fd(5), proc_pid_fdinfo(5).
"""

import os
import re
import stat
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from pathlib import Path

from tui.model.command_line import quoted
from tui.model.facts import AnyFact, NotObserved, Upstream, Upstreams
from tui.model.requests import FindUpstreams
from tui.model.safe_text import safe_line
from tui.probes.kernel.clock import now
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import opened, text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.namespaces.net_namespaces import process_ids, same_network
from tui.probes.services.logs import journal_lines
from tui.probes.services.machine import Here
from tui.probes.upstreams.configuration import configured, is_read
from tui.probes.upstreams.log_lines import failure_in

LONGEST_WALK_S = 2.0
"""One small file for each process; ten thousand take some tenths of a second."""
TAIL_BYTES = 32_768
"""Read from the end of each log: some hundred lines, and it was written to a moment ago."""
MOST_LOGS = 8
MOST_DESCRIPTORS = 4096
"""A busy proxy holds one for each connection; its logs are among the first."""
MOST_LINES = 60
LONGEST_READ = 2000
"""Characters of a line: nginx names the upstream behind the request, which may be long."""
MOST_FAILURES = 20
_GONE = " (deleted)"
_FLAGS = re.compile(r"^flags:\s+0?([0-7]{1,12})$", re.MULTILINE)


async def check(request: FindUpstreams, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Upstreams, and why the logs may not be looked at."""
    logs: list[tuple[str, Path]] | None = None
    pid, leading = await in_thread(_leading, system.proc, request)
    if request.pid is not None:
        with suppress(OSError):
            logs = await in_thread(_logs, system.proc / str(request.pid))
    if logs is None:
        yield NotObserved(
            request=request,
            reason="What the proxy on that port writes its log to may not be seen by this user.",
            remedy="Run as root, or as the user of that process.",
        )
    if pid is None or (logs is None and not leading):
        return
    files = await in_thread(_failures, logs or [])
    journal, was_read = await _journal(request, system)
    name = text_of(system.proc / str(pid) / "comm").strip()
    yield Upstreams(
        at=now(),
        command=f"tail -n 20 {' '.join(quoted(path) for path, _ in logs)}" if logs else "",
        port=request.port,
        program=safe_line(name) or "?",
        pid=pid,
        logs=(*(safe_line(path) for path, _ in logs or ()), *(("journal",) if was_read else ())),
        logged=tuple(sorted((*files, *journal), key=lambda each: each.at or 0.0)[-MOST_FAILURES:]),
        configured=leading,
    )


def _leading(proc: Path, request: FindUpstreams) -> tuple[int | None, tuple[Upstream, ...]]:
    """The proxy, and where its settings lead the request.

    Where nobody may see who holds the port, it is the first process of this network whose settings lead it on: command lines
    are for all to read (proc_pid_cmdline(5)).
    """
    if request.pid is not None:
        return request.pid, configured(proc / str(request.pid), request)
    end = time.monotonic() + LONGEST_WALK_S
    for pid in process_ids(proc):
        if time.monotonic() > end:
            break
        if is_read(proc / str(pid)) and same_network(proc, pid):
            leading = configured(proc / str(pid), request)
            if leading:
                return pid, leading
    return None, ()


def _logs(process: Path) -> list[tuple[str, Path]]:
    """The regular files that a process holds open for writing alone: the path that it opened, and where it is read.

    Raises OSError where its descriptors may not be listed.
    """
    logs: dict[str, Path] = {}
    for link in sorted((process / "fd").iterdir(), key=lambda path: (len(path.name), path.name))[:MOST_DESCRIPTORS]:
        flags = _FLAGS.search(text_of(process / "fdinfo" / link.name, 4096))
        try:
            if flags and int(flags[1], 8) & os.O_ACCMODE == os.O_WRONLY and stat.S_ISREG(link.stat().st_mode):
                path = str(link.readlink())
                if not path.endswith(_GONE):
                    logs.setdefault(path, link)
        except OSError:  # closed meanwhile
            continue
        if len(logs) == MOST_LOGS:
            break
    return list(logs.items())


def _failures(logs: list[tuple[str, Path]]) -> list[Upstream]:
    return [failure for path, link in logs for failure in _in_file(safe_line(path), link)]


def _in_file(path: str, link: Path) -> Iterator[Upstream]:
    for line in _tail(link).decode(errors="backslashreplace").splitlines()[-MOST_LINES:]:
        failure = failure_in(line[:LONGEST_READ], path)
        if failure:
            yield failure


def _tail(path: Path) -> bytes:
    """The end of a file; empty where it may not be read."""
    try:
        with opened(path) as file:
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL_BYTES, 0))
            return file.read(TAIL_BYTES)
    except OSError:
        return b""


async def _journal(request: FindUpstreams, system: SystemView) -> tuple[list[Upstream], bool]:
    """Failures in the journal of the proxy's unit, and whether it could be read."""
    if request.unit is None or not system.has_systemd:
        return [], False
    (done,) = await Here(system).run(("journalctl", "-o", "json", "-n", str(MOST_LINES), "--no-pager", "-u", request.unit))
    lines = journal_lines(done.output, longest=LONGEST_READ) if done else []
    failures = [failure_in(line.text, "journal", line.at) for line, _ in lines if line.where == "journal"]
    return [failure for failure in failures if failure], bool(lines)
