"""Limits in words."""

from tui.model.address import endpoint
from tui.model.facts import Limits
from tui.model.requests import ReadLimits
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_limits(_request: ReadLimits) -> str:
    return "source ports and file descriptors against their limits"


@fact_sentence.register
def _limits(fact: Limits) -> str:
    """What it says, without a full stop."""
    ports = f"source ports {fact.first_port} to {fact.last_port}" if fact.first_port is not None else "source ports unknown"
    used = f", {fact.used_towards_target} in use" if fact.used_towards_target is not None else ""
    waiting = f" ({fact.waiting_to_expire} in TIME-WAIT)" if fact.waiting_to_expire else ""
    towards = ""
    if used and fact.address is not None and fact.port is not None:
        towards = f"{used} towards {endpoint(fact.address, fact.port)}{waiting}"
    files = (
        f"; {fact.own_descriptors} of {fact.own_descriptor_limit} descriptors here" if fact.own_descriptors is not None else ""
    )
    tracked = f"; {fact.tracked_connections} of {fact.tracking_limit} connections tracked" if fact.tracking_limit else ""
    return f"{ports}{towards}{files}{tracked}"
