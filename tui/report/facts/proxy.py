"""Proxy settings in words."""

from tui.model.address import endpoint
from tui.model.facts import Proxy, ProxyAnswer
from tui.model.requests import AskProxy, ReadProxies
from tui.report.facts.talk import http_words
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import took


@check_sentence.register
def _of_proxy(request: ReadProxies) -> str:
    return f"the proxy settings for {request.host}"


@fact_sentence.register
def _proxy(fact: Proxy) -> str:
    if fact.applies:
        return f"{fact.variable} sends this to the proxy {fact.label}"
    return f"no proxy: NO_PROXY exempts it by {fact.exempted_by}" if fact.exempted_by else "no proxy variable applies"


@check_sentence.register
def _of_proxy_answer(request: AskProxy) -> str:
    return f"whether the proxy {endpoint(request.address, request.port)} leads to the target"


@fact_sentence.register
def _proxy_answer(fact: ProxyAnswer) -> str:
    """What the proxy says to the request, without a full stop."""
    where = f"the proxy {endpoint(fact.address, fact.port)}"
    if fact.http:
        return f"{where}, asked {fact.http.asked}, {http_words(fact.http)}"
    match fact.outcome:
        case "answered":
            return f"{where} answers, and not in HTTP: {fact.first_bytes!r}"
        case "silent":
            return f"{where} says nothing for {took(fact.waited_ms)}"
        case "closed" | "reset":
            return f"{where} ends the connection without a byte"
        case "failed":
            return f"{where} could not be connected again"
