"""A route of this machine rejects the connection."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out, still_open
from tui.diagnosis.readings import checks, outcomes
from tui.model.address import ip_family, without_zone
from tui.model.case import Case
from tui.model.facts import Outcome, Route, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

ERRNOS = {"unreachable": "EHOSTUNREACH", "prohibit": "EACCES", "blackhole": "EINVAL"}
"""What connect() fails with for each type of route (fib_props in net/ipv4/fib_semantics.c)."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and the kernel's route."""
    yield from checks.basics(case)


def judge(case: Case) -> Finding:
    """A rejecting route, and the errno that it makes, at once."""
    rejecting = {
        address: route
        for address in outcomes.addresses(case)
        if (route := outcomes.route_to(case, address)) and route.type in ERRNOS
    }
    if not rejecting:
        if not case.all(Route):
            return not_looked_at("The routes have not been looked up.")
        return ruled_out("No address has a route that rejects it.", *outcomes.ids(*case.all(Route)))
    failing = outcomes.failing(case)
    blocked = {address: failing[address] for address in rejecting if address in failing and _is_its_word(failing[address])}
    proved = {address: attempt for address, attempt in blocked.items() if attempt.errno in _errnos(rejecting[address])}
    if proved:
        return _proved(proved, rejecting)
    if blocked:
        return _other_errno(blocked, rejecting)
    if any(address in outcomes.latest(case) for address in rejecting):
        return ruled_out("The attempts did not end at once.", *outcomes.ids(*rejecting.values(), *outcomes.latest(case).values()))
    return still_open("The route rejects it, and nothing has been tried yet.", *outcomes.ids(*rejecting.values()))


def _is_its_word(attempt: TcpAttempt) -> bool:
    return attempt.outcome is Outcome.BLOCKED and attempt.icmp is None


def _errnos(route: Route) -> set[str | None]:
    """The errno of the route's type, and that of the lookup itself: a rule's refusal has another than a route's."""
    return {ERRNOS[route.type], route.errno or ERRNOS[route.type]}


def _proved(blocked: dict[str, TcpAttempt], routes: dict[str, Route]) -> Finding:
    first = next(iter(blocked))
    route = routes[first]
    return claim(
        f"A route of this machine rejects {outcomes.joined(blocked)}: `{_quoted(route)}`.",
        *outcomes.ids(*(routes[address] for address in blocked), *blocked.values()),
        reason=f"The route's type is {route.type}, and connect() failed with {blocked[first].errno} at once.",
        explains=blocked,
        culprit=_culprit(route),
        refuted_by=f"`ip route get {without_zone(first)}` prints a route without `{route.type}`.",
        remedies=_remedies(first, route),
    )


def _other_errno(blocked: dict[str, TcpAttempt], routes: dict[str, Route]) -> Finding:
    first = next(iter(blocked))
    route = routes[first]
    return claim(
        f"A route of this machine seems to reject {first}: `{_quoted(route)}`.",
        *outcomes.ids(route, *blocked.values()),
        reason=f"The route's type is {route.type}; connect() failed at once with {blocked[first].errno}, not that type's errno.",
        missing=f"`ip route get {without_zone(first)}` and another attempt: both name the same refusal.",
        explains=blocked,
        culprit=_culprit(route),
        refuted_by=f"The attempt fails in the same way without the route `{_quoted(route)}`.",
        remedies=_remedies(first, route),
    )


def _culprit(route: Route) -> Culprit:
    return Culprit(kind="route", route=_quoted(route), address=route.address)


def _quoted(route: Route) -> str:
    return route.text or f"{route.type} {route.destination or route.address}"


def _remedies(address: str, route: Route) -> Iterator[Remedy]:
    six = "-6 " if ip_family(address) == "IPv6" else ""
    in_table = f" table {route.table}" if route.table not in {None, 0, 254} else ""
    yield Remedy(
        do="Find out who set it: an administrator, a VPN client that wants no leak, or a routing daemon.",
        command=f"ip {six}rule show" if route.is_rule else f"ip {six}route show table all type {route.type}",
        verify="You know why it is there.",
    )
    if not route.is_rule:
        yield Remedy(
            do="If it should not be there, delete it, and correct the program or file that sets it.",
            command=f"ip {six}route del {route.type} {route.destination or address}{in_table}",
            changes=True,
            verify=f"`ip route get {without_zone(address)}` prints a gateway or a device.",
        )


HYPOTHESIS = Hypothesis(
    place=20,
    before_attempts=True,
    onset="setting",
    title="route lets through",
    question="Does a route of this machine reject it on purpose?",
    why="A route can be unreachable, prohibit or blackhole. Then the kernel refuses, and the error looks like one from far away.",
    meaning="A route says unreachable, prohibit or blackhole.",
    proof="The route, quoted, and the errno of its type at once.",
    mistaken_for=("path.no-route", "path.local-firewall", "client.blocked"),
    supersedes=frozenset({"path.no-route"}),
    shown_by=(Route,),
    looks=(),
    needs=needs,
    judge=judge,
)
