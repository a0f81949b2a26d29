"""Readings of the facts: whether the attempts are still under way, so that no verdict is the last word yet."""

from collections.abc import Iterable

from tui.model.facts import AnyFact, Attempt


def so_far(facts: Iterable[AnyFact]) -> str:
    """`so far (attempt 1 of 3)` while a schedule on the target has attempts left; empty once every schedule has ended.

    An attempt after which another one of its schedule follows says when (`next_in_s`).
    """
    newest = {fact.label: fact for fact in facts if isinstance(fact, Attempt) and fact.purpose == "target"}
    left = [attempt for attempt in newest.values() if attempt.next_in_s is not None]
    if not left:
        return ""
    behind = min(left, key=lambda attempt: attempt.number)
    return f"so far (attempt {behind.number} of {behind.total})"
