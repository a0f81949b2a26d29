"""The listening sockets, sorted and filtered: first those that matter to the target, marked, then all others."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from tui.diagnosis.readings import outcomes
from tui.diagnosis.readings.answers import service_name
from tui.diagnosis.readings.likely_ports import slips
from tui.model.case import Case
from tui.model.facts import Listener, Listeners
from tui.model.schemes import family_of_port, family_of_scheme
from tui.model.target import UnixTarget
from tui.ui.rows.text import Line, Span, Tone, columns, line, muted, strong

SORTS = ("port", "who", "address", "queue")
"""The sort orders that the panel cycles through."""
WIDE_ENOUGH_FOR_QUEUE, WIDE_ENOUGH_FOR_USER = 52, 68
UNRELATED = 9


Ranking = Callable[[Listener], int]
"""How closely a listener concerns the target; smaller is closer, `UNRELATED` means not at all."""


def sockets(table: Listeners, rank: Ranking, *, sort: str = "port", wanted: str = "") -> list[Listener]:
    """The listeners, those that matter first; `wanted` is a text that must occur in a row."""
    shown = [listener for listener in table.listeners if wanted.lower() in searched(listener)] if wanted else table.listeners
    near: list[Listener] = []
    others: list[Listener] = []
    for listener in shown:
        (others if rank(listener) == UNRELATED else near).append(listener)
    order = _order(sort)
    near.sort(key=order)
    near.sort(key=rank)
    others.sort(key=order)
    return near + others


def name_of(listener: Listener) -> str:
    """What identifies a socket from one table to the next."""
    return f"{listener.proto} {listener.address} {listener.port} {listener.inode}"


def searched(listener: Listener) -> str:
    """The text that the filter searches."""
    where = f"{listener.proto} {listener.address}:{listener.port}"
    return f"{where} {listener.who} {listener.user or ''} {listener.command or ''}".lower()


def _order(sort: str) -> Callable[[Listener], Any]:
    match sort:
        case "who":
            return lambda listener: (listener.who.lower(), listener.port)
        case "address":
            return attrgetter("address", "port")
        case "queue":
            return lambda listener: (-(listener.queue or 0), listener.port)
        case _:
            return attrgetter("port", "proto", "address")


def ranking(case: Case) -> Ranking:
    """Ranks by the target's port, its service, and ports that are easily mistyped for it; the same for all rows of one table."""
    target = case.target
    if isinstance(target, UnixTarget):
        return lambda _listener: UNRELATED
    port, service = target.port, (service_name(case) or "").lower()
    family = family_of_scheme(target.scheme) or family_of_port(port)
    programs = frozenset(family.programs if family else ())
    near = frozenset((*slips(port), *(family.ports if family else ())))

    def rank(listener: Listener) -> int:
        if listener.port == port:
            return 0 if listener.proto == "tcp" else 1
        if service and service in searched(listener):
            return 2
        if listener.process in programs:
            return 3
        return 4 if listener.port in near and listener.proto == "tcp" else UNRELATED

    return rank


def heads(width: int, sort: str = "") -> Line:
    """The names of the columns; the one that the rows are sorted by is marked."""
    names = (strong(f"{name}▾") if name and name == sort else muted(name) for name in ("", *_names(width)))
    return columns(zip(names, _rooms(width), strict=True))


def sort_at(cell: int, width: int) -> str | None:
    """The sort order of the column at this cell of the head; None if there is none."""
    end = 0
    for name, room in zip(("", *_names(width)), _rooms(width), strict=True):
        end += room + 1
        if cell < end:
            return name if name in SORTS else None
    return None


def socket_line(listener: Listener, matters: int, width: int) -> Line:
    """One row, in `width` cells; `matters` is its rank."""
    near = matters < UNRELATED
    tone = Tone.ACCENT if matters <= 1 else Tone.STRONG if near else Tone.PLAIN
    cells = [Span(text, tone) for text in ("▸" if near else " ", listener.proto, listener.address, str(listener.port))]
    if width >= WIDE_ENOUGH_FOR_QUEUE:
        cells.append(Span(queue(listener), _full(listener)))
    if width >= WIDE_ENOUGH_FOR_USER:
        cells.append(Span(listener.user or "?", tone))
    who = listener.who if width >= WIDE_ENOUGH_FOR_QUEUE or not listener.process else f"{listener.process} {listener.pid or ''}"
    return columns(zip([*cells, Span(who, tone)], _rooms(width), strict=True))


def queue(listener: Listener) -> str:
    """Waiting connections and their limit: `0/128`."""
    return "" if listener.queue is None else f"{listener.queue}/{'?' if listener.queue_limit is None else listener.queue_limit}"


def _full(listener: Listener) -> Tone:
    return (
        Tone.BAD if listener.queue and listener.queue_limit is not None and listener.queue >= listener.queue_limit else Tone.MUTED
    )


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


def detail(listener: Listener) -> str:
    """Everything that is known about one socket, for the line below the table."""
    parts = [listener.who, f"user {listener.user}" if listener.user else "", listener.unit or "", listener.container or ""]
    parts += [
        f"queue {queue(listener)}" if listener.queue is not None else "",
        f"on {listener.device}" if listener.device else "",
        listener.command or "",
    ]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def notes(table: Listeners | None, shown: int, wanted: str) -> list[Line]:
    """What the table does not show, and what would show it."""
    if table is None:
        return []
    lines: list[Line] = []
    if wanted:
        lines.append(line(muted(f"filter {wanted!r}: {shown} of {len(table.listeners)}, Esc clears it")))
    if not table.owners_known:
        lines.append(line(muted("looking for the owners")))
    elif table.hidden_owners:
        lines.append(line(Span(hidden_words(table.hidden_owners, root_helps=not table.hidden_why), Tone.WARN)))
    if table.omitted:
        lines.append(line(muted(f"{table.omitted} more sockets were left out")))
    return lines


def empty_words(case: Case) -> str:
    """What to say if there is no table."""
    unix = isinstance(case.target, UnixTarget)
    return "The target is a socket in the file system; Path shows who listens on it." if unix else "Not checked yet."


def hidden_words(number: int, *, root_helps: bool = True) -> str:
    """How many owners could not be seen, and who might see them; root inside a container may not either."""
    if not root_helps:
        return "1 owner can't be seen from here" if number == 1 else f"{number} owners can't be seen from here"
    return "1 owner hidden: root may see it" if number == 1 else f"{number} owners hidden: root may see them"


def newest_table(case: Case) -> Listeners | None:
    """The newest table of this machine, or of the vantage point that was chosen."""
    chosen = next(iter(case.options.servers), None)
    return (outcomes.listeners(case, chosen) if chosen else None) or outcomes.listeners(case)
