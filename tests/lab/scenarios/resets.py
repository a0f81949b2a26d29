"""Who sent the reset: the host, its own filter, a router before it, or a machine that the port is led on to."""

from tests.lab.scenario import Expect, Scenario
from tests.lab.steps import filters, ip, nft, run, serve, sysctl

_RESET = "tcp dport {port} reject with tcp reset"
_NO_ECHO = "icmp type echo-request drop", "icmpv6 type echo-request drop"
_BOX, _HOST = "path.reset-by-middlebox", "server.not-listening"
_V6 = "[{server_6}]:{port}"
_REJECT = ("-A", "FORWARD", "-p", "tcp", "--dport", "{port}", "-j", "REJECT", "--reject-with", "tcp-reset")


def _forged(by: str) -> Expect:
    return Expect(verdict=_BOX, culprit={"kind": "address", "address": by}, words=(by,), never=frozenset({_HOST}))


def _seems_forged(by: str) -> Expect:
    return Expect(verdict=_BOX, certainty="likely", culprit={"address": by}, alternatives=frozenset({_HOST}))


_OF_THE_HOST = Expect(verdict=_HOST, certainty="likely", never=frozenset({_BOX}))
_AT_THE_FIRST_HOP = Expect(verdict=(_BOX, "path.local-firewall"), certainty="likely")

