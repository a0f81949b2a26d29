"""Looks that were taken before a walk began, so that it need not take them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.engine.runner import Check, Tell
    from tui.model.facts import AnyFact
    from tui.model.requests import AnyRequest

    Taken = Mapping[AnyRequest, AnyFact]
    """What each of these looks saw."""


def beginning_with(taken: Taken, check: Check) -> Check:
    """Looks as `check` takes them, but that each of `taken` is told as it was seen the first time that it is asked for."""
    left = dict(taken)

    async def look(request: AnyRequest, tell: Tell) -> None:
        fact = left.pop(request, None)
        if fact is None:
            await check(request, tell)
        else:
            tell(fact)

    return look
