"""The panels of the walk's screen: each shows one part of what is known, and decides nothing.

PANELS is the only list of them. A panel is the file of its name here, which calls its class PANEL; its position in the
tuple is its key, and its entry there is all that keys, tabs, palette, help and layout know about it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tui.ui.panels.panel import Panel

Column = Literal["left", "middle", "right", "shared"]
"""`shared` panels take turns at the bottom of the right column: one of them is in front."""


class Slot(NamedTuple):
    """A panel's place on the screen. The left and middle columns are in the first paint, the others come right after it."""

    name: str
    """Its module in this package, and its widget's id."""
    word: str
    """Its name on the tab and in the list of commands."""
    says: str
    """What its key does."""
    column: Column
    always: bool = True
    """Whether a small terminal has its tab even while it has nothing to show."""


PANELS = (
    Slot("step", "step", "Go to the step.", "middle"),
    Slot("tree", "walk", "Go to the walk; moving in it shows each leaf's step, Enter folds a group.", "left"),
    Slot("sockets", "sockets", "Go to the listening sockets.", "right"),
    Slot("resolver", "resolver", "Go to what each source says about the name.", "right"),
    Slot("attempts", "attempts", "Go to the attempts.", "shared"),
    Slot("path", "path", "Go to the path: route, neighbour, echo, hops.", "shared"),
    Slot("code", "code", "Go to the line of code that asked for the connection.", "shared", always=False),
)
"""In the order of their keys, from 1."""
COLUMNS: tuple[Column, ...] = ("left", "middle", "right", "shared")
FROM_LEFT_TO_RIGHT = tuple(slot.name for column in COLUMNS for slot in PANELS if slot.column == column)


def number_of(name: str) -> int:
    """The number on a panel's key. Raises ValueError if there is no such panel."""
    return [slot.name for slot in PANELS].index(name) + 1


def panels_in(*columns: Column) -> list[Panel[object]]:
    """New widgets for all panels in these columns, from left to right; each is imported here, not before."""
    wanted = [slot for column in columns for slot in PANELS if slot.column == column]
    panels = [importlib.import_module(f"{__name__}.{slot.name}").PANEL(id=slot.name) for slot in wanted]
    for panel, slot in zip(panels, wanted, strict=True):
        panel.number = number_of(slot.name)
        panel.add_class(f"-{slot.column}")
    return panels
