"""Is a pattern that reads what others send slow for some text: does its time grow with more than the length? Each is asked.

By hand only, `python -m tests.fuzz --patterns`, as time decides; what it found stands in `tests/probes/test_pathological.py`.
"""

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import tui
from tests.fuzz.slow_texts import ENDS, attacks
from tui.model import secrets

SHORT, LONG = 1_000, 4_000
"""Characters."""
QUICK_S = 0.003
"""What is quadratic takes more than this for a long text."""
MOST_GROWTH = 9.0
"""For four times the text: what is linear takes four times as long, what is quadratic sixteen times."""
TURNS = 4
MOST_ATTACKS = 50
"""On one pattern; of the long ones for secrets every so-and-so-many-th is made."""
_SEARCHING = {"findall", "finditer", "search", "sub", "split"}
_BOUNDED = ("tui.errors.", "tui.ui.", "tui.demo.")
"""The patterns of error texts see windows of fixed size (tests/errors/test_bounds.py); the others read nothing from outside."""


def patterns() -> Iterator[tuple[str, re.Pattern[Any], bool]]:
    """Every pattern at the top of a module, with its name and whether a text is searched for it, not only held against it."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        if module.name.startswith(_BOUNDED) or module.name == "tui.__main__":
            continue
        loaded = importlib.import_module(module.name)
        source = inspect.getsource(loaded)
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern) and f"\n{name} = " in source:
                uses = set(re.findall(rf"\b{name}\.(\w+)", source))
                yield f"{module.name}.{name}", value, bool(uses & _SEARCHING) or not uses & {"match", "fullmatch"}
    for number, (_, pattern, flags) in enumerate(secrets._PATTERNS):
        yield f"tui.model.secrets[{number}]", re.compile(pattern, flags), True
    for number, (_, *both) in enumerate(secrets._COMMANDS):
        yield from ((f"tui.model.secrets.commands[{number}]", re.compile(pattern), True) for pattern in both)


def _seconds(pattern: re.Pattern[Any], text: str, *, search: bool) -> float:
    """Processor time that it takes to hold the pattern against the text, or to find it everywhere in it."""
    given: Any = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    begun = time.thread_time()
    pattern.fullmatch(given)
    pattern.match(given)
    if search:
        for _ in pattern.finditer(given):
            pass
    return time.thread_time() - begun


def _grows(pattern: re.Pattern[Any], before: str, part: str, end: str, *, search: bool) -> bool:
    """Whether four times the text takes far more than four times as long, each time it is measured."""
    short, long = (f"{before}{part * (length // len(part))}{end}" for length in (SHORT, LONG))
    for _ in range(TURNS):
        took = _seconds(pattern, long, search=search)
        if took < QUICK_S or took < MOST_GROWTH * _seconds(pattern, short, search=search):
            return False
    return True


def slow_text(pattern: re.Pattern[Any], *, search: bool) -> tuple[str, str, str] | None:
    """A text for which the pattern is slow: its beginning, what is repeated, its end. None where there is none."""
    made = attacks(pattern)
    return next(
        (
            (before, part, end)
            for before, part in made[:: max(len(made) // MOST_ATTACKS, 1)]
            for end in ENDS
            if _grows(pattern, before, part, end, search=search)
        ),
        None,
    )
