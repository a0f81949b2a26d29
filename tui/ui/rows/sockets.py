"""The listening sockets: those that matter to the target first and marked, then all others, sorted and filtered."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tui.diagnosis import views
from tui.diagnosis.likely_ports import slips
from tui.diagnosis.tree import service_name
from tui.model.case import Case
from tui.model.facts import Listener, Listeners
from tui.model.schemes import family_of_port, family_of_program, family_of_scheme
from tui.ui.rows.text import Line, Span, Tone, columns, line, muted, strong

SORTS = ("port", "who", "address", "queue")
"""The orders that the panel goes through."""
WIDE_ENOUGH_FOR_QUEUE, WIDE_ENOUGH_FOR_USER = 52, 68
_UNRELATED = 9


class Socket(NamedTuple):
    """A row: a listener and how closely it concerns the target (smaller is closer)."""

    key: str
    listener: Listener
    matters: int


def sockets(table: Listeners | None, case: Case, *, sort: str = "port", wanted: str = "") -> list[Socket]:
    """The rows, those that matter first; `wanted` is a text that must occur in the row."""
    if table is None:
        return []
    rank = _ranking(case)
    shown = (one for one in table.listeners if not wanted or wanted.lower() in searched(one))
    return sorted((Socket(_key(one), one, rank(one)) for one in shown), key=_order(sort))


def _key(one: Listener) -> str:
    return f"{one.proto} {one.address} {one.port} {one.inode}"


def searched(one: Listener) -> str:
    """What the filter looks into."""
    return f"{one.proto} {one.address}:{one.port} {one.who} {one.user or ''} {one.command or ''}".lower()


def _order(sort: str) -> Callable[[Socket], tuple[object, ...]]:
    match sort:
        case "who":
            return lambda row: (row.matters, row.listener.who.lower(), row.listener.port)
        case "address":
            return lambda row: (row.matters, row.listener.address, row.listener.port)
        case "queue":
            return lambda row: (row.matters, -(row.listener.queue or 0), row.listener.port)
        case _:
            return lambda row: (row.matters, row.listener.port, row.listener.proto, row.listener.address)


def _ranking(case: Case) -> Callable[[Listener], int]:
    """How closely a listener concerns the target: its port, its service, a port that is a slip away."""
    target = case.target
    if target.port is None:
        return lambda _one: _UNRELATED
    port, service = target.port, service_name(case)
    family = family_of_scheme(target.scheme) or family_of_port(port)
    near = frozenset((*slips(port), *(family.ports if family else ())))

    def rank(one: Listener) -> int:
        if one.port == port:
            return 0 if one.proto == "tcp" else 1
        if service and service.lower() in searched(one):
            return 2
        if family and family_of_program(one.process) is family:
            return 3
        return 4 if one.port in near and one.proto == "tcp" else _UNRELATED

    return rank


def heads(width: int, sort: str = "") -> Line:
    """The names of the columns; the one that is sorted by is marked."""
    names = (strong(f"{name}▾") if name and name == sort else muted(name) for name in ("", *_names(width)))
    return columns(zip(names, _rooms(width), strict=True))


def sort_at(cell: int, width: int) -> str | None:
    """The order that the column at this cell of the head stands for; None where it stands for none."""
    end = 0
    for name, room in zip(("", *_names(width)), _rooms(width), strict=True):
        end += room + 1
        if cell < end:
            return name if name in SORTS else None
    return None


def socket_line(row: Socket, width: int) -> Line:
    """One row, in `width` cells."""
    one = row.listener
    near = row.matters < _UNRELATED
    tone = Tone.ACCENT if row.matters <= 1 else Tone.STRONG if near else Tone.PLAIN
    cells = [Span(text, tone) for text in ("▸" if near else " ", one.proto, one.address, str(one.port))]
    if width >= WIDE_ENOUGH_FOR_QUEUE:
        cells.append(Span(queue(one), _full(one)))
    if width >= WIDE_ENOUGH_FOR_USER:
        cells.append(Span(one.user or "?", tone))
    who = one.who if width >= WIDE_ENOUGH_FOR_QUEUE or not one.process else f"{one.process} {one.pid or ''}"
    return columns(zip([*cells, Span(who, tone)], _rooms(width), strict=True))


def queue(one: Listener) -> str:
    """Connections that wait against their limit: `0/128`."""
    return "" if one.queue is None else f"{one.queue}/{'?' if one.queue_limit is None else one.queue_limit}"


def _full(one: Listener) -> Tone:
    return Tone.BAD if one.queue and one.queue_limit is not None and one.queue >= one.queue_limit else Tone.MUTED


def _names(width: int) -> Iterable[str]:
    yield from ("net", "address", "port")
    if width >= WIDE_ENOUGH_FOR_QUEUE:
        yield "queue"
    if width >= WIDE_ENOUGH_FOR_USER:
        yield "user"
    yield "who"


def _rooms(width: int) -> list[int]:
    """The width of each column; the address and the owner share what is left."""
    fixed = [1, 3, 0, 5]
    if width >= WIDE_ENOUGH_FOR_QUEUE:
        fixed.append(8)
    if width >= WIDE_ENOUGH_FOR_USER:
        fixed.append(10)
    left = max(width - sum(fixed) - len(fixed), 4)
    fixed[2] = min(max(left * 45 // 100, 9), 24)
    return [*fixed, max(left - fixed[2], 1)]


def detail(one: Listener) -> str:
    """Everything that is known of one socket, for the line below the table."""
    parts = [one.who, f"user {one.user}" if one.user else "", one.unit or "", one.container or ""]
    parts += [f"queue {queue(one)}" if one.queue is not None else "", f"on {one.device}" if one.device else "", one.command or ""]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def notes(table: Listeners | None, shown: int, wanted: str) -> list[Line]:
    """What the table does not show, and what would."""
    if table is None:
        return []
    lines: list[Line] = []
    if wanted:
        lines.append(line(muted(f"filter {wanted!r}: {shown} of {len(table.listeners)}, Esc clears it")))
    if not table.owners_known:
        lines.append(line(muted("looking for the owners")))
    elif table.hidden_owners:
        lines.append(line(Span(hidden_words(table.hidden_owners), Tone.WARN)))
    if table.cut:
        lines.append(line(muted(f"{table.cut} more sockets were left out")))
    return lines


def empty_words(case: Case) -> str:
    """What to say where there is no table."""
    unix = case.target.transport == "unix"
    return "The target is a socket in the file system; who listens on it stands under Path." if unix else "Not looked at yet."


def hidden_words(number: int) -> str:
    """How many owners could not be seen, and who might see them; a root inside a container may not either."""
    return "1 owner hidden: root may see it" if number == 1 else f"{number} owners hidden: root may see them"


def newest_table(case: Case) -> Listeners | None:
    """The newest table of this machine, or of the vantage that was chosen."""
    chosen = next(iter(case.options.servers), None)
    return (views.listeners(case, chosen) if chosen else None) or views.listeners(case)
