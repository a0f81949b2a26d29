"""The walk as front ends know it: a session under way or a recorded one, which only `live` tells apart."""

from collections.abc import Callable
from typing import Literal, Protocol

from tui.diagnosis.decide import Decision
from tui.diagnosis.hypothesis import Hypothesis
from tui.engine.runner import OnFact
from tui.engine.session import Pace
from tui.model.case import Case
from tui.model.events import AnyEvent
from tui.model.judgement import Assessment
from tui.model.requests import AnyRequest


class Walk(Protocol):
    """What a Session and a Replay have in common. Where no check can be made, asking for one does nothing."""

    pace: Pace
    causes: tuple[Hypothesis, ...]
    """The causes that are judged, in the order of the walk."""

    @property
    def live(self) -> bool:
        """Whether checks can be made."""

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many events are shown, and how many there are; None where each is shown as it happens."""

    @property
    def case(self) -> Case:
        """What is known."""

    @property
    def assessment(self) -> Assessment:
        """What the case says."""

    @property
    def events(self) -> list[AnyEvent]:
        """All that has happened, the header first, and that of each stretch before it; empty before a session runs."""

    @property
    def waiting(self) -> Decision:
        """What the walk waits for: Ask and Run(steps) for the person, Wait for checks, Conclude for nothing."""

    def subscribe(self, listener: Callable[[AnyEvent], None]) -> None:
        """Call `listener` with each event from now on, in order, inside the event loop."""

    async def run(self, *, linger: bool = False) -> Assessment:
        """Walk until nothing is left to check and return the assessment; with `linger`, wait for more wishes instead."""

    def answer(self, identifier: str, answer: str) -> None:
        """The person's answer to the question `identifier`: the key of a choice, or free text where the question takes it."""

    def next(self) -> None:
        """Go on: take the steps that wait, answer by default, or show the next recorded fact."""

    def back(self) -> bool:
        """Take the last answer back, or hide the last recorded fact; False where there is none."""

    def set_aside(self, cause: str, why: Literal["skipped", "excluded"]) -> None:
        """Skip a hypothesis, or take the person's word that it is not the cause."""

    def set_pace(self, pace: Pace) -> None:
        """Change who sets the pace."""

    def test(self, cause: str) -> None:
        """Make now all checks that one hypothesis needs, steps too."""

    def refresh(self, request: AnyRequest, on_fact: OnFact | None = None) -> None:
        """Make a check again; `on_fact` gets what is seen, the case only what is news."""

    def verify(self) -> None:
        """Attempt again and again, until every address connects and stays so."""
