"""Each kind of fact in one sentence without its full stop, for people."""

from collections.abc import Sequence
from typing import assert_never

from tui.diagnosis.readings.latency import was_sent_again
from tui.model.address import endpoint
from tui.model.facts import (
    Addresses,
    AnyFact,
    Attempt,
    Code,
    Confinement,
    Echo,
    Firewall,
    Hop,
    Limits,
    Listeners,
    NameserverAnswer,
    NameSources,
    Neighbour,
    NotObserved,
    OtherNamespaces,
    Outcome,
    PathMtu,
    ProcessState,
    Proxy,
    QueueWatch,
    Quiet,
    ResetOrigin,
    Route,
    Service,
    SystemAnswer,
    Talk,
    UnixPath,
)
from tui.report.facts.code import code_words
from tui.report.facts.limits import limits_words
from tui.report.facts.mtu import mtu_words
from tui.report.facts.other_namespaces import elsewhere_words
from tui.report.facts.process import process_words
from tui.report.facts.queue import queue_words
from tui.report.facts.reset_origin import origin_words
from tui.report.facts.rules import firewall_words
from tui.report.facts.service import service_words
from tui.report.facts.talk import talk_words
from tui.report.words import check_words, outcome_words, took

MOST_NAMED = 4
"""More things than this are counted, not listed."""


def fact_words(fact: AnyFact) -> str:  # noqa: C901, PLR0912 -- one arm a kind of fact; the type checker sees that none is missing
    """What `fact` says."""
    match fact:
        case Attempt():
            return _attempt(fact)
        case Quiet():
            return f"{endpoint(fact.address, fact.port)} has not answered for {took(fact.waited_ms)}"
        case NameSources():
            hosts = f"{listed([one.address for one in fact.hosts])} in {fact.hosts[0].path}" if fact.hosts else "no hosts entry"
            return f"{fact.name}: {hosts}; nameservers {listed(fact.nameservers) or 'none'}"
        case SystemAnswer():
            if fact.addresses:
                source = f" (from {fact.source})" if fact.source else ""
                return f"{fact.name} resolves here to {listed(fact.addresses)}{source}"
            return f"{fact.name} does not resolve here: {fact.error_text or fact.error or 'no address'}"
        case NameserverAnswer():
            return f"nameserver {endpoint(fact.server, fact.port)} on {fact.name} {fact.rtype}: {_answer(fact)}"
        case Listeners():
            where = f"through {fact.vantage!r}" if fact.vantage else "here"
            return f"{len(fact.listeners)} listening sockets {where}"
        case Addresses():
            return f"this machine's addresses: {listed([address for _, address in fact.addresses])}"
        case Route():
            return f"the route to {fact.address}: {fact.text or _route(fact)}"
        case Neighbour():
            return f"the neighbour {fact.address} on {fact.device} is {fact.state}"
        case Echo():
            return _echo(fact)
        case Hop():
            return f"hop {fact.ttl} towards {endpoint(fact.address, fact.port)}: {_hop(fact)}"
        case Proxy():
            return _proxy(fact)
        case UnixPath():
            return _unix(fact)
        case Confinement():
            profile = f", profile {fact.lsm_profile}" if fact.lsm_profile else ""
            unit = f", unit {fact.unit}" if fact.unit else ""
            deny = f", IPAddressDeny={fact.ip_address_deny}" if fact.ip_address_deny else ""
            who = f"process {fact.pid}" if fact.pid else "this process"
            return f"{who}: seccomp {fact.seccomp}{profile}{unit}{deny}"
        case ResetOrigin():
            return origin_words(fact)
        case PathMtu():
            return mtu_words(fact)
        case Firewall():
            return firewall_words(fact)
        case Talk():
            return talk_words(fact)
        case Service():
            return service_words(fact)
        case OtherNamespaces():
            return elsewhere_words(fact)
        case ProcessState():
            return process_words(fact)
        case Limits():
            return limits_words(fact)
        case QueueWatch():
            return queue_words(fact)
        case Code():
            return code_words(fact)
        case NotObserved():
            return f"not seen: {check_words(fact.request)}: {fact.reason}"
        case _:
            assert_never(fact)


def listed(items: Sequence[str]) -> str:
    """`a, b`, and of many the first few and how many more."""
    rest = len(items) - MOST_NAMED
    return ", ".join(items[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _attempt(fact: Attempt) -> str:
    place = fact.path or endpoint(fact.address, fact.port)
    after = f"{' in' if fact.outcome is Outcome.TIMEOUT else ' after'} {took(fact.latency_ms)}"
    spoke = f"; it said {fact.first_bytes!r}" if fact.first_bytes else ""
    again = " (to a SYN that was sent again)" if was_sent_again(fact) else ""
    return f"{place} {outcome_words(fact)}{after}{again}{spoke}"


def _answer(fact: NameserverAnswer) -> str:
    match fact.outcome:
        case "answered" if fact.addresses:
            return listed(fact.addresses)
        case "answered":
            said = f"no {fact.rtype} record" if fact.rcode in {None, "NOERROR"} else str(fact.rcode)
            return f"{said} ({fact.detail})" if fact.detail else said
        case "timeout":
            return f"no answer in {took(fact.rtt_ms)}"
        case "refused":
            return "its port is closed"
        case "unreachable":
            return "out of reach"
        case "malformed":
            return "an answer that can't be read"


def _route(fact: Route) -> str:
    if fact.type in {"unicast", "local", "broadcast", "multicast"}:
        via = f" via {fact.gateway}" if fact.gateway else ""
        return f"{fact.type}{via}{f' dev {fact.device}' if fact.device else ''}"
    return f"{fact.type} ({fact.errno})" if fact.errno else fact.type


def _echo(fact: Echo) -> str:
    if fact.error:
        return f"no echo could be sent to {fact.address}: {fact.error}"
    told = f"; {fact.icmp.sender} says {fact.icmp.meaning}" if fact.icmp else ""
    best = f", the fastest in {took(min(fact.rtt_ms))}" if fact.rtt_ms else ""
    return f"{fact.received} of {fact.sent} echoes from {fact.address}{best}{told}"


def _hop(fact: Hop) -> str:
    if fact.sender is None:
        return "silence" if fact.outcome == "silent" else fact.outcome.replace("-", " ")
    time = f" in {took(fact.rtt_ms)}" if fact.rtt_ms is not None else ""
    return f"{fact.sender} says {fact.outcome.replace('-', ' ')}{time}"


def _proxy(fact: Proxy) -> str:
    if fact.applies:
        return f"{fact.variable} sends this to the proxy {endpoint(fact.host or '?', fact.port or 0)}"
    return f"no proxy: NO_PROXY exempts it by {fact.exempted_by}" if fact.exempted_by else "no proxy variable applies"


def _unix(fact: UnixPath) -> str:
    if fact.type == "missing":
        near = f"; the nearest that exists is {fact.nearest_parent}" if fact.nearest_parent else ""
        return f"{fact.path} does not exist{near}"
    kind = f"a {fact.socket_kind} {fact.type}" if fact.socket_kind else f"a {fact.type}"
    kind = "something that can't be looked at" if fact.type == "unknown" else kind
    queue = f" ({fact.queue} wait, with a limit of {fact.queue_limit})" if fact.queue is not None else ""
    owner = f", {fact.owner}:{fact.group} {fact.mode}" if fact.owner else ""
    listens = {True: ", and somebody listens on it", False: ", and nobody listens on it", None: ""}[fact.listening]
    blocked = f"; blocked at {fact.blocked_at}" if fact.blocked_at else ""
    return f"{fact.path} is {kind}{owner}{listens}{queue}{blocked}"
