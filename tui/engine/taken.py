"""Checks that were made before a walk began, so that it need not make them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.engine.runner import Check, OnFact
    from tui.model.facts import AnyFact
    from tui.model.requests import AnyRequest

    Taken = Mapping[AnyRequest, AnyFact]
    """What each of these checks saw."""


def beginning_with(taken: Taken, check: Check) -> Check:
    """Checks as `check` makes them, except that each of `taken` gives its known fact the first time that it is asked for."""
    left = dict(taken)

    async def known_or_checked(request: AnyRequest, on_fact: OnFact) -> None:
        fact = left.pop(request, None)
        if fact is None:
            await check(request, on_fact)
        else:
            on_fact(fact)

    return known_or_checked
