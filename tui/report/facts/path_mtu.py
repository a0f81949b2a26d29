"""PathMtu in words."""

from collections.abc import Iterator

from tui.model.address import endpoint
from tui.model.facts import PathMtu
from tui.model.requests import MeasureMtu
from tui.report.sentences import check_sentence, fact_sentence

_WHOLE = {True: "whole", False: "only in part"}
_FULL_SIZE = {"pass": "packets of full size arrive", "vanish": "packets of full size vanish while small ones are answered"}


@check_sentence.register
def _of_path_mtu(request: MeasureMtu) -> str:
    return f"whether large packets pass to and from {endpoint(request.address, request.port)}"


@fact_sentence.register
def _mtu(fact: PathMtu) -> str:
    """What it says, without a full stop."""
    return f"{endpoint(fact.address, fact.port)}: {'; '.join(_parts(fact))}"


def _parts(fact: PathMtu) -> Iterator[str]:
    if fact.answered is not None:
        yield f"{_answer_words(fact.answered, fact.answer_bytes)} in segments of up to {fact.mss or '?'} bytes"
    if fact.clamped_answered is not None:
        small = f"in segments of up to {fact.clamped_mss or '?'}"
        yield f"{_answer_words(fact.clamped_answered, fact.clamped_answer_bytes)} {small}"
    if fact.full_size == "reported":
        yield f"{fact.reported_by} reports that its next link takes {fact.reported_mtu} bytes"
    elif fact.full_size in _FULL_SIZE:
        yield _FULL_SIZE[fact.full_size]
    if fact.large != "not-sent":
        large = f"{fact.large_bytes} bytes in segments of up to {fact.mss or '?'} were {_write_words(fact.large)}"
        yield f"{large}, in segments of up to {fact.clamped_mss or '?'} they were {_write_words(fact.clamped_large)}"
    if fact.path_mtu_before:
        yield f"the kernel remembers a path of {fact.path_mtu_before} bytes"
    elif fact.path_mtu:
        yield f"meanwhile the kernel has learnt of a path of {fact.path_mtu} bytes, and keeps to it for ten minutes"


def _answer_words(whole: bool, received: int) -> str:
    return f"its answer came {_WHOLE[whole]} ({received} bytes)" if received else "no answer came"


def _write_words(write: str) -> str:
    words = {"stalled": "not acknowledged", "not-sent": "not sent", "ended": "cut off by the peer", "reported": "too large"}
    return words.get(write, write)
