"""Readings of a case: at which end an address is, and what is there: this machine, or one behind a command prefix.

Law: an address is at an end where one socket table speaks for it; where it is not clear which does, it is at none.
"""

from collections.abc import Iterator

from tui.diagnosis.readings import containers, hosts, outcomes, rules
from tui.model.case import Case
from tui.model.facts import TcpAttempt
from tui.model.requests import ListOtherNamespaces


def refused(case: Case) -> dict[str | None, dict[str, TcpAttempt]]:
    """The addresses that refused by a reset, where no rule decides before the sockets do, by their end; None for this machine."""
    ends: dict[str | None, dict[str, TcpAttempt]] = {}
    for address, attempt in outcomes.refused_by_reset(case).items():
        if rules.dnat(case, address) or rules.is_reset_by_rule(case, address):
            continue
        vantage = hosts.vantage(case, address)
        if vantage or outcomes.is_local(case, address):
            ends.setdefault(vantage, {})[address] = attempt
    return ends


def looks(case: Case) -> Iterator[ListOtherNamespaces]:
    """The look into the other namespaces of each end that refuses and has no listener on the port."""
    for vantage in refused(case):
        table = outcomes.listeners(case, vantage)
        if table and not outcomes.on_port(table, case.tcp.port):
            yield containers.look(case, vantage)


def at(vantage: str | None) -> str:
    """Where that is, as it opens a sentence: ``At `ssh db1`: ``; nothing for this machine."""
    return f"At `{vantage}`: " if vantage else ""
