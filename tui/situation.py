"""What a walk is about, set up and taken down again: the same for this machine as it is and for a demonstration."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.model.safe_text import safe_text
from tui.probes.surroundings import Surroundings

if TYPE_CHECKING:  # the screen loads this before its first paint
    from tui.model.events import AnyEvent
    from tui.model.frame import Frame
    from tui.model.options import Options
    from tui.model.target import Target


@dataclass(frozen=True)
class Situation:
    """A target, how to walk, and the files and settings that it is seen with."""

    target: Target
    options: Options
    surroundings: Surroundings = field(default_factory=Surroundings)
    heard: Callable[[AnyEvent], None] | None = None
    """Called with each event of the walk; a demonstration that changes while it is walked reacts to them."""
    code: tuple[Frame, ...] = ()
    """The code that asked for the target, where an error text or a watched process named it."""


Opening = Callable[[], AbstractAsyncContextManager[Situation]]
"""Sets a situation up and, at the end of its context, takes it down."""


def as_it_is(target: Target, options: Options, code: tuple[Frame, ...] = ()) -> Opening:
    """This machine as it is: nothing is set up."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Situation]:
        yield Situation(target, options, code=code)

    return opened


def vantage() -> str:
    """Where the looks are taken from: this machine's name, for the session's header."""
    return safe_text(socket.gethostname(), limit=80)
