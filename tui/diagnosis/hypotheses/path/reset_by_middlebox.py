"""A box in between answers with a reset in the host's name."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import TRANSLATIONS
from tui.diagnosis.readings import checks, forwarding, outcomes, reset_origin, rules
from tui.diagnosis.readings.reset_origin import Origin, ResetSource
from tui.model.case import Case
from tui.model.facts import ResetOrigin
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and for resets the distance that they come from."""
    yield from checks.basics(case)
    yield from reset_origin.checks(case)


def judge(case: Case) -> Finding:
    """The reset's two distances beside those of other answers from the same address."""
    resets = [address for address in outcomes.refused_by_reset(case) if not outcomes.is_local(case, address)]
    if not resets:
        return ruled_out("No other machine answers with a reset.", *outcomes.ids(*outcomes.latest(case).values()))
    led = [address for address in resets if forwarding.ways(case, address) or rules.dnat(case, address)]
    if led == resets:
        return not_relevant(
            "A rule leads the port elsewhere, so the resets are from there.", *outcomes.ids(rules.dnat(case, led[0]))
        )
    resets = [address for address in resets if address not in led]
    origins = {address: origin for address in resets if (origin := reset_origin.origin(case, address))}
    for source, judge_as in (
        (ResetSource.NEARER, _proved),
        (ResetSource.SEEMS_NEARER, _seems),
        (ResetSource.AT_FIRST_HOP, _at_the_first_hop),
    ):
        these = {address: origin for address, origin in origins.items() if origin.source is source}
        if these:
            return judge_as(case, these)
    unclear = [address for address in resets if address not in origins or origins[address].source is ResetSource.UNCLEAR]
    if unclear:
        return _not_known(case, unclear[0], origins.get(unclear[0]))
    first = origins[resets[0]]
    where = "from the host itself" if first.source is ResetSource.ITSELF else "from behind the machine that answers to ping"
    return ruled_out(
        f"The reset seems to come {where}: {reset_origin.in_words(first)}.",
        *outcomes.ids(*(origin.fact for origin in origins.values())),
    )


def _proved(case: Case, origins: dict[str, Origin]) -> Finding:
    first, origin = next(iter(origins.items()))
    far = max(other.smallest_ttl or 0 for other in origin.fact.references)
    return claim(
        f"{origin.sender}, a machine in between (hop {origin.hop}; {first} is {far} hops away), "
        f"answers port {case.tcp.port} of {outcomes.joined(origins)} with a forged reset.",
        *_evidence(case, origins),
        reason=f"Both measurements place the sender at hop {origin.hop}: {reset_origin.in_words(origin)}.",
        explains=origins,
        culprit=_culprit(first, origin),
        refuted_by=f"`tcpdump -ni any tcp port {case.tcp.port}` on {first} shows the SYN come in and the reset go out.",
        remedies=_remedies(case, first, origin),
    )


def _seems(case: Case, origins: dict[str, Origin]) -> Finding:
    first, origin = next(iter(origins.items()))
    return claim(
        f"{_who(origin)} seems to answer port {case.tcp.port} of {outcomes.joined(origins)} with a reset, instead of the host.",
        *_evidence(case, origins),
        reason=f"The reset seems to come from nearer than the host: {reset_origin.in_words(origin)}.",
        missing=f"On {origin.sender or 'the routers on the way'}: `nft list ruleset; iptables-save` has a rule with `tcp "
        f"reset`, or one that redirects the port to another machine. Or, on {first}: `tcpdump -ni any tcp port {case.tcp.port}`.",
        explains=origins,
        culprit=_culprit(first, origin),
        refuted_by=f"A capture on {first} that shows the SYN come in and the reset go out; or a translation of the port.",
        remedies=_remedies(case, first, origin),
    )