SCENARIOS = (
    Scenario(
        name="reset-forged-by-first-router",
        about=_BOX,
        broken="router1 answers what it forwards to the port with a reset",
        steps=(serve("server"), filters("router1", "forward", _RESET)),
        expect=_forged("{router1}"),
    ),
    Scenario(
        name="reset-forged-by-first-router-v6",
        about=_BOX,
        broken="the same over IPv6",
        steps=(serve("server"), filters("router1", "forward", _RESET)),
        typed=_V6,
        expect=_forged("{router1_6}"),
    ),
    Scenario(
        name="reset-forged-by-iptables",
        about=_BOX,
        broken="router1 has an iptables REJECT with tcp-reset",
        steps=(serve("server"), run("router1", "iptables", *_REJECT)),
        tools=("iptables",),
        expect=_forged("{router1}"),
    ),
    Scenario(
        name="reset-forged-by-ip6tables",
        about=_BOX,
        broken="the same over IPv6",
        steps=(serve("server"), run("router1", "ip6tables", *_REJECT)),
        typed=_V6,
        tools=("ip6tables",),
        expect=_forged("{router1_6}"),
    ),
    Scenario(
        name="reset-forged-and-ping-filtered",
        about=_BOX,
        broken="router1 forges resets and drops echo requests; another port of the server accepts",
        steps=(serve("server"), serve("server", "greet", port="22"), filters("router1", "forward", _RESET, *_NO_ECHO)),
        expect=_forged("{router1}"),
    ),
    Scenario(
        name="reset-forged-and-nothing-to-compare",
        about=_BOX,
        broken="router1 forges resets, and nothing else of the server answers",
        steps=(serve("server"), filters("router1", "forward", _RESET, "drop")),
        expect=Expect(verdict=_HOST, certainty="likely", alternatives=frozenset({"path.rejected"})),
    ),
    Scenario(
        name="reset-forged-before-a-windows-host",
        about=_BOX,
        broken="router1 forges resets, and the server starts with TTL 128",
        steps=(
            serve("server"),
            sysctl("server", "net.ipv4.ip_default_ttl=128"),
            filters("router1", "forward", _RESET),
        ),
        expect=_seems_forged("{router1}"),
    ),
    Scenario(
        name="reset-forged-by-last-router",
        about=_BOX,
        broken="router2, next to the server, answers what it forwards with a reset",
        steps=(serve("server"), filters("router2", "forward", _RESET)),
        expect=_seems_forged("{router2}"),
    ),
    Scenario(
        name="reset-forged-by-last-router-v6",
        about=_BOX,
        broken="the same over IPv6",
        steps=(serve("server"), filters("router2", "forward", _RESET)),
        typed=_V6,
        expect=_seems_forged("{router2_6}"),
    ),
    Scenario(
        name="reset-forged-by-last-router-before-it-routes",
        about=_BOX,
        broken="router2 answers with a reset before it looks where the packet goes",
        steps=(serve("server"), filters("router2", "prerouting", _RESET)),
        expect=_seems_forged("{router2}"),
    ),
    Scenario(
        name="reset-forged-by-first-router-before-it-routes",
        about=_BOX,
        broken="router1 answers with a reset before it looks where the packet goes, as this machine's own filter would",
        steps=(serve("server"), filters("router1", "prerouting", _RESET)),
        expect=_AT_THE_FIRST_HOP,
    ),
    Scenario(
        name="reset-forged-and-nothing-listens",
        about=_BOX,
        broken="router1 forges resets, and in a check from the server nothing listens either",
        steps=(filters("router1", "forward", _RESET),),
        arguments=("--attempts", "1", "--server", "{server_shell}"),
        users=("root",),
        expect=Expect(verdict=_BOX, culprit={"address": "{router1}"}, also={_HOST: "confirmed"}),
    ),
    Scenario(
        name="reset-of-a-closed-port",
        about=_HOST,
        broken="nothing listens",
        expect=_OF_THE_HOST,
    ),
    Scenario(
        name="reset-of-a-closed-port-v6",
        about=_HOST,
        broken="nothing listens, over IPv6; another port accepts",
        steps=(serve("server", "greet", port="22"),),
        typed=_V6,
        expect=_OF_THE_HOST,
    ),
    Scenario(
        name="reset-of-a-windows-host",
        about=_HOST,
        broken="nothing listens, and the server starts with TTL 128",
        steps=(sysctl("server", "net.ipv4.ip_default_ttl=128"),),
        expect=_OF_THE_HOST,
    ),
    Scenario(
        name="reset-of-the-servers-own-filter",
        about="path.rejected",
        broken="the server's own filter answers with a reset, as a closed port does; only its rule would tell",
        steps=(serve("server"), filters("server", "input", _RESET)),
        expect=Expect(verdict=_HOST, certainty="likely", never=frozenset({_BOX}), alternatives=frozenset({"path.rejected"})),
    ),
    Scenario(
        name="reset-of-a-neighbour",
        about=_HOST,
        broken="nothing listens on a machine of the same link",
        topology="lan",
        expect=_OF_THE_HOST,
    ),
    Scenario(
        name="reset-of-a-router-that-forwards-another-port",
        about=_HOST,
        broken="the address is router2's own; its port 22 is led on to the server, and on the port nothing listens",
        steps=(
            serve("server", "greet", port="22"),
            nft(
                "router2",
                "table ip lab {\n chain nat {\n type nat hook prerouting priority dstnat;\n"
                "ip daddr {router2} tcp dport 22 dnat to {server}\n }\n}\n",
            ),
        ),
        typed="{router2}:{port}",
        expect=_OF_THE_HOST,
    ),
    Scenario(
        name="reset-of-a-port-that-is-led-to-the-router",
        about=_HOST,
        truth=frozenset({_HOST, "path.reset-by-middlebox"}),
        broken="router2 leads the port of the server's address to itself, where nothing listens: it only looks like a filter",
        steps=(
            serve("server"),
            nft(
                "router2",
                "table ip lab {\n chain nat {\n type nat hook prerouting priority dstnat;\n"
                "ip daddr {server} tcp dport {port} redirect to :{port}\n }\n}\n",
            ),
        ),
        expect=Expect(verdict=(_BOX, _HOST), certainty="likely"),
    ),
    Scenario(
        name="reset-from-behind-a-translation",
        about=_HOST,
        broken="router1's own address answers to ping, and leads the port to the server, where nothing listens",
        steps=(
            ip("client", "route add {router1_far}/32 via {router1}"),
            nft(
                "router1",
                "table ip lab {\n chain nat {\n type nat hook prerouting priority dstnat;\n"
                "ip daddr {router1_far} tcp dport {port} dnat to {server}\n }\n}\n",
            ),
        ),
        typed="{router1_far}:{port}",
        expect=_OF_THE_HOST,
    ),
)
