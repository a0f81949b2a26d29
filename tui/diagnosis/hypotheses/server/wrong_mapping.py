"""A forwarder or a rule leads the port to a place where nothing listens."""

from collections.abc import Collection, Iterator

from msgspec import UNSET

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import (
    checks,
    commands,
    containers,
    foreign_answers,
    forwarding,
    led,
    led_away,
    outcomes,
    rule_remedies,
    rules,
    translation,
)
from tui.diagnosis.readings.forwarding import Behind, StateBehind
from tui.model.address import endpoint, is_loopback
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Firewall, Forwarder, Forwarders
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

_DEAD = (StateBehind.OTHER_PORTS, StateBehind.GONE, StateBehind.UNREACHABLE)
"""What shows that nothing can answer at the place that is led to."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, this machine's rules, its forwarders, and a look at what is behind them."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from rules.checks_here(case)
    yield from forwarding.checks(case)
    yield from translation.checks(case)
    yield from rules.checks_there(case)
    yield from checks.life_signs(case)


def judge(case: Case) -> Finding:
    """The port leads elsewhere, and there nothing listens, nobody is, or no way leads."""
    failing = outcomes.failing(case, *rules.STOPPED, *forwarding.ENDED_BY_FORWARDER)
    behind = {address: places for address in failing if (places := forwarding.behind(case, address))}
    hidden = [address for address, _ in foreign_answers.refused(case) if not translation.excluded(case, address)]
    if not behind and hidden:
        return _hidden(case, hidden)
    signed = {} if behind else foreign_answers.perhaps_signed(case)
    if signed:
        return _hidden_and_signed(case, signed)
    nowhere = {} if behind else led_away.without_a_route(case)
    if nowhere:
        return led_away.no_route(case, nowhere)
    all_the_same = {} if behind else led_away.refused_all_the_same(case)
    if all_the_same:
        return led_away.before_it(case, all_the_same)
    if not behind:
        return not_relevant(
            "Nothing that is known leads the port elsewhere.", *outcomes.ids(*(failing or outcomes.latest(case)).values())
        )
    dead = {address: place for address, places in behind.items() if (place := _all_in(places, *_DEAD))}
    if dead:
        return _proved(case, dead)
    refusing = {address: place for address, places in behind.items() if (place := _all_in(places, StateBehind.REFUSED))}
    if refusing:
        return _refusing(case, refusing)
    unseen = {
        address: place
        for address, places in behind.items()
        if failing[address].outcome in forwarding.ENDED_BY_FORWARDER and (place := _all_in(places, StateBehind.UNKNOWN))
    }
    if unseen:
        return _unseen(case, unseen)
    every = [place for places in behind.values() for place in places]
    return _otherwise(case, next((place for place in every if place.state is StateBehind.SERVED), every[0]))


def _hidden(case: Case, hidden: Collection[str]) -> Finding:
    """Resets that no socket here explains, and rules that may not be read."""
    return _perhaps_led(
        case,
        hidden,
        "A reset came back that no socket of this machine explains; a rule may lead the port elsewhere.",
        "where nothing listens",
    )


def _hidden_and_signed(case: Case, signed: Collection[str]) -> Finding:
    """Errors in this machine's own name, which it gives to what a rule leads elsewhere too, and rules that may not be read."""
    return _perhaps_led(
        case,
        signed,
        "An ICMP error came in this machine's own name; a rule may lead the port to where it comes from.",
        "a place that can't be reached, or says no",
    )


def _perhaps_led(case: Case, addresses: Collection[str], reason: str, where: str) -> Finding:
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in addresses)
    return still_open(
        reason,
        *outcomes.ids(*(outcomes.latest(case)[address] for address in addresses)),
        summary=f"A rule of this machine leads {asked} to {where}.",
        next_check=f"As root: `{rules.LISTING}` has a rule with `dnat` or `redirect` for it.",
        explains=addresses,
    )


def _all_in(places: tuple[Behind, ...], *states: StateBehind) -> Behind | None:
    """The first place, if all of them are in one of these states: a balancer needs only one that answers."""
    return places[0] if all(place.state in states for place in places) else None


