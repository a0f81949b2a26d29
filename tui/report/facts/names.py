"""Names and who answers for them, in words."""

from tui.model.address import endpoint
from tui.model.facts import NameserverAnswer, NameSources, SystemAnswer
from tui.model.requests import AskNameserver, ReadNameSources, ResolveSystem
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import listed, took


@check_sentence.register
def _of_sources(request: ReadNameSources) -> str:
    return f"the files that decide on {request.name}"


@check_sentence.register
def _of_system(request: ResolveSystem) -> str:
    return f"this machine's answer for {request.name}"


@check_sentence.register
def _of_nameserver(request: AskNameserver) -> str:
    return f"nameserver {request.server} on {request.name}"


@fact_sentence.register
def _sources(fact: NameSources) -> str:
    hosts = f"{listed([entry.address for entry in fact.hosts])} in {fact.hosts[0].path}" if fact.hosts else "no hosts entry"
    return f"{fact.name}: {hosts}; nameservers {listed(fact.nameservers) or 'none'}"


@fact_sentence.register
def _system(fact: SystemAnswer) -> str:
    if fact.addresses:
        source = f" (from {fact.source})" if fact.source else ""
        return f"{fact.name} resolves here to {listed(fact.addresses)}{source}"
    return f"{fact.name} does not resolve here: {fact.error_text or fact.error or 'no address'}"


@fact_sentence.register
def _nameserver(fact: NameserverAnswer) -> str:
    return f"nameserver {endpoint(fact.server, fact.port)} on {fact.name} {fact.rtype}: {_answer(fact)}"


def _answer(fact: NameserverAnswer) -> str:
    match fact.outcome:
        case "answered" if fact.addresses:
            return listed(fact.addresses)
        case "answered":
            result = f"no {fact.rtype} record" if fact.rcode in {None, "NOERROR"} else str(fact.rcode)
            return f"{result} ({fact.detail})" if fact.detail else result
        case "timeout":
            return f"no answer in {took(fact.rtt_ms)}"
        case "refused":
            return "its port is closed"
        case "unreachable":
            return "out of reach"
        case "malformed":
            return "an answer that can't be read"
