"""A look that takes a while says when it was taken; where a look does not, the session does."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.probes.loopback import listening
from tests.probes.run_check import facts_of
from tui.model.facts import NotObserved
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    Connect,
    ConnectUnix,
    ExamineProcess,
    FindResetOrigin,
    MeasureMtu,
    ResolveSystem,
    SendEcho,
    TraceHops,
    WatchQueue,
)

LOOKS: dict[str, Callable[[int], AnyRequest]] = {
    "connect": lambda port: Connect(address="127.0.0.1", port=port),
    "connect-unix": lambda _: ConnectUnix(path="/run/nobody/listens"),
    "system-answer of an address": lambda _: ResolveSystem(name="127.0.0.1"),
    "system-answer of a name": lambda _: ResolveSystem(name="localhost"),
    "nameserver-answer": lambda port: AskNameserver(server="127.0.0.1", name="a.test", port=port),
    "echo": lambda _: SendEcho(address="127.0.0.1", count=1),
    "hops": lambda port: TraceHops(address="127.0.0.1", port=port, max_hops=1),
    "reset-origin": lambda _: FindResetOrigin(address="127.0.0.1", port=1),
    "path-mtu": lambda port: MeasureMtu(address="127.0.0.1", port=port, family="HTTP"),
    "process-state": lambda _: ExamineProcess(pid=os.getpid()),
    "process-state through a command": lambda _: ExamineProcess(pid=os.getpid(), vantage="env"),
    "queue-watch": lambda port: WatchQueue(address="127.0.0.1", port=port),
    "queue-watch through a command": lambda port: WatchQueue(address="127.0.0.1", port=port, vantage="env"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_has_its_time(name: str) -> None:
    """Each fact of it has a time in UTC, between the moment before the look and the one after it."""
    with listening("127.0.0.1") as server:
        before = datetime.now(UTC)
        facts = asyncio.run(facts_of(LOOKS[name](server.getsockname()[1])))

    looked = [fact for fact in facts if not isinstance(fact, NotObserved)]
    assert looked
    for fact in looked:
        assert fact.at.endswith("Z")
        assert before <= datetime.fromisoformat(fact.at) <= datetime.now(UTC)
