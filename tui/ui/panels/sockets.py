"""Sockets: what listens on this machine, live, with what matters to the target first."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.panel import Panel, PanelView
from tui.ui.rows.text import Line, cut_line, line, muted, wrap

if TYPE_CHECKING:
    from tui.model.facts import AnyFact, Listener, Listeners
    from tui.ui.rows.sockets import Ranking

LONGEST_WAIT_S = 25.0
"""A table that has not come by then is asked for again: no check may take that long."""


def _listeners() -> type[Listeners]:
    from tui.model.facts import Listeners

    return Listeners


class SocketsPanel(Panel["Listener"]):
    """The listening sockets with their owners and queues."""

    TITLE = "Sockets"
    HELP: ClassVar[str] = (
        "The listening TCP and bound UDP sockets of this machine, read once a second. Those that matter to the target "
        "(its port, its service, a port one typing slip away) are marked and come first. / filters, o sorts. The queue is "
        "the number of connections that wait to be accepted, and its limit. Only root can see who owns other users' sockets."
    )

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self.sort = "port"
        self.wanted = ""
        """The text that the person filters by."""
        self._live: Listeners | None = None
        self._asked_at: float | None = None
        self._sorted_for: tuple[object, ...] = ()
        """What the rows were made from; the table itself is kept too, so that no other gets its id."""
        self._table: Listeners | None = None
        self._rows: list[Listener] = []
        self._rank: Ranking = lambda _listener: 0

    @property
    def wants_news(self) -> bool:
        """Whether a newer table would be visible, there is one already, and no newer one is on its way."""
        asked = self._asked_at is not None and monotonic() - self._asked_at < LONGEST_WAIT_S
        return self.visible_now and not asked and self.view is not None and self.view.snapshot.case.last(_listeners()) is not None

    def asked(self) -> None:
        """Note that a newer table was asked for."""
        self._asked_at = monotonic()

    def take(self, fact: AnyFact) -> None:
        """Show a newer table than the session's own."""
        self._asked_at = None
        if isinstance(fact, _listeners()) and fact.vantage is None and self.is_attached:
            self._live = fact
            if self.view and self.visible_now:
                self.fill(self.view)

    def fill(self, view: PanelView) -> None:
        """Show the sockets, sorted and filtered; the same table is not sorted twice."""
        from tui.ui.rows.sockets import empty_words, heads, newest_table, notes, ranking, sockets

        case, width = view.snapshot.case, self.room.width
        recorded = newest_table(case)
        table = self._live if self._live and recorded and recorded.vantage is None and view.snapshot.live else recorded
        if table is None:
            self.entitle(self.TITLE)
            self.set_rows((), head=[line(muted(part)) for part in wrap(empty_words(case), width)])
            return
        inputs = (id(table), self.sort, self.wanted, case.answers)
        if inputs != self._sorted_for:
            self._sorted_for, self._rank = inputs, ranking(case)
            self._rows = sockets(table, self._rank, sort=self.sort, wanted=self.wanted)
            self._table = table
        self.entitle(self._words(table, len(self._rows)))
        head = (
            [heads(width, self.sort)]
            if self._rows
            else [line(muted("No socket matches." if self.wanted else "No socket listens."))]
        )
        self.set_rows(self._rows, head=head, foot=[cut_line(note, width) for note in notes(table, len(self._rows), self.wanted)])

    def _words(self, table: Listeners, shown: int) -> str:
        where = "here" if table.vantage is None else "there"
        number = f"{shown}" if shown == len(table.listeners) else f"{shown} of {len(table.listeners)}"
        return f"{self.TITLE} {where} ({number})"

    def sort_next(self) -> str:
        """Go to the next sort order, and return its name."""
        from tui.ui.rows.sockets import SORTS

        self.sort_by(SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)])
        return self.sort

    def sort_by(self, order: str) -> None:
        """Show the sockets in this order, one of `SORTS`."""
        self.sort = order
        if self.view:
            self.fill(self.view)

    def head_clicked(self, cell: int) -> None:
        """A click on a column's name sorts by it."""
        from tui.ui.rows.sockets import sort_at

        order = sort_at(cell, self.room.width)
        if order:
            self.sort_by(order)

    def filter(self, wanted: str) -> None:
        """Show only sockets with this text in them."""
        self.wanted = wanted.strip()
        if self.view:
            self.fill(self.view)

    @property
    def detail(self) -> str:
        """Everything about the socket under the cursor."""
        from tui.ui.rows.sockets import detail

        return detail(self.picked) if self.picked else ""

    def name_of(self, item: Listener) -> str:
        """Sockets are identified by protocol, address, port and inode."""
        from tui.ui.rows.sockets import name_of

        return name_of(item)

    def draw(self, item: Listener, width: int) -> Line:
        """One socket."""
        from tui.ui.rows.sockets import socket_line

        return socket_line(item, self._rank(item), width)


PANEL = SocketsPanel
