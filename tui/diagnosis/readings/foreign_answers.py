"""Readings of a case: resets and errors in this machine's own name that it may not have sent itself.

Law: the kernel's own TCP counts each reset that it sends; a rule of the packet filter, and a machine that a rule leads to, do
not raise that counter. And behind a translation the address that was asked signs the errors of the machine that is led to.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, claim, still_open
from tui.diagnosis.readings import counters, forwarding, hosts, outcomes, rules, translation
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Listener, NotObserved, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import ReadFirewall


def refused(case: Case) -> Iterator[tuple[str, tuple[TcpAttempt, Listener | None]]]:
    """Own addresses whose resets no socket explains: something listened there before, or our own TCP sent no reset."""
    table = outcomes.listeners(case)
    for address, attempt in outcomes.refused_by_reset(case).items():
        row = next(iter(hosts.serving(case, address)), None)
        plain = all(other.outcome is Outcome.REFUSED and other.icmp is None for other in outcomes.attempts(case, address))
        before = bool(table and row and table.at and table.at < attempt.at)
        foreign = counters.sent_by_this_kernel(case, address) is False
        if outcomes.is_local(case, address) and plain and (before or foreign) and not forwarding.ways(case, address):
            yield address, (attempt, row)


def finding(case: Case, foreign: dict[str, tuple[TcpAttempt, Listener | None]], remedies: tuple[Remedy, ...]) -> Finding:
    """A rule here answers or leads elsewhere: likely where it can only answer, possible where it may lead elsewhere."""
    first, (attempt, row) = next(iter(foreign.items()))
    asked = endpoint(first, case.tcp.port)
    although = f", although {hosts.owner(row, opens=False)} listens there" if row else ""
    evidence = outcomes.ids(attempt, outcomes.listeners(case))
    if all(rules.is_clean(case, address) for address in foreign):
        return still_open(
            f"{asked} answered with a reset{although}, and no rule of this machine does.",
            *evidence,
            summary=f"Something on this machine that no rule shows (a BPF program) answers {asked} with a reset{although}.",
            next_check="As root: `bpftool net; bpftool prog show; bpftool cgroup tree`.",
            explains=foreign,
        )
    summary = f"A rule of this machine answers {asked} with a reset, or leads it elsewhere{although}."
    check = f"As root: `{rules.LISTING}` has a rule with `tcp reset`, `dnat` or `redirect` for it."
    counted = all(counters.sent_by_this_kernel(case, address) is False for address in foreign)
    if not (counted and all(translation.excluded(case, address) for address in foreign)):
        before = f"{hosts.owner(row) if row else 'A service'} was listening before {first} answered with a reset."
        return still_open(
            f"A reset came back from {first}, and this machine's own TCP has sent none (OutRsts)." if counted else before,
            *evidence,
            summary=summary,
            next_check=check,
            explains=foreign,
        )
    return claim(
        f"A rule of this machine answers {asked} with a reset{although}.",
        *evidence,
        *outcomes.ids(*(translation.excluded(case, address) for address in foreign)),
        reason=f"A reset came back from {first}, and this machine's own TCP has sent none (OutRsts); no rule translates here.",
        missing=check,
        explains=foreign,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"`nstat -az TcpOutRsts` grows with each attempt on {asked}.",
        remedies=remedies,
    )


def may_be_signed(case: Case, address: str) -> bool:
    """Whether a translation may have put our own address into the error: only where that is what was asked for."""
    return outcomes.is_local(case, address) and rules_hidden(case) and not translation.excluded(case, address)


def perhaps_signed(case: Case) -> dict[str, TcpAttempt]:
    """The own addresses that say no by an ICMP error in this machine's name, which a translation may have signed."""
    return {
        address: attempt
        for address, attempt in hosts.icmp_rejections(case).items()
        if hosts.sent_here(case, attempt) and may_be_signed(case, address) and not forwarding.ways(case, address)
    }


def signed(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    """An own address was asked and says no: a filter here, or one at a place that a rule leads to, which it signs for."""
    first, attempt = next(iter(reported.items()))
    meaning = attempt.icmp.meaning if attempt.icmp else ""
    asked = endpoint(first, case.tcp.port)
    return still_open(
        f"ICMP `{meaning}` came in the name of {first}; connections are tracked here, so a rule may lead it elsewhere.",
        *outcomes.ids(*reported.values()),
        summary=f"This machine's own packet filter rejects {asked} (ICMP {meaning}), or a rule leads it to where it is rejected.",
        next_check=f"As root: `{rules.LISTING}` has a rule that rejects it, or one with `dnat` for it.",
        explains=reported,
    )


def rules_hidden(case: Case) -> bool:
    """Whether this machine's rules were asked for, and may not be read."""
    asked = (gap.request for gap in case.all(NotObserved))
    return any(isinstance(request, ReadFirewall) and request.vantage is None for request in asked)
