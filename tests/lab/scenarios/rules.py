"""Rules of packet filters, here and on the server: what stops the connection is quoted by root, and only suspected by nobody."""

from tests.lab.network import NOBODY
from tests.lab.scenario import BOTH, HEALTHY, Expect, Scenario, Step, User
from tests.lab.steps import filters, nft, run, serve

_HERE, _FILTERED, _REJECTED = "path.local-firewall", "path.filtered", "path.rejected"
_NO_SERVICE, _MAPPING = "server.not-listening", "server.wrong-mapping"
_PLAIN = {"port": ("7411", "7513", "8421")}
"""Ports that stand for no protocol: a service that says nothing is healthy there."""
_FAR = ("--attempts", "2", "--delay", "0.5", "--server", "{server_shell}")


def _rule(*words: str, outcome: str = "timeout", **culprit: str) -> Expect:
    return Expect(verdict=_HERE, outcome=outcome, culprit={"kind": "rule", **culprit}, words=words)


_HELD = Expect(verdict=_HERE, certainty="likely", outcome="timeout")
"""Nobody sees that packets for this port do not leave, and no rule."""
_BY_ICMP = Expect(verdict=_HERE, culprit={"kind": "address"})
"""The rejection is signed with an address of this machine."""
_BY_RESET = Expect(verdict=_HERE, certainty="likely")
"""The reset comes even with TTL 1."""


def _iptables(*words: str, role: str = "client", tool: str = "iptables") -> Step:
    return run(role, tool, *words)


def _here(
    name: str,
    broken: str,
    *steps: Step,
    expect: Expect,
    nobody: Expect | None = None,
    typed: str = "{server}:{port}",
    tools: tuple[str, ...] = (),
    users: tuple[User, ...] = BOTH,
) -> Scenario:
    """A service on the server, and a rule of the client that stops what goes there."""
    return Scenario(
        name=f"here-{name}",
        about=_HERE,
        broken=broken,
        steps=(serve("server"), *steps),
        typed=typed,
        tools=tools,
        users=users,
        expect=expect,
        nobody=nobody,
    )


