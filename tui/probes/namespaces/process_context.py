"""Another process's eyes: its network namespace, its files for names, its environment.

Law: the whole program is moved, before it has any other thread or socket, or it is not moved at all; where it may not be,
that is said on one line. What the user may not read is told as such, and never replaced by our own. Sources: setns(2),
proc_pid_ns(5), proc_pid_root(5), proc_pid_environ(5).
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import bytes_of, text_of
from tui.probes.namespaces import engines, setns
from tui.probes.namespaces.net_namespaces import process_ids, same_network
from tui.probes.sockets.cgroups import container_of, group_path
from tui.probes.sockets.process import read_birth, read_process

ENGINE_S = 5.0
"""docker answers in a tenth of a second; a daemon that hangs is not waited for."""
MOST_BYTES = 1_000_000
"""Of an environment or a settings file; the kernel holds an environment to 128 KiB a variable."""
MOST_LINKS = 40
"""Symbolic links on one path, as the kernel has it (path_resolution(7))."""
_FOR_LIBC = ("LOCALDOMAIN", "RES_OPTIONS", "HOSTALIASES")
"""Variables that getaddrinfo reads (resolv.conf(5), hostname(7))."""


class ProcessContextError(Exception):
    """The eyes can't be used; the message is one line: what, and how to mend it."""


@dataclass(frozen=True)
class ProcessContext:
    """With whose eyes the looks are taken."""

    system: SystemView = field(default_factory=SystemView)
    who: str = ""
    """`pid 812 (web)`, or `container db (pid 812)`; empty for this process."""


def of_container(name: str, proc: Path = Path("/proc")) -> ProcessContext:
    """The eyes of a container's first process; moves this program. Raises EyesError."""
    shown = safe_text(name, limit=80)
    pid = _pid_by_engine(name, shown) or _pid_by_group(proc, {name, *_ids(name)})
    if pid is None:
        raise ProcessContextError(
            f"docker, podman and the control groups show no running container {shown!r}; "
            "`docker ps` lists them, and --pid takes one of its processes"
        )
    context = of_process(pid, proc)
    return ProcessContext(context.system, f"container {shown} (pid {pid})")


def of_process(pid: int, proc: Path = Path("/proc")) -> ProcessContext:
    """The eyes of a process; moves this program into its network namespace. Raises EyesError."""
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
        raise ProcessContextError(f"process {pid} ended while it was looked at") from None
    return ProcessContext(_surroundings(proc, pid), f"pid {pid} ({name})")


def inside(root: Path, path: str) -> Path:
    """Where `path` leads below `root`, a process's root directory; symbolic links are followed as that process follows them."""
    left = _parts(path)
    at: list[str] = []
    links = 0
    while left:
        part = left.pop(0)
        if part == "..":
            del at[-1:]
            continue
        try:
            target = str(Path(root, *at, part).readlink())
        except OSError:  # no link, or not there, which the reader will notice
            at.append(part)
            continue
        links += 1
        if links > MOST_LINKS:
            break
        left = [*_parts(target), *left]
        at = [] if target.startswith("/") else at
    return Path(root, *at)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _enter(proc: Path, pid: int) -> None:
    try:
        setns.enter_network(proc / str(pid) / "ns/net")
    except PermissionError:
        raise ProcessContextError(
            f"process {pid} lives in another network namespace, which this user may not enter; run it as root"
        ) from None
    except OSError as error:
        raise ProcessContextError(f"the network namespace of process {pid} can't be entered ({error.strerror})") from None


def _surroundings(proc: Path, pid: int) -> SystemView:
    """What process `pid` reads, as far as this user may read it."""
    variables = bytes_of(proc / str(pid) / "environ", MOST_BYTES)
    environ = _environ(variables or b"")
    hidden = f"The environment of process {pid} may not be read by this user." if variables is None else ""
    for name in _FOR_LIBC:  # our own getaddrinfo shall read them as the process's does
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
            hidden_files=f"The file system that process {pid} sees may not be read by this user; these are our own files.",
        )
    own = SystemView()
    paths = (own.hosts, own.nsswitch, own.resolv_conf)
    theirs = tuple(inside(root, str(path)) for path in paths)
    if alike or all(bytes_of(one, MOST_BYTES) == bytes_of(other, MOST_BYTES) for one, other in zip(paths, theirs, strict=True)):
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
    """The variables as the process was started with; what it changed itself since then does not show (proc_pid_environ(5))."""
    pairs = (part.decode(errors="backslashreplace").partition("=") for part in data.split(b"\0") if b"=" in part)
    found: dict[str, str] = {}
    for name, _, value in pairs:
        found.setdefault(name, value)  # getenv takes the first of two
    return found


def _arguments(proc: Path, pid: int) -> tuple[str, ...]:
    line = bytes_of(proc / str(pid) / "cmdline", MOST_BYTES)
    return () if line is None else tuple(part.decode(errors="backslashreplace") for part in line.rstrip(b"\0").split(b"\0"))


def _pid_by_engine(name: str, shown: str) -> int | None:
    """The process that docker or podman name; None where neither knows it. Raises EyesError where it is not running."""
    for program in ("docker", "podman"):
        said = _run(program, "inspect", "--format", "{{.State.Pid}}", name)
        first = said.split()[0] if said.split() else ""
        if first == "0":
            raise ProcessContextError(f"container {shown!r} is not running; `{program} start {shown}`, or look without it")
        if first.isascii() and first.isdigit():
            return int(first)
    return None


def _ids(name: str) -> Iterator[str]:
    """The ids of the containers of that name, for engines that do not tell a process."""
    for engine, command in engines.ASKED:
        yield from (one.id for one in engines.containers_in(engine, _run(*command)) if name in {one.name, one.id})


def _pid_by_group(proc: Path, names: set[str]) -> int | None:
    """The first process in a container's control group."""
    for pid in process_ids(proc):
        found = container_of(group_path(text_of(proc / str(pid) / "cgroup")))
        if found and any(found == one or (found == one[: len(found)] and len(one) > len(found)) for one in names):
            return pid
    return None


def _run(*command: str) -> str:
    """What an engine's program prints; empty where it is not there, fails, or hangs. No event loop runs yet."""
    try:
        done = subprocess.run(  # noqa: S603 -- an argument list without a shell; the name was checked on the command line
            command, capture_output=True, timeout=ENGINE_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="backslashreplace") if done.returncode == 0 else ""
