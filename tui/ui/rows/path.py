"""The path: the route and neighbour that are used, whether the machine answers an echo, and who answers at which hop."""

from typing import TypeVar

from tui.model.case import Case
from tui.model.facts import AnyFact, Echo, Firewall, Hop, Neighbour, PathMtu, ResetOrigin, Route, UnixPath
from tui.report.sentences import fact_words
from tui.report.words import took
from tui.ui.rows.step import StepRow
from tui.ui.rows.text import Tone, labelled

GUTTER = 8
_ALSO: dict[type[Firewall | ResetOrigin | PathMtu], str] = {Firewall: "rules", ResetOrigin: "reset", PathMtu: "mtu"}
_HOP_TONES = {"refused": Tone.BAD, "rejected": Tone.BAD, "unreachable": Tone.BAD, "silent": Tone.MUTED, "connected": Tone.GOOD}


def path(case: Case, width: int) -> list[StepRow]:
    """The rows, kind by kind; of each look the newest."""
    rows: list[StepRow] = []
    for one in _newest(case.all(UnixPath), "path"):
        good = one.type == "socket" and one.listening is not False and not one.barrier
        rows += _rows("path", fact_words(one), width, Tone.PLAIN if good else Tone.BAD, one.command)
        rows += _rows("holder", f"{one.holder}, pid {one.holder_pid}", width, Tone.PLAIN, "") if one.holder else []
        for other in one.look_alikes:
            rows += _rows("like it", other, width, Tone.PLAIN, "")
    for route in _newest(case.all(Route)):
        tone = Tone.PLAIN if route.type in {"unicast", "local"} else Tone.BAD
        text = route.text or fact_words(route)
        rows += _rows("route", text, width, tone, route.command)
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


def hop_words(hop: Hop) -> str:
    """Who answered at this distance, and with what."""
    said = hop.outcome.replace("-", " ")
    time = f", {took(hop.rtt_ms)}" if hop.rtt_ms is not None else ""
    return f"{hop.sender or 'nobody'}: {said}{time}"


F = TypeVar("F", bound=AnyFact)


def _newest(facts: tuple[F, ...], place: str = "address") -> list[F]:
    """The newest fact about each address, or path."""
    return list({getattr(one, place): one for one in facts}.values())


def _rows(label: str, text: str, width: int, tone: Tone, command: str) -> list[StepRow]:
    first, *rest = labelled(label, text, width, tone, gutter=GUTTER)
    return [StepRow(first, command=command), *(StepRow(one) for one in rest)]
