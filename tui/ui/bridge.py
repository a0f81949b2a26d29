"""From the session's events to the screen: one snapshot at a time, at most ten a second, and only when something is new.

What a session waits for changes a moment after its last event. So the bridge keeps comparing for a second after each
event, and then rests.
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
"""The mean time between two snapshots: nobody reads faster, and each one costs drawing."""
BURST = 3
"""How many snapshots may follow at once after a rest, so that the first outcome does not wait behind the first check."""
AT_ONCE_S = 0.01
"""Facts that arrive together are shown together."""
QUIET_ROUNDS = 10
"""After this many snapshots without news, the bridge rests until the next event."""


class Bridge:
    """Watches a session inside its event loop and publishes snapshots."""

    def __init__(self, walk: Walk, publish: Callable[[Snapshot], None]) -> None:
        self._walk = walk
        self._publish = publish
        self._last: Snapshot | None = None
        self._spent_until = 0.0
        """When the budget of one snapshot in `EVERY_S` has caught up with those published so far."""
        self._quiet = 0
        self._timer: asyncio.TimerHandle | None = None
        self._read = 0
        self._under_way: dict[AnyRequest, str] = {}
        self._closed = False
        walk.subscribe(self._on_event)

    def wake(self) -> None:
        """Take a snapshot now: the person asked for something, or time has passed."""
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

    def _on_event(self, event: AnyEvent) -> None:
        """A fact is shown at once if the budget allows it; anything else can wait for the next snapshot."""
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
        snapshot = self.snapshot()
        if snapshot == self._last:
            self._quiet += 1
        else:
            self._quiet = 0
            self._last = snapshot
            self._spent_until = max(self._spent_until, asyncio.get_running_loop().time()) + EVERY_S
            self._publish(snapshot)
        if self._quiet < QUIET_ROUNDS:
            self._arm(EVERY_S)

    def _note(self, events: list[AnyEvent]) -> None:
        """Keep track of the checks under way; a replay that went back is read again from the start."""
        if len(events) < self._read:
            self._read = 0
            self._under_way.clear()
        for event in events[self._read :]:
            if isinstance(event, CheckStarted):
                self._under_way[event.request] = event.at
            elif isinstance(event, CheckEnded):
                self._under_way.pop(event.request, None)
        self._read = len(events)
