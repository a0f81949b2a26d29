"""Which container engines of this machine may be asked, and how: by their own program, where their socket or storage is.

Law: looking changes nothing. A daemon that is started on demand is not woken, and podman, which makes a storage where it has
none and refreshes the one of before a restart, is asked only where it has run since this machine started. An engine that is
there and can't be asked is said to be so: it is not one without containers. Sources: dockerd(8), podman(1),
containers-storage.conf(5), crictl's `--runtime-endpoint`.
"""

import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from tui.model.facts import Engine
from tui.probes.kernel.text_file import text_of
from tui.probes.namespaces.net_namespaces import process_ids

CRI_SOCKETS = ("containerd/containerd.sock", "crio/crio.sock", "k3s/containerd/containerd.sock", "cri-dockerd.sock")
"""Below /run: where the engines of Kubernetes listen."""
UNIX = "unix://"
DOCKER_DENIED = "This user may not ask docker (permission denied)."
DOCKER_ASLEEP = "Docker's daemon (dockerd) does not run, and asking it might start it."
PODMAN_DENIED = "This user may not ask podman for root's containers (permission denied)."
PODMAN_IDLE = "podman has not been used since this machine was started, and asking it would change its storage."
CRI_DENIED = "This user may not ask crictl (permission denied)."
_PAUSE = "pause.pid"
_ALIVE = "alive"
"""podman's mark in its folder of this run of the machine: it is made by the first command after a start."""


@dataclass(frozen=True)
class EnginePlaces:
    """Where engines keep their sockets and storage."""

    run: Path = Path("/run")
    storage: Path = Path("/var/lib/containers/storage")
    """Where podman of root has its containers, unless its settings say otherwise."""
    settings: Path = Path("/etc/containers/storage.conf")
    proc: Path = Path("/proc")
    user: int = field(default_factory=os.geteuid)
    home: Path = field(default_factory=Path.home)


class Access(Struct, frozen=True):
    """One engine that may be asked."""

    engine: Engine
    program: tuple[str, ...]
    """Its program with the options that lead to it; a command such as `ps` comes after."""


class NoAccess(Struct, frozen=True):
    """One engine that is there and may not be asked, or can't be."""

    reason: str
    """A sentence."""
    is_idle: bool = False
    """Whether none of its containers can run, so that nothing of it listens anywhere."""


def without_program(socket: Path | str) -> str:
    """That docker's socket is there and nothing to ask it with, a sentence."""
    return f"Docker's socket {socket} is here, and its program `docker` is not."


def accesses(environ: Mapping[str, str], places: EnginePlaces) -> list[Access | NoAccess]:
    """The engines of this machine: those that may be asked, and why others may not. Runs nothing; raises nothing."""
    return [*_docker(environ, places), *_podman(environ, places), *_cri(environ, places)]


def _docker(environ: Mapping[str, str], places: EnginePlaces) -> Iterator[Access | NoAccess]:
    """Docker's daemons, the system's and those without root, by their sockets; one on another machine is none of this one's."""
    named = environ.get("DOCKER_HOST", "")
    sockets = [Path(named.removeprefix(UNIX))] if named.startswith(UNIX) else []
    own = environ.get("XDG_RUNTIME_DIR")
    usual = [places.run / "docker.sock", *([Path(own, "docker.sock")] if own else [])]
    if places.user == 0:
        usual += _below(places.run / "user", "*/docker.sock")
    woken = {_real(socket) for socket in usual} if (places.run / "systemd/system").is_dir() else set()
    for socket in _each_once([*sockets, *usual]):
        if not _may_write(socket):
            yield NoAccess(DOCKER_DENIED)
        elif not _is_installed("docker", environ):
            yield NoAccess(without_program(socket))
        elif _real(socket) in woken and not _runs("dockerd", places.proc):
            # Such a socket may be systemd's, which starts the daemon for whoever connects.
            yield NoAccess(DOCKER_ASLEEP)
        else:
            yield Access("docker", ("docker", "--host", f"{UNIX}{socket}"))