def _at_the_first_hop(case: Case, origins: dict[str, Origin]) -> Finding:
    """With TTL 1 nothing leaves our own link: our own filter and a router that filters before it routes look the same."""
    clear = {address: origin for address, origin in origins.items() if reset_origin.own_filter_is_clear(case, address)}
    if clear:
        return _seems(case, clear)
    origin = next(iter(origins.values()))
    return still_open(
        f"The reset comes even with TTL 1: {reset_origin.in_words(origin)}.",
        *_evidence(case, origins),
        summary=f"{origin.sender or 'The first router'} answers port {case.tcp.port} of {outcomes.joined(origins)} with a reset.",
        next_check="As root, here: `nft list ruleset; iptables-save`. If no rule there sends resets, the first router does.",
        explains=origins,
    )


def _not_known(case: Case, address: str, origin: Origin | None) -> Finding:
    latest = outcomes.latest(case)[address]
    if origin is None:
        return still_open("A reset came; from how far away was not measured.", *outcomes.ids(latest))
    if origin.fact.received_ttl is None and origin.fact.smallest_ttl is None:
        return still_open("A reset came; its distance could not be measured.", *outcomes.ids(latest, origin.fact))
    if not origin.fact.references:
        return still_open(
            f"Nothing else answers from {address}, so its distance can't be compared: {reset_origin.in_words(origin)}.",
            *outcomes.ids(latest, origin.fact),
        )
    return still_open(
        f"The measurements do not agree: {reset_origin.in_words(origin)}.",
        *outcomes.ids(latest, origin.fact),
        summary=f"A machine in between, or one that the port is forwarded to, answers for {address}.",
        next_check=f"On {address}: `tcpdump -ni any tcp port {case.tcp.port}` shows whether the SYNs come in.",
        explains={address},
    )


def _who(origin: Origin) -> str:
    at = f" (hop {origin.hop})" if origin.hop is not None else ""
    return f"{origin.sender}{at}, a machine in between," if origin.sender else f"A machine in between{at}"


def _culprit(address: str, origin: Origin) -> Culprit:
    """The box where it is known, else the port that it answers for."""
    if origin.sender:
        return Culprit(kind="address", address=origin.sender)
    return Culprit(kind="address", address=address, port=origin.fact.port)


def _evidence(case: Case, origins: dict[str, Origin]) -> tuple[str, ...]:
    return outcomes.ids(*(outcomes.latest(case)[address] for address in origins), *(origin.fact for origin in origins.values()))


def _remedies(case: Case, address: str, origin: Origin) -> Iterator[Remedy]:
    port = case.tcp.port
    who = origin.sender or (f"the machine at hop {origin.hop}" if origin.hop else "the machine in between")
    source = (
        next((tried.local_address for tried in outcomes.attempts(case, address) if tried.local_address), None) or "this machine"
    )
    yield Remedy(
        do=f"On {who}, or with whoever runs it: find the rule that answers TCP port {port} with a reset.",
        command="nft -a list ruleset | grep 'tcp reset'; iptables-save | grep tcp-reset; ip6tables-save | grep tcp-reset",
        verify=f"A rule there matches TCP from {source} to port {port}, and its counter grows with each attempt.",
    )
    yield Remedy(
        do=f"Have port {port} allowed for {source} there. Only then can it be seen whether the service on {address} answers.",
        verify=f"{case.target.label} connects, or its reset comes from as far as other answers of {address}.",
    )


HYPOTHESIS = Hypothesis(
    place=45,
    onset="setting",
    title="no forged reset",
    question="Does the reset come from the host itself?",
    why="A box in between can answer in the host's name. Its reset has fewer hops behind it than the host's own answers.",
    meaning="A box in between answers with a reset in the host's name.",
    proof="The TTL of the reset, and the smallest outgoing TTL at which it still comes, place its sender at one hop, "
    "nearer than everything else that answers from the address.",
    mistaken_for=("server.not-listening", "path.rejected", "path.local-firewall"),
    supersedes=frozenset({"port.wrong-port"}),
    shown_by=(ResetOrigin,),
    looks=(TRANSLATIONS,),
    needs=needs,
    judge=judge,
)
