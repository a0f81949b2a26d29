"""A walk that goes on: where a proxy answers for what stands behind it, that is the next target of the same session.

Each stretch is a session of its own, with its own header in the record. What is shown is the stretch that is walked now; the
first one stays what the session is about.
"""

from collections.abc import Callable
from typing import Literal

from tui.diagnosis.decide import Decision
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.readings.onward import onward
from tui.engine.runner import OnFact
from tui.engine.session import Listener, Pace, Session
from tui.model.case import Case
from tui.model.events import AnyEvent
from tui.model.judgement import Assessment
from tui.model.requests import AnyRequest


class Journey:
    """A Walk of one session after another, the first given; the others follow from what each finds."""

    live = True
    progress = None

    def __init__(self, first: Session) -> None:
        self.sessions = [first]
        self._listeners: list[Listener] = []

    @property
    def first(self) -> Session:
        """The session on the target that was given."""
        return self.sessions[0]

    @property
    def newest(self) -> Session:
        """The session that is walked now."""
        return self.sessions[-1]

    @property
    def pace(self) -> Pace:
        """Who sets the pace."""
        return self.newest.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self.newest.pace = pace

    @property
    def causes(self) -> tuple[Hypothesis, ...]:
        """The causes that are judged, in the order of the walk."""
        return self.newest.causes

    @causes.setter
    def causes(self, causes: tuple[Hypothesis, ...]) -> None:
        self.newest.causes = causes

    @property
    def case(self) -> Case:
        """What is known of the target that is walked now."""
        return self.newest.case

    @property
    def assessment(self) -> Assessment:
        """What that case says."""
        return self.newest.assessment

    @property
    def waiting(self) -> Decision:
        """What the walk waits for."""
        return self.newest.waiting

    @property
    def events(self) -> list[AnyEvent]:
        """All that has happened, with the header of each stretch before it."""
        return [event for session in self.sessions for event in session.events]

    def subscribe(self, listener: Callable[[AnyEvent], None]) -> None:
        """Call `listener` with each event from now on, those of later stretches too."""
        self._listeners.append(listener)
        self.newest.subscribe(listener)

    async def run(self, *, linger: bool = False) -> Assessment:
        """Walk until nothing is left to check, here and behind; with `linger`, wait for more wishes at the last stretch."""
        while True:
            await self.newest.run()
            target = onward(self.newest.case, self.newest.assessment)
            if target is None:
                break
            following = self.newest.going_on(target)
            for listener in self._listeners:
                following.subscribe(listener)
            self.sessions.append(following)
        return await self.newest.run(linger=True) if linger else self.newest.assessment

    def answer(self, identifier: str, answer: str) -> None:
        """The person's answer to a question of the stretch that is walked now."""
        self.newest.answer(identifier, answer)

    def next(self) -> None:
        """Go on."""
        self.newest.next()

    def back(self) -> bool:
        """Take the last answer of this stretch back; False where there is none."""
        return self.newest.back()

    def set_aside(self, cause: str, why: Literal["skipped", "excluded"]) -> None:
        """Skip a hypothesis, or take the person's word that it is not the cause."""
        self.newest.set_aside(cause, why)

    def set_pace(self, pace: Pace) -> None:
        """Change who sets the pace."""
        self.newest.set_pace(pace)

    def test(self, cause: str) -> None:
        """Make now all checks that one hypothesis needs, steps too."""
        self.newest.test(cause)

    def refresh(self, request: AnyRequest, on_fact: OnFact | None = None) -> None:
        """Make a check again."""
        self.newest.refresh(request, on_fact)

    def verify(self) -> None:
        """Attempt again and again, until every address of this stretch connects and stays so."""
        self.newest.verify()
