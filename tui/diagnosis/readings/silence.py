"""Readings of a case: a machine from which nothing at all comes back, and whether its own link knows it all the same.

Law: from behind a router silence everywhere is no sign of a machine that is off: one that drops all, or whose answers go
another way, is as silent. A router that can't reach it would say so (RFC 1812, 5.2.7.1).
"""

from tui.diagnosis.readings import hosts
from tui.model.case import Case
from tui.model.facts import Neighbour, Outcome

FEWEST_PORTS = 3
"""This many other silent ports stand for all: a closed port on a living host would have answered with a reset."""


def is_total(case: Case, address: str) -> bool:
    """Whether the port, an echo and other ports were asked, again and again, and nothing has come back, from no one."""
    others = hosts.other_attempts(case, address)
    silent = [attempt for attempt in others if attempt.outcome is Outcome.TIMEOUT]
    echo = hosts.dead_echo(case, address)
    repeated = hosts.is_repeated(hosts.silent(case).get(address, ()))
    return repeated and len(silent) >= FEWEST_PORTS and len(silent) == len(others) and echo is not None and echo.icmp is None


def in_words(case: Case, address: str) -> str:
    """`10.0.0.5 does not answer at all: not on port 5432, not on 6 others, not to ping`."""
    others = hosts.other_attempts(case, address)
    return f"{address} does not answer at all: not on port {case.tcp.port}, not on {len(others)} others, not to ping"


def on_its_link(address: str) -> str:
    """The look that tells a machine that is off from one that drops all, or answers another way: from a neighbour of it."""
    return (
        f"From another machine of its network: `ping -c 3 {address}; ip neigh show {address}`. FAILED: it is off or gone. "
        "An answer: it lives, and a filter or its way back keeps it silent here."
    )


def there_on_link(case: Case, address: str) -> Neighbour | None:
    """The newest neighbour entry of a host on our link, if the host has answered for its address within the last half minute."""
    entries = hosts.neighbours(case, address) if hosts.is_on_link(case, address) else ()
    return entries[-1] if entries and entries[-1].state == "reachable" else None