def _proved(case: Case, dead: dict[str, Behind]) -> Finding:
    first, place = next(iter(dead.items()))
    return claim(
        f"{_leads(case, dead, place)}, {_why(place)}.",
        *led.evidence(case, dead),
        reason=f"{led.said_by(place)} {_seen(place)}",
        missing=containers.missing_run(case, dead),
        looks=led.unsure_of_rules(case, dead),
        explains=dead,
        culprit=_culprit(place),
        refuted_by=f"A listener on {place.way.label}.",
        remedies=_remedies(case, first, place),
    )


def _refusing(case: Case, refusing: dict[str, Behind]) -> Finding:
    first, place = next(iter(refusing.items()))
    return claim(
        f"{_leads(case, refusing, place)}, which refuses as well.",
        *led.evidence(case, refusing),
        reason=f"{led.said_by(place)} A connection to {place.way.label} itself is refused by a reset.",
        missing=f"Where {place.way.label} is: `ss -ltn`; no line for port {place.way.port} confirms it.",
        explains=refusing,
        culprit=_culprit(place),
        refuted_by=f"A listener on {place.way.label}, and a filter there that sends resets.",
        remedies=_remedies(case, first, place),
    )


def _unseen(case: Case, unseen: dict[str, Behind]) -> Finding:
    first, place = next(iter(unseen.items()))
    where = f" on {place.way.via}" if place.way.via else ""
    return claim(
        f"{_leads(case, unseen, place)}, and most likely nothing answers there.",
        *led.evidence(case, unseen),
        reason=f"{led.said_by(place)} It accepts and ends the connection at once, as it does where it can't connect.",
        missing=f"From there{where}: `refused check {quoted(place.way.label)}`.",
        explains=unseen,
        culprit=_culprit(place),
        refuted_by=f"{place.way.label} connects from there.",
        remedies=_remedies(case, first, place),
    )


def _otherwise(case: Case, place: Behind) -> Finding:
    """The port leads to a place where something else is wrong, or nothing, or that could not be looked at."""
    evidence = outcomes.ids(*place.facts)
    if place.state is StateBehind.SERVED:
        return ruled_out(f"The port leads to {place.way.label}, where something listens.", *evidence)
    if place.state is StateBehind.UNKNOWN:
        return still_open(
            f"{led.said_by(place)} What is there was not seen.",
            *evidence,
            summary=f"{place.way.maker} leads port {case.tcp.port} to {place.way.label}, where nothing listens.",
            next_check=f"`refused check {quoted(place.way.label)}`, from where it connects.",
            explains=outcomes.failing(case),
        )
    return still_open(f"The port leads to {place.way.label}, which is {place.state.value} for another reason.", *evidence)


def _leads(case: Case, dead: dict[str, Behind], place: Behind) -> str:
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in dead)
    via = f", by way of {place.way.via}" if place.way.via else ""
    there = place.way.label if place.place in {place.way.host, place.way.label} else f"{place.way.label} of {place.place}"
    if isinstance(place.way.by, Forwarder):
        return f"{place.way.maker} leads {asked} to {there}{via}"
    return f"The rule {place.way.maker} leads {asked} to {there}"


def _why(place: Behind) -> str:
    """What is wrong there, to follow the place."""
    match place.state:
        case StateBehind.GONE:
            return "and nobody has that address: what it was made for is gone"
        case StateBehind.UNREACHABLE:
            return f"which can't be reached{_by_whom(place)}"
        case _:
            others = _other_ports(place)
            return f"and nothing listens there{f': it listens on port {others}' if others and place.space else ''}"


def _by_whom(place: Behind) -> str:
    """Who says that it can't be reached; through a translation it is said in the name of the address that was asked."""
    if place.answer and place.answer.icmp:
        return f": `{place.answer.icmp.meaning}` came back, in the name of {place.answer.address}"
    icmp = place.attempt.icmp if place.attempt else None
    return f": {icmp.sender} says `{icmp.meaning}`" if icmp else " from here"


def _seen(place: Behind) -> str:
    match place.state:
        case StateBehind.GONE:
            return f"Nobody answers for {place.way.host} on its link."
        case StateBehind.UNREACHABLE:
            return f"A connection to {place.way.label} itself fails{_by_whom(place)}."
        case _:
            return f"The socket table there has no listener on port {place.way.port}."


