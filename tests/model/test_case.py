"""A case remembers what was read from it, and never what was read from another."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui.model.case import Case, remembered
from tui.model.facts import AnyFact, Attempt, Fact, Listeners, Outcome, Route, TcpAttempt, UnixAttempt
from tui.model.requests import ListListeners, LookUpRoute
from tui.model.target import parse_target

EMPTY = Case(target=parse_target("127.0.0.1:80"))
FACTS: tuple[AnyFact, ...] = (
    TcpAttempt(address="127.0.0.1", port=80, outcome=Outcome.REFUSED, latency_ms=0.1),
    UnixAttempt(path="/run/a", outcome=Outcome.CONNECTED, latency_ms=0.1),
    Route(address="127.0.0.1", type="local"),
    Listeners(),
)
KINDS: tuple[type[Fact], ...] = (TcpAttempt, UnixAttempt, Attempt, Route, Listeners, Fact)


@given(st.lists(st.sampled_from(FACTS), max_size=12), st.sampled_from(KINDS))
def test_all_and_last_are_of_the_kind_in_order(facts: list[AnyFact], kind: type[Fact]) -> None:
    """A kind has the facts of those below it too, oldest first, and its last is the newest."""
    numbered = tuple(replace(fact, id=str(number)) for number, fact in enumerate(facts))
    case = replace(EMPTY, facts=numbered)
    expected = tuple(fact for fact in numbered if isinstance(fact, kind))

    assert case.all(kind) == expected
    assert case.last(kind) == (expected[-1] if expected else None)


def test_a_reading_is_worked_out_once_for_each_case_and_value() -> None:
    """The same question of the same case is answered from memory; of another case or value it is asked anew."""
    asked: list[tuple[int, str, int]] = []

    @remembered
    def read(case: Case, word: str, *, number: int = 0) -> int:
        asked.append((len(case.facts), word, number))
        return len(asked)

    more = replace(EMPTY, facts=FACTS)
    first = (read(EMPTY, "a"), read(EMPTY, "a"), read(more, "a"), read(more, "b"), read(more, "b", number=1), read(more, "a"))

    assert first == (1, 1, 2, 3, 4, 2)
    assert asked == [(0, "a", 0), (4, "a", 0), (4, "b", 0), (4, "b", 1)]


def test_what_is_remembered_is_no_part_of_the_case() -> None:
    """A case that was read from is equal to one that was not."""
    read = replace(EMPTY, facts=FACTS)
    assert read.all(Route)

    assert read == replace(EMPTY, facts=FACTS)


def test_what_was_asked_is_in_flight_until_it_ends() -> None:
    """A check has ended when that was seen, and is under way before."""
    known, other = ListListeners(), LookUpRoute(address="10.0.0.1")
    case = replace(EMPTY, asked=(known, other), ended=(known,))

    assert case.in_flight == (other,)
    assert case.has_ended(known)
    assert not case.has_ended(other)
