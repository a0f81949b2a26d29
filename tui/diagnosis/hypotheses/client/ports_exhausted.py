"""No free source port towards this destination.

EADDRNOTAVAIL has other reasons (a source that is not ours, no address of the family), so only the count of ports in
use against the range proves it.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, outcomes
from tui.model.address import ip_family
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Addresses, Limits, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ListAddresses, ReadLimits

NO_PORT = frozenset({"EADDRNOTAVAIL", "EADDRINUSE", "EAGAIN"})
"""No free port: of connect, of connect or bind with a chosen source, and of connect on older kernels (connect(2))."""
EXHAUSTED = 0.95
"""The count is taken a moment after the attempt, when some have ended already: in TIME-WAIT a sixtieth each second."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts; the limits once one found no port, and our addresses where its source was chosen."""
    yield from checks.basics(case)
    for address, attempt in _without_port(case).items():
        yield ReadLimits(address=address, port=case.tcp.port)
        if attempt.source:
            yield ListAddresses()


def judge(case: Case) -> Finding:
    """An errno that means no free port, and as many ports in use towards the target as there are."""
    without = {address: attempt for address, attempt in _without_port(case).items() if _source_may_be_ours(case, attempt)}
    if not without:
        return ruled_out("No attempt lacked a source port.", *outcomes.ids(*outcomes.latest(case).values()))
    proved = {address: limits for address in without if (limits := _limits(case, address)) and _is_exhausted(limits)}
    if proved:
        return _proved(case, without, proved)
    address, attempt = next(iter(without.items()))
    limits = _limits(case, address)
    if limits and limits.usable_ports is not None and limits.used_towards_target is not None:
        return _enough(without, limits)
    return _uncounted(case, address, attempt, limits)


def _without_port(case: Case) -> dict[str, TcpAttempt]:
    """The failing addresses whose newest attempt got no source port."""
    return {address: attempt for address, attempt in outcomes.failing(case, Outcome.BLOCKED).items() if attempt.errno in NO_PORT}


def _source_may_be_ours(case: Case, attempt: TcpAttempt) -> bool:
    """Whether the attempt had no chosen source, or one that this machine has; while that is not known it may be another's."""
    if not attempt.source:
        return True
    here = case.last(Addresses)
    return here is not None and outcomes.has_address(here, attempt.source)


def _limits(case: Case, address: str) -> Limits | None:
    """The newest limits towards an address."""
    return next(
        (limits for limits in reversed(case.all(Limits)) if (limits.address, limits.port) == (address, case.tcp.port)), None
    )


def _is_exhausted(limits: Limits) -> bool:
    usable, used = limits.usable_ports, limits.used_towards_target
    return usable is not None and used is not None and used > 0 and used >= EXHAUSTED * usable


def _counted(limits: Limits) -> str:
    """`28,232 of 28,232 source ports are in use, 20,000 of them in TIME-WAIT`."""
    waiting = f", {limits.waiting_to_expire:,} of them in TIME-WAIT" if limits.waiting_to_expire else ""
    used, usable = limits.used_towards_target or 0, limits.usable_ports or 0
    return f"{used:,} of {usable:,} source ports ({limits.first_port} to {limits.last_port}) are in use towards it{waiting}"


def _proved(case: Case, without: dict[str, TcpAttempt], proved: dict[str, Limits]) -> Finding:
    address, limits = next(iter(proved.items()))
    return claim(
        f"This machine has no free source port left towards {outcomes.joined(proved)} port {case.tcp.port}: {_counted(limits)}."
        + _user(limits),
        *outcomes.ids(*(without[each] for each in proved), *proved.values()),
        reason=f"connect ends in {without[address].errno} at once; {_counted(limits)}.",
        explains=proved,
        culprit=Culprit(kind="limit", limit="ip_local_port_range", address=address, port=case.tcp.port),
        refuted_by=f"`ss -Htan dst {address} dport = :{case.tcp.port} | wc -l` is far below the size of the range.",
        remedies=_remedies(case, address, limits),
    )


