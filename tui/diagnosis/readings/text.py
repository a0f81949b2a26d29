"""Readings of a case: what the pasted error text says, and whether what is seen here is the same failure.

Law: a text is somebody's word of another moment, and maybe of another place. Where what is seen here differs from it, nothing
seen here confirms the cause of what it tells.
"""

from tui.diagnosis.readings import either_kind, outcomes
from tui.model.case import Case
from tui.model.facts import ErrorText, Outcome, ProcessState
from tui.model.facts.error_text import ErrorClass

CLASS_WORDS: dict[ErrorClass, str] = {
    "refused": "refused",
    "timeout": "no answer in time",
    "dns": "that the name does not resolve",
    "reset": "reset or closed",
    "unreachable": "unreachable",
    "tls": "that TLS failed",
    "proxy": "that the proxy failed",
    "permission": "not permitted",
    "descriptors": "too many open files",
    "in-use": "address already in use",
    "no-address": "no address to bind or to connect from",
    "no-space": "no space left",
    "other": "that it failed",
}
"""What follows `the text says`."""

OWN_MACHINE: frozenset[ErrorClass] = frozenset({"permission", "descriptors", "in-use", "no-address", "no-space"})
"""What the machine or process that wrote the text lacked: no answer of the other end."""

_FAILURES = frozenset(Outcome) - {Outcome.CONNECTED, Outcome.PENDING}
_FITS: dict[ErrorClass, frozenset[Outcome]] = {
    "refused": frozenset({Outcome.REFUSED, Outcome.REJECTED}),
    # A client that waits less than we do calls an unreachable host, or a silent server, a time-out.
    "timeout": frozenset({Outcome.TIMEOUT, Outcome.SILENT, Outcome.UNREACHABLE}),
    "dns": frozenset({Outcome.NAME_ERROR}),
    "reset": frozenset({Outcome.RESET, Outcome.CLOSED}),
    "unreachable": frozenset({Outcome.UNREACHABLE, Outcome.REJECTED, Outcome.BLOCKED}),
    "tls": frozenset({Outcome.CONNECTED, Outcome.RESET, Outcome.CLOSED, Outcome.SILENT}),
    "proxy": _FAILURES,
    "permission": frozenset({Outcome.BLOCKED, Outcome.REJECTED}),
    "descriptors": frozenset({Outcome.BLOCKED}),
    "in-use": frozenset({Outcome.CONNECTED, Outcome.RESET, Outcome.CLOSED, Outcome.SILENT}),
    "no-address": frozenset({Outcome.BLOCKED}),
    "no-space": frozenset(),
    "other": _FAILURES,
}
"""The endings of an attempt that a text of each class may tell of."""

_ERRNOS: dict[ErrorClass, frozenset[str]] = {
    "permission": frozenset({"EPERM", "EACCES"}),
    "descriptors": frozenset({"EMFILE", "ENFILE"}),
    "no-address": frozenset({"EADDRNOTAVAIL"}),
    "unreachable": frozenset({"ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL"}),
}
"""Where this machine itself said no, the error numbers that are the same failure (connect(2), ip-route(8))."""

_STAGE_OF_CLASS: dict[ErrorClass, int] = dict.fromkeys(OWN_MACHINE, 0) | {"dns": 1, "reset": 3, "tls": 3}
_STAGE_OF_OUTCOME = {
    Outcome.BLOCKED: 0,
    Outcome.NAME_ERROR: 1,
    Outcome.RESET: 3,
    Outcome.CLOSED: 3,
    Outcome.SILENT: 3,
    Outcome.CONNECTED: 4,
}
_CONNECTING = 2
"""The stages of a connection: its own machine, the name, the connection, what comes after it, and all of it."""


def text(case: Case) -> ErrorText | None:
    """The pasted text's word, where the target came out of one."""
    return case.last(ErrorText)


def endings(case: Case) -> frozenset[Outcome]:
    """How the attempts of this session ended, and whether the name gave no address; empty before the first end."""
    ended = {attempt.outcome for attempt in either_kind.latest(case).values()}
    failed = {attempt.outcome for attempt in either_kind.attempts(case)} - outcomes.WORKING
    return frozenset({*ended, *failed, *((Outcome.NAME_ERROR,) if outcomes.name_fails(case) else ())})


def fits(case: Case, said: ErrorText, ended: frozenset[Outcome], *, healthy: bool = False) -> bool:
    """Whether what was seen may be what the text tells. `healthy`: all that was asked here was answered as it should be."""
    if said.says == "descriptors" and any(
        state.pid == case.options.pid and state.is_out_of_descriptors for state in case.all(ProcessState)
    ):
        return True
    known = _FITS[said.says] & ended
    if healthy and said.says == "tls":
        known -= {Outcome.CONNECTED}
    blocked = either_kind.failing(case, Outcome.BLOCKED).values()
    if said.says in _ERRNOS and not any(attempt.errno in _ERRNOS[said.says] for attempt in blocked):
        known -= {Outcome.BLOCKED}
    return bool(known)


def same_stage(said: ErrorText, ended: frozenset[Outcome]) -> bool:
    """Whether it failed there and here on the same stretch: only then can what is wrong here be what was wrong there."""
    stages = {_STAGE_OF_OUTCOME.get(outcome, _CONNECTING) for outcome in ended}
    return _STAGE_OF_CLASS.get(said.says, _CONNECTING) in stages


def addresses_here(case: Case) -> tuple[str, ...]:
    """The addresses that the name has here."""
    return outcomes.addresses(case)


def leads_elsewhere(case: Case, said: ErrorText) -> bool:
    """Whether the name led to other addresses there than it does here."""
    here = set(addresses_here(case))
    return bool(here and said.dialled) and not case.tcp.is_literal and not here & set(said.dialled)
