"""The other network namespaces of this machine: which exist, which process is in them, what listens there.

Law: nothing is entered but a named namespace without a process, in a thread that ends with the call. Everything here
blocks. Every user can read the tables under /proc/PID/net, whoever owns the process, and such a table has a different
inode in each namespace (both measured on Linux 6.18): so namespaces are distinguished without any privilege, while
their own inodes (/proc/PID/ns/net) show only for processes that one may trace. Sources: proc_pid_net(5), ip-netns(8).
"""

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from tui.model.address import is_link_local, is_loopback
from tui.model.facts import Listener
from tui.model.safe_text import safe_text
from tui.probes.namespaces import net_links, setns
from tui.probes.sockets.cgroups import group_path
from tui.probes.sockets.proc_net import inet_listeners
from tui.probes.sockets.process import read_parent
from tui.probes.sockets.socket_rows import address_text, in_order

NAMES = Path("/run/netns")
"""Where `ip netns` keeps its names (ip-netns(8))."""
MOST_NAMESPACES = 256
"""A busy Kubernetes node has some hundred pods, each with one."""
MOST_LISTENERS = 200
"""In one namespace."""
LONGEST_WALK_S = 2.0
"""One stat for each process; ten thousand take a tenth of a second."""
ENTERING_S = 2.0
_MOST_BYTES = 2_000_000
"""Of one table: some ten thousand connections."""
_MOST_PARENTS = 16
"""A runtime, its shim and a supervisor or two are between a container and the shell that started it."""
_LOCAL_V4 = re.compile(r"\|-- (?P<address>[\d.]+)\n\s+/32 host LOCAL")
_SOCKETS = ("tcp", "tcp6")
TABLES = (*_SOCKETS, "fib_trie", "if_inet6")
"""The files of /proc/PID/net that are read."""


class Tables(Struct, frozen=True):
    """What the tables of one namespace hold."""

    listeners: tuple[Listener, ...] = ()
    addresses: tuple[str, ...] = ()


class FoundNamespace(Struct, frozen=True, kw_only=True):
    """One other network namespace."""

    tables: Tables
    inode: int | None = None
    name: str | None = None
    pid: int | None = None
    group: str = ""
    """The control group of its first process."""
    linked: bool = False
    born_here: bool = False
    initial: bool = False


class Survey(Struct, frozen=True, kw_only=True):
    """All namespaces that were found."""

    found: tuple[FoundNamespace, ...] = ()
    hidden: int = 0
    initial: bool | None = None
    """Whether this namespace is that of process 1."""


class _Home(Struct, frozen=True):
    """A namespace by its first process."""

    key: int
    pid: int
    inode: int | None


def survey(proc: Path, names: Path = NAMES) -> Survey:
    """Every other network namespace that can be seen from here. Raises nothing."""
    own = _key(f"{proc}/self")
    homes = _homes(proc)
    first = _key(f"{proc}/1")
    every = [home for key, home in homes.items() if key != own]
    others = every[:MOST_NAMESPACES]
    links = net_links.Links.read()
    named = _named(names)
    own_inode = _inode(f"{proc}/self")
    seen_inodes = {own_inode, *(home.inode for home in others)}
    unmatched = {inode: name for inode, name in named.items() if inode not in seen_inodes}
    namespaces: list[FoundNamespace] = []
    for home in others:
        name = named.get(home.inode or 0) or _name_by_link(links, home.pid, names, unmatched)
        namespaces.append(
            FoundNamespace(
                tables=read_tables(f"{proc}/{home.pid}/net"),
                inode=home.inode,
                name=name,
                pid=home.pid,
                group=group_path(_text(f"{proc}/{home.pid}/cgroup")),
                linked=links.lead_to_process(home.pid),
                born_here=_came_from(proc, home.pid, own),
                initial=home.key == first,
            )
        )
    empty, closed = _entered(proc, names, unmatched, links)
    unknown = sum(namespace.inode is None and namespace.name is None for namespace in namespaces)
    return Survey(
        found=(*namespaces, *empty),
        # A name we may not enter may belong to a namespace known by its processes.
        hidden=max(closed - unknown, 0) + len(every) - len(others),
        initial=None if own is None or first is None else own == first,
    )


def read_tables(folder: str) -> Tables:
    """What the text tables in `folder`, a /proc/PID/net, hold; empty where it is gone."""
    return tables_of({name: _text(f"{folder}/{name}") for name in TABLES})


def tables_of(texts: Mapping[str, str]) -> Tables:
    """What the texts of one namespace's `TABLES` hold, by their names; one that is missing holds nothing."""
    rows = [row for table in _SOCKETS for row in inet_listeners(table, texts.get(table, ""))]
    v4 = [match["address"] for match in _LOCAL_V4.finditer(texts.get("fib_trie", ""))]
    v6 = list(_v6_addresses(texts.get("if_inet6", "")))
    kept = [address for address in dict.fromkeys((*v4, *v6)) if not is_loopback(address)]
    return Tables(tuple(sorted(rows, key=in_order)[:MOST_LISTENERS]), tuple(kept[:MOST_LISTENERS]))


