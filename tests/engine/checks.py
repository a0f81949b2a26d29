"""Scripted checks: what a session's probes would see, without a socket."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from tui.engine.runner import OnFact
from tui.model.facts import AnyFact, Firewall, Listener, Listeners, NotObserved, Outcome, Route, TcpAttempt
from tui.model.requests import AnyRequest, Connect, ListListeners, LookUpRoute, ReadFirewall

Script = Mapping[type, Callable[[AnyRequest], Iterable[AnyFact]]]


class ScriptedChecks:
    """Tells the facts of its script, one a turn of the event loop; remembers what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[AnyRequest] = []
        self.cancelled: list[AnyRequest] = []

    async def __call__(self, request: AnyRequest, on_fact: OnFact) -> None:
        """Make the check."""
        self.asked.append(request)
        try:
            await asyncio.sleep(0)
            if type(request) not in self.script:
                on_fact(NotObserved(request=request, reason="The script has no such check."))
                return
            for fact in self.script[type(request)](request):
                on_fact(fact)
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled.append(request)
            raise


def refused(request: AnyRequest) -> Iterable[AnyFact]:
    """Three refusals by reset."""
    assert isinstance(request, Connect)
    for number in range(1, request.attempts + 1):
        yield TcpAttempt(
            address=request.address,
            port=request.port,
            number=number,
            total=request.attempts,
            purpose=request.purpose,
            outcome=Outcome.REFUSED,
            errno="ECONNREFUSED",
            error_queue="empty",
            latency_ms=0.1,
        )


def local_route(request: AnyRequest) -> Iterable[AnyFact]:
    """The address is this machine's own."""
    assert isinstance(request, LookUpRoute)
    yield Route(address=request.address, type="local", device="lo")


def table(*listeners: Listener) -> Callable[[AnyRequest], Iterable[AnyFact]]:
    """A socket table of these listeners."""
    return lambda _request: [Listeners(listeners=listeners)]


def no_rules(request: AnyRequest) -> Iterable[AnyFact]:
    """A packet filter without a rule."""
    assert isinstance(request, ReadFirewall)
    yield Firewall(address=request.address, port=request.port, answer="does-not-match")


NOTHING_LISTENS: Script = {
    Connect: refused,
    LookUpRoute: local_route,
    ListListeners: table(),
    ReadFirewall: no_rules,
}
