"""Each kind of check and of fact in words: whatever is registered by the files below `facts/`.

A check is named in a few words (`the route to 10.0.3.9`); a fact is a sentence without its full stop.
"""

import importlib
from functools import cache, singledispatch

from tui.by_path import modules_below
from tui.model.facts import Fact
from tui.model.requests import AnyRequest


@singledispatch
def check_sentence(request: object) -> str:
    """What this kind of request checks; a file below `facts/` registers its own."""
    raise TypeError(f"nothing below tui/report/facts names the check {type(request).__name__}")


@singledispatch
def fact_sentence(fact: object) -> str:
    """What this kind of fact says; a file below `facts/` registers its own."""
    raise TypeError(f"nothing below tui/report/facts has words for the fact {type(fact).__name__}")


def check_words(request: AnyRequest) -> str:
    """What is checked, in few words."""
    _load_all()
    return check_sentence(request)


def fact_words(fact: Fact) -> str:
    """What `fact` says, as one sentence without its full stop."""
    _load_all()
    return fact_sentence(fact)


@cache
def _load_all() -> None:
    from tui.report import facts

    for module in modules_below(facts):
        importlib.import_module(module)
