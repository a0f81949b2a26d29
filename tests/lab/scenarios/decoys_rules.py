"""Decoys: rules of packet filters that match but for one thing, and rules that stop only some attempts."""

from tests.lab.decoys import OPEN, SURE, THERE, WEB, decoy
from tests.lab.scenario import HEALTHY, Expect, Step
from tests.lab.steps import filters, ip, nft, run, serve, start

_OWN, _DEAD, _FILTERED, _REJECTED = "path.local-firewall", "server.not-listening", "path.filtered", "path.rejected"
_UNREACHABLE, _FLAPPING = "path.host-unreachable", "server.flapping"
_UNSEEN = Expect(verdict=_DEAD, certainty="likely", never=frozenset({_OWN}))
_SILENT = Expect(verdict=_FILTERED, certainty=SURE, outcome="timeout", never=frozenset({_OWN, "server.down"}))
_SAID_BY_A_RULE = Expect(
    verdict=_REJECTED, certainty=SURE, outcome=("unreachable", "rejected"), never=frozenset({"server.down", _UNREACHABLE})
)
"""'Host unreachable' is a rule's word here, and no dead neighbour's."""
_SOME: tuple[str, ...] = ("refused", "connected")
_HOLDS = "import socket, time; s = socket.create_connection(('{server}', {port})); print('ready', flush=True); time.sleep(3600)"
_CONDITIONS = (
    "tcp dport {port} meta length > 1000 reject with tcp reset",
    "tcp dport {port} tcp option mptcp exists reject with tcp reset",
    "tcp dport {port} ip dscp cs1 reject with tcp reset",
    "tcp dport {port} ct state established reject with tcp reset",
    "tcp dport {port} tcp flags & (syn | ack) == ack reject with tcp reset",
    "tcp dport {port} ip ttl 1 reject with tcp reset",
    "tcp dport {port} tcp sport 1-1000 reject with tcp reset",
    "tcp dport {port} fib daddr type local reject with tcp reset",
    "tcp dport {port} ct count over 50 reject with tcp reset",
    "tcp dport {port} limit rate over 500/second burst 500 packets reject with tcp reset",
)
_RESTORED = """*filter
:OUTPUT ACCEPT [0:0]
-A OUTPUT -p tcp -m tcp --dport {port} -m length --length 1000:1500 -j REJECT --reject-with tcp-reset
-A OUTPUT -p tcp -m tcp --dport {port} -m dscp --dscp 0x08 -j REJECT --reject-with tcp-reset
-A OUTPUT -p tcp -m tcp --dport {port} -m owner --uid-owner 4242 -j REJECT --reject-with tcp-reset
-A OUTPUT -p tcp -m tcp --dport {port} -m connlimit --connlimit-above 50 -j REJECT --reject-with tcp-reset
-A OUTPUT -p tcp -m tcp --dport {port} -m ttl --ttl-eq 1 -j REJECT --reject-with tcp-reset
-A OUTPUT -p tcp -m tcp --dport {port} ! --syn -j REJECT --reject-with tcp-reset
COMMIT
"""

_INGRESS = (
    "table {family} early {{\n chain c {{\n  type filter hook ingress device {device} priority 0\n"
    "  tcp sport {{port}} drop\n }}\n}}\n"
)
"""A chain that drops what the port answers, before any chain that iptables knows."""


def table(role: str, body: str, name: str = "lab2") -> Step:
    """A table of nft for both families."""
    return nft(role, f"table inet {name} {{\n{body}\n}}\n")


def _hook(hook: str, *rules: str, priority: str = "filter") -> str:
    lines = "\n  ".join(rules)
    return f" chain {hook} {{\n  type filter hook {hook} priority {priority}\n  {lines}\n }}"


