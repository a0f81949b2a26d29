"""Answers FindForwarders: the programs of this network namespace whose arguments lead the port elsewhere.

Law: command lines may be read by every user (proc_pid_cmdline(5)), so a forwarder shows without privilege even where its
sockets do not; only programs of this very namespace count.
"""

import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from tui.model.facts import AnyFact, Forwarder, Forwarders
from tui.model.requests import FindForwarders
from tui.model.safe_text import safe_line
from tui.probes.forwarders.arguments import Forwarding, forwardings, is_forwarder
from tui.probes.forwarders.haproxy import forwardings_in
from tui.probes.kernel.clock import now
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import bytes_of, text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.namespaces.net_namespaces import process_ids, same_network
from tui.probes.sockets.cgroups import group_path, unit_of
from tui.probes.sockets.command_line import shown_command
from tui.probes.sockets.process import read_parent

LONGEST_WALK_S = 2.0
"""One small file for each process; ten thousand take some tenths of a second."""
MOST_FORWARDERS = 16
"""Of one port; docker has two, one for each family."""
_ARGUMENT_BYTES = 65536
_CONFIGURATION_BYTES = 2_000_000


async def check(request: FindForwarders, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Forwarders; what may not be read is left out."""
    yield await in_thread(_fact, request, system)


def _fact(request: FindForwarders, system: SystemView) -> Forwarders:
    listed = tuple(_forwarders(request, system.proc))[:MOST_FORWARDERS]
    return Forwarders(
        at=now(), command=f"sudo ss -Hltnp sport = :{request.port}; ps -eo pid,args", port=request.port, forwarders=listed
    )


def _forwarders(request: FindForwarders, proc: Path) -> Iterator[Forwarder]:
    """The forwarders of the port, the holder of the port first."""
    end = time.monotonic() + LONGEST_WALK_S
    pids = process_ids(proc)
    for pid in sorted(pids, key=lambda pid: pid != request.pid):
        if time.monotonic() > end:
            return
        words = _arguments(proc, pid)
        program = words[0].rpartition("/")[2] if words else ""
        if is_forwarder(program) and same_network(proc, pid) and (pid == request.pid or not _is_forked(proc, pid, words)):
            yield from _of_process(request, proc, pid, program, words)


def _is_forked(proc: Path, pid: int, words: list[str]) -> bool:
    """Whether it is a child for one connection, or a worker, of a process with the same arguments."""
    try:
        return _arguments(proc, read_parent(proc, pid)) == words
    except OSError:  # gone, or hidden
        return False


def _of_process(request: FindForwarders, proc: Path, pid: int, program: str, words: list[str]) -> Iterator[Forwarder]:
    holds = pid == request.pid
    sourced = [("its arguments", forwarding) for forwarding in forwardings(program, words[1:])]
    sourced += _configured(proc, pid, program, words)
    fitting = [
        (source, forwarding)
        for source, forwarding in sourced
        if forwarding.port == request.port or (holds and forwarding.port is None)
    ]
    for source, forwarding in fitting or ([("", Forwarding())] if holds else []):
        yield Forwarder(
            program=program,
            pid=pid,
            command=shown_command(words),
            listens_on=_safe(forwarding.address),
            leads_to=tuple((_safe(host), number) for host, number in forwarding.leads_to),
            via=_safe(forwarding.via),
            container=_safe(forwarding.container),
            source=source,
            unit=unit_of(group_path(text_of(proc / str(pid) / "cgroup"))),
        )


def _configured(proc: Path, pid: int, program: str, words: list[str]) -> list[tuple[str, Forwarding]]:
    """What haproxy's configuration says, with its path; other programs have theirs in their arguments."""
    if program != "haproxy":
        return []
    paths = [value for option, value in zip(words, [*words[1:], ""], strict=True) if option in {"-f", "--"}]
    return [
        (safe_line(path), forwarding)
        for path in paths
        if path.startswith("/")
        for forwarding in forwardings_in(
            text_of(proc / str(pid) / "root" / path.lstrip("/"), _CONFIGURATION_BYTES)
            or text_of(Path(path), _CONFIGURATION_BYTES)
        )
    ]


def _arguments(proc: Path, pid: int) -> list[str]:
    line = bytes_of(proc / str(pid) / "cmdline", _ARGUMENT_BYTES)
    return line.rstrip(b"\0 ").decode(errors="backslashreplace").split("\0") if line else []


def _safe(text: str | None) -> str | None:
    return None if text is None else safe_line(text)