def same_network(proc: Path, pid: int) -> bool | None:
    """Whether process `pid` is in our network namespace; None where it is gone."""
    own, other = _key(f"{proc}/self"), _key(f"{proc}/{pid}")
    return None if own is None or other is None else own == other


def process_ids(proc: Path) -> list[int]:
    """All processes, lowest first."""
    try:
        with os.scandir(proc) as entries:
            return sorted(int(entry.name) for entry in entries if entry.name.isascii() and entry.name.isdigit())
    except OSError:
        return []


def _homes(proc: Path) -> dict[int, _Home]:
    """The namespaces by the inode of their TCP table, each with its process of the lowest id."""
    end = time.monotonic() + LONGEST_WALK_S
    homes: dict[int, _Home] = {}
    for pid in process_ids(proc):
        key = _key(f"{proc}/{pid}")
        if key is not None and key not in homes:
            homes[key] = _Home(key, pid, _inode(f"{proc}/{pid}"))
        if time.monotonic() > end:
            break
    return homes


def _came_from(proc: Path, pid: int, own: int | None) -> bool:
    """Whether a process was started from our namespace: a parent is here, or it has the /sys that was mounted for us.

    `ip netns exec NAME` mounts a /sys of its own with the name as its source (ip-netns(8)), and what it starts
    keeps that mount wherever it goes.
    """
    sysfs = _sys_source(proc, str(pid))
    if sysfs != "sysfs" and sysfs and sysfs == _sys_source(proc, "self"):
        return True
    for _ in range(_MOST_PARENTS):
        try:
            pid = read_parent(proc, pid)
        except OSError:  # gone, or hidden
            return False
        if pid <= 1:
            return False
        if own is not None and _key(f"{proc}/{pid}") == own:
            return True
    return False


def _sys_source(proc: Path, process: str) -> str | None:
    """The source of the file system that a process sees at /sys; the last mount covers those before it."""
    sources = re.findall(r"^(\S+) /sys sysfs ", _text(f"{proc}/{process}/mounts"), re.MULTILINE)
    return sources[-1] if sources else None


def _entered(proc: Path, names: Path, unmatched: dict[int, str], links: net_links.Links) -> tuple[list[FoundNamespace], int]:
    """The named namespaces in which no process was seen, entered one after another; and how many may not be entered."""
    namespaces: list[FoundNamespace] = []
    closed = 0
    for inode, name in list(unmatched.items())[:MOST_NAMESPACES]:
        try:
            tables = setns.inside(names / name, lambda: read_tables(f"{proc}/thread-self/net"), deadline_s=ENTERING_S)
        except OSError:  # not permitted, or gone
            closed += 1
            continue
        namespaces.append(
            FoundNamespace(tables=tables, inode=inode, name=safe_text(name), linked=links.lead_to_file(names / name))
        )
    return namespaces, closed


def _name_by_link(links: net_links.Links, pid: int, names: Path, unmatched: dict[int, str]) -> str | None:
    """The name of a process's namespace, by the number that a virtual cable gives both; removed from `unmatched`."""
    number = links.number_of_process(pid)
    if number is None:
        return None
    for inode, name in unmatched.items():
        if links.number_of_file(names / name) == number:
            return safe_text(unmatched.pop(inode))
    return None


def _named(names: Path) -> dict[int, str]:
    """The names of `ip netns`, by inode; every user may read them."""
    names_by_inode: dict[int, str] = {}
    try:
        with os.scandir(names) as entries:
            for entry in entries:
                with suppress(OSError):
                    names_by_inode[entry.stat().st_ino] = entry.name
    except OSError:  # nobody has named any
        return {}
    return names_by_inode


def _key(folder: str) -> int | None:
    try:
        return os.stat(f"{folder}/net/tcp").st_ino  # noqa: PTH116 -- once for each process: a Path costs more than the call
    except OSError:  # gone, or hidden
        return None


def _inode(folder: str) -> int | None:
    try:
        match = re.fullmatch(r"net:\[(\d+)\]", os.readlink(f"{folder}/ns/net"))  # noqa: PTH115 -- as above
    except OSError:  # a process that we may not trace
        return None
    return int(match[1]) if match else None


def _v6_addresses(text: str) -> Iterable[str]:
    for line in text.splitlines():
        packed = line.split()[:1]
        if packed and re.fullmatch(r"[0-9a-f]{32}", packed[0]):
            address = address_text(bytes.fromhex(packed[0]))
            if not is_link_local(address):
                yield address


def _text(path: str) -> str:
    """A table's text; empty where it is gone."""
    return b"".join(_chunks(path)).decode("ascii", "backslashreplace")


def _chunks(path: str) -> Iterator[bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        left = _MOST_BYTES
        while left > 0 and (chunk := os.read(descriptor, 65536)):
            left -= len(chunk)
            yield chunk
    except OSError:  # the process ended meanwhile
        return
    finally:
        os.close(descriptor)
