"""What happened in a session, in order. A case is the fold of its events; nothing else is kept."""

from typing import Literal

from msgspec import Struct

from tui.model.facts import AnyFact, ErrorText
from tui.model.frame import Frame
from tui.model.judgement import Assessment
from tui.model.options import Options
from tui.model.requests import AnyRequest
from tui.model.target import Target

SESSION_SCHEMA = "refused-session/1"


class Event(Struct, frozen=True, kw_only=True, tag_field="event"):
    """What every event carries: the time, UTC, RFC 3339."""

    at: str = ""


class Before(Struct, frozen=True, kw_only=True):
    """A target that was walked before this one, and led to it."""

    target: Target
    cause: str
    """What was found there: `upstream.refused`."""


class Opened(Event, frozen=True, kw_only=True, tag="session"):
    """The header: the first event of every session, and of every stretch that goes on behind its target."""

    schema: str = SESSION_SCHEMA
    version: str
    target: Target
    options: Options
    vantage: str = ""
    """Where the checks are made from: this machine's name, and whose view is used."""
    text: ErrorText | None = None
    """What the error text says that the target came out of; it is the first fact of the case."""
    code: tuple[Frame, ...] = ()
    """The code that asked for the target, the user's innermost frame first; empty where nothing names it."""
    behind: tuple[Before, ...] = ()
    """The targets that the walk came by, the given one first; empty for that one itself."""


class CheckStarted(Event, frozen=True, kw_only=True, tag="check"):
    """A probe was asked."""

    request: AnyRequest


class FactSeen(Event, frozen=True, kw_only=True, tag="evidence"):
    """A probe saw something."""

    fact: AnyFact


class CheckEnded(Event, frozen=True, kw_only=True, tag="checked"):
    """A probe has finished."""

    request: AnyRequest


class Answered(Event, frozen=True, kw_only=True, tag="answer"):
    """The person answered a question of the tree."""

    question: str
    answer: str


class Withdrawn(Event, frozen=True, kw_only=True, tag="withdrawn"):
    """The person took the last answer back."""

    question: str


class SetAside(Event, frozen=True, kw_only=True, tag="set-aside"):
    """The person skipped a hypothesis, or said that it is not the cause."""

    cause: str
    why: Literal["skipped", "excluded"]


class Judged(Event, frozen=True, kw_only=True, tag="judgement"):
    """The assessment changed."""

    assessment: Assessment
    final: bool = False


AnyEvent = Opened | CheckStarted | FactSeen | CheckEnded | Answered | Withdrawn | SetAside | Judged
