"""What causes say of a port that leads elsewhere, where what is wrong is behind the forwarder or the rule.

Law: the words are those of the cause, about the place behind; what leads there is quoted, and is not to blame.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Intention, Look, claim, still_open
from tui.diagnosis.looks import RULES
from tui.diagnosis.readings import commands, containers, forwarding, hosts, outcomes, rules
from tui.diagnosis.readings.forwarding import Behind, StateBehind
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Forwarder
from tui.model.judgement import Culprit, Remedy

_CAN_FAIL = (*rules.STOPPED, *forwarding.ENDED_BY_FORWARDER)


def elsewhere(case: Case, *states: StateBehind) -> dict[str, Behind]:
    """The failing addresses whose port leads to places that are all in one of these states, each with the first place."""
    led = {address: forwarding.behind(case, address) for address in outcomes.failing(case, *_CAN_FAIL)}
    return {address: places[0] for address, places in led.items() if places and all(place.state in states for place in places)}


def not_listening(case: Case) -> Finding | None:
    """Nothing at all listens in the container or namespace that the port leads to; None where it is not so."""
    empty = elsewhere(case, StateBehind.NOTHING)
    if not empty:
        return None
    first, place = next(iter(empty.items()))
    return claim(
        f"Nothing listens in {place.place}, to which {leads(case, empty, place)}.",
        *evidence(case, empty),
        reason=f"{said_by(place)} The socket tables of {place.place} have no TCP listener at all.",
        missing=containers.missing_run(case, empty),
        looks=unsure_of_rules(case, empty),
        explains=empty,
        culprit=Culprit(kind="address", address=place.way.host or first, port=place.way.port or case.tcp.port),
        refuted_by=f"A listener on {place.way.label}.",
        remedies=_start_remedies(case, place),
    )


def bound_elsewhere(case: Case) -> Finding | None:
    """The service behind listens on another address than the one that the port leads to; None where it is not so."""
    bound = elsewhere(case, StateBehind.BOUND_ELSEWHERE)
    if not bound:
        return None
    first, place = next(iter(bound.items()))
    row = next(row for row in place.rows if row.port == place.way.port)
    where = f" in {place.place}" if place.space and not row.container else ""
    port, there = case.tcp.port, place.place
    return claim(
        f"{hosts.owner(row)} listens on {endpoint(row.address, row.port)}{where}, and not on {place.way.label}, "
        f"to which {leads(case, bound, place)}.",
        *evidence(case, bound),
        reason=f"{said_by(place)} The socket tables there have port {row.port} on {row.address} only.",
        missing=containers.missing_run(case, bound),
        intention=Intention(known_by="settings", words=f"port {port} is led to it", evidence=(place.way.fact.id,)),
        looks=unsure_of_rules(case, bound),
        explains=bound,
        culprit=hosts.listener_culprit("listener", row),
        refuted_by=f"A listener on {place.way.label}.",
        remedies=(
            Remedy(
                do=f"Let {row.process or 'the service'} listen on every address of {there}: 0.0.0.0 or ::, in its settings.",
                command=inside(place, "ss -ltn"),
                verify=f"`refused check {endpoint(first, port)}` connects.",
            ),
        ),
    )


def rejected(case: Case) -> Finding | None:
    """A filter behind rejects what is led there; None where it is not so."""
    saying_no = elsewhere(case, StateBehind.REJECTED)
    if not saying_no:
        return None
    first, place = next(iter(saying_no.items()))
    icmp = place.attempt.icmp if place.attempt else None
    who = icmp.sender if icmp else place.way.host or place.way.label
    how = f"ICMP {icmp.meaning}" if icmp else "a reset, although something listens there"
    return claim(
        f"{who} rejects {place.way.label} ({how}), to which {leads(case, saying_no, place)}.",
        *evidence(case, saying_no),
        reason=f"{said_by(place)} A connection to {place.way.label} itself is rejected by {who}: {how}.",
        missing="" if icmp else f"{inside(place, 'nft list ruleset')}: a rule there with `tcp reset`.",
        looks=unsure_of_rules(case, saying_no),
        explains=saying_no,
        culprit=Culprit(kind="address", address=who),
        refuted_by=f"No rule of {who} rejects {place.way.label}.",
        remedies=(
            Remedy(
                do=f"Find the rule on {who} that rejects the port, and allow it there.",
                command=inside(place, "nft -a list ruleset"),
                verify=f"`refused check {endpoint(first, case.tcp.port)}` connects.",
            ),
        ),
    )


def silent(case: Case) -> Finding | None:
    """What is behind stays silent; None where it is not so."""
    quiet = elsewhere(case, StateBehind.SILENT)
    if not quiet:
        return None
    _, place = next(iter(quiet.items()))
    serving = next((row for row in place.rows if row.port == place.way.port), None)
    facts = evidence(case, quiet)
    summary = f"A packet filter drops what goes to {place.way.label}, to which {leads(case, quiet, place)}."
    if serving is None:
        return still_open(
            f"{said_by(place)} A connection to {place.way.label} itself gets no answer.",
            *facts,
            summary=summary,
            next_check=f"`refused check {quoted(place.way.label)}`.",
            explains=quiet,
        )
    return claim(
        summary,
        *facts,
        reason=f"{said_by(place)} {hosts.owner(serving)} listens there, and a connection to it gets no answer.",
        missing=f"{inside(place, 'nft list ruleset')}, and the same here: a rule that drops it.",
        explains=quiet,
        culprit=Culprit(kind="address", address=place.way.host or "", port=place.way.port or case.tcp.port),
        refuted_by=f"`refused check {quoted(place.way.label)}` connects.",
        remedies=(
            Remedy(
                do=f"Find the rule that drops it: in {place.place}, or one of this machine's for what it forwards.",
                command=f"{inside(place, 'nft -a list ruleset')}; nft -a list ruleset | grep -e forward -e drop",
                verify=f"`refused check {quoted(place.way.label)}` connects.",
            ),
        ),
    )


def unsure_of_rules(case: Case, led: dict[str, Behind]) -> tuple[Look, ...]:
    """The rules, where a program that accepts is known to lead there, and yet it is refused: then a rule acts before it."""
    ends = outcomes.failing(case, *rules.STOPPED)
    return (RULES,) if any(address in ends and isinstance(place.way.by, Forwarder) for address, place in led.items()) else ()


def leads(case: Case, led: dict[str, Behind], place: Behind) -> str:
    """Which rule or program leads the asked endpoints there, to follow `to which`."""
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in led)
    by = place.way.by
    who = place.way.maker if isinstance(by, Forwarder) else f"the rule {rules.named(by)}"
    return f"{who} leads {asked}"


def said_by(place: Behind) -> str:
    """Where it stands that the port leads there, as a sentence."""
    by = place.way.by
    if isinstance(by, Forwarder):
        return f"{by.program} (pid {by.pid}) leads to {place.way.label}, by {by.source or 'its name'}: `{by.command}`."
    there = f"leads this connection to {place.way.label}"
    return f"`{rules.quoted(by)}` ({rules.location(by)}) {there}.{rules.counted_packets(by)}"


def evidence(case: Case, led: dict[str, Behind]) -> tuple[str, ...]:
    """The attempts, what leads there, and what was seen there."""
    return outcomes.ids(
        *(attempt for address in led for attempt in outcomes.attempts(case, address)),
        *(fact for place in led.values() for fact in place.facts),
    )


def inside(place: Behind, command: str) -> str:
    """The command, run in that place; as it is where the place is this machine, or not known."""
    container = place.container
    if container and container.engine in commands.ENGINES:
        return behind(f"{container.engine} exec {quoted(container.label)}", command)
    if place.space and place.space.pid:
        return behind(f"nsenter -t {place.space.pid} -n", command)
    return command


def _start_remedies(case: Case, place: Behind) -> Iterator[Remedy]:
    container = place.container
    tool = container.engine if container and container.engine in commands.ENGINES else None
    yield Remedy(
        do=f"See why the program in {place.place} does not listen: what it says, and whether it is still starting.",
        command=f"{tool} logs --tail 50 {quoted(container.label)}" if tool and container else inside(place, "ss -ltnp"),
        verify=f"{inside(place, 'ss -ltn')} shows port {place.way.port}, and {case.target.label} connects.",
    )
