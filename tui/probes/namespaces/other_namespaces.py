"""Who listens in the other network namespaces of this machine, and which containers its engines know.

Law: both are searched at the same time; what one of them does not show is left out, and nothing is matched by guessing: a
namespace is a container's where its first process is in the container's control group, or is the process the engine names.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from pathlib import Path
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import AnyFact, Container, Engine, Listener, Namespace, NotObserved, OtherNamespaces
from tui.model.requests import ListOtherNamespaces
from tui.model.safe_text import safe_name
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.namespaces import engines
from tui.probes.namespaces.net_namespaces import FoundNamespace, Survey, survey
from tui.probes.sockets.cgroups import container_of, engine_of, group_path
from tui.probes.sockets.owners import owners_under, with_owner
from tui.probes.sockets.process import Process, read_birth, read_process, user_name

COMMAND = "sudo lsns -t net; docker ps -a; sudo ip -all netns exec ss -ltnp"
MARKS = ((".dockerenv", "docker"), ("run/.containerenv", "podman"))
"""Files that an engine puts into each of its containers."""


class Surveyed(Struct, frozen=True):
    """The survey with the processes that belong to it."""

    survey: Survey
    owners: dict[int, Process]
    """Who holds a socket, by its inode."""
    homes: dict[int, str]
    """The name of the first process of each namespace, by its id."""
    users: dict[int, str | None]
    inside: str | None
    """The container that the look was taken in."""


async def check(request: ListOtherNamespaces, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield what both show, and why an engine could not be asked."""
    surveyed, answers = await asyncio.gather(
        in_thread(_survey, system), engines.ask(system.environ, port=request.port, name=request.name)
    )
    yield replace(assembled(surveyed, answers.containers, request.port), command=COMMAND)
    for problem in answers.problems:
        yield NotObserved(
            request=request,
            reason=problem,
            remedy=unless_root("Run as root, or as a user who may ask that engine."),
            command=COMMAND,
        )
    for reason in answers.idle:
        yield NotObserved(request=request, reason=reason, absent=True, command="podman ps --all")


def assembled(surveyed: Surveyed, containers: tuple[Container, ...], port: int) -> OtherNamespaces:
    """The fact that a survey and the engines' containers come to: each namespace with its container, those with `port` first."""
    return OtherNamespaces(
        namespaces=tuple(_namespace(namespace, surveyed, containers) for namespace in _in_order(surveyed.survey.found, port)),
        containers=containers,
        hidden=surveyed.survey.hidden,
        initial=surveyed.survey.initial,
        inside=_called(surveyed.inside, containers),
    )


def _called(inside: str | None, containers: tuple[Container, ...]) -> str | None:
    """The container that this process runs in, by its name where its engine tells."""
    return next((one.label for one in containers if one.id and one.id == inside), inside)


def container_inside(environ: Mapping[str, str], group: str, root: Path) -> str | None:
    """The container that a process with this environment, control group and root directory runs in.

    Known from the control group, an engine's mark file, or the variable `container`.
    """
    engine = next((engine for mark, engine in MARKS if _exists(root / mark)), None)
    return container_of(group) or engine or safe_name(environ.get("container", "")) or None


def _survey(system: SystemView) -> Surveyed:
    """All that blocks: the namespaces, the owners of their sockets, their first processes."""
    proc = system.proc
    surveyed = survey(proc)
    rows = [row for namespace in surveyed.found for row in namespace.tables.listeners]
    owners = owners_under(proc)
    inodes = {row.inode for row in rows if row.inode}
    held = owners.known(inodes)
    held |= owners.search(owners.unsearched(inodes - held.keys()))
    pids = {namespace.pid for namespace in surveyed.found if namespace.pid}
    homes = {pid: process.name for pid in pids if (process := _process(proc, pid))}
    return Surveyed(
        surveyed,
        held,
        homes,
        {row.uid: user_name(row.uid) for row in rows if row.uid is not None},
        container_inside(system.variables, group_path(text_of(system.own_process / "cgroup")), system.root),
    )


def _in_order(namespaces: Iterable[FoundNamespace], port: int) -> list[FoundNamespace]:
    """Those that have the wanted port first."""
    return sorted(namespaces, key=lambda namespace: all(row.port != port for row in namespace.tables.listeners))


def _namespace(namespace: FoundNamespace, surveyed: Surveyed, containers: tuple[Container, ...]) -> Namespace:
    container = _container(namespace, containers)
    return Namespace(
        inode=namespace.inode,
        name=namespace.name,
        pid=namespace.pid,
        process=surveyed.homes.get(namespace.pid or 0),
        container=container,
        addresses=namespace.tables.addresses,
        listeners=tuple(_owned(row, surveyed, container) for row in namespace.tables.listeners),
        linked=namespace.linked,
        born_here=namespace.born_here,
        initial=namespace.initial,
    )


def _container(namespace: FoundNamespace, containers: tuple[Container, ...]) -> Container | None:
    """The container by the namespace's control group, or by the process that the engine names; with the engine's details."""
    identity = container_of(namespace.group)
    for container in containers:
        if (identity and identity in {container.id, container.name}) or (namespace.pid and container.pid == namespace.pid):
            return replace(container, pid=container.pid or namespace.pid)
    if not identity:
        return None
    name = engine_of(namespace.group)
    engine: Engine = next((known for known in get_args(Engine) if known == name), "unknown")
    return Container(engine=engine, id=identity, pid=namespace.pid)


def _owned(row: Listener, surveyed: Surveyed, container: Container | None) -> Listener:
    owned = with_owner(row, surveyed.owners.get(row.inode or 0))
    user = surveyed.users.get(row.uid) if row.uid is not None else None
    return replace(owned, user=user, container=container and container.label)


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
