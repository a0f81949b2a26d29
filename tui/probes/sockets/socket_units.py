"""Which socket unit systemd holds a listening socket for, and which service it starts on demand (systemd.socket(5)).

Law: systemd is asked, never told; a socket is a unit's where the unit's own settings name its port, and its address if they
name one. Until the service takes it, the socket is held by systemd itself, and to anybody who looks it is systemd's.
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tui.model.address import is_unspecified, same_address
from tui.model.facts import Listener
from tui.model.safe_text import safe_text
from tui.probes.kernel.tool import run_tool

DEADLINE_S = 2.0
"""systemctl answers within some 20 ms."""
MOST_UNITS = 200
COMMAND = ("systemctl", "show", "--no-pager", "--property=Id,Listen,Triggers", "--", "*.socket")
_LISTEN = re.compile(r"(?:\[?(?P<address>[0-9A-Fa-f.:]*?)\]?:)?(?P<port>\d{1,5}) \((?P<kind>Stream|Datagram)\)")
_KINDS = {"Stream": "tcp", "Datagram": "udp"}


class SocketUnit(Struct, frozen=True):
    """One socket that a unit names."""

    unit: str
    service: str | None
    proto: str
    address: str
    """Empty where the unit names a port alone."""
    port: int


def waiting(rows: Iterable[Listener]) -> bool:
    """Whether systemd itself holds some of the sockets."""
    return any(row.is_systemds for row in rows)


async def ask(environ: Mapping[str, str]) -> tuple[SocketUnit, ...]:
    """The sockets of this machine's socket units; none where systemd gives no answer in time."""
    try:
        done = await run_tool(COMMAND, environ={**environ, "LC_ALL": "C"}, deadline_s=DEADLINE_S)
    except (OSError, ValueError):  # not there, or too late (TimeoutError is an OSError)
        return ()
    return () if done.status else socket_units(done.output.decode(errors="backslashreplace"))


def socket_units(text: str) -> tuple[SocketUnit, ...]:
    """The sockets in the text of `COMMAND`."""
    sockets: list[SocketUnit] = []
    for block in text.split("\n\n")[:MOST_UNITS]:
        pairs = [(key, value) for key, _, value in (line.partition("=") for line in block.splitlines())]
        named = dict(pairs)
        unit = safe_text(named.get("Id", ""), limit=256)
        service = safe_text(next(iter(named.get("Triggers", "").split()), ""), limit=256) or None
        for match in (_LISTEN.fullmatch(value) for key, value in pairs if key == "Listen"):
            if match and unit:
                proto = _KINDS[match["kind"]]
                sockets.append(SocketUnit(unit, service, proto, match["address"] or "", int(match["port"])))
    return tuple(sockets)


def with_units(rows: Iterable[Listener], sockets: tuple[SocketUnit, ...]) -> list[Listener]:
    """The rows; those that systemd holds with the unit that they are for, and the service that it starts."""
    return [_with_unit(row, sockets) for row in rows]


def _with_unit(row: Listener, sockets: tuple[SocketUnit, ...]) -> Listener:
    if not row.is_systemds:
        return row
    fitting = [one for one in sockets if (one.proto, one.port) == (row.proto, row.port) and _is_at(one.address, row.address)]
    own = next((one for one in fitting if row.unit in {None, one.unit}), None)
    return replace(row, unit=own.unit, activates=own.service) if own else row


def _is_at(named: str, address: str) -> bool:
    if not named or is_unspecified(named):
        return is_unspecified(address)
    return same_address(named, address)