def _each_once(sockets: list[Path]) -> Iterator[Path]:
    """The sockets that exist, each once; podman under docker's name is left to podman."""
    known: set[Path] = set()
    for socket in sockets:
        real = _real(socket)
        if real not in known and _exists(real) and real.name != "podman.sock":
            known.add(real)
            yield socket


def _podman(environ: Mapping[str, str], places: EnginePlaces) -> Iterator[Access | NoAccess]:
    """Root's podman and the user's own; every user has one of his own, and root is not asked into another's."""
    if not _is_installed("podman", environ):
        return
    system = _setting(places.settings, "graphroot") or places.storage
    if places.user == 0:
        yield from _if_used(system, places.run / "libpod")
        for folder in _below(places.run / "user", "*/libpod"):
            yield NoAccess(f"The podman of user {folder.parent.name} has its own containers, and was not asked.")
        return
    if _exists(system, hidden=True):
        yield NoAccess(PODMAN_DENIED)
    own = Path(environ.get("XDG_DATA_HOME") or places.home / ".local/share", "containers/storage")
    run = environ.get("XDG_RUNTIME_DIR")
    used = Path(run, "libpod/tmp") if run else Path(f"/tmp/podman-run-{places.user}/libpod/tmp")  # noqa: S108 -- podman's own choice, only looked at
    for way in _if_used(own, used):
        if isinstance(way, Access) and not _is_paused(used, places.proc):
            yield NoAccess("podman's own process of this user has ended, and asking podman would start another.")
        else:
            yield way


def _if_used(storage: Path, run: Path) -> Iterator[Access | NoAccess]:
    if not _exists(storage / "libpod"):
        return
    if _exists(run / _ALIVE):
        yield Access("podman", ("podman", "--log-level", "error"))
    else:
        yield NoAccess(PODMAN_IDLE, is_idle=True)


def _is_paused(run: Path, proc: Path) -> bool:
    """Whether the process runs that holds the user namespace of a rootless podman; its commands start one where none does."""
    pid = text_of(run / _PAUSE).strip()
    return pid.isascii() and pid.isdigit() and bool(text_of(proc / pid / "cmdline"))  # a zombie has no command line


def _cri(environ: Mapping[str, str], places: EnginePlaces) -> Iterator[Access | NoAccess]:
    """The engine of Kubernetes; without its program nothing is said, as Docker has a containerd too."""
    socket = next((path for name in CRI_SOCKETS if _exists(path := places.run / name)), None)
    if socket is None or not _is_installed("crictl", environ):
        return
    if _may_write(socket):
        yield Access("containerd", ("crictl", "--runtime-endpoint", f"{UNIX}{socket}"))
    else:
        yield NoAccess(CRI_DENIED)


def _is_installed(program: str, environ: Mapping[str, str]) -> bool:
    return shutil.which(program, path=environ.get("PATH", os.defpath)) is not None


def _setting(path: Path, name: str) -> Path | None:
    """A path in the section `storage` of podman's settings, where they name it."""
    try:
        section = tomllib.loads(text_of(path)).get("storage", {})
    except tomllib.TOMLDecodeError:
        return None
    value = section.get(name) if isinstance(section, dict) else None
    return Path(value) if isinstance(value, str) and value.startswith("/") else None


def _runs(program: str, proc: Path) -> bool:
    return any(text_of(proc / str(pid) / "comm").strip() == program for pid in process_ids(proc))


def _below(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path


def _exists(path: Path, *, hidden: bool = False) -> bool:
    """Whether it is there; `hidden` where a folder on the way may not be searched."""
    try:
        return path.exists()
    except PermissionError:
        return hidden
    except OSError:
        return False


def _may_write(path: Path) -> bool:
    """Whether this user may connect to the socket: connect(2) asks for the right to write."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
