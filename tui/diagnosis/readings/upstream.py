"""Readings of an HTTP answer: whether a proxy says that what it forwards to fails, and in which way.

Law: a status and a `Server:` line are a proxy's word, and no proof of how the upstream failed; its own log is.
"""

import re
from typing import Literal

from tui.diagnosis.readings import replies
from tui.model.case import Case
from tui.model.facts import HttpAnswer

Kind = Literal["refused", "timeout"]
_NO_BACKEND = re.compile(
    r"no healthy upstream|no server is available to handle|upstream connect error|no available server"
    r"|service temporarily unavailable.*backend|default backend",
    re.IGNORECASE,
)
"""How Envoy, HAProxy and Traefik say in a 503 that none of their servers takes connections."""
_LOGS = {
    "nginx": "tail -n 20 /var/log/nginx/error.log",
    "apache": "tail -n 20 /var/log/apache2/error.log",
    "caddy": "journalctl -u caddy -n 20",
    "envoy": "journalctl -u envoy -n 20",
    "haproxy": "journalctl -u haproxy -n 20",
    "squid": "tail -n 20 /var/log/squid/access.log",
}


def kind(http: HttpAnswer) -> Kind | None:
    """Whether the answer speaks of what stands behind: it does not take connections or breaks them off, or answers too late."""
    if http.status == 504:  # noqa: PLR2004 -- Gateway Timeout (RFC 9110, 15.6.5)
        return "timeout"
    if http.status == 502:  # noqa: PLR2004 -- Bad Gateway (RFC 9110, 15.6.3)
        return "refused"
    no_backend = http.status == 503 and _NO_BACKEND.search(f"{http.reason} {http.words}")  # noqa: PLR2004
    return "refused" if no_backend else None


def log(case: Case, address: str, http: HttpAnswer) -> str:
    """The command that shows the proxy's own log of that moment, by the name it gives itself."""
    known = next((command for name, command in _LOGS.items() if name in http.server.lower()), None)
    return known or f"journalctl -u {replies.unit(case, address)} -n 20"
