"""The system as another process or container sees it (`--pid`, `--container`): its network, files for names, environment.

Law: the whole program is moved, before it has any other thread or socket, or it is not moved at all; where it may not be
moved, one line says so. What the user may not read is reported, and never replaced by our own. Sources: setns(2),
proc_pid_ns(5), proc_pid_root(5), proc_pid_environ(5).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tui.model.numbers import decimal_number
from tui.model.safe_text import safe_name
from tui.probes.kernel.early_tools import run_all
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import bytes_of, text_of
from tui.probes.namespaces import engines, setns
from tui.probes.namespaces.engine_access import Access, EnginePlaces, accesses
from tui.probes.namespaces.net_namespaces import process_ids, same_network
from tui.probes.sockets.cgroups import container_of, group_path
from tui.probes.sockets.process import read_birth, read_process

ENGINE_S = 5.0
"""docker answers in a tenth of a second; nobody waits for a daemon that hangs."""
MOST_BYTES = 1_000_000
"""Of an environment or a settings file; the kernel limits each variable to 128 KiB."""
MOST_LINKS = 40
"""Symbolic links on one path, as the kernel has it (path_resolution(7))."""
_FOR_LIBC = ("LOCALDOMAIN", "RES_OPTIONS", "HOSTALIASES")
"""Variables that getaddrinfo reads (resolv.conf(5), hostname(7))."""


class ProcessContextError(Exception):
    """The process or container can't be used; the message is one line: why, and what would help."""


@dataclass(frozen=True)
class ProcessContext:
    """The process whose view of the system the checks use."""

    system: SystemView = field(default_factory=SystemView)
    who: str = ""
    """`pid 812 (web)`, or `container db (pid 812)`; empty for this process."""


def of_container(name: str, proc: Path = Path("/proc")) -> ProcessContext:
    """The view of a container's first process; moves this program. Raises ProcessContextError."""
    shown = safe_name(name)
    ways = [way for way in accesses(os.environ, EnginePlaces()) if isinstance(way, Access)]
    pid = _pid_by_engine(name, shown, ways) or _pid_by_group(proc, {name, *_ids(name, ways)})
    if pid is None:
        raise ProcessContextError(
            f"docker, podman and the control groups show no running container {shown!r}; "
            "`docker ps` lists them, and --pid takes one of its processes"
        )
    context = of_process(pid, proc)
    return ProcessContext(context.system, f"container {shown} (pid {pid})")


def of_process(pid: int, proc: Path = Path("/proc")) -> ProcessContext:
    """The view of a process; moves this program into its network namespace. Raises ProcessContextError."""
    try:
        birth = read_birth(proc, pid)
    except OSError:
        raise ProcessContextError(f"there is no process {pid} that this user may see; `ps -e` lists them") from None
    same = same_network(proc, pid)
    if same is None:
        raise ProcessContextError(f"process {pid} has ended and waits for its parent; it has no network any more")
    if not same:
        _enter(proc, pid)
    name = read_process(proc, pid, birth, None).name
    try:
        if read_birth(proc, pid) != birth:
            raise ProcessLookupError
    except OSError:
        raise ProcessContextError(f"process {pid} ended while it was being examined") from None
    return ProcessContext(_system_view(proc, pid), f"pid {pid} ({name})")


def inside(root: Path, path: str) -> Path:
    """Where `path` leads below `root`, a process's root directory; symbolic links are followed as that process follows them."""
    left = _parts(path)
    reached: list[str] = []
    links = 0
    while left:
        part = left.pop(0)
        if part == "..":
            del reached[-1:]
            continue
        try:
            target = str(Path(root, *reached, part).readlink())
        except OSError:  # not a link, or not there, which the reader will notice
            reached.append(part)
            continue
        links += 1
        if links > MOST_LINKS:
            break
        left = [*_parts(target), *left]
        reached = [] if target.startswith("/") else reached
    return Path(root, *reached)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _enter(proc: Path, pid: int) -> None:
    try:
        setns.enter_network(proc / str(pid) / "ns/net")
    except PermissionError:
        raise ProcessContextError(
            f"process {pid} is in another network namespace, which this user may not enter; run refused as root"
        ) from None
    except OSError as error:
        raise ProcessContextError(f"the network namespace of process {pid} can't be entered ({error.strerror})") from None


