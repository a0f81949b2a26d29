"""Decoys: translations. What answers is not whom it says, and the rule that seems to lead here leads nowhere or nobody."""

from tests.lab.decoys import OPEN, PLAIN, THERE, decoy
from tests.lab.scenario import HEALTHY, Expect, Step
from tests.lab.steps import filters, ip, nft, run, serve

_MAPPING, _DEAD, _OWN = "server.wrong-mapping", "server.not-listening", "path.local-firewall"
_BOX, _REJECTED, _UNREACHABLE = "path.reset-by-middlebox", "path.rejected", "path.host-unreachable"

_STRANGER = Expect(
    verdict=_OWN, certainty=("confirmed", "likely"), outcome="timeout", never=frozenset({"server.down", "server.backlog-full"})
)


def nat(role: str, hook: str, rule: str, table: str = "turns") -> Step:
    """One rule in a chain of type nat of its own."""
    priority = {"output": "-100", "prerouting": "-100", "postrouting": "100"}[hook]
    return nft(role, f"table ip {table} {{\n chain c {{\n  type nat hook {hook} priority {priority}\n  {rule}\n }}\n}}\n")


_FAR = (
    decoy(
        "router-leads-to-a-dead-port",
        f"{_MAPPING} {_DEAD}",
        "the service is well; the router before it leads its port to one where nothing listens",
        serve("server"),
        nat("router2", "prerouting", "ip daddr {server} tcp dport {port} dnat to {server}:{other_port}"),
        expect=Expect(verdict=(_DEAD, _MAPPING), certainty=OPEN),
    ),
    decoy(
        "router-leads-to-a-dead-port-and-the-server-was-looked-at",
        f"{_MAPPING}",
        "the same, and a look at the server shows the service: it is not what refuses",
        serve("server"),
        nat("router2", "prerouting", "ip daddr {server} tcp dport {port} dnat to {server}:{other_port}"),
        arguments=THERE,
        users=("root",),
        expect=Expect(
            verdict=(_MAPPING, _BOX, _REJECTED, "server.flapping", "server.starting"),
            certainty=OPEN,
            never=frozenset({_DEAD, _OWN, "server.crashed"}),
        ),
    ),
    decoy(
        "router-leads-to-the-next-router",
        f"{_MAPPING} {_BOX}",
        "the first router leads the port to the second one itself, where nothing listens: a true reset, from nearer",
        serve("server"),
        nat("router1", "prerouting", "ip daddr {server} tcp dport {port} dnat to {router2}:{other_port}"),
        expect=Expect(verdict=(_BOX, _MAPPING), certainty=OPEN, unconfirmed=frozenset({_BOX}), never=frozenset({_OWN})),
    ),
    decoy(
        "router-takes-the-port-itself",
        f"{_MAPPING} {_BOX}",
        "the first router redirects the port to itself, where nothing listens",
        serve("server"),
        nat("router1", "prerouting", "ip daddr {server} tcp dport {port} redirect to :{other_port}"),
        expect=Expect(verdict=(_BOX, _MAPPING, _OWN), certainty=OPEN),
    ),
    decoy(
        "router-leads-to-where-no-route-is",
        f"{_MAPPING}",
        "the router leads the port to a network that it has no route to; its ICMP error is signed with the server's address",
        serve("server"),
        nat("router1", "prerouting", "ip daddr {server} tcp dport {port} dnat to {nowhere}:{port}"),
        expect=Expect(
            verdict=(_MAPPING, _UNREACHABLE, _REJECTED, "path.no-route"),
            certainty=OPEN,
            outcome=("unreachable", "rejected"),
            never=frozenset({"server.down"}),
        ),
    ),
    decoy(
        "router-leads-to-a-machine-that-rejects",
        f"{_MAPPING} {_REJECTED}",
        "the router leads the port to the next one, whose filter rejects it; the ICMP error is signed with the server's address",
        serve("server"),
        nat("router1", "prerouting", "ip daddr {server} tcp dport {port} dnat to {router2}:{other_port}"),
        filters("router2", "input", "tcp dport {other_port} reject"),
        expect=Expect(
            verdict=(_REJECTED, _MAPPING), certainty=("confirmed", "likely"), never=frozenset({_OWN, _DEAD}), words=("forward",)
        ),
    ),
    decoy(
        "source-turned-into-a-strangers",
        "path.local-firewall client.bad-source",
        "a rule here gives these connections a source address that nobody has: the answers never come back",
        serve("server"),
        nat("client", "postrouting", "ip daddr {server} tcp dport {port} snat to {gone}"),
        expect=Expect(
            verdict=(_OWN, "client.bad-source", "path.reverse-path"),
            certainty=("confirmed", "likely"),
            outcome="timeout",
            unconfirmed=frozenset({"path.reverse-path"}),
            never=frozenset({"server.down", "server.backlog-full"}),
        ),
        nobody=Expect(
            verdict=("path.filtered", _OWN, "server.down"),
            certainty=OPEN,
            outcome="timeout",
        ),
    ),
    decoy(
        "filter-that-says-network-unreachable",
        f"{_REJECTED}",
        "the server's own filter answers 'network unreachable' for the port, as where it would forward it",
        serve("server"),
        filters("server", "input", "tcp dport {port} reject with icmp type net-unreachable"),
        expect=Expect(
            verdict=(_MAPPING, _REJECTED),
            certainty=OPEN,
            outcome=("unreachable", "rejected"),
            unconfirmed=frozenset({_MAPPING}),
            never=frozenset({"server.down", _OWN}),
        ),
    ),
    decoy(
        "source-turned-by-iptables",
        "path.local-firewall client.bad-source",
        "the same with iptables, for every port of the server's network",
        serve("server"),
        run(
            "client",
            "iptables",
            *["-t", "nat", "-A", "POSTROUTING", "-p", "tcp", "-d", "{server}", "-j", "SNAT", "--to-source", "{away}"],
        ),
        tools=("iptables",),
        users=("root",),
        port="5432",
        expect=_STRANGER,
    ),
    decoy(
        "source-turned-into-a-strangers-v6",
        "path.local-firewall client.bad-source",
        "the same over IPv6",
        serve("server"),
        nft("client", "table ip6 turns {\n chain c {\n  type nat hook postrouting priority 100\n  snat to {away_6}\n }\n}\n"),
        typed="[{server_6}]:{port}",
        users=("root",),
        expect=_STRANGER,
    ),
    decoy(
        "source-turned-into-one-of-our-own",
        "path.filtered",
        "the server drops the port; a rule here gives these connections another address of this machine, which is well",
        serve("server"),
        filters("server", "input", "tcp dport {port} drop"),
        ip("client", "address add {gone}/32 dev lo"),
        nat("client", "postrouting", "ip daddr {server} tcp dport {port} snat to {gone}"),
        expect=Expect(
            verdict="path.filtered", certainty=("confirmed", "likely"), outcome="timeout", never=frozenset({_OWN, "server.down"})
        ),
    ),
    decoy(
        "source-masked-as-it-should-be",
        "",
        "nothing: what leaves is masqueraded, with the address that it has anyhow",
        serve("server"),
        nat("client", "postrouting", "masquerade"),
        expect=HEALTHY,
    ),
)
_HERE = (
    decoy(
        "mapped-to-a-dead-port",
        f"{_MAPPING}",
        "a map in a rule of this machine leads the port to one where nothing listens; the service is well",
        serve("client"),
        nat("client", "output", "meta l4proto tcp redirect to :tcp dport map { {port} : 9, 22 : 23 }"),
        topology="host",
        typed="127.0.0.1:{port}",
        expect=Expect(
            verdict=(_MAPPING, _OWN), certainty=("confirmed", "likely"), unconfirmed=frozenset({_OWN}), never=frozenset({_DEAD})
        ),
        nobody=Expect(verdict=(_OWN, _MAPPING), certainty=OPEN, never=frozenset({_DEAD})),
    ),
    decoy(
        "led-away-for-another-interface-and-mark",
        _DEAD,
        "nothing listens; rules would lead the port away for another interface, another mark and another source",
        nat(
            "client",
            "output",
            'oifname "eth9" tcp dport {port} redirect to :9\n  meta mark 7 tcp dport {port} redirect to :9\n'
            "  ip saddr 192.0.2.9 tcp dport {port} redirect to :9",
        ),
        topology="host",
        typed="127.0.0.1:{port}",
        expect=Expect(verdict=_DEAD, never=frozenset({_MAPPING, _OWN})),
        nobody=Expect(verdict=_DEAD, certainty=("confirmed", "likely")),
    ),
    decoy(
        "led-on-for-others-alone",
        f"{_DEAD} server.not-published",
        "a rule leads the port to a service of a namespace, for what comes in from outside: not for this machine's own programs",
        serve("neighbour", port="{other_port}"),
        nat("client", "prerouting", "tcp dport {port} dnat to {neighbour}:{other_port}"),
        topology="host",
        typed="127.0.0.1:{port}",
        expect=Expect(
            verdict=(_DEAD, "server.not-published", _MAPPING, "server.other-namespace"),
            certainty=("confirmed", "likely"),
            unconfirmed=frozenset({_MAPPING, "server.other-namespace"}),
            never=frozenset({_OWN}),
        ),
        nobody=Expect(verdict=(_DEAD, "server.not-published"), certainty=("confirmed", "likely")),
    ),
    decoy(
        "led-away-for-one-user",
        f"{_MAPPING}",
        "a rule leads the port to a dead one, for the user nobody alone; the service is well",
        serve("client"),
        nat("client", "output", "meta skuid 65534 tcp dport {port} redirect to :9"),
        topology="host",
        typed="127.0.0.1:{port}",
        users=("nobody",),
        expect=Expect(verdict=(_OWN, _MAPPING), certainty=OPEN, never=frozenset({_DEAD, "server.flapping"})),
    ),
    decoy(
        "led-away-for-another-user",
        "",
        "nothing: a rule leads the port to a dead one, for the user nobody alone",
        serve("client"),
        nat("client", "output", "meta skuid 65534 tcp dport {port} redirect to :9"),
        topology="host",
        typed="127.0.0.1:{port}",
        users=("root",),
        expect=HEALTHY,
    ),
    decoy(
        "led-to-a-namespace-that-drops",
        "path.filtered",
        "a rule of this machine leads the port to a service of a namespace whose own filter drops it",
        serve("neighbour", port="{other_port}"),
        filters("neighbour", "input", "tcp dport {other_port} drop"),
        nat("client", "output", "ip daddr {client} tcp dport {port} dnat to {neighbour}:{other_port}"),
        topology="host",
        typed="{client}:{port}",
        expect=Expect(
            verdict=("path.filtered", _MAPPING),
            certainty=("confirmed", "likely"),
            outcome="timeout",
            unconfirmed=frozenset({_MAPPING}),
            never=frozenset({_DEAD, "server.down", "server.backlog-full"}),
        ),
        nobody=Expect(
            verdict=("path.filtered", _OWN, _MAPPING, "server.down"),
            certainty=OPEN,
            outcome="timeout",
            never=frozenset({_DEAD, "server.backlog-full"}),
        ),
    ),
    decoy(
        "led-to-a-living-port",
        "",
        "nothing: the port has no listener, and a rule leads it to one that has",
        serve("client", port="{other_port}"),
        nat("client", "output", "tcp dport {port} redirect to :{other_port}"),
        topology="host",
        typed="127.0.0.1:{port}",
        port=PLAIN,
        expect=HEALTHY,
    ),
)
SCENARIOS = (*_FAR, *_HERE)
