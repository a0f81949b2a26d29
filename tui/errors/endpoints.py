"""From one failure to its endpoints: the proxy that failed first, then what was dialled, then what was asked for."""

from collections.abc import Iterable, Sequence

from msgspec import structs

from tui.errors.failures import FailedConnection, Statement, asked_for, belongs
from tui.errors.patterns import is_literal, same_host
from tui.errors.shape import EndpointMark, Says
from tui.errors.types import Endpoint, Role
from tui.errors.view import TextView
from tui.model.safe_text import safe_text

MOST = 16
"""How many endpoints of one failure are kept: more addresses than any name has."""

_ORDER: tuple[Role, ...] = ("proxy", "bind", "dialled", "upstream", "target")
_STRONGER: tuple[Role, ...] = ("proxy", "bind", "upstream", "target", "dialled")
"""The role to keep when an endpoint has two: what was asked for and dialled directly is the target."""


def endpoints_of(
    failed: FailedConnection, statements: Sequence[Statement], view: TextView, *, by_proxy: bool
) -> tuple[Endpoint, ...]:
    """The endpoints of `failed`, beginning with the one to walk. `by_proxy`: the text blames a proxy."""
    marks = [*failed.telling.marks[::-1], *(mark for statement in reversed(failed.statements) for mark in statement.marks[::-1])]
    extra = [
        mark
        for statement in statements
        if statement.says is Says.TRIED and belongs(failed, statement)
        for mark in statement.marks
    ]
    names = {mark.host.lower() for mark in extra if mark.host and not is_literal(mark.host)}
    extra = extra if len(names) <= 1 else []  # with several names, nothing says which one it is
    variables = [
        mark for statement in statements if statement.says is Says.TRIED for mark in statement.marks if mark.role == "proxy"
    ]
    marks = [_as(mark, "proxy") if any(_leads_to(mark, proxy) for proxy in variables) else mark for mark in marks]
    if by_proxy and not any(mark.role == "proxy" for mark in marks):
        marks = _dialled_is_proxy(marks)
    asked = asked_for(failed, statements)
    if asked:
        wanted = asked.marks[0]
        marks = [_as(mark, "proxy") for mark in marks] if _by_a_detour(marks, wanted) else marks
        marks.append(wanted)
    marks = _addresses_of_names(_with_port(marks + extra))
    merged = _name_first(_merged(sorted(marks, key=lambda mark: _ORDER.index(mark.role))))
    return tuple(_endpoint(mark, view) for mark in merged[:MOST])


def _name_first(marks: list[EndpointMark]) -> list[EndpointMark]:
    """The name before the addresses that were dialled for it: walking the name tries them all, and checks the name too."""
    name = next((mark for mark in marks if mark.role == "target" and mark.host and not is_literal(mark.host)), None)
    dialled = [mark for mark in marks if mark.role == "dialled"]
    if name is None or not dialled or marks[0].role != "dialled":
        return marks
    its_own = all(mark.host and is_literal(mark.host) and mark.port in {None, name.port} for mark in dialled)
    return [name, *(mark for mark in marks if mark is not name)] if its_own else marks


def _leads_to(mark: EndpointMark, proxy: EndpointMark) -> bool:
    """Whether what failed is the configured proxy, or an address dialled at its port."""
    return _same_endpoint(mark, proxy) or (mark.role == "dialled" and mark.port == proxy.port)


def _by_a_detour(marks: Sequence[EndpointMark], wanted: EndpointMark) -> bool:
    """Whether what failed is something else than what was asked for: another port, or another name."""
    if any(mark.host and wanted.host and same_host(mark.host, wanted.host) for mark in marks) or any(mark.path for mark in marks):
        return False
    names = any(mark.host and not is_literal(mark.host) for mark in marks)
    return names or any(mark.port and wanted.port and mark.port != wanted.port for mark in marks)


def _dialled_is_proxy(marks: list[EndpointMark]) -> list[EndpointMark]:
    targets = {mark.port for mark in marks if mark.role == "target"}
    return [_as(mark, "proxy") if mark.role == "dialled" and mark.port not in targets else mark for mark in marks]


def _addresses_of_names(marks: list[EndpointMark]) -> list[EndpointMark]:
    """An address at the same port as a name is what was dialled for that name."""
    named = {mark.port for mark in marks if mark.role == "target" and mark.host and not is_literal(mark.host)}
    return [
        _as(mark, "dialled") if mark.role == "target" and mark.host and is_literal(mark.host) and mark.port in named else mark
        for mark in marks
    ]


def _with_port(marks: list[EndpointMark]) -> list[EndpointMark]:
    """One connection has one port: what the text says for the name holds for the dialled address too, and the reverse."""
    ports = {mark.port for mark in marks if mark.port and mark.role != "proxy"}
    if len(ports) != 1:
        return marks
    port = ports.pop()
    return [
        structs.replace(mark, port=port) if mark.host and not mark.port and mark.role in {"target", "dialled"} else mark
        for mark in marks
    ]


def _merged(marks: Iterable[EndpointMark]) -> list[EndpointMark]:
    kept: list[EndpointMark] = []
    for mark in marks:
        at = next((index for index, earlier in enumerate(kept) if _same_endpoint(earlier, mark)), None)
        if at is None:
            kept.append(mark)
        else:
            kept[at] = _joined(kept[at], mark)
    named = [mark for mark in kept if mark.host or mark.path]
    return sorted(named, key=lambda mark: _ORDER.index(mark.role) if mark.role == "proxy" else 1) if named else kept[:1]


def _joined(one: EndpointMark, other: EndpointMark) -> EndpointMark:
    fuller = one if one.port else other
    role = min(one.role, other.role, key=_STRONGER.index)
    return _as(fuller, role)


def _same_endpoint(one: EndpointMark, other: EndpointMark) -> bool:
    if one.path or other.path:
        return one.path == other.path
    if not (one.host and other.host):
        return one.host == other.host and one.port == other.port
    return same_host(one.host, other.host) and (one.port == other.port or None in {one.port, other.port})


def _as(mark: EndpointMark, role: Role) -> EndpointMark:
    return structs.replace(mark, role=role)


def _endpoint(mark: EndpointMark, view: TextView) -> Endpoint:
    return Endpoint(
        host=mark.host,
        port=mark.port,
        role=mark.role,
        span=view.given(mark.start, mark.end),
        path=safe_text(mark.path) if mark.path else None,
    )
