"""The kernel's counters are read from their pairs of lines, whatever else stands there."""

from hypothesis import given
from hypothesis import strategies as st

from tui.probes.kernel.kernel_counters import failed_retransmissions, read_counter

TEXT = "TcpExt: SyncookiesSent TCPRetransFail ListenDrops\nTcpExt: 0 7 2\nIpExt: InNoRoutes\nIpExt: 3\n"


def test_a_counter_is_found_by_its_name() -> None:
    """The value stands in the same column of the next line."""
    assert read_counter(TEXT, "TCPRetransFail") == 7
    assert read_counter(TEXT, "ListenDrops") == 2


def test_an_unknown_counter_is_none() -> None:
    """A counter of another kernel, or of another group, is not guessed."""
    assert read_counter(TEXT, "InNoRoutes") is None
    assert read_counter("", "TCPRetransFail") is None


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    """Nonsense gives no counter, or a number that stands in it."""
    found = read_counter(text, "TCPRetransFail")

    assert found is None or str(found) in text or found >= 0


def test_this_machine_counts() -> None:
    """On Linux the counter is there, for any user."""
    count = failed_retransmissions()

    assert count is not None
    assert count >= 0
