"""What was looked at before the walk is told, and not looked at again."""

from tui.engine.runner import OnFact
from tui.engine.taken import beginning_with
from tui.model.facts import AnyFact, Route
from tui.model.requests import AnyRequest, ListListeners, LookUpRoute

KNOWN = LookUpRoute(address="10.0.0.1")
SEEN = Route(address="10.0.0.1", type="unicast")


async def test_a_look_that_was_taken_is_told_once() -> None:
    """The first time it is asked for it is told as it was seen; a repetition, and every other look, is taken."""
    looked: list[AnyRequest] = []
    told: list[AnyFact] = []

    async def check(request: AnyRequest, _tell: OnFact) -> None:
        looked.append(request)

    look = beginning_with({KNOWN: SEEN}, check)
    for request in (KNOWN, ListListeners(), KNOWN):
        await look(request, told.append)

    assert told == [SEEN]
    assert looked == [ListListeners(), KNOWN]
