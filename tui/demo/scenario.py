"""One broken setup: its name, what is broken, how it is set up, and the truth about it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal

from tui.engine.setup import Setup


class NotPossibleError(Exception):
    """This machine lacks what a scenario needs; the message is one line for the person."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What a walk must come to."""

    cause: str | None
    """The verdict's cause; None where nothing is wrong."""
    status: Literal["failing", "reachable", "degraded", "intermittent"]
    certainty: Literal["confirmed", "likely"] = "confirmed"
    also: frozenset[str] = frozenset()
    """Causes that may be named beside it, because they hold too."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A setup to try the program on."""

    name: str
    title: str
    """What a person sees, one line."""
    broken: str
    """What is really wrong, one sentence."""
    truth: Truth
    opening: Callable[[], AbstractAsyncContextManager[Setup]]
    """Sets it up. Raises NotPossibleError."""