def _system_view(proc: Path, pid: int) -> SystemView:
    """What process `pid` reads, as far as this user may read it."""
    variables = bytes_of(proc / str(pid) / "environ", MOST_BYTES)
    environ = _environ(variables or b"")
    hidden = f"This user may not read the environment of process {pid}." if variables is None else ""
    for name in _FOR_LIBC:  # so that our own getaddrinfo reads what the process's reads
        if not hidden:
            os.environ.pop(name, None)
            os.environ.update({name: environ[name]} if name in environ else {})
    arguments = _arguments(proc, pid)
    root = proc / str(pid) / "root"
    try:
        alike = (proc / str(pid) / "ns/mnt").readlink() == (proc / "self/ns/mnt").readlink() and root.samefile("/")
    except OSError:
        return SystemView(
            proc=proc,
            program_environ=environ,
            arguments=arguments,
            pid=pid,
            hidden_environ=hidden,
            hidden_files=f"This user may not read the file system that process {pid} sees; these are our own files.",
        )
    own = SystemView()
    paths = (own.hosts, own.nsswitch, own.resolv_conf)
    theirs = tuple(inside(root, str(path)) for path in paths)
    if alike or all(bytes_of(ours, MOST_BYTES) == bytes_of(other, MOST_BYTES) for ours, other in zip(paths, theirs, strict=True)):
        theirs = paths
    hosts, nsswitch, resolv_conf = theirs
    return SystemView(
        hosts=hosts,
        nsswitch=nsswitch,
        resolv_conf=resolv_conf,
        proc=proc,
        program_environ=environ,
        arguments=arguments,
        root=Path("/") if alike else root,
        pid=pid,
        hidden_environ=hidden,
    )


def _environ(data: bytes) -> dict[str, str]:
    """The variables as the process was started with; its own later changes do not show (proc_pid_environ(5))."""
    pairs = (part.decode(errors="backslashreplace").partition("=") for part in data.split(b"\0") if b"=" in part)
    environ: dict[str, str] = {}
    for name, _, value in pairs:
        environ.setdefault(name, value)  # getenv takes the first of two
    return environ


def _arguments(proc: Path, pid: int) -> tuple[str, ...]:
    line = bytes_of(proc / str(pid) / "cmdline", MOST_BYTES)
    return () if line is None else tuple(part.decode(errors="backslashreplace") for part in line.rstrip(b"\0").split(b"\0"))


def _pid_by_engine(name: str, shown: str, ways: list[Access]) -> int | None:
    """The process id that docker or podman gives; None where neither knows it. Raises ProcessContextError if it has stopped."""
    asked = [way for way in ways if way.engine in {"docker", "podman"}]
    answers = run_all([(*way.program, "inspect", "--format", "{{.State.Pid}}", name) for way in asked], ENGINE_S)
    for way, printed in zip(asked, answers, strict=True):
        first = printed.split()[0] if printed.split() else ""
        if first == "0":
            raise ProcessContextError(
                f"container {shown!r} is not running; start it with `{way.program[0]} start {shown}`, or leave out --container"
            )
        pid = decimal_number(first)
        if pid is not None:
            return pid
    return None


def _ids(name: str, ways: list[Access]) -> Iterator[str]:
    """The ids of the containers of that name, for engines that give no process id."""
    for way, printed in zip(ways, run_all([(*way.program, *engines.PS[way.engine]) for way in ways], ENGINE_S), strict=True):
        yield from (
            container.id for container in engines.containers_in(way.engine, printed) if name in {container.name, container.id}
        )


def _pid_by_group(proc: Path, names: set[str]) -> int | None:
    """The first process in a container's control group."""
    for pid in process_ids(proc):
        label = container_of(group_path(text_of(proc / str(pid) / "cgroup")))
        if label and any(label == name or (label == name[: len(label)] and len(name) > len(label)) for name in names):
            return pid
    return None
