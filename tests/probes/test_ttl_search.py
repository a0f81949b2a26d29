"""The searches for a TTL: right for every answer, and short where the guess is."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tui.probes.path.ttl_search import FARTHEST, highest_passed, lowest_reaching


class Answers:
    """Answers an ask by a threshold, and counts the asks."""

    def __init__(self, threshold: int, *, above: bool) -> None:
        self.threshold = threshold
        self.above = above
        self.asked: list[int] = []

    async def __call__(self, ttl: int) -> bool:
        """Whether an answer comes."""
        self.asked.append(ttl)
        return ttl >= self.threshold if self.above else ttl <= self.threshold


def passed(received: int, guess: int | None) -> tuple[int, list[int]]:
    """What the search for a received TTL finds, and what it asked."""
    answers = Answers(received, above=False)
    return asyncio.run(highest_passed(answers, guess)), answers.asked


def reached(distance: int, guess: int | None) -> tuple[int | None, list[int]]:
    """What the search for a distance finds, and what it asked."""
    answers = Answers(distance, above=True)
    return asyncio.run(lowest_reaching(answers, guess)), answers.asked


@given(st.integers(1, 255), st.none() | st.integers(1, 255))
def test_any_received_ttl_is_found(received: int, guess: int | None) -> None:
    """Whatever the guess, the highest limit that passes is found, with each limit asked once at most."""
    found, asked = passed(received, guess)

    assert found == received
    assert len(asked) == len(set(asked))
    assert len(asked) <= 14


@given(st.integers(1, 255))
def test_a_right_guess_takes_two_asks(received: int) -> None:
    """The guess itself passes and the next limit does not."""
    assert len(passed(received, received)[1]) <= 2


@given(st.integers(1, FARTHEST + 20), st.none() | st.integers(1, 64))
def test_any_distance_is_found(distance: int, guess: int | None) -> None:
    """Whatever the guess, the lowest TTL that reaches is found; None beyond the farthest."""
    found, asked = reached(distance, guess)

    assert found == (distance if distance <= FARTHEST else None)
    assert len(asked) == len(set(asked))
    assert len(asked) <= 12


@given(st.integers(1, FARTHEST))
def test_a_right_distance_takes_two_asks(distance: int) -> None:
    """The guess itself reaches and one hop less does not."""
    assert len(reached(distance, distance)[1]) <= 2
