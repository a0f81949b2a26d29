"""Proxy settings in words."""

from tui.model.facts import Proxy
from tui.model.requests import ReadProxies
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_proxy(request: ReadProxies) -> str:
    return f"the proxy settings for {request.host}"


@fact_sentence.register
def _proxy(fact: Proxy) -> str:
    if fact.applies:
        return f"{fact.variable} sends this to the proxy {fact.label}"
    return f"no proxy: NO_PROXY exempts it by {fact.exempted_by}" if fact.exempted_by else "no proxy variable applies"
