"""Connections that were held idle, in words."""

from tui.model.address import endpoint
from tui.model.facts import HeldConnection, Idle
from tui.model.requests import HoldIdle
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import listed


@check_sentence.register
def _of_idle(request: HoldIdle) -> str:
    return f"connections to {endpoint(request.address, request.port)} that are held idle for {request.idle_s:g} s"


@fact_sentence.register
def _idle(fact: Idle) -> str:
    held = listed([_words(one) for one in fact.connections])
    return f"of connections to {endpoint(fact.address, fact.port)} held for {fact.idle_s:g} s: {held or 'none was made'}"


def _words(one: HeldConnection) -> str:
    kind = "kept busy" if one.busy else "idle"
    match one.end:
        case "answers":
            return f"one {kind} still answered"
        case "silent":
            return f"one {kind} was silent"
        case "unreachable":
            return f"one {kind} was out of reach"
        case _:
            return f"one {kind} was {one.end} after {one.after_s:g} s"
