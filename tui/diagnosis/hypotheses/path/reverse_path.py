"""A reverse path filter drops what comes in by another interface than the way back leads out by."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, counters, hosts, outcomes, silence
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import DropWatch, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and what is dropped while nothing is tried and while we try."""
    yield from checks.basics(case)
    yield from counters.drop_checks(case)


def judge(case: Case) -> Finding:
    """Silence, and a kernel whose counter of such drops rises with the attempts and not without them."""
    silent = {address: tried for address, tried in hosts.silent(case).items() if not outcomes.is_local(case, address)}
    if not silent:
        return ruled_out("No address of another machine stays silent.", *outcomes.ids(*outcomes.latest(case).values()))
    for address, tried in silent.items():
        watch = counters.drops_by_reverse_path(case, address)
        if watch:
            return _dropped(case, address, tried, watch)
        lost = next((fact for fact in counters.watches(case, address) if "unreachable" in fact.way_back), None)
        if lost:
            return _no_way_back(case, address, tried, lost)
    grown = counters.growth(case, "reverse_path_drops")
    attempts = [attempt for tried in silent.values() for attempt in tried]
    seen = counters.readings_of(case)
    watched = [watch for address in silent for watch in counters.watches(case, address)]
    if grown and grown >= len(attempts) and not watched:
        first = next(iter(silent))
        return still_open(
            f"Meanwhile the kernel here dropped {grown} packets whose way back is another; whose they were is not known.",
            *outcomes.ids(*attempts, *seen),
            summary=f"This machine's reverse path filter drops the answers of {outcomes.joined(silent)}.",
            next_check=f"`nstat -az TcpExtIPReversePathFilter` rises with each attempt on {endpoint(first, case.tcp.port)}.",
            explains=silent,
        )
    if grown == 0 and all(watch.busy.reverse_path == 0 for watch in watched) and case.options.servers:
        return ruled_out("No kernel dropped a packet because its way back is another.", *outcomes.ids(*seen, *watched))
    mute = {address for address in silent if silence.is_total(case, address)}
    if mute and not watched:
        first = min(mute)
        return still_open(
            "Whether the other end drops what comes from here was not seen.",
            *outcomes.ids(*attempts, *seen),
            summary=f"{silence.in_words(case, first)}: its way back may be another, or none.",
            next_check=f"On {first}, while trying: `nstat -az TcpExtIPReversePathFilter`; and `ip route get` with the address "
            "that the packets come from.",
            explains=mute,
        )
    return still_open("Whether the other end drops what comes from here was not seen.", *outcomes.ids(*seen, *watched))


def _dropped(case: Case, address: str, tried: tuple[TcpAttempt, ...], watch: DropWatch) -> Finding:
    where = endpoint(address, case.tcp.port)
    strict = f" ({outcomes.joined(watch.strict)} has rp_filter 1)" if watch.strict else ""
    route = outcomes.route_to(case, address)
    if watch.vantage:
        back = f": `{watch.way_back}`" if watch.way_back else ""
        summary = (
            f"Packets for {where} arrive at that machine, which drops them: its way back is by another interface{back}. "
            f"Its reverse path filter is strict{strict}."
        )
    else:
        out = f" {route.device}" if route and route.device else " another interface"
        summary = (
            f"{address} answers, and this machine drops the answers: they do not come in by{out}, the way to it. "
            f"Its reverse path filter is strict{strict}."
        )
    return claim(
        summary,
        *outcomes.ids(*tried, watch, *counters.readings_of(case), route),
        reason=f"IPReversePathFilter rose by {watch.busy.reverse_path} while {watch.tried} SYNs were sent, and by "
        f"{watch.quiet.reverse_path or 0} in as long a time without.",
        explains={address},
        culprit=Culprit(kind="limit", limit="rp_filter", address=address, device=watch.strict[0])
        if watch.strict
        else Culprit(kind="limit", limit="rp_filter", address=address),
        refuted_by="`nstat -az TcpExtIPReversePathFilter` does not rise with the attempts.",
        remedies=_remedies(case, address, watch),
    )


def _no_way_back(case: Case, address: str, tried: tuple[TcpAttempt, ...], watch: DropWatch) -> Finding:
    source = tried[-1].local_address
    return claim(
        f"{address} has no way back to {source}: it can't answer what comes from here.",
        *outcomes.ids(*tried, watch),
        reason=f"There `ip route get {source}` says: {watch.way_back}.",
        missing=f"`{watch.vantage} tcpdump -ni any tcp port {case.tcp.port}` while trying: it shows whether packets from here "
        f"arrive with the source {source}, or with that of an address translation.",
        explains={address},
        culprit=Culprit(kind="route", route=watch.way_back, address=address),
        refuted_by=f"A translation on the way gives packets from here another source than {source}.",
        remedies=_remedies(case, address, watch),
    )


def _remedies(case: Case, address: str, watch: DropWatch) -> Iterator[Remedy]:
    client = next((attempt.local_address for attempt in outcomes.attempts(case, address) if attempt.local_address), None)
    peer = client if watch.vantage else address
    device = watch.strict[0] if watch.strict else None
    interface = (device or "all").replace(".", "/")  # as sysctl(8) writes a name with dots
    packets = f"{f'host {peer} and ' if peer else ''}tcp port {case.tcp.port}"
    way_back = f"ip route get {peer}" if peer else "ip route show"
    yield Remedy(
        do=f"See by which interface the packets of {peer or 'the client'} come in, and by which they would go back.",
        command=f"{behind(watch.vantage, f'tcpdump -ni any {packets}')}; {behind(watch.vantage, way_back)}",
        verify="The two interfaces are the same.",
    )
    yield Remedy(
        do="Lead both ways over the same interface: a route there, or a policy rule for the address that is answered from.",
        command=behind(watch.vantage, f"ip route show{f' dev {quoted(device)}' if device else ''}; ip neigh show"),
        verify=f"{endpoint(address, case.tcp.port)} connects or is refused.",
    )
    yield Remedy(
        do="Where the two ways differ on purpose: let the filter be loose, so that it asks only whether there is a way back.",
        command=behind(watch.vantage, f"sysctl -w {quoted(f'net.ipv4.conf.{interface}.rp_filter=2')}"),
        changes=True,
        verify=f"{endpoint(address, case.tcp.port)} connects or is refused.",
    )


HYPOTHESIS = Hypothesis(
    place=65,
    onset="setting",
    title="way back the same",
    question="Do the answers come back by the way the packets go out?",
    why="A strict reverse path filter drops, without a word, what comes in by another interface than the way back leads out by.",
    meaning="The way back is another and a reverse path filter drops the packets, here or at the other end; or there is none.",
    proof="The kernel's counter IPReversePathFilter, here or at the other end, which rises with the attempts and not without.",
    mistaken_for=("path.filtered", "server.down"),
    supersedes=frozenset({"path.filtered", "path.local-firewall", "path.host-unreachable", "server.down", "server.backlog-full"}),
    shown_by=(DropWatch,),
    looks=(),
    needs=needs,
    judge=judge,
)
