"""The two kinds of attempts, as one."""

import msgspec

from tui.model.case import Case
from tui.model.facts import AnyFact, Attempt, Outcome, TcpAttempt, UnixAttempt
from tui.model.target import parse_target

TCP = TcpAttempt(address="::1", port=80, outcome=Outcome.REFUSED, latency_ms=1)
UNIX = UnixAttempt(path="/run/app.sock", outcome=Outcome.REFUSED, latency_ms=1)


def test_what_was_tried() -> None:
    """A symptom is an address or a path; a label is the address with its port, or the path."""
    assert (TCP.where, TCP.label) == ("::1", "[::1]:80")
    assert (UNIX.where, UNIX.label) == ("/run/app.sock", "/run/app.sock")


def test_a_case_gives_both_by_their_base() -> None:
    """Attempts of either kind are found by what they have in common, and each by its own kind."""
    case = Case(target=parse_target("[::1]:80"), facts=(TCP, UNIX))

    assert case.all(Attempt) == (TCP, UNIX)
    assert case.all(UnixAttempt) == (UNIX,)


def test_a_record_keeps_their_kinds() -> None:
    """Each is written under a kind of its own and read back as what it was."""
    written = msgspec.json.encode((TCP, UNIX))

    assert [one["kind"] for one in msgspec.json.decode(written)] == ["attempt", "unix-attempt"]
    assert msgspec.json.decode(written, type=tuple[AnyFact, ...]) == (TCP, UNIX)
