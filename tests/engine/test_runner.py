"""From a request to its probe: with a deadline, on the schedule that it asks for, and with defects contained."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from tui.engine import runner, setup
from tui.engine.runner import check, checks_on, probe_for
from tui.model.facts import Addresses, AnyFact, NotObserved, Outcome, Quiet, TcpAttempt, UnixAttempt
from tui.model.options import Options
from tui.model.requests import AnyRequest, Connect, ConnectUnix, ListAddresses, ListListeners, Request
from tui.model.target import parse_target
from tui.probes.kernel.system_view import SystemView

SYSTEM = SystemView()


async def _told(request: AnyRequest) -> list[AnyFact]:
    told: list[AnyFact] = []
    await check(request, told.append, system=SYSTEM)
    return told


async def test_what_a_probe_sees_is_told_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fact of the probe, which is given the request and the system, in order."""
    given: list[object] = []

    async def probe(request: AnyRequest, system: SystemView) -> AsyncIterator[AnyFact]:
        given.extend([request, system])
        yield Addresses(addresses=(), down=("a",))
        yield Addresses(addresses=(), down=("b",))

    monkeypatch.setattr(runner, "probe_for", lambda _request: SimpleNamespace(check=probe))
    told: list[AnyFact] = []
    await checks_on(SYSTEM)(ListAddresses(), told.append)

    assert told == [Addresses(addresses=(), down=("a",)), Addresses(addresses=(), down=("b",))]
    assert given == [ListAddresses(), SYSTEM]


async def test_a_probe_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it saw before the deadline is kept, and that it was given up is a fact."""
    monkeypatch.setattr(runner, "LONGEST_CHECK_S", 0.01)

    async def probe(_request: AnyRequest, _system: SystemView) -> AsyncIterator[AnyFact]:
        yield Addresses(addresses=())
        await asyncio.Event().wait()

    monkeypatch.setattr(runner, "probe_for", lambda _request: SimpleNamespace(check=probe))

    assert await _told(ListAddresses()) == [
        Addresses(addresses=()),
        NotObserved(request=ListAddresses(), reason="It took too long and was given up."),
    ]


async def test_a_defect_of_a_probe_is_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is told in words that fit a line, shortened, and raises nothing."""

    async def probe(_request: AnyRequest, _system: SystemView) -> AsyncIterator[AnyFact]:
        raise ValueError("no\x1b[31m such thing " + "x" * 1000)
        yield Addresses(addresses=())

    monkeypatch.setattr(runner, "probe_for", lambda _request: SimpleNamespace(check=probe))
    (fact,) = await _told(ListAddresses())

    assert isinstance(fact, NotObserved)
    assert fact.request == ListAddresses()
    assert fact.reason.startswith("The check itself failed: ValueError: no")
    assert "\x1b" not in fact.reason
    assert len(fact.reason) <= 301


async def test_a_schedule_of_attempts_has_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts take as long as they were asked to; of a quiet one on a TCP port that is told first, of a Unix socket not."""
    monkeypatch.setattr(runner, "LONGEST_CHECK_S", 0.0)
    monkeypatch.setattr("tui.engine.quiet.QUIET_AFTER_S", 0.0)

    async def tcp(_request: AnyRequest, _number: int) -> TcpAttempt:
        await asyncio.sleep(0.02)
        return TcpAttempt(address="127.0.0.1", port=9, outcome=Outcome.REFUSED, latency_ms=20.0)

    async def unix(_request: AnyRequest, _number: int) -> UnixAttempt:
        await asyncio.sleep(0.02)
        return UnixAttempt(path="/run/x", outcome=Outcome.REFUSED, latency_ms=20.0)

    monkeypatch.setattr(runner, "probe_for", lambda _request: SimpleNamespace(attempt=tcp))
    assert [type(fact) for fact in await _told(Connect(address="127.0.0.1", port=9, attempts=2))] == [
        Quiet,
        TcpAttempt,
        TcpAttempt,
    ]
    monkeypatch.setattr(runner, "probe_for", lambda _request: SimpleNamespace(attempt=unix))
    assert [type(fact) for fact in await _told(ConnectUnix(path="/run/x", attempts=2))] == [UnixAttempt, UnixAttempt]


def test_a_request_goes_to_the_probe_that_bears_its_name() -> None:
    """Below the probes, or below the vantages where it goes through a prefix; one that no module answers is an error."""

    class Unknown(Request, frozen=True, kw_only=True, tag="no-such-probe"):
        """A request that nobody answers."""

    assert probe_for(ListListeners()).__name__.startswith("tui.probes.")
    assert probe_for(ListListeners(vantage="ssh db")).__name__.startswith("tui.vantage.")
    with pytest.raises(KeyError):
        probe_for(Unknown())  # type: ignore[arg-type]


async def test_this_machine_is_walked_as_it_is() -> None:
    """Without another's eyes, what was looked at before is taken along; with them it says nothing."""
    target = parse_target("127.0.0.1:9")
    taken: dict[AnyRequest, AnyFact] = {ListAddresses(): Addresses(addresses=())}
    context = SimpleNamespace(system=SYSTEM, who="process 50")

    async with setup.as_it_is(target, Options(attempts=7), taken=taken)() as own:
        assert (own.target, own.options, own.who, own.taken) == (target, Options(attempts=7), "", taken)
    async with setup.as_it_is(target, Options(), context=context, taken=taken)() as other:  # type: ignore[arg-type]
        assert (other.system, other.who, other.taken) == (SYSTEM, "process 50", {})


def test_the_vantage_names_the_machine_and_whose_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's name, behind the one whose eyes are used; no control character of a name gets through, nor a long one."""
    monkeypatch.setattr("socket.gethostname", lambda: "shop\x1b[31m" + "x" * 200)

    assert setup.vantage().startswith("shop")
    assert "\x1b" not in setup.vantage()
    assert len(setup.vantage()) <= 81
    assert setup.vantage("process 50") == f"process 50 on {setup.vantage()}"
