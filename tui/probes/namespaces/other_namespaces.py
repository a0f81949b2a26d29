"""Who listens in the other network namespaces of this machine, and which containers its engines know.

Law: both are looked for at the same time; what one of them does not tell stays out, and nothing is joined by guess: a
namespace is a container's where its first process is in the container's control group, or is the engine's own process.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from pathlib import Path
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import AnyFact, Container, Engine, Listener, Namespace, NotObserved, OtherNamespaces
from tui.model.requests import ListOtherNamespaces
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.namespaces import engines
from tui.probes.namespaces.net_namespaces import FoundNamespace, Survey, survey
from tui.probes.sockets.cgroups import container_of, engine_of, group_path
from tui.probes.sockets.owners import owners_under
from tui.probes.sockets.process import Process, read_birth, read_process, user_name

BY_HAND = "sudo lsns -t net; docker ps -a; sudo ip -all netns exec ss -ltnp"
_MARKS = ((".dockerenv", "docker"), ("run/.containerenv", "podman"))
"""Files that an engine puts into each of its containers."""


class _Namespaces(Struct, frozen=True):
    """The survey with the processes that it led to."""

    survey: Survey
    owners: dict[int, Process]
    homes: dict[int, Process]
    """The first process of each namespace, by its id."""
    users: dict[int, str | None]
    inside: str | None


async def check(request: ListOtherNamespaces, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield what is seen of both, and why an engine could not be asked."""
    at = now()
    seen, told = await asyncio.gather(in_thread(_survey, system), engines.ask(system.environ))
    containers = told.containers
    yield OtherNamespaces(
        at=at,
        command=BY_HAND,
        namespaces=tuple(_namespace(one, seen, containers) for one in _in_order(seen.survey.found, request.port)),
        containers=containers,
        hidden=seen.survey.hidden,
        initial=seen.survey.initial,
        inside=seen.inside,
    )
    for problem in told.problems:
        yield NotObserved(
            at=at, request=request, reason=problem, remedy="Run as root, or as a user who may ask that engine.", command=BY_HAND
        )


def container_inside(environ: Mapping[str, str], group: str, root: Path) -> str | None:
    """The container that a process with this environment, control group and root directory runs in.

    Told by the control group, an engine's mark, or the variable `container`.
    """
    known = container_of(group)
    if known:
        return known
    engine = next((engine for mark, engine in _MARKS if _exists(root / mark)), None)
    return engine or safe_text(environ.get("container", ""), limit=80) or None


def _survey(system: SystemView) -> _Namespaces:
    """All that blocks: the namespaces, the owners of their sockets, their first processes."""
    proc = system.proc
    found = survey(proc)
    rows = [row for one in found.found for row in one.tables.listeners]
    owners = owners_under(proc)
    inodes = {row.inode for row in rows if row.inode}
    held = owners.known(inodes)
    held |= owners.search(owners.unsearched(inodes - held.keys()))
    pids = {one.pid for one in found.found if one.pid}
    homes = {pid: process for pid in pids if (process := _process(proc, pid))}
    return _Namespaces(
        found,
        held,
        homes,
        {row.uid: user_name(row.uid) for row in rows if row.uid is not None},
        container_inside(system.variables, group_path(text_of(system.own_process / "cgroup")), system.root),
    )


def _in_order(found: Iterable[FoundNamespace], port: int) -> list[FoundNamespace]:
    """Those that have the wanted port first."""
    return sorted(found, key=lambda one: all(row.port != port for row in one.tables.listeners))


def _namespace(found: FoundNamespace, seen: _Namespaces, containers: tuple[Container, ...]) -> Namespace:
    home = seen.homes.get(found.pid or 0)
    container = _container(found, containers)
    return Namespace(
        inode=found.inode,
        name=found.name,
        pid=found.pid,
        process=home.name if home else None,
        container=container,
        addresses=found.tables.addresses,
        listeners=tuple(_owned(row, seen, container) for row in found.tables.listeners),
        linked=found.linked,
        born_here=found.born_here,
        initial=found.initial,
    )


def _container(found: FoundNamespace, containers: tuple[Container, ...]) -> Container | None:
    """The container by the namespace's control group, or by the engine's process; with what the engine tells of it."""
    identity = container_of(found.group)
    for one in containers:
        if (identity and identity in {one.id, one.name}) or (found.pid and one.pid == found.pid):
            return replace(one, pid=one.pid or found.pid)
    if not identity:
        return None
    told = engine_of(found.group)
    engine: Engine = next((one for one in get_args(Engine) if one == told), "unknown")
    return Container(engine=engine, id=identity, pid=found.pid)


def _owned(row: Listener, seen: _Namespaces, container: Container | None) -> Listener:
    owner = seen.owners.get(row.inode or 0)
    row = replace(row, user=seen.users.get(row.uid) if row.uid is not None else None, container=container and container.label)
    if owner is None:
        return row
    return replace(row, pid=owner.pid, process=owner.name, command=owner.command, unit=owner.unit, started=owner.started)


def _process(proc: Path, pid: int) -> Process | None:
    try:
        return read_process(proc, pid, read_birth(proc, pid), None)
    except OSError:
        return None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a directory on the way may not be searched
        return False