def _user(limits: Limits) -> str:
    if not limits.biggest_user or not limits.biggest_user_ports:
        return ""
    if limits.biggest_user_ports == limits.used_towards_target:
        return f" All are held by {limits.biggest_user}."
    return f" Of {limits.sampled} open ones in a sample, {limits.biggest_user_ports} are held by {limits.biggest_user}."


def _enough(without: dict[str, TcpAttempt], limits: Limits) -> Finding:
    """Ports are left towards the target, by the count."""
    address, attempt = next(iter(without.items()))
    if ip_family(address) == "IPv6" and not limits.used_towards_target:
        return ruled_out(
            f"{_counted(limits)}; without an IPv6 address of our own the errno is the same.", *outcomes.ids(attempt, limits)
        )
    usable = limits.usable_ports or 0
    return still_open(
        f"{_counted(limits)}, and yet connect ends in {attempt.errno}.",
        *outcomes.ids(attempt, limits),
        summary=f"The {usable:,} source ports are taken: by sockets that are bound to a port of their own, or for a moment.",
        next_check=f"`ss -Htan | wc -l; ss -Htln`, and again at the moment of a failure; `sysctl {_RANGE}`.",
        explains=without,
    )


_RANGE = "net.ipv4.ip_local_port_range"


def _uncounted(case: Case, address: str, attempt: TcpAttempt, limits: Limits | None) -> Finding:
    if ip_family(address) == "IPv6" and attempt.errno == "EADDRNOTAVAIL":
        return still_open(
            "EADDRNOTAVAIL for IPv6 means no free source port, or no IPv6 address on this machine.",
            *outcomes.ids(attempt, limits),
            summary=f"No source port is free towards {address}, or this machine has no IPv6 address.",
            next_check=f"`ip -6 address; ss -Htan dst [{address}] | wc -l`.",
            explains={address},
        )
    return claim(
        f"This machine seems to have no free source port left towards {address} port {case.tcp.port}.",
        *outcomes.ids(attempt, limits),
        reason=f"connect ends in {attempt.errno} at once, with no source address chosen; the ports in use were not counted.",
        missing=f"`sysctl {_RANGE}; ss -Htan dst {address} dport = :{case.tcp.port} | wc -l`: as many confirm it.",
        explains={address},
        culprit=Culprit(kind="limit", limit="ip_local_port_range", address=address, port=case.tcp.port),
        refuted_by="The count is far below the size of the range.",
        remedies=_remedies(case, address, limits),
    )


def _remedies(case: Case, address: str, limits: Limits | None) -> Iterator[Remedy]:
    verify = f"`refused check {quoted(case.target.label)}` connects."
    yield Remedy(
        do="Find who opens so many connections, and let it keep and reuse them (a pool, HTTP keep-alive).",
        command=f"ss -Htanp dst {address} dport = :{case.tcp.port} | grep -o 'pid=[0-9]*' | sort | uniq -c | sort -rn",
        verify=verify,
    )
    if limits is None or limits.waiting_to_expire:
        yield Remedy(
            do="Let the kernel reuse ports in TIME-WAIT for new outgoing connections.",
            command="sysctl -w net.ipv4.tcp_tw_reuse=1",
            changes=True,
            verify=verify,
        )
    yield Remedy(
        do="Widen the range; mind ports on which services listen (ip_local_reserved_ports keeps them free).",
        command=f'sysctl -w {_RANGE}="10240 65535"',
        changes=True,
        verify=verify,
    )


HYPOTHESIS = Hypothesis(
    place=10,
    onset="change",
    title="a port is free",
    question="Is a source port free towards the target?",
    why="Each connection takes a source port, and a closed one keeps it for a minute. When all are taken, nothing is sent.",
    meaning="No free source port towards this destination.",
    proof="EADDRNOTAVAIL, and the count of local ports in use against `ip_local_port_range`.",
    mistaken_for=("client.bad-source",),
    shown_by=(Limits,),
    looks=(),
    needs=needs,
    judge=judge,
)