def _other_ports(place: Behind) -> str:
    """The ports that something listens on in that place, for people."""
    ports = sorted({row.port for row in place.rows if not is_loopback(row.address)})
    return outcomes.joined(map(str, ports)) if len(ports) <= 3 else ""  # noqa: PLR2004 -- more of them say nothing


def _culprit(place: Behind) -> Culprit:
    """The rule or the program that leads there, with the place."""
    by, host, port = place.way.by, place.way.host or UNSET, place.way.port or UNSET
    container = place.container
    name = container.label if container else UNSET
    if isinstance(by, Forwarder):
        return Culprit(
            kind="process", name=by.program, pid=by.pid, unit=by.unit or UNSET, address=host, port=port, container=name
        )
    return Culprit(
        kind="rule",
        rule=rules.quoted(by),
        table=f"{by.family} {by.table}",
        chain=by.chain,
        handle=by.handle if by.handle is not None else UNSET,
        name=by.made_by or UNSET,
        address=host,
        port=port,
        container=name,
    )


def _remedies(case: Case, address: str, place: Behind) -> Iterator[Remedy]:
    """Lead it to where something listens, with what leads it; a rule of an engine is never changed by hand."""
    port, again = case.tcp.port, f"`refused check {endpoint(address, case.tcp.port)}` connects."
    container = place.container
    ports = {row.port for row in place.rows if not is_loopback(row.address)} if place.space else set()
    inside = next(iter(ports)) if len(ports) == 1 else None
    maker = place.way.by.program if isinstance(place.way.by, Forwarder) else place.way.by.made_by or ""
    tool = containers.tool(container) if container else forwarding.OF_ENGINES.get(maker, maker)
    if place.state is StateBehind.GONE:
        known = tool if tool in commands.ENGINES else containers.sole_engine(case)
        neighbour = f"ip neigh show{f' {quoted(place.way.host)}' if place.way.host else ''}"
        yield Remedy(
            do="See whether what had that address still runs, and which address it has now; start it again if it should.",
            command=f"{known} ps --all; {neighbour}" if known else neighbour,
            verify=again,
        )
    elif container or tool in commands.ENGINES:
        inner = container or containers.publishing(case, port)
        yield Remedy(
            do="See which port the program in the container listens on, and set it to the one that is published.",
            command=f"{tool} exec {quoted(inner.label)} ss -ltn" if inner else f"{tool} ps --filter publish={port}",
            verify=f"It shows port {place.way.port or 'that is published'}; {again}",
        )
        yield containers.publish(tool, inner, port, inside, verify=again)
        return
    if place.state is StateBehind.OTHER_PORTS:
        yield Remedy(
            do=f"Start what should listen on {place.way.label}.",
            command=led.inside(place, f"ss -ltnp 'sport = :{place.way.port}'"),
            verify=again,
        )
    if isinstance(place.way.by, Forwarder):
        yield Remedy(
            do=f"Or give {place.way.by.program} the place where the service is"
            + (f", in {place.way.by.unit}." if place.way.by.unit else " in its arguments."),
            command=f"ps -o args= -p {place.way.by.pid}",
            verify=again,
        )
        return
    yield next(rule_remedies.remedies(case, place.way.by, address))
    yield Remedy(
        do="Let it lead to where the service is, in the settings of what made it.",
        command=rules.show(place.way.by),
        verify=again,
    )


HYPOTHESIS = Hypothesis(
    place=25,
    onset="setting",
    title="led rightly",
    question="Does the port lead to where something listens?",
    why="A container's port, a tunnel and a balancer are led on by a rule or a program, and what fails may be behind it.",
    meaning="A forwarder or a rule leads the port to a port or address where nothing listens.",
    proof="The forwarder's arguments or the rule, and the listeners behind it, or that nobody has the address.",
    mistaken_for=("server.not-listening", "server.closes-early", "path.local-firewall"),
    supersedes=frozenset(
        {
            "server.not-listening",
            "server.closes-early",
            "server.other-namespace",
            "port.wrong-port",
            "path.local-firewall",
            "path.rejected",
            "path.host-unreachable",
            "path.no-route",
            "path.filtered",
            "server.down",
        }
    ),
    shown_by=(Firewall, Forwarders),
    looks=(),
    needs=needs,
    judge=judge,
)
