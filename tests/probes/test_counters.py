"""What the kernel counts: read as it is, and None where it is not there."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import closed_port
from tui.model.facts import AnyFact, Counters, NotObserved
from tui.model.requests import Connect, ReadCounters
from tui.probes.attempts import connect
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import number
from tui.probes.sockets import counters

TRACKING = """entries  found drop insert_failed early_drop
0000000f 00000000 0000000a 00000001 00000000
0000000f 00000000 00000001 00000000 00000000
"""


async def _read(proc: Path) -> AnyFact:
    (fact,) = [fact async for fact in counters.check(ReadCounters(), SystemView(proc=proc))]
    return fact


async def test_a_refusal_of_this_kernel_raises_its_count_of_resets() -> None:
    """On loopback the kernel sends the reset itself, and counts it: in the attempt, and between two readings."""
    before = counters.read(Path("/proc"), "")
    with closed_port("127.0.0.1") as port:
        seen = await connect.attempt(Connect(address="127.0.0.1", port=port), 1)
    after = counters.read(Path("/proc"), "")

    assert seen.resets_sent
    assert before.resets_sent is not None
    assert after.resets_sent is not None
    assert after.resets_sent > before.resets_sent


async def test_every_counter_is_read(tmp_path: Path) -> None:
    """The columns of connection tracking are hexadecimal and of every processor; so are the neighbour tables'."""
    files = {
        "net/snmp": "Tcp: OutRsts\nTcp: 5\n",
        "net/netstat": "TcpExt: ListenDrops IPReversePathFilter TCPTimeWaitOverflow\nTcpExt: 1 2 3\n",
        "net/stat/nf_conntrack": TRACKING,
        "net/stat/arp_cache": "entries table_fulls\n00000004 00000010\n00000004 00000000\n",
        "net/stat/ndisc_cache": "entries table_fulls\n00000001 00000001\n",
        "sys/net/netfilter/nf_conntrack_count": "15\n",
        "sys/net/netfilter/nf_conntrack_max": "16\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    fact = await _read(tmp_path)

    assert isinstance(fact, Counters)
    assert (fact.resets_sent, fact.queue_drops, fact.reverse_path_drops, fact.time_wait_overflows) == (5, 1, 2, 3)
    assert (fact.tracked, fact.tracking_limit, fact.tracking_drops, fact.neighbour_overflows) == (15, 16, 12, 17)


async def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    """Without connection tracking, or in a container, some files are missing; on another system all are, which is said."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net/snmp").write_text("")

    fact = await _read(tmp_path)
    gap = await _read(tmp_path / "none")

    assert isinstance(fact, Counters)
    assert (fact.resets_sent, fact.tracked, fact.tracking_drops, fact.neighbour_overflows) == (None, None, None, None)
    assert isinstance(gap, NotObserved)


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    """Nonsense gives no sum of a column, and no number."""
    assert counters.column_sum(text, "no such column") is None
    assert number(text) is None or number(text) == int(text)
