"""The path: the route and neighbour in use, whether the machine answers an echo request, and who answers at which hop."""

from typing import TypeVar

from tui.model.case import Case
from tui.model.facts import (
    AddressOwners,
    AnyFact,
    Device,
    Echo,
    Firewall,
    Hop,
    Idle,
    Neighbour,
    PathMtu,
    ResetOrigin,
    Route,
    UnixPath,
)
from tui.report.sentences import fact_words
from tui.report.words import took
from tui.ui.rows.step import StepRow
from tui.ui.rows.text import Tone, labelled

GUTTER = 8
_ALSO: dict[type[Firewall | ResetOrigin | PathMtu | AddressOwners | Idle], str] = {
    AddressOwners: "answers",
    Firewall: "rules",
    ResetOrigin: "reset",
    PathMtu: "mtu",
    Idle: "idle",
}
_HOP_TONES = {"refused": Tone.BAD, "rejected": Tone.BAD, "unreachable": Tone.BAD, "silent": Tone.MUTED, "connected": Tone.GOOD}


def path(case: Case, width: int) -> list[StepRow]:
    """The rows, kind by kind; only the newest fact of each check."""
    rows: list[StepRow] = []
    for unix_path in _newest(case.all(UnixPath), "path"):
        good = unix_path.type == "socket" and unix_path.listening is not False and not unix_path.barrier
        rows += _rows("path", fact_words(unix_path), width, Tone.PLAIN if good else Tone.BAD, unix_path.command)
        rows += (
            _rows("holder", f"{unix_path.holder}, pid {unix_path.holder_pid}", width, Tone.PLAIN, "") if unix_path.holder else []
        )
        for other in unix_path.look_alikes:
            rows += _rows("like it", other, width, Tone.PLAIN, "")
    for route in _newest(case.all(Route)):
        tone = Tone.PLAIN if route.type in {"unicast", "local"} else Tone.BAD
        text = route.text or fact_words(route)
        rows += _rows("route", text, width, tone, route.command)
    rows += _into(case, width)
    for neighbour in _newest(case.all(Neighbour)):
        tone = Tone.BAD if neighbour.state in {"failed", "incomplete"} else Tone.PLAIN
        mac = f" {neighbour.mac}" if neighbour.mac else ""
        rows += _rows(
            "link", f"{neighbour.address} on {neighbour.device} is {neighbour.state}{mac}", width, tone, neighbour.command
        )
    for echo in _newest(case.all(Echo)):
        rows += _rows("echo", fact_words(echo), width, Tone.GOOD if echo.received else Tone.WARN, echo.command)
    for kind, label in _ALSO.items():
        for fact in _newest(case.all(kind)):
            rows += _rows(label, fact_words(fact), width, Tone.PLAIN, fact.command)
    hops = case.all(Hop)
    for number, hop in enumerate(hops):
        if number and hop.address != hops[number - 1].address:
            rows += _rows("to", hop.address, width, Tone.STRONG, "")
        rows += _rows(f"hop {hop.ttl}", hop_words(hop), width, _HOP_TONES.get(hop.outcome, Tone.PLAIN), hop.command)
    return rows


def _into(case: Case, width: int) -> list[StepRow]:
    """The bridges and tunnels of this machine that a route leads into."""
    devices = [device for device in _newest(case.all(Device)) if device.leads_into]
    return [row for device in devices for row in _rows("into", fact_words(device), width, Tone.WARN, device.command)]


def hop_words(hop: Hop) -> str:
    """Who answered at this distance, and how."""
    outcome = hop.outcome.replace("-", " ")
    time = f", {took(hop.rtt_ms)}" if hop.rtt_ms is not None else ""
    return f"{hop.sender or 'nobody'}: {outcome}{time}"


F = TypeVar("F", bound=AnyFact)


def _newest(facts: tuple[F, ...], attribute: str = "address") -> list[F]:
    """The newest fact about each address, or other `attribute`."""
    return list({getattr(fact, attribute): fact for fact in facts}.values())


def _rows(label: str, text: str, width: int, tone: Tone, command: str) -> list[StepRow]:
    first, *rest = labelled(label, text, width, tone, gutter=GUTTER)
    return [StepRow(first, command=command), *(StepRow(row) for row in rest)]
