"""Readings that the causes of `unix` share: the newest attempt on the socket's path, and what is there."""

import shlex
from collections.abc import Iterator

from tui.diagnosis.hypothesis import not_looked_at, ruled_out
from tui.diagnosis.readings import checks, either_kind, outcomes
from tui.model.case import Case
from tui.model.facts import Attempt, Outcome, UnixPath
from tui.model.judgement import Judgement
from tui.model.requests import AnyRequest, ExamineUnixPath


def needs(case: Case) -> Iterator[AnyRequest]:
    """The attempts on the path, a check of it, and the code that asked."""
    yield from checks.code(case)
    yield from checks.connects(case)
    yield ExamineUnixPath(path=case.unix.path)


def path_of(case: Case) -> str:
    """The socket's path as the kernel knows it, which names the symptom."""
    return case.unix.path


def shown(case: Case) -> str:
    """The socket's path for people: control characters are spelled out."""
    return case.unix.text


def typed(case: Case) -> str:
    """The socket's path for a command line."""
    return shlex.quote(case.unix.text)


def attempt(case: Case) -> Attempt | None:
    """The newest attempt on the path."""
    return either_kind.latest(case).get(path_of(case))


def path_fact(case: Case) -> UnixPath | None:
    """What the newest check of the path found."""
    return next((fact for fact in reversed(case.all(UnixPath)) if fact.path in {path_of(case), shown(case)}), None)


def service(case: Case) -> str:
    """The service that the person named, for a command line; else a word in its place."""
    return shlex.quote(case.options.service or "NAME")


def settled(case: Case) -> Judgement | None:
    """The judgement that holds for every cause of this group before an attempt, and after one that connects; else None."""
    newest = attempt(case)
    if newest is None:
        return not_looked_at("Nothing has been tried yet.")
    if newest.outcome is Outcome.CONNECTED:
        return ruled_out(f"{shown(case)} connects.", *outcomes.ids(newest))
    return None
