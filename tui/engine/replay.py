"""A recorded session, opened again step by step. No check is made; the verdict is worked out anew from the facts."""

from collections.abc import Callable, Iterable
from typing import Literal

from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import Conclude, Decision, Wait
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import assess
from tui.engine.runner import OnFact
from tui.engine.session import Pace
from tui.model.case import Case, fold, fold_all
from tui.model.events import AnyEvent, FactSeen, Judged
from tui.model.judgement import Assessment
from tui.model.requests import AnyRequest


class Replay:
    """A Walk that is recorded; `next` and `back` move through the recorded facts and judgements."""

    live = False

    def __init__(self, events: Iterable[AnyEvent], *, at_end: bool = True, causes: Iterable[Hypothesis] | None = None) -> None:
        self.pace = Pace.GUIDED
        self._recorded = tuple(events)
        self.causes = tuple(causes) if causes is not None else hypotheses()
        self._listeners: list[Callable[[AnyEvent], None]] = []
        self._position = len(self._recorded) if at_end else 1
        self.case: Case = fold_all(self._recorded[: self._position])
        self.assessment: Assessment = assess(self.case, self.causes)

    @property
    def events(self) -> list[AnyEvent]:
        """The events up to the position that is shown."""
        return list(self._recorded[: self._position])

    @property
    def waiting(self) -> Decision:
        """Conclude at the end, before it Wait."""
        return Conclude() if self._position >= len(self._recorded) else Wait()

    @property
    def progress(self) -> tuple[int, int]:
        """How many events are shown, and how many there are."""
        return self._position, len(self._recorded)

    def subscribe(self, listener: Callable[[AnyEvent], None]) -> None:
        """Call `listener` with each event that `next` brings."""
        self._listeners.append(listener)

    async def run(self, *, linger: bool = False) -> Assessment:  # noqa: ARG002 -- the shape of a Walk
        """Return the assessment of what is shown."""
        return self.assessment

    def next(self) -> None:
        """Show everything up to and with the next fact or judgement."""
        while self._position < len(self._recorded):
            event = self._recorded[self._position]
            self._position += 1
            self.case = fold(self.case, event)
            for listener in self._listeners:
                listener(event)
            if isinstance(event, FactSeen | Judged):
                break
        self.assessment = assess(self.case, self.causes)

    def back(self) -> bool:
        """Go back before the last fact or judgement that is shown; False at the beginning."""
        position = self._position - 1
        while position > 1 and not isinstance(self._recorded[position], FactSeen | Judged):
            position -= 1
        if position < 1:
            return False
        self._position = position
        self.case = fold_all(self._recorded[:position])
        self.assessment = assess(self.case, self.causes)
        return True

    def set_pace(self, pace: Pace) -> None:
        """Remember the pace; a replay goes on only when told to."""
        self.pace = pace

    def answer(self, identifier: str, answer: str) -> None:
        """Nothing: the answers are the recorded ones."""

    def set_aside(self, cause: str, why: Literal["skipped", "excluded"]) -> None:
        """Nothing: a recording is not changed."""

    def test(self, cause: str) -> None:
        """Nothing: no check is made."""

    def refresh(self, request: AnyRequest, on_fact: OnFact | None = None) -> None:
        """Nothing: no check is made."""

    def verify(self) -> None:
        """Nothing: no check is made."""
