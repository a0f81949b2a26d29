"""The causes that are on the pictures: just these, so that a new cause changes none of them until it is named here."""

from tui.diagnosis.causes import hypotheses

NAMES = {
    "name": (
        "not-found no-address nameserver-down nameserver-error hosts-override answers-differ search-domain "
        "dead-address family-mismatch "
    ),
    "port": "wrong-port udp-only wrong-protocol",
    "path": (
        "local-firewall no-route proxy route-rejects host-unreachable rejected reset-by-middlebox routing-loop filtered mtu "
    ),
    "server": (
        "down not-listening bound-elsewhere crashed other-namespace port-taken backlog-full starting flapping "
        "closes-early unresponsive "
    ),
    "client": "ports-exhausted fd-limit bad-source blocked",
    "unix": "missing not-a-socket permission stale",
}
"""By group."""
IDS = frozenset(f"{group}.{name}" for group, names in NAMES.items() for name in names.split())
PICTURED = tuple(cause for cause in hypotheses() if cause.id in IDS)
