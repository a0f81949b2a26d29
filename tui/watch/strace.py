"""For programs in any language, if asked for: the connects of a command as strace(1) logs them."""

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tui.watch.failures import Record
from tui.watch.hook.socket_patches import FAILURES, UNDER_WAY

_LINE = re.compile(r"(?P<pid>\d{1,20})\s+(?P<at>\d{1,20}\.\d{1,20})\s+(?P<rest>.*)")
_RESUMED = re.compile(r"<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)")
_UNFINISHED = " <unfinished ...>"
_CONNECT = re.compile(r"connect\((?P<fd>\d+), \{(?P<address>.*)\}, \d+\)\s+= (?P<result>-?\d+)(?: (?P<errno>E\w+))?")
_ERROR = re.compile(r"getsockopt\((?P<fd>\d+), SOL_SOCKET, SO_ERROR, \[(?P<error>\w+)\], \[\d+\]\)\s+= 0")
_PORT = re.compile(r"sin6?_port=htons\((\d{1,5})\)")
_ADDRESS = re.compile(r'inet_addr\("([\d.]+)"\)|inet_pton\(AF_INET6, "([0-9a-fA-F:.]+)"')
_PATH = re.compile(r'sun_path="(/[^"]*)"')
NAME_SERVICES = ("/var/run/nscd/socket", "/run/nscd/socket", "/run/systemd/", "/var/run/setrans/")
"""Sockets that the C library itself tries, present or not; their absence is not a failure of the program."""
DNS = 53
"""A connect of a datagram socket sends nothing; most of them are the resolver's."""


def is_here() -> bool:
    """Whether strace is installed."""
    return shutil.which("strace") is not None


def command(argv: Sequence[str], file: Path) -> list[str]:
    """The command run by strace, which writes into `file` and ends as the command ends."""
    return ["strace", "-f", "-qq", "-ttt", "-e", "trace=connect,getsockopt", "-e", "signal=none", "-o", str(file), "--", *argv]


def records(lines: Iterable[bytes]) -> tuple[Record, ...]:
    """The connects that strace logged, failed or successful, in order."""
    return tuple(_records(lines))


def _records(lines: Iterable[bytes]) -> Iterator[Record]:
    begun: dict[str, str] = {}
    under_way: dict[str, Record] = {}
    for raw in lines:
        line = _LINE.match(raw.decode("utf-8", "replace"))
        if line is None:
            continue
        pid, rest = line["pid"], line["rest"]
        if rest.endswith(_UNFINISHED):
            begun[pid] = rest.removesuffix(_UNFINISHED)
            continue
        resumed = _RESUMED.match(rest)
        if resumed:
            rest = begun.pop(pid, "") + resumed["rest"]
        connected = _CONNECT.match(rest)
        if connected:
            record = _record(connected["address"], pid, float(line["at"]))
            if record is None:
                continue
            if connected["errno"] in UNDER_WAY:
                under_way[connected["fd"]] = record
            else:
                yield from _ended(record, connected["errno"] or "0")
            continue
        asked = _ERROR.match(rest)
        if asked and asked["fd"] in under_way:
            yield from _ended(under_way.pop(asked["fd"]), asked["error"])


def _record(address: str, pid: str, at: float) -> Record | None:
    path, port, match = _PATH.search(address), _PORT.search(address), _ADDRESS.search(address)
    if path and not path[1].startswith(NAME_SERVICES):
        return Record(what="connect", pid=int(pid), at=at, path=path[1])
    if port and match and int(port[1]) not in {0, DNS}:  # the C library connects to port 0 to sort addresses
        return Record(what="connect", pid=int(pid), at=at, port=int(port[1]), address=match[1] or match[2])
    return None


def _ended(record: Record, error: str) -> Iterator[Record]:
    from msgspec.structs import replace

    if error in FAILURES:
        yield replace(record, errno=error)
    elif error == "0":
        yield replace(record, what="connected")
