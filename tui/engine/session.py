"""A session: decide, check, absorb, repeat. Everything that happens is an event; the case is their fold.

The loop and all checks live in one event loop, so nothing here needs a lock. Cancelling `run` cancels every
check at once.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from msgspec.structs import replace

from tui import __version__
from tui.diagnosis.causes import concerns, hypotheses
from tui.diagnosis.decide import Ask, Conclude, Decision, Run, Wait, decide
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import assess, in_substance, without_judgements
from tui.diagnosis.readings.onward import options_there
from tui.diagnosis.tree import QUESTIONS, UNKNOWN, question
from tui.engine.runner import Check, OnFact
from tui.model.case import Case, fold
from tui.model.events import Answered, AnyEvent, Before, CheckEnded, CheckStarted, FactSeen, Judged, Opened, SetAside, Withdrawn
from tui.model.facts import AnyFact, Attempt, ErrorText, Outcome, same_observation
from tui.model.frame import Frame
from tui.model.judgement import Assessment
from tui.model.options import Options
from tui.model.requests import AnyRequest, Connect, ConnectUnix
from tui.model.secrets import masked_record
from tui.model.target import Target

Listener = Callable[[AnyEvent], None]

MOST_CHECKS = 300
"""Checks under way at once: a name with 200 addresses is tried in one go, below the usual limit of 1024 descriptors."""
JUDGE_EVERY_S = 0.02
"""Facts that arrive together are judged together; at the end of the last check there is nothing more to wait for."""
BETWEEN_JUDGEMENTS = 3
"""So many times as long as the last judgement took: one of a thousand facts takes a tenth of a second."""
STAYS_SO = 3
"""Attempts in a row that must connect before a repair counts as verified."""
VERIFY_EVERY_S = 1.0
MOST_FACTS = 10_000
"""What refreshing adds to a case ends here, so that a day of watching stays in memory and on disk."""
LONGEST_VERIFY = 3600
"""Rounds of verifying before it gives up: an hour."""


class Pace(StrEnum):
    """Who sets the pace."""

    GUIDED = "guided"
    """Stops before each step that sends more than the attempts, and at questions."""
    AUTO = "auto"
    """Stops at questions only."""
    UNATTENDED = "unattended"
    """Stops nowhere: questions get the answer of the options, else "I don't know"."""


class Session:
    """A Walk under way. `run` drives it; the other methods are what a person may do meanwhile."""

    live = True
    """Whether checks can be made; a replay makes none."""
    progress = None
    """All of it is shown; a replay stops at events."""

    def __init__(
        self,
        target: Target,
        options: Options,
        check: Check,
        *,
        pace: Pace = Pace.GUIDED,
        vantage: str = "",
        code: tuple[Frame, ...] = (),
        text: ErrorText | None = None,
        behind: tuple[Before, ...] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        causes: Iterable[Hypothesis] | None = None,
    ) -> None:
        self.pace = pace
        self.waiting: Decision = Wait()
        """What the session waits for: Ask and Run(steps) for the person, Wait for checks, Conclude for nothing."""
        self.events: list[AnyEvent] = []
        self._check = check
        self._clock = clock
        self.causes = tuple(causes) if causes is not None else hypotheses()
        self._listeners: list[Listener] = []
        self._changed = asyncio.Event()
        self._step_granted = False
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MOST_CHECKS)
        self._counts: dict[str, int] = {}
        self._failure: BaseException | None = None
        opened = Opened(version=__version__, target=target, options=options, vantage=vantage, text=text, code=code, behind=behind)
        self._opened = masked_record(opened)
        self._prefixes = dict(zip(self._opened.options.servers, options.servers, strict=True))
        """The prefixes as they are run, by how they are shown."""
        self.case = fold(Case(target=target), self._opened)
        self.assessment: Assessment = assess(self.case, self.causes)
        self._assessed = self.case

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with each event from now on, in order, inside the event loop."""
        self._listeners.append(listener)

    async def run(self, *, linger: bool = False) -> Assessment:
        """Walk until nothing is left to check and return the assessment; with `linger`, wait for more wishes instead."""
        loop = asyncio.get_running_loop()
        if not self.events:
            self._emit(self._opened)
        try:
            while True:
                began = loop.time()
                self._changed.clear()
                if self._failure:
                    raise self._failure
                self.waiting = decide(self.case, self.causes)
                if self._advance(self.waiting):
                    continue
                self._judge(final=isinstance(self.waiting, Conclude))
                if isinstance(self.waiting, Conclude) and not linger and not self._running:
                    return self.assessment
                took = loop.time() - began
                await self._changed.wait()
                if self._running:
                    await asyncio.wait(self._running, timeout=max(JUDGE_EVERY_S, took * BETWEEN_JUDGEMENTS))
        finally:
            await self._stop()
            self._assess()

    def going_on(self, target: Target) -> "Session":
        """A new session on what stands behind this one's target, checked from the same place at the same pace."""
        cause = self.assessment.verdict.cause if self.assessment.verdict else ""
        return Session(
            target,
            options_there(self.case.options, target),
            self._check,
            pace=self.pace,
            vantage=self._opened.vantage,
            behind=(*self.case.behind, Before(target=self.case.target, cause=cause)),
            clock=self._clock,
            causes=self.causes,
        )

    def answer(self, identifier: str, answer: str) -> None:
        """The person's answer to a question: the key of a choice, or free text where the question takes it."""
        self._emit(Answered(question=question(identifier).id, answer=answer))
        self._wake()

    def next(self) -> None:
        """Go on: take the steps that wait, or give the question that waits its default answer."""
        if isinstance(self.waiting, Ask):
            self.answer(self.waiting.question.id, self.waiting.question.choices[0].key)
        elif isinstance(self.waiting, Run):
            self._step_granted = True
            self._wake()

    def back(self) -> bool:
        """Take the last answer back and decide again; False where there is none."""
        if not self.case.answers:
            return False
        self._emit(Withdrawn(question=self.case.answers[-1][0]))
        self._wake()
        return True

    def set_aside(self, cause: str, why: Literal["skipped", "excluded"]) -> None:
        """Skip a hypothesis, or take the person's word that it is not the cause."""
        self._emit(SetAside(cause=cause, why=why))
        self._wake()

    def set_pace(self, pace: Pace) -> None:
        """Change who sets the pace."""
        self.pace = pace
        self._wake()

    def test(self, cause: str) -> None:
        """Make now all checks that one hypothesis needs, steps too; none where it is not about this kind of target."""
        for hypothesis in self.causes:
            if hypothesis.id == cause and concerns(hypothesis, self.case):
                for request in hypothesis.needs(self.case):
                    if request not in self.case.asked:
                        self._start(request)
        self._wake()

    def refresh(self, request: AnyRequest, on_fact: OnFact | None = None) -> None:
        """Make a check again, for a live panel: `on_fact` gets what is seen; the case gets it only where it is news."""
        self._spawn(self._repeat(request, on_fact))

    def verify(self) -> None:
        """Attempt again and again, until every address connects and stays so."""
        self._spawn(self._verify())

    def _advance(self, decision: Decision) -> bool:
        """Do what needs no person; whether anything was done."""
        match decision:
            case Run(requests=requests, steps=steps):
                if steps and self.pace is Pace.GUIDED and not self._step_granted:
                    return False
                self._step_granted = False
                for request in requests:
                    self._start(request)
                return True
            case Ask(question=asked):
                known = asked.preset(self.case)
                if known is None and self.pace is Pace.UNATTENDED:
                    known = UNKNOWN.key
                if known is not None:
                    self.answer(asked.id, known)
                return known is not None
            case _:
                return False

    def _start(self, request: AnyRequest) -> None:
        self._emit(CheckStarted(request=request))
        self._spawn(self._take(request))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            self._failure = self._failure or task.exception()
        self._wake()

    async def _take(self, request: AnyRequest) -> None:
        async with self._slots:
            await self._ask(request, self._absorb)
        self._emit(CheckEnded(request=request))

    async def _ask(self, request: AnyRequest, on_fact: OnFact) -> None:
        """Make a check; a prefix of which a part is hidden is run as it was given."""
        real = self._prefixes.get(getattr(request, "vantage", None) or "")
        await self._check(replace(request, vantage=real) if real else request, on_fact)

    async def _repeat(self, request: AnyRequest, on_fact: OnFact | None) -> None:
        facts: list[AnyFact] = []
        await self._ask(request, facts.append)
        if not facts:
            return
        newest = masked_record(facts[-1])
        if on_fact:
            on_fact(newest)
        if not same_observation(self.case.last(type(newest)), newest) and len(self.case.facts) < MOST_FACTS:
            self._absorb(newest)

    async def _verify(self) -> None:
        steady = 0
        for number in range(1, LONGEST_VERIFY + 1):
            good = [await self._attempt_once(request, number) for request in self._verifying()]
            steady = steady + 1 if good and all(good) else 0
            if steady == STAYS_SO:
                return
            await asyncio.sleep(VERIFY_EVERY_S)

    def _verifying(self) -> list[Connect | ConnectUnix]:
        schedules = [
            request
            for request in self.case.asked
            if isinstance(request, ConnectUnix) or (isinstance(request, Connect) and request.purpose == "target")
        ]
        return [
            replace(request, attempts=1, purpose="verify") if isinstance(request, Connect) else replace(request, attempts=1)
            for request in schedules
        ]

    async def _attempt_once(self, request: Connect | ConnectUnix, number: int) -> bool:
        outcomes: list[Outcome] = []

        def absorb_attempt(fact: AnyFact) -> None:
            if isinstance(fact, Attempt):
                self._absorb(replace(fact, number=number, total=0))
                outcomes.append(fact.outcome)

        await self._ask(request, absorb_attempt)
        return outcomes == [Outcome.CONNECTED]

    def _absorb(self, fact: AnyFact) -> None:
        kind = str(fact.__struct_config__.tag)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        self._emit(FactSeen(fact=replace(fact, id=f"{kind}-{self._counts[kind]}", at=fact.at or self._now())))
        self._wake()

    def _judge(self, *, final: bool) -> None:
        before = self.assessment
        assessment = self._assess()
        if in_substance(assessment) != in_substance(before) or (final and not self._concluded()):
            self._emit(Judged(assessment=without_judgements(assessment), final=final))

    def _assess(self) -> Assessment:
        """The assessment of the case as it is now."""
        if self._assessed is not self.case:
            self.assessment, self._assessed = assess(self.case, self.causes), self.case
        return self.assessment

    def _concluded(self) -> bool:
        last = next((event for event in reversed(self.events) if isinstance(event, Judged)), None)
        return last is not None and last.final

    def _emit(self, event: AnyEvent) -> None:
        stamped = masked_record(replace(event, at=event.at or self._now()))
        self.events.append(stamped)
        self.case = fold(self.case, stamped)
        for listener in self._listeners:
            listener(stamped)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _wake(self) -> None:
        self._changed.set()

    async def _stop(self) -> None:
        tasks = tuple(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def unanswered(case: Case) -> list[str]:
    """The ids of the tree's questions that have no answer yet."""
    return [entry.id for entry in QUESTIONS if case.answer(entry.id) is None]
