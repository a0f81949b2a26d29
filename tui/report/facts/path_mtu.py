"""PathMtu in words."""

from tui.model.address import endpoint
from tui.model.facts import PathMtu
from tui.model.requests import MeasureMtu
from tui.report.sentences import check_sentence, fact_sentence

_ANSWERED = {True: ", and it was answered", False: ", and no answer came", None: ""}


@check_sentence.register
def _of_path_mtu(request: MeasureMtu) -> str:
    return f"whether large packets reach {endpoint(request.address, request.port)}"


@fact_sentence.register
def _mtu(fact: PathMtu) -> str:
    """What it says, without a full stop."""
    usual = f"{fact.large_bytes} bytes in segments of up to {fact.mss or '?'} were {_write_words(fact.large, fact.answered)}"
    clamped = (
        f"in segments of up to {fact.clamped_mss or '?'} they were {_write_words(fact.clamped_large, fact.clamped_answered)}"
    )
    return f"{endpoint(fact.address, fact.port)}: a small write was {fact.small}, {usual}; {clamped}"


def _write_words(write: str, answered: bool | None) -> str:
    done = {"stalled": "not acknowledged", "not-sent": "not sent", "ended": "cut off by the peer"}.get(write, write)
    return f"{done}{_ANSWERED[answered]}"
