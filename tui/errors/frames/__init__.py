"""The lines of code that a text names: one file for each language, which knows how its stacks look and whose code is whose.

Each stack is read innermost frame first, and stacks root cause first, whatever order the language prints them in. The
user's innermost frame is that of the first stack in this order that has one: the call that led to the failing connection.
"""

import importlib
from functools import cache

from tui.by_path import modules_below
from tui.errors.language import Language, Stack
from tui.errors.types import Frame
from tui.errors.view import TextView

MOST = 64
"""How many frames are kept, the user's first."""


@cache
def languages() -> tuple[Language, ...]:
    """Every language, in the order of their file names."""
    from tui.errors import frames as package

    return tuple(importlib.import_module(module).LANGUAGE for module in modules_below(package))


def frames_of(view: TextView) -> tuple[Frame, ...]:
    """The frames in the text: the user's own, innermost first, then those of libraries."""
    stacks = [
        stack
        for language in languages()
        if any(mark in view.text for mark in language.marks)
        for stack in language.stacks(view.text)
    ]
    stacks.sort(key=_is_users, reverse=True)
    frames = list(dict.fromkeys(frame for stack in stacks for frame in stack))
    return tuple(sorted(frames, key=lambda frame: frame.role == "library")[:MOST])


def _is_users(stack: Stack) -> bool:
    return any(frame.role == "user" for frame in stack)
