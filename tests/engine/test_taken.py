"""What was checked before the walk is passed on, and not checked again."""

from tui.engine.runner import OnFact
from tui.engine.taken import beginning_with
from tui.model.facts import AnyFact, Route
from tui.model.requests import AnyRequest, ListListeners, LookUpRoute

KNOWN = LookUpRoute(address="10.0.0.1")
SEEN = Route(address="10.0.0.1", type="unicast")


async def test_a_check_that_was_made_is_passed_on_once() -> None:
    """The first time that it is asked for, its fact comes as it was seen; a repetition, and every other check, is made."""
    checked: list[AnyRequest] = []
    facts: list[AnyFact] = []

    async def check(request: AnyRequest, _on_fact: OnFact) -> None:
        checked.append(request)

    check_once = beginning_with({KNOWN: SEEN}, check)
    for request in (KNOWN, ListListeners(), KNOWN):
        await check_once(request, facts.append)

    assert facts == [SEEN]
    assert checked == [ListListeners(), KNOWN]
