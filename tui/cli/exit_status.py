"""What the program's exit status says. Scripts rely on these numbers: none changes its meaning."""

from __future__ import annotations

from enum import IntEnum

TYPE_CHECKING = False  # --help shows the statuses: it must load neither `typing` nor the model
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from tui.model.judgement import Assessment
    from tui.report.document import Document


class ExitStatus(IntEnum):
    """The statuses, each with its `meaning` in words."""

    REACHABLE = 0, "the target connects and nothing is wrong"
    """The target connects and nothing is wrong."""
    CAUSE_FOUND = (
        1,
        "it fails, or it connects although something is wrong (degraded, intermittent), and a cause is confirmed or likely",
    )
    """It fails, or it connects although something is wrong (degraded, intermittent), and a cause is confirmed or likely."""
    UNUSABLE = 2, "the command line or the target can't be used; one line on standard error says what and how to fix it"
    """The command line or target can't be used (one line on standard error: what and how to fix it)."""
    CAUSE_OPEN = 3, "it fails, or an error text says so and it is not so from here, and the cause stays open"
    """It fails, or an error text says so and it is not so from here, and the cause stays open."""
    INTERRUPTED = 130, "interrupted"
    """Interrupted: 128 and the number of SIGINT, as shells count."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """A member is its number; the meaning is carried along."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


def status_of(found: Assessment | Document) -> ExitStatus:
    """The status for one target. Only `reachable` is 0: a target that connects at times, for no known reason, is not well.

    Nor is it 0 where an error text says that it fails: what it tells is open then.
    """
    if found.status == "reachable":
        return ExitStatus.CAUSE_OPEN if found.contradiction else ExitStatus.REACHABLE
    verdict = found.verdict
    if verdict is not None and verdict.certainty in {"confirmed", "likely"}:
        return ExitStatus.CAUSE_FOUND
    return ExitStatus.CAUSE_OPEN


def highest(statuses: Iterable[ExitStatus]) -> ExitStatus:
    """The status for several targets: the highest of theirs."""
    return max(statuses, default=ExitStatus.REACHABLE)
