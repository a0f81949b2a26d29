"""Readings of a case: resets of this machine's own addresses that none of its sockets, and no missing one, explains.

Law: the kernel's own TCP counts each reset that it sends; a rule of the packet filter, and a machine that a rule leads to, do
not raise that counter.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, claim, still_open
from tui.diagnosis.readings import counters, forwarding, hosts, outcomes, rules
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Listener, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy

LISTING = "nft list ruleset; iptables-save"


def refused(case: Case) -> Iterator[tuple[str, tuple[TcpAttempt, Listener | None]]]:
    """Own addresses whose resets no socket explains: something listened there before, or our own TCP sent no reset."""
    table = outcomes.listeners(case)
    for address, attempt in outcomes.refused_by_reset(case).items():
        row = next(iter(_rows(case, address)), None)
        plain = all(other.outcome is Outcome.REFUSED and other.icmp is None for other in outcomes.attempts(case, address))
        before = bool(table and row and table.at and table.at < attempt.at)
        foreign = counters.sent_by_this_kernel(case, address) is False
        if outcomes.is_local(case, address) and plain and (before or foreign) and not forwarding.ways(case, address):
            yield address, (attempt, row)


def finding(case: Case, foreign: dict[str, tuple[TcpAttempt, Listener | None]], remedies: tuple[Remedy, ...]) -> Finding:
    """A rule here answers or leads elsewhere: likely where our own TCP sent none, possible where only a listener was seen."""
    first, (attempt, row) = next(iter(foreign.items()))
    asked = endpoint(first, case.tcp.port)
    although = f", although {hosts.owner(row, opens=False)} listens there" if row else ""
    evidence = outcomes.ids(attempt, outcomes.listeners(case))
    if all(_is_clean(case, address) for address in foreign):
        return still_open(
            f"{asked} answered with a reset{although}, and no rule of this machine does.",
            *evidence,
            summary=f"Something on this machine that no rule shows (a BPF program) answers {asked} with a reset{although}.",
            next_check="As root: `bpftool net; bpftool prog show; bpftool cgroup tree`.",
            explains=foreign,
        )
    summary = f"A rule of this machine answers {asked} with a reset, or leads it elsewhere{although}."
    check = f"As root: `{LISTING}` has a rule with `tcp reset`, `dnat` or `redirect` for it."
    if any(counters.sent_by_this_kernel(case, address) is not False for address in foreign):
        return still_open(
            f"{hosts.owner(row) if row else 'A service'} was listening before {first} answered with a reset.",
            *evidence,
            summary=summary,
            next_check=check,
            explains=foreign,
        )
    return claim(
        summary,
        *evidence,
        reason=f"A reset came back from {first}, and this machine's own TCP has sent none (OutRsts).",
        missing=check,
        explains=foreign,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"`nstat -az TcpOutRsts` grows with each attempt on {asked}.",
        remedies=remedies,
    )


def _rows(case: Case, address: str) -> list[Listener]:
    """The listeners of this machine that serve one of its own addresses."""
    rows = outcomes.on_port(outcomes.listeners(case), case.tcp.port)
    return [row for row in rows if hosts.reaches(row, address, here=True)]


def _is_clean(case: Case, address: str) -> bool:
    """Whether all rules here were read, and none stops the connection or may stop it."""
    reading = rules.filter_of(case, address)
    return bool(reading and reading.answer == "does-not-match" and not reading.unread)
