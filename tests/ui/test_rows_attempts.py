"""The attempts: the schedule with its countdown, the plot, each attempt in words."""

from datetime import timedelta

import pytest

from tests.ui import checks
from tests.ui.checks import BEGIN, at
from tests.ui.snapshots import snapshot
from tui.model.facts import AnyFact, IcmpError, Outcome, TcpAttempt
from tui.model.requests import Connect, ConnectUnix
from tui.ui.rows.attempts import attempt_line, detail, newest_first, pending, schedule_words, several_addresses, sign_lines
from tui.ui.rows.plot import BARS, bar, plot
from tui.ui.rows.text import Tone, cells, plain

ATTEMPTS = Connect(address="10.0.3.9", port=5432, attempts=3, delay_s=2.0)


def made(outcome: Outcome, number: int) -> list[AnyFact]:
    """The first attempts of the schedule."""
    return list(checks.attempts(outcome, number=number)(ATTEMPTS))


def now_says(seconds: float, facts: list[AnyFact]) -> list[str]:
    """What the panel says of the schedule so many seconds after it began."""
    known = snapshot("10.0.3.9:5432", facts, under_way=[ATTEMPTS])
    return [one.words for one in pending(known, BEGIN + timedelta(seconds=seconds))]


@pytest.mark.parametrize(
    ("number", "seconds", "words"),
    [
        (0, 2.1, "attempt 1 of 3: trying for 2.1 s"),
        (1, 0.6, "attempt 2 of 3: in 1.5 s"),
        (1, 4.2, "attempt 2 of 3: trying for 2.1 s"),
        (2, 2.4, "attempt 3 of 3: in 1.7 s"),
    ],
)
def test_the_schedule_says_where_it_stands(number: int, seconds: float, words: str) -> None:
    """Counting down to the next attempt, or for how long this one has been hanging."""
    assert now_says(seconds, made(Outcome.REFUSED, number)) == [words]


def test_the_last_attempt_is_followed_by_none() -> None:
    """Once the last attempt was made, none is counted down to."""
    assert now_says(5, made(Outcome.REFUSED, 3)) == []


def test_a_long_wait_is_counted_in_seconds() -> None:
    """Tenths are of no use in a long wait."""
    waits = TcpAttempt(
        address="10.0.3.9", port=5432, number=1, total=9, outcome=Outcome.REFUSED, latency_ms=1, next_in_s=60, at=at(0)
    )

    assert now_says(10, [waits]) == ["attempt 2 of 9: in 50 s"]


def test_a_unix_socket_has_a_schedule_too() -> None:
    """Its attempts are told apart by their path."""
    request = ConnectUnix(path="/run/app.sock", attempts=3)
    known = snapshot("/run/app.sock", list(checks.unix_refused(request))[:1], under_way=[request])

    assert [one.where for one in pending(known, BEGIN)] == ["/run/app.sock"]


def test_the_end_of_the_schedule() -> None:
    """Once it has ended, the panel says how many were made, how far apart, and why it stopped early."""
    ended = snapshot("10.0.3.9:5432", made(Outcome.REFUSED, 3))
    stopped = TcpAttempt(address="10.0.3.9", port=5432, outcome=Outcome.BLOCKED, latency_ms=1, stopped="It is not allowed.")

    assert schedule_words(ended) == "3 made, 2 s apart, 3.5 s at most."
    assert schedule_words(snapshot("10.0.3.9:5432", [stopped])).endswith("It is not allowed.")
    assert schedule_words(snapshot("10.0.3.9:5432")) == "No attempt has been made yet."


@pytest.mark.parametrize("width", [26, 37, 60, 120])
def test_an_attempt_fits_its_line(width: int) -> None:
    """Where room is short the time goes first, then the latency; the outcome stays."""
    icmp = IcmpError(type=3, code=3, meaning="port unreachable", sender="10.0.3.1")
    rejected = TcpAttempt(address="10.0.3.9", port=5432, outcome=Outcome.REFUSED, icmp=icmp, latency_ms=0.4, at=at(0))
    for several in (False, True):
        for one in (*made(Outcome.REFUSED, 1), rejected):
            assert isinstance(one, TcpAttempt)
            said = plain(attempt_line(one, width, several=several))
            assert cells(said) <= width
            assert "re" in said


def test_the_newest_attempt_stands_first() -> None:
    """What happened last is read first."""
    assert [one.number for one in newest_first(snapshot("10.0.3.9:5432", made(Outcome.REFUSED, 3)))] == [3, 2, 1]


def test_several_addresses_are_named() -> None:
    """With more than one address tried, each line names its own."""
    other = Connect(address="10.0.3.4", port=5432)

    assert not several_addresses(snapshot("db-1:5432", made(Outcome.REFUSED, 2), under_way=[ATTEMPTS]))
    assert several_addresses(snapshot("db-1:5432", made(Outcome.REFUSED, 2), under_way=[other]))


def test_everything_about_one_attempt() -> None:
    """Error name, own address, what the peer said, and the command for the same by hand."""
    one = TcpAttempt(
        address="10.0.3.9", port=5432, outcome=Outcome.CLOSED, latency_ms=1, local_address="10.0.5.7", local_port=49151,
        retransmits=2, held_ms=300, first_bytes="220 mail", command="nc -v 10.0.3.9 5432",
    )  # fmt: skip
    said = detail(one)

    assert all(part in said for part in ("10.0.5.7:49151", "2 SYNs repeated", "220 mail", "nc -v", "held 300 ms"))


def test_the_plot_is_logarithmic() -> None:
    """From a loopback refusal to the longest wait, every height is used."""
    assert [bar(10**power) for power in (-3, -1, 0, 1, 2, 3, 4, 9)] == ["▁", "▁", "▂", "▄", "▅", "▇", "█", "█"]
    assert set(BARS) >= {bar(latency) for latency in (0.1, 5.0, 3500.0)}


def test_the_plot_says_its_numbers() -> None:
    """Columns and letters stand in line, the letters are explained, and the range is said in words."""
    attempts = tuple(one for one in (*made(Outcome.REFUSED, 2), *made(Outcome.TIMEOUT, 1)) if isinstance(one, TcpAttempt))
    columns, letters = [plain(one) for one in plot(attempts, 60)]

    assert letters.startswith("rrt  r refused, t timeout")
    assert columns.endswith("0.5 ms to 0.6 ms, last 0.5 ms")
    assert plot((), 60) == []


def test_the_plot_keeps_the_newest() -> None:
    """More attempts than there is room for: the newest are drawn, and nothing exceeds the line."""
    many = tuple(TcpAttempt(address="::1", port=1, outcome=Outcome.REFUSED, latency_ms=n + 1, number=n) for n in range(500))

    assert all(cells(plain(one)) <= 60 for one in plot(many, 60)[:1])


def test_an_answer_to_a_repeated_syn_stands_out() -> None:
    """Its column warns, and below the plot it is said what that means."""
    late = TcpAttempt(address="10.0.3.9", port=5432, outcome=Outcome.CONNECTED, latency_ms=1004.0, retransmits=1, at=at(0))

    assert plot((late,), 60)[0][0].tone is Tone.WARN
    lines = [plain(one) for one in sign_lines(snapshot("10.0.3.9:5432", [late]), 40)]
    assert lines[0].startswith("Attempt 1 to 10.0.3.9 got an answer")
    assert all(cells(one) <= 40 for one in lines)
