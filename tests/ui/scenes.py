"""Scenes for the screen: scripted checks and a clock of their own, so that every run shows the same."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.ui import checks
from tests.ui.checks import BEGIN
from tests.ui.pictured import PICTURED
from tui.engine.runner import OnFact
from tui.engine.session import Pace, Session
from tui.model.facts import AnyFact, NotObserved, Outcome
from tui.model.frame import Frame
from tui.model.options import Options
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    Connect,
    ConnectUnix,
    ExamineProcess,
    ExamineUnixPath,
    FindResetOrigin,
    ListAddresses,
    ListListeners,
    ListOtherNamespaces,
    LookUpNeighbour,
    LookUpRoute,
    ReadCode,
    ReadConfinement,
    ReadFirewall,
    ReadLimits,
    ReadNameSources,
    ReadProxies,
    ReadService,
    ReadTracking,
    ResolveSystem,
    SendEcho,
    TalkTo,
    TraceHops,
    TryPorts,
)
from tui.model.target import parse_target

Script = Mapping[type, Callable[[AnyRequest], Iterable[AnyFact]]]

COMMON: Script = {
    AskNameserver: checks.answered,
    ConnectUnix: checks.unix_refused,
    ExamineProcess: checks.sleeping,
    ExamineUnixPath: checks.stale_socket,
    FindResetOrigin: checks.origin_of_the_host,
    ListAddresses: checks.own_addresses,
    ListListeners: checks.table(*checks.OTHERS),
    ListOtherNamespaces: checks.nothing_elsewhere,
    LookUpNeighbour: checks.neighbour,
    LookUpRoute: checks.routed,
    ReadCode: checks.client_code,
    ReadConfinement: checks.unconfined,
    ReadFirewall: checks.rules_for_root,
    ReadLimits: checks.room,
    ReadNameSources: checks.named,
    ReadProxies: checks.no_proxy,
    ReadService: checks.no_unit,
    ReadTracking: checks.nothing_tracked,
    ResolveSystem: checks.resolved,
    SendEcho: checks.alive,
    TalkTo: checks.talks,
    TraceHops: checks.three_hops,
    TryPorts: checks.other_ports,
}
REFUSED_ELSEWHERE: Script = {**COMMON, Connect: checks.attempts(Outcome.REFUSED)}
"""Another machine answers with resets; the second nameserver has an old address."""
REFUSED_HERE: Script = {
    **COMMON,
    Connect: checks.attempts(Outcome.REFUSED, latency_ms=0.0),
    ListListeners: checks.table(*checks.OTHERS, checks.POSTGRES),
}
"""This machine answers with resets, and the service is on the neighbouring port."""
NAMED = Options(service="postgres", talk=False)
"""The person has named the service that is on the neighbouring port, and lets nothing be sent to it: no step waits."""
UNSEEN_HERE: Script = {kind: tell for kind, tell in REFUSED_HERE.items() if kind is not ListListeners}
"""This machine answers with resets, and its socket table can't be read."""
SILENT: Script = {**COMMON, Connect: checks.attempts(Outcome.TIMEOUT, latency_ms=3500.0)}
"""Another machine lives, and does not answer on this port."""
WAITING: Script = {**COMMON, Connect: checks.attempts(Outcome.REFUSED, number=1)}
"""The first attempt was refused and the next one is waited for."""
CONNECTS: Script = {**COMMON, Connect: checks.attempts(Outcome.CONNECTED, latency_ms=1.0), AskNameserver: checks.agreed}
"""All is well."""

ELSEWHERE = "postgresql://db-1:5432"
HERE = "postgresql://127.0.0.1:5432"
SOCKET = "unix:///run/app.sock"
CODE = (Frame(path="/srv/app/client.py", line=12, function="connect", language="python", role="user"),)
"""The code that asked, as a stack names it."""


@dataclass
class Clock:
    """A clock that a test sets. It jumps once, behind the first reading, so that a whole walk has one begin and one end."""

    jump_s: float = 0.0
    now: datetime = BEGIN

    def __call__(self) -> datetime:
        """The time of the scene."""
        now = self.now
        self.now += timedelta(seconds=self.jump_s)
        self.jump_s = 0.0
        return now

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Scripted:
    """Looks that tell what a script says; those of the kinds in `held` begin and never end."""

    script: Script
    held: frozenset[type] = frozenset()
    asked: list[AnyRequest] = field(default_factory=list)

    async def __call__(self, request: AnyRequest, tell: OnFact) -> None:
        """Run the check."""
        self.asked.append(request)
        await asyncio.sleep(0)
        if type(request) not in self.script:
            tell(NotObserved(request=request, reason="This scene does not show it."))
            return
        for fact in self.script[type(request)](request):
            tell(fact)
        if type(request) in self.held:
            await asyncio.Event().wait()


def session(
    target: str,
    script: Script,
    *,
    held: Iterable[type] = (),
    options: Options | None = None,
    pace: Pace = Pace.GUIDED,
    clock: Clock | None = None,
    code: tuple[Frame, ...] = (),
) -> Session:
    """A session on scripted checks, whose events all carry the time of the clock."""
    check = Scripted(script, frozenset(held))
    return Session(
        parse_target(target),
        options or (NAMED if script.get(ListListeners) is REFUSED_HERE[ListListeners] else Options()),
        check,
        vantage="web-3",
        clock=clock or Clock(jump_s=7.4),
        pace=pace,
        code=code,
        causes=PICTURED,
    )
