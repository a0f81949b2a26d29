"""Causes that break a law, each in its own way."""

from collections.abc import Iterator
from typing import NoReturn

from msgspec.structs import replace

from tui.diagnosis.hypothesis import Claim, claim
from tui.model.case import Case
from tui.model.requests import AnyRequest

from .maintenance import HYPOTHESIS as GOOD


def _raise(_case: Case) -> NoReturn:
    raise RuntimeError("a defect")


def _raise_late(_case: Case) -> Iterator[AnyRequest]:
    yield from ()
    raise RuntimeError("a defect")


def _claim(_case: Case) -> Claim:
    return claim("It is the moon.", "moon-1", reason="It always is.", refuted_by="It is not.")


RAISES = replace(GOOD, judge=_raise, needs=_raise_late)
CLAIMS = replace(GOOD, judge=_claim)
TALKS_TOO_MUCH = replace(GOOD, title="a title that does not fit the tree")
NO_HYPOTHESIS = "a cause"
