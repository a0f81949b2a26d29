"""The kernel's counters are read from their pairs of lines, whatever else stands there."""

from hypothesis import given
from hypothesis import strategies as st

from tui.probes.kernel.kernel_counters import failed_retransmissions, read_counter, resets_sent, risen

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


def test_a_counter_that_was_set_back_has_not_risen() -> None:
    """A namespace that was made anew counts from nothing."""
    assert (risen(None, 3), risen(3, None), risen(5, 3), risen(3, 5)) == (None, None, 0, 2)


def test_groups_of_one_beginning_are_kept_apart() -> None:
    """`Tcp` is not `TcpExt`, and a negative value, as MaxConn has it, is no count."""
    text = "TcpExt: OutRsts\nTcpExt: 9\nTcp: MaxConn OutRsts\nTcp: -1 4\n"

    assert read_counter(text, "OutRsts", group="Tcp") == 4
    assert read_counter(text, "MaxConn", group="Tcp") is None


def test_this_machines_resets_are_counted() -> None:
    """Any user may read how many resets its TCP has sent."""
    assert resets_sent() is not None
