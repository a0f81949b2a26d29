"""What the times of the answers tell, as sentences with their evidence; and that nothing is said where they tell nothing."""

from msgspec.structs import replace

from tui.diagnosis.readings.latency import baseline_ms, is_late, signs, was_sent_again
from tui.model.case import Case
from tui.model.facts import AnyFact, Echo, Hop, IcmpError, Outcome, TcpAttempt
from tui.model.target import parse_target

HOST = "10.0.3.9"


def attempt(number: int, latency_ms: float, outcome: Outcome = Outcome.CONNECTED, retransmits: int = 0) -> TcpAttempt:
    """One attempt on the target."""
    return TcpAttempt(
        id=f"attempt-{number}",
        address=HOST,
        port=80,
        number=number,
        total=3,
        outcome=outcome,
        latency_ms=latency_ms,
        retransmits=retransmits,
    )


def echo(received: int, *rtt_ms: float) -> Echo:
    """An echo of three requests."""
    return Echo(id="echo-1", address=HOST, sent=3, received=received, rtt_ms=rtt_ms)


def case(*facts: AnyFact) -> Case:
    """A case with these facts."""
    return Case(target=parse_target(f"{HOST}:80"), facts=facts)


def said(*facts: AnyFact) -> list[str]:
    """The sentences."""
    return [one.text for one in signs(case(*facts))]


def test_even_answers_say_nothing() -> None:
    """Attempts that take what they take."""
    assert said(attempt(1, 0.4), attempt(2, 0.9), attempt(3, 2.5)) == []


def test_an_answer_to_a_repeated_syn() -> None:
    """It is named with its time, and what may be behind it; the attempts are the evidence."""
    (sign,) = signs(case(attempt(1, 0.4), attempt(2, 1004.0, retransmits=1), attempt(3, 3010.0, retransmits=2)))

    assert sign.text.startswith(f"Attempts 2 and 3 to {HOST} got an answer only after 3.0 s")
    assert "accept queue is full" in sign.text
    assert sign.evidence == ("attempt-2", "attempt-3")


def test_echoes_tell_path_from_server() -> None:
    """Lost echoes speak for the path, and whole ones for the server."""
    again = attempt(1, 1004.0, retransmits=1)

    assert "1 of 3 echoes were lost too, which points to the path" in said(again, echo(2, 0.3, 0.3))[0]
    assert "2 of 3 echoes were lost too, which points to the path" in said(again, echo(1, 0.3))[0]
    assert "points to the server" in said(again, echo(3, 0.3, 0.3, 0.3))[0]
    assert "points to" not in said(again, echo(0))[0]


def test_silence_is_no_late_answer() -> None:
    """An attempt without an answer has repeated SYNs too, and is told of elsewhere."""
    silent = attempt(1, 3300.0, Outcome.TIMEOUT, retransmits=2)

    assert said(silent) == []
    assert not was_sent_again(silent)


def test_an_answer_far_later_than_the_fastest() -> None:
    """The fastest of the session, an echo too, is the measure."""
    (sentence,) = said(attempt(1, 0.4), attempt(2, 240.0))
    assert sentence.startswith(f"Attempt 2 to {HOST} got an answer only after 240 ms, the fastest after 0.4 ms")
    known = case(attempt(1, 240.0), echo(3, 0.3, 0.4, 0.3))
    assert baseline_ms(known, HOST) == 0.3
    assert is_late(known, attempt(1, 240.0))


def test_a_far_host_is_not_late() -> None:
    """A long way is long every time."""
    assert said(attempt(1, 180.0), attempt(2, 240.0)) == []


def test_time_that_goes_behind_the_last_router() -> None:
    """Where even the fastest answer takes far longer than the last router's, that is where the time goes."""
    hop = Hop(id="hop-1", address=HOST, port=80, ttl=2, sender="10.0.2.2", outcome="time-exceeded", rtt_ms=0.5)

    (sentence,) = said(attempt(1, 200.0), attempt(2, 210.0), hop)

    assert "10.0.2.2, the last router before it, 0.5 ms" in sentence
    assert said(attempt(1, 1.0), hop) == []
    (sign,) = signs(case(attempt(1, 150.0, Outcome.TIMEOUT), attempt(2, 200.0), hop))
    assert sign.evidence == ("attempt-2", "hop-1")


def test_a_refusal_of_this_machine_is_no_answer() -> None:
    """What never left says nothing of the far side."""
    assert said(attempt(1, 0.0, Outcome.BLOCKED), attempt(2, 300.0)) == []


def test_a_late_rejection_is_its_senders_limit() -> None:
    """An ICMP error that came to a repeated SYN speaks of the limit of its sender, not of load."""
    icmp = IcmpError(type=3, code=13, meaning="administratively prohibited", sender="10.0.1.1")

    assert said(replace(attempt(1, 1004.0, Outcome.REFUSED, retransmits=1), icmp=icmp)) == []
