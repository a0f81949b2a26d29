"""What a walk is about, set up and taken down again: the same for this machine as it is and for a demonstration."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView

if TYPE_CHECKING:  # the screen loads this before its first paint
    from tui.engine.taken import Taken
    from tui.model.events import AnyEvent
    from tui.model.facts import ErrorText
    from tui.model.frame import Frame
    from tui.model.options import Options
    from tui.model.target import Target
    from tui.probes.namespaces.process_context import ProcessContext


@dataclass(frozen=True)
class Setup:
    """A target, how to walk, and the files and settings that it is seen with."""

    target: Target
    options: Options
    system: SystemView = field(default_factory=SystemView)
    on_event: Callable[[AnyEvent], None] | None = None
    """Called with each event of the walk; a demonstration that changes while it is walked reacts to them."""
    who: str = ""
    """The process or container whose view the checks use; empty for this process."""
    code: tuple[Frame, ...] = ()
    """The code that asked for the target, where an error text or a watched process named it."""
    text: ErrorText | None = None
    """What the error text says that the target came out of."""
    taken: Taken = field(default_factory=dict)
    """Checks that were made already with the same view, to know the target."""


Opening = Callable[[], AbstractAsyncContextManager[Setup]]
"""Sets it up and, at the end of its context, takes it down."""


def as_it_is(
    target: Target,
    options: Options,
    code: tuple[Frame, ...] = (),
    context: ProcessContext | None = None,
    *,
    text: ErrorText | None = None,
    taken: Taken | None = None,
) -> Opening:
    """This machine as it is, as this process sees it or as `context` does, for which `taken` does not count."""
    system, who = (context.system, context.who) if context else (SystemView(), "")
    own = (None if context else taken) or {}

    @asynccontextmanager
    async def opened() -> AsyncIterator[Setup]:
        yield Setup(target, options, system, who=who, code=code, text=text, taken=own)

    return opened


def vantage(who: str = "") -> str:
    """Where the checks are made from, for the session's header: this machine's name, and whose view is used."""
    host = safe_text(socket.gethostname(), limit=80)
    return f"{who} on {host}" if who else host
