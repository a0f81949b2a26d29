"""What the person said, or set before the walk: the ids of the tree's questions, and the service that is meant."""

from tui.model.case import Case

CONSENT_PORTS = "consent.ports"
SERVICE = "service"
EVER_WORKED = "ever-worked"
MEANT = "meant"
"""Whether a listener on another port is the service that is meant."""
UNKNOWN = "unknown"
"""The answer "I don't know" to any question."""


def service_name(case: Case) -> str | None:
    """The service that should listen, as the person or the options named it."""
    named = case.answer(SERVICE) or case.options.service
    return None if named in {None, UNKNOWN} else named
