"""Answers ReadFirewall; not built yet, which is what it says."""

from collections.abc import AsyncGenerator

from tui.model.facts import AnyFact, NotObserved
from tui.model.requests import ReadFirewall
from tui.probes.surroundings import Surroundings


async def look(request: ReadFirewall, surroundings: Surroundings) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a look's signature
    """Yield that it could not be looked at."""
    yield NotObserved(request=request, reason="This look is not built yet.")
