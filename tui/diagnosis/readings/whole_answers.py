"""Readings of a case: whether the answer to GET came to its end, where a web server has answered HEAD.

Law: an answer that is slow, or a stream, has no end within the moment of a look; one that is cut off has broken its own word.
"""

from tui.diagnosis.readings import replies
from tui.model.case import Case
from tui.model.facts import PathMtu


def unfinished(case: Case) -> dict[str, PathMtu]:
    """The addresses that answered HTTP, and then GET not to its end, neither in large segments nor in small ones."""
    return {address: mtu for address, mtu in _newest(case).items() if mtu.answered is False and mtu.clamped_answered is False}


def cut_off(case: Case) -> dict[str, PathMtu]:
    """The addresses whose answer to GET ended before the length that it promised."""
    return {address: mtu for address, mtu in _newest(case).items() if mtu.cut_off}


def unfinished_words(case: Case, mtu: PathMtu) -> str:
    """`GET /report was answered with 187 bytes in two seconds, and not to its end`, without a full stop."""
    came = f"with {mtu.answer_bytes} bytes in two seconds, and not to its end" if mtu.answer_bytes else "nothing in two seconds"
    return f"GET {case.tcp.asks_for} was answered {came}"


def cut_off_words(case: Case, mtu: PathMtu) -> str:
    """`the answer to GET /report ended after 187 bytes, before its own length`, without a full stop."""
    return f"the answer to GET {case.tcp.asks_for} ended after {mtu.answer_bytes} bytes, before its own length"


def _newest(case: Case) -> dict[str, PathMtu]:
    """The newest exchange of a whole answer with each address that answers HTTP."""
    web = replies.https(case)
    return {mtu.address: mtu for mtu in case.all(PathMtu) if mtu.address in web and mtu.port == case.tcp.port}
