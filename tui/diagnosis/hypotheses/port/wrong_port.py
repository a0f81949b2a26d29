"""Nothing is on this port, and the service is on another."""

from collections.abc import Iterator, Mapping

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import SERVICES, SOCKETS, TRANSLATIONS
from tui.diagnosis.readings import checks, commands, containers, hosts, intention, near_misses, outcomes, services, spoken
from tui.diagnosis.readings.answers import MEANT, service_name
from tui.diagnosis.readings.no_refusal import no_refusal
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import Listener, Listeners, Talk, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.protocols import meant_protocol
from tui.model.requests import AnyRequest, TalkTo

MOST_TALKED_TO = 3
"""Other ports that are sent a request: those that fit best."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table here and at the other end, and the likely ports of another machine, with consent.

    Of those that accept, the few that may be the service are sent a request, to know it by its answer.
    """
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from hosts.other_ports(case)
    for address in outcomes.refused_by_reset(case):
        if outcomes.is_local(case, address):
            ports = (*near_misses.named_ports(case, address), *near_misses.hidden_ports(case, address))
            yield from spoken.questions(case, address, ports)
    meant = meant_protocol(case.tcp)
    if meant is None or meant.protocol in near_misses.EVERYBODYS or not case.options.talk:
        return
    name = None if case.tcp.is_literal else case.tcp.host
    unknown = [attempt for attempt in near_misses.fitting(case, outcomes.refused_by_reset(case)) if not attempt.protocol]
    for attempt in unknown[:MOST_TALKED_TO]:
        yield TalkTo(address=attempt.address, port=attempt.port, protocol=meant.protocol, server_name=name)


def judge(case: Case) -> Finding:
    """A listener on another port that fits what was meant."""
    refused = outcomes.refused_by_reset(case)
    works = outcomes.connecting(case)
    if not refused or works:
        return no_refusal(case)
    known = near_misses.refused_by_table(case)
    return _in_table(case, *known) if known else _from_outside(case, refused)


def _in_table(case: Case, refused: Mapping[str, TcpAttempt], table: Listeners) -> Finding:
    """Judge by a socket table of the machine that refused."""
    best = near_misses.best(case, refused, table)
    evidence = outcomes.ids(*refused.values(), table)
    if not best and table.hidden_owners:
        return still_open("No listener on another port is known to fit, and the owners of some are hidden.", *evidence)
    if not best:
        return ruled_out("No listener on another port fits what was meant.", *evidence)
    settled = services.set_to_port(case, next(iter(refused)))
    if settled and not best[0].named:
        return ruled_out(f"{settled.name} belongs on port {case.tcp.port}, by its own settings.", *evidence, settled.id)
    container = next((meant for address in refused if (meant := containers.meant(case, address))), None)
    if container and not best[0].named:
        return ruled_out(f"{container.label} belongs on port {case.tcp.port}, by its own settings.", *evidence, container.fact.id)
    holder = next(iter(outcomes.on_port(table, case.tcp.port)), None)
    if holder and not best[0].named:
        return ruled_out(
            f"The port itself is in use: {hosts.owner(holder)} listens on {endpoint(holder.address, holder.port)}.",
            *evidence,
        )
    if case.answer(MEANT) == "no" and not best[0].named:
        return ruled_out(f"You said that {hosts.owner(best[0].listener)} is not the one.", *evidence)
    return _beside(case, refused, table, best)


def _beside(case: Case, refused: Mapping[str, TcpAttempt], table: Listeners, best: list[near_misses.NearMiss]) -> Finding:
    """What is beside: sure where it is known to be meant, likely where its kind is, and else worth a look."""
    listener = best[0].listener
    known = intention.of_near_miss(case, listener, named=best[0].named)
    doubt = near_misses.doubt(case, best, table)
    who = hosts.owner(listener)
    endpoints = outcomes.joined(
        dict.fromkeys(endpoint(candidate.listener.address, candidate.listener.port) for candidate in best)
    )
    evidence = outcomes.ids(*refused.values(), table)
    refused_ones = outcomes.joined(endpoint(address, case.tcp.port) for address in refused)
    reason = f"{refused_ones} is refused; {endpoints} is {who}, {_reason(case, best[0])}."
    meant = f"Whether {who} is the service that {case.target.label} stands for; if so, name it: --service NAME."
    if known is None and (doubt or not best[0].same_family):
        unknown = containers.unasked(case) and not best[0].same_family
        return still_open(
            f"{reason} {outcomes.capital(doubt)}".strip(),
            *evidence,
            # A likeness of numbers is no hint while the containers of this machine are not all known.
            summary="" if unknown else f"{who} on port {_ports(best)} may be the service that was meant.",
            next_check=meant,
            explains=() if unknown else refused,
        )
    is_sure = known is not None and not (best[0].named and doubt)
    wrong = "is wrong" if is_sure else "may be wrong"
    return claim(
        f"{who} listens on port {_ports(best)}, and nothing on port {case.tcp.port}: the port {wrong}.",
        *evidence,
        reason=reason if is_sure or not doubt else f"{reason} But {doubt}",
        missing="" if is_sure else meant,
        intention=known,
        explains=refused,
        culprit=hosts.listener_culprit("process", listener),
        refuted_by=f"{who} is not the service that {case.target.label} stands for.",
        remedies=_remedies(case, next(iter(refused)), listener, sure=is_sure),
    )