_BUT_FOR_ONE_THING = (
    decoy(
        "rules-whose-conditions-do-not-hold",
        _DEAD,
        "nothing listens; ten rules here would reset the port, each on a condition that these packets do not meet",
        filters("client", "output", *_CONDITIONS),
        expect=_UNSEEN,
    ),
    decoy(
        "iptables-whose-conditions-do-not-hold",
        _DEAD,
        "the same with iptables",
        run("client", "iptables-restore", stdin=_RESTORED),
        tools=("iptables",),
        expect=_UNSEEN,
    ),
    decoy(
        "rules-for-another-interface-source-and-mark",
        _DEAD,
        "nothing listens; rules here would reset the port for another interface, source, mark, user or family",
        filters(
            "client",
            "output",
            'oifname "eth7" tcp dport {port} reject with tcp reset',
            "ip saddr {gone} tcp dport {port} reject with tcp reset",
            "meta mark 7 tcp dport {port} reject with tcp reset",
            "meta skuid 4242 tcp dport {port} reject with tcp reset",
            "meta nfproto ipv6 tcp dport {port} reject with tcp reset",
        ),
        expect=_UNSEEN,
    ),
    decoy(
        "chain-without-a-hook-and-a-sleeping-table",
        _FILTERED,
        "the server drops the port; here a chain that nothing calls and a table that is switched off would drop it too",
        serve("server"),
        filters("server", "input", "tcp dport {port} drop"),
        table("client", " chain unused {\n  tcp dport {port} drop\n }"),
        nft("client", "table inet sleeping {\n flags dormant\n" + _hook("output", "tcp dport {port} drop") + "\n}\n"),
        expect=_SILENT,
    ),
    decoy(
        "accepted-before-it-is-rejected",
        _DEAD,
        "nothing listens; the chain accepts the port before the rule that would reset it",
        filters("client", "output", "tcp dport {port} accept", "tcp dport 1-65535 reject with tcp reset"),
        expect=_UNSEEN,
    ),
    decoy(
        "accepted-in-one-table-and-dropped-in-another",
        _OWN,
        "one table accepts the port, and another one, which comes later, drops it",
        serve("server"),
        filters("client", "output", "tcp dport {port} accept"),
        table("client", _hook("output", "tcp dport {port} drop", priority="50")),
        expect=Expect(verdict=_OWN, outcome="timeout"),
        nobody=Expect(verdict=_OWN, certainty=OPEN, outcome="timeout"),
    ),
    decoy(
        "rule-of-a-neighbours-namespace",
        _DEAD,
        "nothing listens; a namespace of this machine has rules of its own that reset the port",
        filters("neighbour", "input", "tcp dport {port} reject with tcp reset"),
        filters("neighbour", "output", "tcp dport {port} reject with tcp reset"),
        topology="host",
        typed="{client}:{port}",
        expect=Expect(verdict=_DEAD, never=frozenset({_OWN, _REJECTED})),
    ),
    decoy(
        "dropped-as-it-comes-in",
        _OWN,
        "the answers of the server are dropped here at the device's ingress hook, before any chain that iptables knows",
        serve("server"),
        nft(
            "client",
            "table netdev early {\n chain c {\n  type filter hook ingress device eth0 priority 0\n"
            "  tcp sport {port} drop\n }\n}\n",
        ),
        expect=Expect(verdict=_OWN, certainty=SURE, outcome="timeout", never=frozenset({"server.down"})),
        nobody=Expect(verdict=(_FILTERED, _OWN, "server.down"), certainty=OPEN, outcome="timeout"),
    ),
    decoy(
        "dropped-as-it-comes-in-at-another-device",
        _FILTERED,
        "the server drops the port; a chain at the ingress of another device here would drop the answers too",
        serve("server"),
        filters("server", "input", "tcp dport {port} drop"),
        ip("client", "link add spare type bridge"),
        nft("client", _INGRESS.format(family="netdev", device="spare")),
        expect=_SILENT,
    ),
    decoy(
        "dropped-as-it-comes-in-v6",
        _OWN,
        "the same at the ingress hook of a table for both families, over IPv6",
        serve("server"),
        nft("client", _INGRESS.format(family="inet", device="eth0")),
        typed="[{server_6}]:{port}",
        port=WEB,
        users=("root",),
        expect=Expect(verdict=_OWN, certainty=SURE, outcome="timeout", never=frozenset({"server.down"})),
    ),
    decoy(
        "talk-dropped-and-handshake-let-through",
        _OWN,
        "a rule here drops what is established: the handshake's first two packets pass, and then nothing leaves",
        serve("server"),
        filters("client", "output", "ct state established tcp dport {port} drop"),
        typed="http://{server}:{port}",
        port=WEB,
        users=("nobody",),
        expect=Expect(
            verdict=(_OWN, _FILTERED, "server.unresponsive", "path.mtu"),
            certainty=OPEN,
            status="degraded",
            outcome=("silent", "connected"),
        ),
    ),
)
_SOME_ATTEMPTS = (
    decoy(
        "every-second-attempt-reset-here",
        _OWN,
        "a rule here resets every second attempt; the service never moved",
        serve("server"),
        filters("client", "output", "tcp dport {port} tcp flags syn / syn,ack numgen inc mod 2 0 reject with tcp reset"),
        arguments=("--attempts", "4", "--delay", "0.3"),
        expect=Expect(
            verdict=_OWN,
            certainty=SURE,
            status=("intermittent", "degraded"),
            outcome=_SOME,
            never=frozenset({_FLAPPING, "server.starting"}),
        ),
        nobody=Expect(
            verdict=(_OWN, _FLAPPING, _REJECTED),
            certainty=OPEN,
            status=("intermittent", "degraded"),
            outcome=_SOME,
        ),
    ),
    decoy(
        "every-second-attempt-reset-there",
        _REJECTED,
        "the server's filter resets every second attempt; the service never moved",
        serve("server"),
        filters("server", "input", "tcp dport {port} tcp flags syn / syn,ack numgen inc mod 2 0 reject with tcp reset"),
        arguments=("--attempts", "4", "--delay", "0.3"),
        expect=Expect(
            verdict=(_FLAPPING, _REJECTED),
            certainty=OPEN,
            status=("intermittent", "degraded"),
            outcome=_SOME,
            unconfirmed=frozenset({"server.starting"}),
        ),
    ),
    decoy(
        "every-second-attempt-reset-and-the-server-was-looked-at",
        _REJECTED,
        "the same, with a look at the server, whose rules and listener tell",
        serve("server"),
        filters("server", "input", "tcp dport {port} tcp flags syn / syn,ack numgen inc mod 2 0 reject with tcp reset"),
        arguments=("--attempts", "4", "--delay", "0.3", "--server", "{server_shell}"),
        users=("root",),
        expect=Expect(
            verdict=_REJECTED,
            certainty=SURE,
            status=("intermittent", "degraded"),
            outcome=_SOME,
            never=frozenset({_FLAPPING, "server.starting", _DEAD}),
        ),
    ),
    decoy(
        "too-often-for-a-limit-here",
        _OWN,
        "a rule here lets one connection a minute through, and resets the others",
        serve("server"),
        filters(
            "client",
            "output",
            "tcp dport {port} tcp flags syn / syn,ack limit rate over 1/minute burst 1 packets reject with tcp reset",
        ),
        expect=Expect(
            verdict=_OWN,
            certainty=SURE,
            status=("intermittent", "degraded", "failing"),
            outcome=_SOME,
            never=frozenset({_FLAPPING, _DEAD}),
        ),
        nobody=Expect(
            verdict=(_OWN, _FLAPPING, _REJECTED),
            certainty=OPEN,
            status=("intermittent", "degraded", "failing"),
            outcome=_SOME,
        ),
    ),
    decoy(
        "too-often-for-a-limit-there",
        _FILTERED,
        "the server's filter lets one connection a minute through, and drops the others",
        serve("server"),
        filters("server", "input", "tcp dport {port} tcp flags syn / syn,ack limit rate over 1/minute burst 1 packets drop"),
        expect=Expect(
            verdict=(None, _FILTERED, "server.backlog-full", _FLAPPING),
            certainty=OPEN,
            status=("intermittent", "degraded", "failing"),
            outcome=("timeout", "connected"),
        ),
    ),
    decoy(
        "more-connections-than-a-rule-counts",
        f"{_REJECTED} {_DEAD}",
        "somebody holds the one connection that the server's filter allows; the others are reset",
        serve("server"),
        filters("server", "input", "tcp dport {port} ct count over 1 reject with tcp reset"),
        start("server", "{python}", "-IS", "-c", _HOLDS),
        expect=Expect(verdict=(_DEAD, _REJECTED), certainty=OPEN),
    ),
    decoy(
        "more-connections-than-a-rule-counts-and-the-server-was-looked-at",
        _REJECTED,
        "the same, with a look at the server, whose rules and listener tell",
        serve("server"),
        filters("server", "input", "tcp dport {port} ct count over 1 reject with tcp reset"),
        start("server", "{python}", "-IS", "-c", _HOLDS),
        arguments=THERE,
        users=("root",),
        expect=Expect(verdict=_REJECTED, certainty=SURE, never=frozenset({_DEAD, "server.bound-elsewhere"})),
    ),
)
_BORROWED_WORDS = (
    decoy(
        "router-says-host-unreachable-by-a-rule",
        _REJECTED,
        "a router's filter answers 'host unreachable' for the port; the host answers ping and its other ports",
        serve("server"),
        serve("server", "greet", port="22"),
        filters("router1", "forward", "ip daddr {server} tcp dport {port} reject with icmp type host-unreachable"),
        expect=_SAID_BY_A_RULE,
    ),
    decoy(
        "server-says-host-unreachable-by-a-rule",
        _REJECTED,
        "the server's own filter answers 'host unreachable' for the port",
        serve("server"),
        filters("server", "input", "tcp dport {port} reject with icmp type host-unreachable"),
        expect=_SAID_BY_A_RULE,
    ),
    decoy(
        "own-rule-says-host-unreachable",
        _OWN,
        "this machine's own filter answers 'host unreachable' for the port",
        serve("server"),
        filters("client", "output", "ip daddr {server} tcp dport {port} reject with icmp type host-unreachable"),
        expect=Expect(verdict=_OWN, outcome=("unreachable", "rejected"), never=frozenset({"server.down", _UNREACHABLE})),
        nobody=Expect(
            verdict=_OWN, certainty=SURE, outcome=("unreachable", "rejected"), never=frozenset({"server.down", _UNREACHABLE})
        ),
    ),
    decoy(
        "machine-that-answers-arp-alone",
        _FILTERED,
        "the neighbour on this link drops all of IP; it is there, for it answers ARP",
        serve("server"),
        filters("server", "input", "meta nfproto { ipv4, ipv6 } drop"),
        topology="lan",
        expect=Expect(verdict=_FILTERED, certainty=SURE, outcome="timeout", never=frozenset({"server.down", _OWN, _UNREACHABLE})),
    ),
    decoy(
        "policy-rule-for-one-user",
        "path.route-rejects",
        "a rule of the routing policy forbids the user nobody to send anything",
        serve("server"),
        ip("client", "rule add uidrange 65534-65534 prohibit"),
        users=("nobody",),
        expect=Expect(
            verdict=("path.route-rejects", "client.blocked"),
            certainty=SURE,
            outcome="blocked",
            unconfirmed=frozenset({"client.blocked"}),
            never=frozenset({_OWN, "path.no-route"}),
        ),
    ),
    decoy(
        "policy-rule-for-another-user",
        "",
        "nothing: a rule of the routing policy forbids the user nobody to send, and root asks",
        serve("server"),
        ip("client", "rule add uidrange 65534-65534 prohibit"),
        users=("root",),
        expect=HEALTHY,
    ),
)
SCENARIOS = (*_BUT_FOR_ONE_THING, *_SOME_ATTEMPTS, *_BORROWED_WORDS)
