"""Readings of a case about packets that this machine itself keeps back, whatever does it."""

from collections.abc import Iterator

from tui.diagnosis.readings import counters, hosts, outcomes
from tui.model.case import Case
from tui.model.facts import Echo, Limits, Outcome
from tui.model.requests import AnyRequest, ReadLimits


def is_kept_here(case: Case, address: str) -> bool:
    """Whether there are signs that this machine does not let out what goes to another one: EPERM to ping, failed sends."""
    return outcomes.is_remote(case, address) and (bool(forbidden_echoes(case, address)) or hosts.leaves(case, address) is False)


def forbidden_echoes(case: Case, address: str) -> tuple[Echo, ...]:
    """The echoes to an address that were forbidden on the spot."""
    return tuple(echo for echo in case.all(Echo) if echo.address == address and echo.error == "EPERM")


def tracking_checks(case: Case) -> Iterator[AnyRequest]:
    """The limits, connection tracking's among them, once this machine seems to keep packets back."""
    for address in outcomes.failing(case, Outcome.TIMEOUT):
        if is_kept_here(case, address):
            yield ReadLimits(address=address, port=case.tcp.port)


def full_tracking(case: Case) -> Limits | None:
    """The newest limits, if connection tracking's table is full in them: then every new connection is dropped."""
    limits = case.last(Limits)
    return limits if limits and counters.is_full(limits.tracked_connections, limits.tracking_limit) else None