_SET = """table inet lab {
 set denied {
  type ipv4_addr . inet_service
  flags interval
  elements = { 192.0.2.0/24 . 1-9, {server} . {port} }
 }
 chain output {
  type filter hook output priority 10
  ip daddr . tcp dport @denied drop
 }
}
"""
_JUMPED = """table inet lab {
 chain databases {
  ct state established accept
  tcp dport vmap { {port} : goto closed, 22 : accept }
 }
 chain closed {
  counter reject with icmpx admin-prohibited comment "no databases from here"
 }
 chain output {
  type filter hook output priority filter
  oifname != "lo" jump databases
 }
}
"""
_POLICY = """table inet lab {
 chain output {
  type filter hook output priority filter; policy drop
  oifname "lo" accept
  tcp dport { 22, 443, 53, 80 } accept
  meta l4proto icmp accept
 }
}
"""
_STATE = """table inet lab {
 chain output {
  type filter hook output priority filter
  ct state established,related accept
  ct state new tcp flags & (fin|syn|rst|ack) == syn tcp dport {port} drop
 }
}
"""
_UFW = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-before-output - [0:0]
:ufw-user-output - [0:0]
-A OUTPUT -j ufw-before-output
-A ufw-before-output -o lo -j ACCEPT
-A ufw-before-output -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-output -j ufw-user-output
-A ufw-user-output -p tcp -m tcp --dport {port} -j DROP
COMMIT
"""
_UFW_IN = """*filter
:INPUT DROP [0:0]
:ufw-before-input - [0:0]
:ufw-user-input - [0:0]
-A INPUT -j ufw-before-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -p icmp -j ACCEPT
-A ufw-before-input -j ufw-user-input
-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
"""
_KUBE = """*filter
:OUTPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-FIREWALL - [0:0]
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-SERVICES -d {server}/32 -p tcp -m comment --comment "shop/db:pg has no endpoints" -m tcp --dport {port} -j REJECT
COMMIT
"""
_DOCKER = """*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport {port} -j DNAT --to-destination {server}:{port}
COMMIT
"""
_ELSEWHERE = """table inet lab {
 chain output {
  type filter hook output priority filter
  tcp dport {other_port} drop
  ip daddr {router1} tcp dport {port} drop
  meta skuid 4242 drop
  ct state invalid drop
  udp dport {port} drop
 }
}
"""

SCENARIOS = (
    _here(
        "nft-drop",
        "nft drops the port on the way out",
        filters("client", "output", 'tcp dport {port} counter drop comment "no databases"'),
        expect=_rule("no databases", chain="output", table="inet lab"),
        nobody=_HELD,
    ),
    _here(
        "nft-drop-v6",
        "the same over IPv6",
        filters("client", "output", "ip6 daddr {server_6} tcp dport {port} drop"),
        typed="[{server_6}]:{port}",
        expect=_rule("{server_6}"),
        nobody=_HELD,
    ),
    _here(
        "nft-reject",
        "nft rejects the port on the way out",
        filters("client", "output", "tcp dport {port} reject"),
        expect=_rule(outcome="refused", chain="output"),
        nobody=_BY_ICMP,
    ),
    _here(
        "nft-reset",
        "nft answers the port with a reset on the way out",
        filters("client", "output", "tcp dport {port} reject with tcp reset"),
        expect=_rule("with a reset", outcome="refused", chain="output"),
        nobody=_BY_RESET,
    ),
    _here(
        "iptables-drop",
        "iptables drops the port on the way out",
        _iptables("-A", "OUTPUT", "-p", "tcp", "--dport", "{port}", "-j", "DROP"),
        tools=("iptables",),
        expect=_rule("-A OUTPUT -p tcp", chain="OUTPUT", table="ip filter"),
        nobody=_HELD,
    ),
    _here(
        "iptables-reset",
        "iptables answers several ports with a reset",
        _iptables(
            "-A", "OUTPUT", "-p", "tcp", "-m", "multiport", "--dports", "9,{port}", "-j", "REJECT", "--reject-with", "tcp-reset"
        ),
        tools=("iptables",),
        expect=_rule("with a reset", "multiport", outcome="refused"),
        nobody=_BY_RESET,
    ),
    _here(
        "iptables-legacy",
        "the older iptables rejects the port",
        _iptables("-A", "OUTPUT", "-p", "tcp", "--dport", "{port}", "-j", "REJECT", tool="iptables-legacy"),
        tools=("iptables-legacy",),
        expect=_rule("-A OUTPUT", outcome="refused"),
        nobody=_BY_ICMP,
    ),
    _here("by-set", "a set of addresses and ports holds this one", nft("client", _SET), expect=_rule("@denied"), nobody=_HELD),
    _here(
        "by-state",
        "only new connections to the port are dropped",
        nft("client", _STATE),
        expect=_rule("ct state new"),
        nobody=_HELD,
    ),
    _here(
        "by-policy",
        "the policy of output drops what is not listed",
        nft("client", _POLICY),
        expect=_rule("policy drop"),
        nobody=_HELD,
    ),
    _here(
        "in-a-jumped-chain",
        "a verdict map leads to a chain that rejects",
        nft("client", _JUMPED),
        expect=_rule("no databases from here", outcome="rejected", chain="closed"),
        nobody=Expect(verdict=_HERE, certainty=("confirmed", "likely"), outcome="rejected"),
    ),
    Scenario(
        name="here-by-owner",
        about=_HERE,
        broken="root alone may not connect; a rule asks for the owner",
        steps=(serve("server"), filters("client", "output", "meta skuid 0 tcp dport {port} drop")),
        expect=_rule("skuid"),
        values=_PLAIN,
        nobody=HEALTHY,
    ),
    Scenario(
        name="here-by-another-owner",
        about=_HERE,
        broken="nobody alone may not connect; to root the rule does not apply",
        steps=(serve("server"), filters("client", "output", f"meta skuid {NOBODY} tcp dport {{port}} reject with tcp reset")),
        values=_PLAIN,
        expect=HEALTHY,
        nobody=_BY_RESET,
    ),
    _here(
        "answers-dropped",
        "the policy of INPUT drops every answer",
        _iptables("-P", "INPUT", "DROP"),
        tools=("iptables",),
        expect=_rule("the answers", "policy drop", chain="INPUT"),
        users=("root",),
    ),
    _here(
        "ufw",
        "ufw denies the port on the way out",
        run("client", "iptables-restore", stdin=_UFW),
        tools=("iptables",),
        expect=_rule("of ufw", chain="ufw-user-output", name="ufw"),
        nobody=_HELD,
    ),
    _here(
        "kube-proxy",
        "a Kubernetes service without endpoints",
        run("client", "iptables-restore", stdin=_KUBE),
        tools=("iptables",),
        expect=_rule("shop/db:pg", "no endpoints", outcome="refused", name="kube-proxy"),
        nobody=_BY_ICMP,
    ),
    Scenario(
        name="here-input-on-own-port",
        about=_HERE,
        broken="a rule for what comes in drops a port of this very machine",
        topology="host",
        steps=(serve("client"), filters("client", "input", "tcp dport {port} drop")),
        typed="127.0.0.1:{port}",
        expect=_rule(chain="input"),
        nobody=_HELD,
    ),
    Scenario(
        name="here-reset-on-own-port",
        about=_HERE,
        broken="a rule for what comes in resets a port of this machine that something listens on",
        topology="host",
        steps=(serve("client"), filters("client", "input", 'iifname "lo" tcp dport {port} reject with tcp reset')),
        typed="127.0.0.1:{port}",
        expect=_rule("with a reset", outcome="refused", chain="input"),
        nobody=Expect(verdict=_HERE, certainty=("likely", "possible"), never=frozenset({_NO_SERVICE})),
    ),
    Scenario(
        name="here-a-rate-limit",
        about=_HERE,
        broken="a rule resets new connections beyond one a minute: the first attempt connects, others do not",
        steps=(
            serve("server"),
            filters(
                "client",
                "output",
                "tcp dport {port} ct state new limit rate over 1/minute burst 1 packets counter reject with tcp reset",
            ),
        ),
        values=_PLAIN,
        arguments=("--attempts", "4", "--delay", "0.3"),
        expect=Expect(
            verdict=_HERE,
            certainty="likely",
            status="intermittent",
            culprit={"kind": "rule"},
            words=("at times", "limit rate over"),
        ),
        nobody=Expect(verdict=("server.flapping", _HERE, None), certainty=("likely", "possible"), status="intermittent"),
    ),
    Scenario(
        name="here-rules-for-others",
        about=_FILTERED,
        broken="the server drops the port; the client's many rules are about others",
        steps=(serve("server"), nft("client", _ELSEWHERE), filters("server", "input", "tcp dport {port} drop")),
        expect=Expect(verdict=_FILTERED, certainty="likely", outcome="timeout", never=frozenset({_HERE})),
    ),
    Scenario(
        name="here-rules-for-others-and-it-connects",
        about="control",
        broken="nothing: the client's many rules are about others",
        steps=(serve("server"), nft("client", _ELSEWHERE)),
        values=_PLAIN,
        expect=HEALTHY,
    ),
    Scenario(
        name="docker-leads-elsewhere",
        about=_MAPPING,
        broken="docker's translation leads an own port to a machine where nothing listens",
        steps=(run("client", "iptables-restore", stdin=_DOCKER),),
        tools=("iptables",),
        typed="{client}:{port}",
        users=("root",),
        expect=Expect(verdict=_MAPPING, certainty="likely", culprit={"address": "{server}"}, words=("docker",)),
        values=_PLAIN,
    ),
    Scenario(
        name="docker-leads-to-a-service",
        about="control",
        broken="nothing: docker's translation leads an own port to a service",
        steps=(serve("server"), run("client", "iptables-restore", stdin=_DOCKER)),
        tools=("iptables",),
        typed="{client}:{port}",
        values=_PLAIN,
        expect=HEALTHY,
    ),
    Scenario(
        name="there-reset-by-rule",
        about=_REJECTED,
        broken="the server's own rule answers with a reset; seen from the server",
        steps=(serve("server"), filters("server", "input", "tcp dport {port} reject with tcp reset")),
        arguments=_FAR,
        users=("root",),
        expect=Expect(verdict=_REJECTED, culprit={"kind": "rule", "chain": "input"}, never=frozenset({_NO_SERVICE})),
    ),
    Scenario(
        name="there-reject-by-iptables",
        about=_REJECTED,
        broken="the server's iptables rejects the port with ICMP; seen from the server",
        steps=(serve("server"), _iptables("-A", "INPUT", "-p", "tcp", "--dport", "{port}", "-j", "REJECT", role="server")),
        tools=("iptables",),
        arguments=_FAR,
        users=("root",),
        expect=Expect(verdict=_REJECTED, culprit={"kind": "rule", "chain": "INPUT"}),
    ),
    Scenario(
        name="there-ufws-policy",
        about=_FILTERED,
        broken="ufw on the server drops what is not allowed; seen from the server",
        steps=(serve("server"), run("server", "iptables-restore", stdin=_UFW_IN)),
        tools=("iptables",),
        arguments=_FAR,
        users=("root",),
        expect=Expect(
            verdict=_FILTERED,
            outcome="timeout",
            culprit={"kind": "rule", "chain": "INPUT", "rule": "policy drop"},
            words=("ufw",),
        ),
    ),
    Scenario(
        name="there-rules-for-others",
        about=_NO_SERVICE,
        broken="nothing listens; the server's rules are about other ports",
        steps=(filters("server", "input", "tcp dport {other_port} reject with tcp reset"),),
        arguments=_FAR,
        users=("root",),
        expect=Expect(verdict=_NO_SERVICE),
    ),
    Scenario(
        name="there-rules-of-a-router",
        about=_NO_SERVICE,
        broken="nothing listens; the prefix leads to a router whose own input would reset the port",
        steps=(filters("router2", "input", "tcp dport {port} reject with tcp reset"),),
        arguments=("--attempts", "2", "--delay", "0.5", "--server", "{router2_shell}"),
        users=("root",),
        expect=Expect(verdict=(_NO_SERVICE, _REJECTED), certainty="likely"),
    ),
)
