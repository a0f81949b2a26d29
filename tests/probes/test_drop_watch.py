"""What a kernel drops with attempts and without, as its files show it; the lab plays it against real filters."""

import asyncio
import shlex
import sys
from pathlib import Path

import pytest

from tests.probes.loopback import closed_port, descriptors, silent_port
from tui.model.facts import AnyFact, DropWatch, NotObserved
from tui.model.requests import WatchDrops
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets import drop_watch
from tui.vantage import drop_watch as drop_watch_there


async def _watched(port: int, proc: Path = Path("/proc")) -> AnyFact:
    request = WatchDrops(address="127.0.0.1", port=port)
    (fact,) = [fact async for fact in drop_watch.check(request, SystemView(proc=proc))]
    return fact


async def test_both_whiles_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What rises before an attempt is made is told from what rises while they are made."""
    monkeypatch.setattr(drop_watch, "WHILE_S", 0.05)
    (tmp_path / "net").mkdir()
    (tmp_path / "sys/net/ipv4/conf/eth1").mkdir(parents=True)
    (tmp_path / "sys/net/ipv4/conf/eth1/rp_filter").write_text("1\n")
    netstat = tmp_path / "net/netstat"
    netstat.write_text("TcpExt: IPReversePathFilter\nTcpExt: 5\n")

    async def drop(fact: asyncio.Task[AnyFact]) -> None:
        await asyncio.sleep(0.02)
        netstat.write_text("TcpExt: IPReversePathFilter\nTcpExt: 6\n")
        await asyncio.sleep(0.06)
        netstat.write_text("TcpExt: IPReversePathFilter\nTcpExt: 14\n")
        await fact

    with closed_port("127.0.0.1") as port:
        watching = asyncio.create_task(_watched(port, tmp_path))
        await drop(watching)
    fact = watching.result()

    assert isinstance(fact, DropWatch)
    assert (fact.quiet.reverse_path, fact.busy.reverse_path, fact.busy.tracking) == (1, 8, None)
    assert fact.strict == ("eth1",)
    assert fact.tried >= drop_watch.AT_ONCE


async def test_without_counters_nothing_is_said(tmp_path: Path) -> None:
    """Another system than Linux has no such files."""
    assert isinstance(await _watched(1, tmp_path), NotObserved)


async def test_the_attempts_end_with_the_watch() -> None:
    """A silent port keeps no socket of ours, and the number of SYNs has a bound."""
    with silent_port("127.0.0.1") as port:
        before = descriptors()
        async with drop_watch.attempts(WatchDrops(address="127.0.0.1", port=port)) as sent:
            await asyncio.sleep(0.1)
        assert descriptors() == before
    assert len(sent) == drop_watch.AT_ONCE


@pytest.mark.parametrize(
    ("settings", "strict"),
    [
        ({"all": "0", "default": "1", "lo": "1", "eth0": "1", "eth1": "0"}, ("eth0",)),
        ({"all": "1", "eth0": "0", "eth1": "2"}, ("eth0",)),
        ({"all": "2", "eth0": "1"}, ()),
        ({}, ()),
    ],
)
def test_the_greater_value_counts(settings: dict[str, str], strict: tuple[str, ...]) -> None:
    """Loose beats strict beats off, and what is meant for interfaces to come says nothing of those that are there."""
    assert drop_watch.strict_interfaces(settings) == strict


async def test_the_other_end_is_read_by_a_shell() -> None:
    """The script runs in any POSIX shell, and what it prints is read as the files here; a prefix that fails says why."""
    shell = shlex.join([sys.executable, "-c", "import os, sys; os.execvp('sh', sys.argv[1:])"])
    with closed_port("127.0.0.1") as port:
        request = WatchDrops(address="127.0.0.1", port=port, source="127.0.0.1", vantage=shell)
        (fact,) = [fact async for fact in drop_watch_there.check(request, SystemView())]
        broken = WatchDrops(address="127.0.0.1", port=port, vantage="false")
        (gap,) = [fact async for fact in drop_watch_there.check(broken, SystemView())]

    assert isinstance(fact, DropWatch)
    assert fact.busy.reverse_path is not None
    assert "127.0.0.1" in fact.way_back
    assert isinstance(gap, NotObserved)
