"""The way to an address in words: interfaces, routes, neighbours, echoes, hops."""

from tui.model.address import endpoint
from tui.model.facts import Addresses, AddressOwners, Device, Echo, Hop, Neighbour, Route
from tui.model.requests import ExamineDevice, ListAddresses, LookUpNeighbour, LookUpRoute, ProbeAddress, SendEcho, TraceHops
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import listed, took


@check_sentence.register
def _of_addresses(_request: ListAddresses) -> str:
    return "this machine's addresses"


@check_sentence.register
def _of_route(request: LookUpRoute) -> str:
    return f"the route to {request.address}"


@check_sentence.register
def _of_device(request: ExamineDevice) -> str:
    return f"what {request.name} is, and the route to {request.address} without it"


@check_sentence.register
def _of_neighbour(request: LookUpNeighbour) -> str:
    return f"the neighbour entry of {request.address} on {request.device}"


@check_sentence.register
def _of_owners(request: ProbeAddress) -> str:
    return f"who answers for {request.address} on {request.device} (two ARP probes)"


@check_sentence.register
def _of_echo(request: SendEcho) -> str:
    return f"an echo (ping) to {request.address}"


@check_sentence.register
def _of_hops(request: TraceHops) -> str:
    return f"the hops towards {endpoint(request.address, request.port)}"


@fact_sentence.register
def _addresses(fact: Addresses) -> str:
    return f"this machine's addresses: {listed([address for _, address in fact.addresses])}"


@fact_sentence.register
def _route(fact: Route) -> str:
    return f"the route to {fact.address}: {fact.text or _route_words(fact)}"


@fact_sentence.register
def _device(fact: Device) -> str:
    whose = f" of {fact.made_by} (network {fact.network})" if fact.made_by else ""
    other = f"the route to {fact.address} leads over {fact.detour.device}" if fact.detour else f"no route leads to {fact.address}"
    return f"{fact.name} is {_device_words(fact)}{whose}; without it {other}"


@fact_sentence.register
def _neighbour(fact: Neighbour) -> str:
    return f"the neighbour {fact.address} on {fact.device} is {fact.state}"


@fact_sentence.register
def _owners(fact: AddressOwners) -> str:
    return f"for {fact.address} on {fact.device} there answered {listed(list(fact.macs)) if fact.macs else 'nobody'}"


@fact_sentence.register
def _echo(fact: Echo) -> str:
    if fact.error:
        return f"no echo could be sent to {fact.address}: {fact.error}"
    icmp = f"; {fact.icmp.sender} says {fact.icmp.meaning}" if fact.icmp else ""
    best = f", the fastest in {took(min(fact.rtt_ms))}" if fact.rtt_ms else ""
    return f"{fact.received} of {fact.sent} echoes from {fact.address}{best}{icmp}"


@fact_sentence.register
def _hop(fact: Hop) -> str:
    return f"hop {fact.ttl} towards {endpoint(fact.address, fact.port)}: {_hop_words(fact)}"


def _device_words(fact: Device) -> str:
    match fact.leads_into:
        case "bridge":
            return "a bridge inside this machine"
        case "tunnel":
            return f"a tunnel ({fact.link_kind})"
        case _:
            return f"an interface ({fact.link_kind or 'a card'})"


def _route_words(fact: Route) -> str:
    if fact.type in {"unicast", "local", "broadcast", "multicast"}:
        via = f" via {fact.gateway}" if fact.gateway else ""
        return f"{fact.type}{via}{f' dev {fact.device}' if fact.device else ''}"
    return f"{fact.type} ({fact.errno})" if fact.errno else fact.type


def _hop_words(fact: Hop) -> str:
    if fact.sender is None:
        return "silence" if fact.outcome == "silent" else fact.outcome.replace("-", " ")
    time = f" in {took(fact.rtt_ms)}" if fact.rtt_ms is not None else ""
    return f"{fact.sender} says {fact.outcome.replace('-', ' ')}{time}"
