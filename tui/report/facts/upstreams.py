"""What a proxy leads to, in words."""

from tui.model.address import endpoint
from tui.model.facts import Upstream, Upstreams
from tui.model.requests import FindUpstreams
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_upstreams(request: FindUpstreams) -> str:
    return f"what the proxy on port {request.port} forwards to"


@fact_sentence.register
def _upstreams(fact: Upstreams) -> str:
    """What it says, without a full stop."""
    who = f"{fact.program} (pid {fact.pid})"
    read = f"its log ({', '.join(fact.logs)})" if fact.logs else "no log of its own that is a file"
    parts = [f"{read} names no failure behind it" if fact.logs else f"it has {read}"]
    if fact.logged:
        newest = fact.logged[-1]
        parts = [f"{read} says: {newest.line}"]
    if fact.configured:
        parts.append(f"its settings lead port {fact.port} to {', '.join(dict.fromkeys(map(_label, fact.configured)))}")
    return f"{who}: {'; '.join(parts)}"


def _label(upstream: Upstream) -> str:
    if upstream.path:
        return upstream.path
    return endpoint(upstream.host or "?", upstream.port) if upstream.port else upstream.host or "?"
