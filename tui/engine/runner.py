"""From a request to the probe that answers it, with a deadline, and with a defect contained."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import cache, partial
from types import ModuleType

from tui import probes, vantage
from tui.by_path import modules_by_tag
from tui.engine.quiet import with_quiet
from tui.engine.retry import repeat
from tui.model.facts import AnyFact, NotObserved
from tui.model.requests import AnyRequest, HoldIdle, Schedule
from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView

OnFact = Callable[[AnyFact], None]
"""Where facts go, as they are seen."""
Check = Callable[[AnyRequest, OnFact], Awaitable[None]]
"""What a session needs of the outside world: make this check and pass on each fact."""

LONGEST_CHECK_S = 20.0
"""No check but a schedule of attempts takes longer; a probe's own deadline comes first, and this is the safety net."""


def checks_on(system: SystemView) -> Check:
    """Real checks, of what `system` shows."""
    return partial(check, system=system)


async def check(request: AnyRequest, on_fact: OnFact, *, system: SystemView) -> None:
    """Pass on what the probe for `request` sees. Raises nothing but a cancellation: what went wrong is a fact."""
    try:
        async with asyncio.timeout(_deadline_s(request)), aclosing(_facts(request, system)) as facts:
            async for fact in facts:
                on_fact(fact)
    except TimeoutError:
        on_fact(NotObserved(request=request, reason="It took too long and was given up."))
    except Exception as error:  # noqa: BLE001 -- a defect in one check must not end the walk; it is shown as a fact
        on_fact(
            NotObserved(request=request, reason=safe_text(f"The check itself failed: {type(error).__name__}: {error}", limit=300))
        )


def _deadline_s(request: AnyRequest) -> float | None:
    """Schedules bound themselves: number, delay and time of each attempt are their own. What is held idle is held as asked."""
    return None if isinstance(request, Schedule) else LONGEST_CHECK_S + (request.idle_s if isinstance(request, HoldIdle) else 0.0)


def _facts(request: AnyRequest, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """What the probe for `request` sees; attempts are made on the schedule that they ask for."""
    probe = probe_for(request)
    if isinstance(request, Schedule):
        return with_quiet(request, repeat(request, partial(probe.attempt, request)))
    facts: AsyncGenerator[AnyFact, None] = probe.check(request, system)
    return with_quiet(request, facts)


def probe_for(request: AnyRequest) -> ModuleType:
    """The module that answers `request`, imported when it is first needed: the one that its tag names.

    It is below `tui.vantage` where the request goes through a command prefix, else below `tui.probes`. Raises KeyError
    where there is none.
    """
    room = vantage if getattr(request, "vantage", None) else probes
    return importlib.import_module(_probes_in(room)[str(request.__struct_config__.tag)])


_probes_in = cache(modules_by_tag)