def _reason(case: Case, candidate: near_misses.NearMiss) -> str:
    if candidate.named:
        return f"the service named {service_name(case)}"
    meant = hosts.meant_family(case)
    words = [f"which serves {meant.name}"] if candidate.same_family and meant else []
    return " and ".join([*words, *(["one slip of a digit away"] if candidate.slip else [])])


def _ports(best: list[near_misses.NearMiss]) -> str:
    return outcomes.joined(dict.fromkeys(str(candidate.listener.port) for candidate in best))


def _from_outside(case: Case, refused: Mapping[str, TcpAttempt]) -> Finding:
    """Judge by attempts on other ports; whose process it is can't be seen."""
    meant = hosts.meant_family(case)
    fitting = [*near_misses.fitting(case, refused)]
    greeted = [attempt for attempt in fitting if near_misses.speaks(case, attempt)]
    if not fitting:
        if not any(hosts.other_attempts(case, address) for address in refused):
            return still_open(
                "Other ports have not been tried.",
                *outcomes.ids(*refused.values()),
                next_check="Attempts on other ports, or on the server: `ss -ltnp`.",
            )
        tried = [attempt for address in refused for attempt in hosts.other_attempts(case, address)]
        return still_open("No other likely port accepts; the others were not tried.", *outcomes.ids(*refused.values(), *tried))
    attempt = (greeted or fitting)[0]
    first = attempt.address
    kind = (
        f"another port of {meant.name}" if meant and attempt.port in near_misses.all_ports(meant) else "one slip of a digit away"
    )
    summary = f"{first} refuses port {case.tcp.port} and accepts port {attempt.port}, {kind}."
    evidence = outcomes.ids(refused[first], *fitting)
    likelihood = len(greeted) == 1 and meant and not near_misses.is_front_door(case, attempt.port, meant)
    next_check = (
        f"On {first}: `ss -ltnp` names the process on port {attempt.port}; whether it is the one that is meant, you know."
    )
    if not likelihood:
        return still_open(
            f"A reset came from port {case.tcp.port}; port {attempt.port} connects, {kind}.",
            *evidence,
            summary=summary,
            next_check=next_check,
            explains=refused,
        )
    answer = near_misses.answer_of(case, attempt)
    return claim(
        f"{first} refuses port {case.tcp.port}, and {meant.name if meant else 'it'} answers on port {attempt.port}: "
        "the port may be wrong.",
        *evidence,
        *outcomes.ids(answer),
        reason=(
            f"Port {attempt.port} says `{answer.detail or answer.first_bytes[:60]}` to {answer.spoken}."
            if answer
            else f"Port {attempt.port} says `{(attempt.first_bytes or '')[:60]}` when it is connected."
        ),
        missing=next_check,
        explains=refused,
        culprit=Culprit(kind="address", address=first, port=attempt.port),
        refuted_by=f"Port {attempt.port} of {first} is another service than the one that {case.target.label} stands for.",
        remedies=tuple(_far_remedies(case, attempt)),
    )


def _remedies(case: Case, address: str, listener: Listener, *, sure: bool) -> Iterator[Remedy]:
    if not sure:
        yield Remedy(
            do=f"See what {hosts.owner(listener, opens=False)} is, and whether you mean that one: it may only look alike.",
            command=f"ps -fp {listener.pid}" if listener.pid else f"ss -ltnp 'sport = :{listener.port}'",
            verify=f"Its command line or its settings name what {case.target.label} stands for.",
        )
    yield Remedy(
        do=f"{'Let' if sure else 'If it is: let'} the client use port {listener.port}.",
        command=f"refused check {endpoint(address, listener.port)}",
        verify="It connects, and the client works with it.",
    )
    yield Remedy(
        do=f"Or set {listener.process or 'the service'} to port {case.tcp.port}, and restart it, if nothing else uses it.",
        command=commands.settings(case, listener),
        verify=f"ss -ltn 'sport = :{case.tcp.port}' shows a listener.",
    )


def _far_remedies(case: Case, attempt: TcpAttempt) -> Iterator[Remedy]:
    yield Remedy(
        do=f"On {attempt.address}: see which ports the service that you mean listens on.",
        command=behind(commands.prefix_to(case, attempt.address), "ss -ltnp"),
        verify=f"Its port is there, and the client's setting names the same; it is {case.tcp.port} now.",
    )
    yield Remedy(
        do=f"If port {attempt.port} is the service: let the client use it.",
        command=f"refused check {endpoint(attempt.address, attempt.port)}",
        verify="It connects, and the client works with it.",
    )


HYPOTHESIS = Hypothesis(
    place=10,
    onset="setting",
    title="right port",
    question="Is the service on another port of this machine?",
    why="A service that moved, or a slip in the number, looks exactly like a service that is not there.",
    meaning="Nothing is on this port, and the service is on another.",
    proof="Refused by the host itself; the service that was meant, by name, settings or the person's word, is on another port.",
    mistaken_for=("server.not-listening",),
    supersedes=frozenset({"server.not-listening"}),
    shown_by=(Listeners, Talk, TcpAttempt),
    is_meant=True,
    looks=(SOCKETS, TRANSLATIONS, SERVICES),
    needs=needs,
    judge=judge,
)
