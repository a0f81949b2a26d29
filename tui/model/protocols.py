"""Which protocols can be spoken to a target, and which one a family of services, or a port, stands for.

Law: only a first request that is short, documented and harmless is ever sent; a kind of service that has none is
not spoken to.
"""

from typing import Literal

from msgspec import Struct

from tui.model.schemes import Family, base_scheme, family_of_port, family_of_scheme
from tui.model.target import TcpTarget

TLS = "TLS"
HTTP = "HTTP"

BANNER_FIRST = frozenset({"SSH", "SMTP", "FTP", "IMAP", "POP3", "MySQL", "rsync", "VNC", "NATS"})
"""The server speaks first, so nothing is sent."""
CLIENT_FIRST = frozenset(
    {
        TLS,
        HTTP,
        "PostgreSQL",
        "Redis",
        "memcached",
        "MongoDB",
        "AMQP",
        "LDAP",
        "MQTT",
        "Kafka",
        "Cassandra",
        "SQL Server",
        "RDP",
        "SOCKS",
        "gRPC",
        "DNS",
    }
)
"""The client speaks first, and its first request is known here."""
_OVER_HTTP = frozenset({HTTP, "Elasticsearch", "etcd", "Docker", "HTTP proxy"})
"""Families whose protocol is HTTP."""
_OTHER_TALK = frozenset({9300, 33060})
"""Ports of a family that speak something other than its protocol: Elasticsearch's nodes, MySQL's X protocol."""
_REGISTERED_BESIDE = frozenset({8080, 587})
"""Ports that IANA registers for a protocol beside its first one: http-alt, submission."""

LOOK_ALIKES = (("SMTP", "FTP"), ("Redis", "POP3"))
"""Protocols that have some first bytes in common: a greeting with 220, an answer with `-ERR`."""

Known = Literal["scheme", "registered", "usual"]


class Meant(Struct, frozen=True):
    """The protocol that a client of the target speaks, and how that is known."""

    protocol: str
    inner: str | None
    """The protocol inside, where `protocol` is TLS and that is known; else None."""
    by: Known
    """`scheme`: the target says so. `registered`: its port is that protocol's own. `usual`: the port is often used for it,
    and for other things."""


def label_of(protocols: tuple[str, ...]) -> str | None:
    """The protocols that some words can belong to, for people: `SMTP or FTP`; None where none is known."""
    return " or ".join(protocols) or None


def protocols_labelled(label: str | None) -> tuple[str, ...]:
    """The protocols that `label_of` gave that label."""
    alike = {label_of(protocols): protocols for protocols in LOOK_ALIKES}
    return alike.get(label, (label,)) if label else ()


def meant_protocol(target: TcpTarget) -> Meant | None:
    """What a client of `target` would speak; None where that is not known, or where nothing harmless can be said."""
    family = family_of_scheme(target.scheme)
    if family and target.scheme:
        tls = base_scheme(target.scheme) in family.tls_schemes
        spoken = protocol_of(family, tls=tls)
        return Meant(spoken, protocol_of(family) if tls else None, "scheme") if spoken else None
    family = family_of_port(target.port)
    if family is None or target.port in _OTHER_TALK:
        return None
    only_tls = target.port == family.tls_port and target.port not in family.ports
    spoken = protocol_of(family, tls=only_tls)
    own = only_tls or target.port == family.ports[0] or target.port in _REGISTERED_BESIDE
    return Meant(spoken, protocol_of(family) if only_tls else None, "registered" if own else "usual") if spoken else None


def protocol_of(family: Family, *, tls: bool = False) -> str | None:
    """The protocol to speak to a service of `family`; None where nothing harmless is known."""
    if tls:
        return TLS
    name = HTTP if family.name in _OVER_HTTP else family.name
    return name if name in BANNER_FIRST | CLIENT_FIRST else None
