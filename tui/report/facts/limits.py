"""Limits in words."""

from tui.model.address import endpoint
from tui.model.facts import Limits


def limits_words(fact: Limits) -> str:
    """What it says, without a full stop."""
    ports = f"source ports {fact.first_port} to {fact.last_port}" if fact.first_port is not None else "source ports unknown"
    used = f", {fact.used_towards_target} in use" if fact.used_towards_target is not None else ""
    waiting = f" ({fact.waiting_to_expire} in TIME-WAIT)" if fact.waiting_to_expire else ""
    towards = f"{used} towards {endpoint(fact.address, fact.port)}{waiting}" if used else ""
    files = (
        f"; {fact.own_descriptors} of {fact.own_descriptor_limit} descriptors here" if fact.own_descriptors is not None else ""
    )
    tracked = f"; {fact.tracked_connections} of {fact.tracking_limit} connections tracked" if fact.tracking_limit else ""
    return f"{ports}{towards}{files}{tracked}"
