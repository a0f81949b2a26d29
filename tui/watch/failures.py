"""From the hook's records and the command's output to the connections that failed; the one to walk comes last."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from tui.errors import error_text, read_error, target_of
from tui.errors.frames.python import is_library
from tui.model.address import endpoint
from tui.model.facts import ErrorText
from tui.model.frame import Frame
from tui.model.safe_text import safe_text
from tui.model.target import Target, TargetError, TcpTarget, parse_target

MOST_RECORDS = 20_000
"""The newest lines of the records are read: the hook's file is bounded too."""
ENDS = {
    "ECONNREFUSED": "refused",
    "ETIMEDOUT": "timed out",
    "EHOSTUNREACH": "failed: no route to the host",
    "ENETUNREACH": "failed: the network is unreachable",
    "ECONNRESET": "was reset",
    "EACCES": "was not allowed",
    "EPERM": "was not allowed",
    "EADDRNOTAVAIL": "failed: the address is not available",
    "ENOENT": "failed: there is no such socket",
}
"""How a connection ended, as the end of a sentence."""
CLASSES = {
    "refused": "refused",
    "timeout": "timed out",
    "dns": "failed: the name does not resolve",
    "reset": "was reset",
    "unreachable": "failed: unreachable",
    "tls": "failed in TLS",
    "proxy": "failed at the proxy",
    "permission": "was not allowed",
    "descriptors": "failed: too many open files",
    "in-use": "could not be listened on: it is in use",
    "no-address": "failed: the address is not available",
    "no-space": "failed: no space was left",
}

EndpointKey = tuple[str | None, int | None]


class Record(Struct, frozen=True, kw_only=True):
    """One line of the hook, or of strace."""

    what: str
    """`connect`, `resolve` or `connected`."""
    at: float = 0.0
    pid: int = 0
    program: str = ""
    address: str | None = None
    port: int | None = None
    path: str | None = None
    name: str | None = None
    """The host that was asked for, where a library's variables have it."""
    errno: str | None = None
    count: int = 1
    stack: tuple[tuple[str, int, str], ...] = ()


class FailedTarget(Struct, frozen=True, kw_only=True):
    """One target that could not be connected to."""

    target: Target
    how: str
    """The end of the sentence: `refused`, `timed out`, …"""
    count: int = 1
    code: tuple[Frame, ...] = ()
    text: ErrorText | None = None
    """What the command printed of it, where that is how it was noticed."""

    @property
    def line(self) -> str | None:
        """The user's innermost line, as `client.py:12 in main`."""
        frame = next((frame for frame in self.code if frame.role == "user" and frame.path and frame.line), None)
        if frame is None:
            return None
        return safe_text(f"{frame.path}:{frame.line}{f' in {frame.function}' if frame.function else ''}")


def read_records(lines: Iterable[bytes]) -> tuple[Record, ...]:
    """The records in these lines, in order; any other line is skipped."""
    records = []
    for line in list(lines)[-MOST_RECORDS:]:
        try:
            records.append(msgspec.json.decode(line, type=Record))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return tuple(records)


def failed_connections(records: Sequence[Record]) -> tuple[FailedTarget, ...]:
    """What failed and did not work later, one for each target, the last failure last."""
    kept: dict[EndpointKey, Record] = {}
    counts: dict[EndpointKey, dict[tuple[object, ...], int]] = {}
    for record in sorted(records, key=lambda record: record.at):
        endpoint_key = _endpoint_key(record)
        if record.what == "connected":
            kept = {other: failed for other, failed in kept.items() if not _same_endpoint(failed, record)}
            continue
        # Each record of a repeated failure has its count so far; each process and each line counts separately.
        counts.setdefault(endpoint_key, {})[record.pid, record.address, record.errno, record.stack] = _so_far(
            record, counts.get(endpoint_key, {})
        )
        kept.pop(endpoint_key, None)
        kept[endpoint_key] = record
    failed_targets = (_failed(record, sum(counts[endpoint_key].values())) for endpoint_key, record in kept.items())
    return tuple(target for target in failed_targets if target)


def printed_failure(text: bytes) -> FailedTarget | None:
    """The last failure that a command's output names, where it names an endpoint that can be walked."""
    reading = read_error(text)
    target = target_of(reading)
    if target is None or reading.error_class not in CLASSES:
        return None
    port = target.port if isinstance(target, TcpTarget) else None
    last = next((failure for failure in reversed(reading.failures) if failure.port == port), None)
    return FailedTarget(
        target=target,
        how=CLASSES[reading.error_class],
        count=last.count if last else 1,
        code=reading.code,
        text=error_text(reading),
    )


def _same_endpoint(failed: Record, worked: Record) -> bool:
    if worked.path or failed.path:
        return worked.path == failed.path
    hosts = {failed.name, failed.address} - {None}
    return failed.port == worked.port and bool(hosts & {worked.name, worked.address})


def _endpoint_key(record: Record) -> EndpointKey:
    """What makes it the same endpoint for a person: the name that was asked for, else the address, and the port."""
    return (record.path, None) if record.path else (record.name or record.address, record.port)


def _so_far(record: Record, counted: Mapping[tuple[object, ...], int]) -> int:
    """How often this failure has happened: as its record says, or (strace) one more than before."""
    before = counted.get((record.pid, record.address, record.errno, record.stack), 0)
    return record.count if record.stack else before + 1


def _failed(record: Record, count: int) -> FailedTarget | None:
    host = record.name or record.address
    try:
        if record.path:
            target = parse_target(record.path)
        elif host and record.port:
            target = parse_target(endpoint(host, record.port))
        else:
            return None
    except TargetError:  # a name without a port, or an abstract socket: nothing that can be walked
        return None
    how = "failed: the name does not resolve" if record.what == "resolve" else ENDS.get(record.errno or "", "failed")
    return FailedTarget(target=target, how=how, count=count, code=_frames(record))


def _frames(record: Record) -> tuple[Frame, ...]:
    """The stack of a record, the user's own frames first, the innermost first."""
    frames = [
        Frame(
            path=safe_text(path),
            line=line,
            function=safe_text(function, limit=300),
            language="python",
            role="library" if is_library(path) else "user",
        )
        for path, line, function in record.stack
    ]
    return tuple(sorted(frames, key=lambda frame: frame.role == "library"))
