"""What the screen knows at one moment: frozen, so it can be compared, kept and shown again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui.diagnosis.decide import Ask, Conclude, Decision, Run
from tui.diagnosis.tree import Question
from tui.model.case import Case
from tui.model.judgement import Assessment
from tui.model.requests import AnyRequest
from tui.ui.rows.words import moment


@dataclass(frozen=True)
class Snapshot:
    """A session as it is shown. What follows from the number of events is not compared."""

    case: Case = field(compare=False)
    assessment: Assessment
    waiting: Decision
    count: int
    """How many events there are."""
    opened: str = field(compare=False)
    """When the session began, UTC, RFC 3339."""
    newest: str = field(compare=False)
    """When its last event was."""
    under_way: Mapping[AnyRequest, str] = field(compare=False)
    """The checks under way, with the time at which each began."""
    vantage: str = ""
    guided: bool = True
    live: bool = True
    progress: tuple[int, int] | None = None
    """In a replay: how many events are shown, and how many there are."""

    @property
    def question(self) -> Question | None:
        """The question that waits for the person."""
        return self.waiting.question if isinstance(self.waiting, Ask) else None

    @property
    def steps(self) -> tuple[AnyRequest, ...]:
        """The checks that wait for the person to go on."""
        return self.waiting.requests if isinstance(self.waiting, Run) and self.waiting.steps and self.guided else ()

    @property
    def busy(self) -> bool:
        """Whether checks are under way now; never in a replay."""
        return self.live and bool(self.under_way)

    @property
    def concluded(self) -> bool:
        """Whether nothing is left to check."""
        return isinstance(self.waiting, Conclude) and not self.under_way

    def elapsed_s(self, now: datetime) -> float:
        """How long the walk has taken: until now while checks are under way, otherwise until the last event. Seconds."""
        begun = moment(self.opened)
        ended = now if self.busy else moment(self.newest)
        return (ended - begun).total_seconds() if begun and ended else 0.0
