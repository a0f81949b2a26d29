"""From the session's events to the screen: one snapshot at a time, at most ten a second, and none that says nothing new.

A session tells of events; what it waits for changes a moment after the last of them. So the bridge looks on for a
second after each event, and then rests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.engine.session import Pace
from tui.model.events import AnyEvent, CheckEnded, CheckStarted, FactSeen, Opened
from tui.model.requests import AnyRequest
from tui.ui.snapshot import Snapshot

if TYPE_CHECKING:
    from tui.engine.walk import Walk

EVERY_S = 0.1
"""The mean time between two snapshots: more is not read, and each one costs drawing."""
BURST = 3
"""So many may follow one another at once after a rest, so that the first outcome does not wait behind the first look."""
AT_ONCE_S = 0.01
"""Facts that arrive together are shown together."""
LOOKS_ON = 10
"""So many looks without news, and the bridge rests until the next event."""


class Bridge:
    """Watches a session inside its event loop and publishes snapshots."""

    def __init__(self, walk: Walk, publish: Callable[[Snapshot], None]) -> None:
        self._walk = walk
        self._publish = publish
        self._last: Snapshot | None = None
        self._spent_until = 0.0
        """When the last of the snapshots published so far is paid for, at one in `EVERY_S`."""
        self._quiet = 0
        self._timer: asyncio.TimerHandle | None = None
        self._read = 0
        self._under_way: dict[AnyRequest, str] = {}
        self._closed = False
        walk.subscribe(self._heard)

    def wake(self) -> None:
        """Look now: the person asked for something, or a moment has passed."""
        self._quiet = 0
        self._arm(0.0)

    def close(self) -> None:
        """Publish nothing more."""
        self._closed = True
        if self._timer:
            self._timer.cancel()

    def snapshot(self) -> Snapshot:
        """The session as it is now."""
        events = self._walk.events
        self._note(events)
        first = events[0] if events else None
        return Snapshot(
            case=self._walk.case,
            assessment=self._walk.assessment,
            waiting=self._walk.waiting,
            count=len(events),
            opened=first.at if first else "",
            newest=events[-1].at if events else "",
            under_way=dict(self._under_way),
            vantage=first.vantage if isinstance(first, Opened) else "",
            guided=self._walk.pace is Pace.GUIDED,
            live=self._walk.live,
            progress=self._walk.progress,
        )

    def _heard(self, event: AnyEvent) -> None:
        """A fact is shown at once where the pace allows it; anything else can wait for the next one."""
        self._quiet = 0
        self._arm(AT_ONCE_S if isinstance(event, FactSeen) else EVERY_S)

    def _arm(self, delay_s: float) -> None:
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        due = max(loop.time() + delay_s, self._spent_until - (BURST - 1) * EVERY_S)
        if self._timer and self._timer.when() <= due:
            return
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_at(due, self._check)

    def _check(self) -> None:
        self._timer = None
        found = self.snapshot()
        if found == self._last:
            self._quiet += 1
        else:
            self._quiet = 0
            self._last = found
            self._spent_until = max(self._spent_until, asyncio.get_running_loop().time()) + EVERY_S
            self._publish(found)
        if self._quiet < LOOKS_ON:
            self._arm(EVERY_S)

    def _note(self, events: list[AnyEvent]) -> None:
        """Keep the looks that are under way; a replay that went back is read anew."""
        if len(events) < self._read:
            self._read = 0
            self._under_way.clear()
        for event in events[self._read :]:
            if isinstance(event, CheckStarted):
                self._under_way[event.request] = event.at
            elif isinstance(event, CheckEnded):
                self._under_way.pop(event.request, None)
        self._read = len(events)
