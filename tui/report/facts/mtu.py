"""PathMtu in words."""

from tui.model.address import endpoint
from tui.model.facts import PathMtu

_ANSWERED = {True: ", and it was answered", False: ", and no answer came", None: ""}


def mtu_words(fact: PathMtu) -> str:
    """What it says, without a full stop."""
    usual = f"{fact.large_bytes} bytes in segments of up to {fact.mss or '?'} were {_said(fact.large, fact.answered)}"
    clamped = f"in segments of up to {fact.clamped_mss or '?'} they were {_said(fact.clamped_large, fact.clamped_answered)}"
    return f"{endpoint(fact.address, fact.port)}: a small write was {fact.small}, {usual}; {clamped}"


def _said(write: str, answered: bool | None) -> str:
    done = {"stalled": "not acknowledged", "not-sent": "not sent", "ended": "cut off by the peer"}.get(write, write)
    return f"{done}{_ANSWERED[answered]}"
