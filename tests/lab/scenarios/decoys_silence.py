"""Decoys: machines that live and from which nothing at all comes back. They are not down, and nobody can say so from here."""

from tests.lab.decoys import OPEN, SURE, decoy
from tests.lab.scenario import Expect
from tests.lab.steps import filters, ip, nft, serve

_FILTERED, _DOWN, _BACK, _OWN = "path.filtered", "server.down", "path.reverse-path", "path.local-firewall"
_ALL_IP = "meta nfproto { ipv4, ipv6 } drop"
_FROM_AFAR = Expect(
    verdict=(_FILTERED, _BACK),
    certainty="possible",
    outcome="timeout",
    alternatives=frozenset({_DOWN}),
    never=frozenset({_DOWN, _BACK, _OWN}),
)
"""Silence everywhere, from behind a router: a filter, another way back and a machine that is off look the same."""
_ON_THE_LINK = Expect(
    verdict=_FILTERED, certainty=SURE, outcome="timeout", never=frozenset({_DOWN, _OWN, "path.host-unreachable"})
)
"""It answers ARP, or neighbour discovery: it is there, and something on it drops."""

SCENARIOS = (
    decoy(
        "servers-answers-have-no-way",
        _BACK,
        "the server takes what comes, and its way to the client leads nowhere",
        serve("server"),
        ip("server", "route add blackhole {client}/32"),
        expect=_FROM_AFAR,
    ),
    decoy(
        "servers-default-route-is-gone",
        _BACK,
        "the server has lost its default route: it knows its own link alone",
        serve("server"),
        ip("server", "route del default"),
        port="5432",
        expect=_FROM_AFAR,
    ),
    decoy(
        "router-drops-all-that-the-server-answers",
        _FILTERED,
        "the last router drops whatever comes from the server",
        serve("server"),
        filters("router2", "forward", "ip saddr {server} drop"),
        expect=_FROM_AFAR,
    ),
    decoy(
        "router-drops-all-that-goes-to-the-server-v6",
        _FILTERED,
        "the last router drops whatever goes to the server, over IPv6",
        serve("server"),
        filters("router2", "forward", "ip6 daddr {server_6} drop"),
        typed="[{server_6}]:{port}",
        expect=_FROM_AFAR,
    ),
    decoy(
        "machine-that-answers-neighbour-discovery-alone",
        _FILTERED,
        "the neighbour on this link drops all of IPv6 but neighbour discovery, by which it is found",
        serve("server"),
        filters("server", "input", "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept", _ALL_IP),
        topology="lan",
        typed="[{server_6}]:{port}",
        expect=_ON_THE_LINK,
    ),
    decoy(
        "machine-that-drops-before-its-filter",
        _FILTERED,
        "the neighbour on this link drops TCP and ping as they come in at its device; it answers ARP",
        serve("server"),
        nft(
            "server",
            "table netdev early {\n chain c {\n  type filter hook ingress device eth0 priority 0\n"
            "  meta l4proto { tcp, icmp } drop\n }\n}\n",
        ),
        topology="lan",
        port="5432",
        expect=_ON_THE_LINK,
    ),
    decoy(
        "machine-that-answers-nothing-and-no-arp",
        "path.host-unreachable server.down",
        "the address's machine is off its link: not even ARP is answered",
        ip("server", "link set eth0 down"),
        topology="lan",
        expect=Expect(
            verdict="path.host-unreachable",
            certainty=OPEN + SURE,
            outcome=("unreachable", "timeout"),
            may=frozenset({"path.host-unreachable"}),
            never=frozenset({_FILTERED, _OWN}),
        ),
    ),
)
