"""Ports that a rule or a program of this machine leads elsewhere, and what is wrong, or is not, behind them.

The neighbour stands for a container: a network namespace at a virtual cable of this machine.
"""

from pathlib import Path

from tests.lab.bench import Bench
from tests.lab.scenario import HEALTHY, Expect, Scenario, Step
from tests.lab.steps import filters, nft, run, serve, start

_CAUSE, _NO_SERVICE, _OWN = "server.wrong-mapping", "server.not-listening", "path.local-firewall"
_PLAIN = {"port": ("7411", "7513", "8421"), "other_port": ("7611", "7713", "8621")}
"""Ports that stand for no protocol: a service that says nothing is healthy there."""
_DOCKER = """*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport {port} -j DNAT --to-destination %s
COMMIT
"""
_NETAVARK = """table inet netavark {
 chain NETAVARK-HOSTPORT-DNAT {
  ip daddr {client} tcp dport {port} jump nv_lab_dnat
 }
 chain nv_lab_dnat {
  ip saddr {client} tcp dport {port} counter
  tcp dport {port} dnat ip to %s
 }
 chain PREROUTING {
  type nat hook prerouting priority dstnat
  fib daddr type local jump NETAVARK-HOSTPORT-DNAT
 }
 chain OUTPUT {
  type nat hook output priority -100
  fib daddr type local jump NETAVARK-HOSTPORT-DNAT
 }
}
"""
_SSHD = """Port 2222
ListenAddress {neighbour}
HostKey {folder}/key
PidFile none
AuthorizedKeysFile {folder}/own.pub
StrictModes no
UsePAM no
PermitRootLogin yes
"""


def _led(rules: str, to: str) -> Step:
    return run("client", "iptables-restore", stdin=rules % to)


def _nat(family: str, hook: str, *rules: str, flags: str = "") -> Step:
    """Rules of nft in a chain of type nat."""
    body = "\n  ".join(rules)
    return nft(
        "client", f"table {family} lab {{\n {flags}\n chain c {{\n  type nat hook {hook} priority -100\n  {body}\n }}\n}}\n"
    )


def socat(listen: str, to: str) -> Step:
    """A real socat that leads {port} elsewhere."""
    return start("client", "socat", f"TCP-LISTEN:{{port}},fork,reuseaddr{listen}", to, ready="127.0.0.1:{port}")


def tunnel(to: str) -> Step:
    """A real ssh -L to a real sshd in the neighbour."""

    def step(bench: Bench) -> None:
        folder = Path(bench.values["folder"])
        for name in ("key", "own"):
            bench["client"].run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        settings = bench.file("sshd_config", _SSHD)
        bench["neighbour"].run("mkdir", "-p", "/run/sshd")
        start("neighbour", "/usr/sbin/sshd", "-D", "-f", str(settings), ready="{neighbour}:2222")(bench)
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes", "LogLevel=ERROR")
        words = [word for option in options for word in ("-o", option)]
        forward = ("-N", "-L", f"127.0.0.1:{{port}}:{to}", "-p", "2222", "-i", str(folder / "own"), "root@{neighbour}")
        start("client", "ssh", *words, *forward, ready="127.0.0.1:{port}")(bench)

    return step


def _host(
    name: str,
    broken: str,
    *steps: Step,
    expect: Expect,
    nobody: Expect | None = None,
    typed: str = "{client}:{port}",
    about: str = _CAUSE,
    tools: tuple[str, ...] = (),
) -> Scenario:
    return Scenario(
        name=name,
        about=about,
        broken=broken,
        steps=steps,
        typed=typed,
        topology="host",
        values=_PLAIN,
        tools=tools,
        expect=expect,
        nobody=nobody,
    )


_RULE = Expect(verdict=_CAUSE, culprit={"kind": "rule"}, never=frozenset({_OWN}))
_HIDDEN = Expect(verdict=_OWN, certainty="possible", words=("or leads it elsewhere",), alternatives=frozenset({_CAUSE}))
"""Nobody sees no rule; but the reset is not this machine's own."""
_ENDED = Expect(verdict=_CAUSE, outcome=("closed", "reset"), culprit={"kind": "process"})

SCENARIOS = (
    _host(
        "docker-leads-to-a-port-where-nothing-listens",
        "docker's rule leads to port 80 of a container whose program listens on another one",
        serve("neighbour", port="{other_port}"),
        _led(_DOCKER, "{neighbour}:80"),
        tools=("iptables",),
        expect=Expect(
            verdict=_CAUSE,
            culprit={"kind": "rule", "chain": "DOCKER", "address": "{neighbour}", "port": "80"},
            words=("{other_port}",),
        ),
        nobody=_HIDDEN,
    ),
    _host(
        "podman-leads-to-a-port-where-nothing-listens",
        "netavark's rule leads to a port where nothing listens",
        serve("neighbour", port="{other_port}"),
        nft("client", _NETAVARK % "{neighbour}:81"),
        expect=Expect(verdict=_CAUSE, culprit={"kind": "rule", "chain": "nv_lab_dnat"}, words=("podman",)),
        nobody=_HIDDEN,
    ),
    _host(
        "docker-leads-to-a-container-that-is-gone",
        "docker's rule leads to an address that nobody has any more",
        _led(_DOCKER, "{gone}:80"),
        tools=("iptables",),
        expect=Expect(
            verdict=_CAUSE, outcome=("unreachable", "timeout"), culprit={"kind": "rule", "address": "{gone}"}, words=("gone",)
        ),
        nobody=Expect(
            verdict=(_OWN, "path.host-unreachable", "server.down", None),
            certainty=("likely", "possible"),
            outcome=("unreachable", "timeout"),
        ),
    ),
    _host(
        "redirected-to-a-dead-port",
        "a rule of nft redirects the port to one where nothing listens",
        serve("client"),
        _nat("ip", "output", "tcp dport {port} redirect to :{other_port}"),
        typed="127.0.0.1:{port}",
        expect=_RULE,
        nobody=Expect(verdict=(_OWN, _CAUSE), certainty=("likely", "possible"), never=frozenset({_NO_SERVICE})),
    ),
    _host(
        "redirected-to-a-dead-port-v6",
        "the same over IPv6",
        _nat("ip6", "output", "tcp dport {port} redirect to :{other_port}"),
        typed="[::1]:{port}",
        expect=_RULE,
        nobody=Expect(verdict=_NO_SERVICE, certainty="likely", may=frozenset({_NO_SERVICE})),
    ),
    _host(
        "redirected-by-iptables",
        "a rule of iptables redirects the port to one where nothing listens",
        run(
            "client",
            "iptables",
            "-t",
            "nat",
            "-A",
            "OUTPUT",
            "-p",
            "tcp",
            "--dport",
            "{port}",
            "-j",
            "REDIRECT",
            "--to-ports",
            "9",
        ),
        typed="127.0.0.1:{port}",
        tools=("iptables",),
        expect=_RULE,
        nobody=Expect(verdict=_NO_SERVICE, certainty="likely", may=frozenset({_NO_SERVICE})),
    ),
    _host(
        "led-to-the-loopback-of-a-container",
        "docker's rule leads to a container whose program listens on 127.0.0.1 alone",
        serve("neighbour", address="127.0.0.1", port="{other_port}"),
        _led(_DOCKER, "{neighbour}:{other_port}"),
        about="server.bound-elsewhere",
        tools=("iptables",),
        expect=Expect(verdict="server.bound-elsewhere", culprit={"address": "127.0.0.1"}, words=("{neighbour}",)),
        nobody=_HIDDEN,
    ),
    _host(
        "led-to-a-container-without-any-listener",
        "docker's rule leads to a container in which nothing listens at all",
        start("neighbour", "{python}", "-c", "import time; print(1, flush=True); time.sleep(3600)"),
        _led(_DOCKER, "{neighbour}:80"),
        about=_NO_SERVICE,
        tools=("iptables",),
        expect=Expect(verdict=_NO_SERVICE, words=("{neighbour}",)),
        nobody=_HIDDEN,
    ),
    _host(
        "led-to-a-container-that-rejects",
        "docker's rule leads to a container whose own filter rejects the port",
        serve("neighbour", port="{other_port}"),
        filters("neighbour", "input", "tcp dport {other_port} reject"),
        _led(_DOCKER, "{neighbour}:{other_port}"),
        about="path.rejected",
        tools=("iptables",),
        expect=Expect(verdict="path.rejected", words=("{neighbour}",), never=frozenset({_OWN})),
        nobody=Expect(verdict=_OWN, certainty="possible"),
    ),
    _host(
        "led-to-a-service",
        "nothing: docker's rule leads to a service",
        serve("neighbour", port="{other_port}"),
        _led(_DOCKER, "{neighbour}:{other_port}"),
        about="control",
        tools=("iptables",),
        expect=HEALTHY,
    ),
    _host(
        "a-dormant-redirection",
        "nothing listens; the table that would redirect the port is switched off",
        _nat("ip", "output", "tcp dport {port} redirect to :9", flags="flags dormant"),
        typed="127.0.0.1:{port}",
        about=_NO_SERVICE,
        expect=Expect(verdict=_NO_SERVICE),
        nobody=Expect(verdict=_NO_SERVICE, certainty="likely", may=frozenset({_NO_SERVICE})),
    ),
    _host(
        "nothing-listens-and-nothing-is-tracked",
        "nothing listens, and no rule needs connections tracked",
        filters("client", "output", "tcp dport 9 drop"),
        typed="127.0.0.1:{port}",
        about=_NO_SERVICE,
        expect=Expect(verdict=_NO_SERVICE),
    ),
    _host(
        "socat-leads-to-a-dead-port",
        "socat leads to a port of this machine where nothing listens",
        socat("", "TCP:127.0.0.1:{other_port}"),
        typed="127.0.0.1:{port}",
        tools=("socat",),
        expect=_ENDED,
    ),
    _host(
        "socat-leads-to-a-wrong-port-of-a-container",
        "socat leads to a port of the neighbour where nothing listens",
        serve("neighbour", port="{other_port}"),
        socat(",bind=127.0.0.1", "TCP4:{neighbour}:80"),
        typed="127.0.0.1:{port}",
        tools=("socat",),
        expect=_ENDED,
    ),
    _host(
        "socat-leads-to-a-service",
        "nothing: socat leads to a service that says nothing",
        serve("neighbour", port="{other_port}"),
        socat("", "TCP:{neighbour}:{other_port}"),
        typed="127.0.0.1:{port}",
        about="control",
        tools=("socat",),
        expect=HEALTHY,
    ),
    _host(
        "socat-leads-to-a-service-that-hangs-up",
        "socat leads to a service that closes at once",
        serve("neighbour", "close", port="{other_port}"),
        socat("", "TCP:{neighbour}:{other_port}"),
        typed="127.0.0.1:{port}",
        about="server.closes-early",
        tools=("socat",),
        expect=Expect(verdict="server.closes-early", outcome=("closed", "reset"), never=frozenset({_CAUSE})),
        # Nobody may not see whether what listens there only forwards as well.
        nobody=Expect(verdict="server.closes-early", certainty="likely", outcome=("closed", "reset"), never=frozenset({_CAUSE})),
    ),
    _host(
        "ssh-leads-to-a-dead-port",
        "ssh -L leads to a port of the SSH server where nothing listens",
        tunnel("127.0.0.1:{other_port}"),
        typed="127.0.0.1:{port}",
        tools=("ssh", "sshd", "ssh-keygen"),
        expect=Expect(
            verdict=_CAUSE,
            certainty=("confirmed", "likely"),
            outcome=("closed", "reset"),
            culprit={"kind": "process", "name": "ssh"},
            words=("{neighbour}",),
        ),
    ),
    _host(
        "ssh-leads-to-a-service",
        "nothing: ssh -L leads to a service",
        serve("neighbour", address="127.0.0.1", port="{other_port}"),
        tunnel("127.0.0.1:{other_port}"),
        typed="127.0.0.1:{port}",
        about="control",
        tools=("ssh", "sshd", "ssh-keygen"),
        expect=HEALTHY,
    ),
    Scenario(
        name="own-port-led-to-where-no-route-is",
        about=_CAUSE,
        broken="a rule leads an own port to an address that the gateway has no route to",
        steps=(
            run(
                "client",
                "iptables",
                "-t",
                "nat",
                "-A",
                "OUTPUT",
                "-p",
                "tcp",
                "-d",
                "{client}",
                "--dport",
                "{port}",
                "-j",
                "DNAT",
                "--to-destination",
                "{nowhere}:{port}",
            ),
        ),
        typed="{client}:{port}",
        tools=("iptables",),
        values=_PLAIN,
        expect=Expect(
            verdict=_CAUSE,
            outcome=("unreachable", "rejected"),
            culprit={"kind": "rule", "address": "{nowhere}"},
            words=("{router1}",),
            never=frozenset({_OWN}),
        ),
        nobody=Expect(
            verdict=(_OWN, "path.rejected", "path.host-unreachable", "path.no-route", None),
            certainty=("likely", "possible"),
            outcome=("unreachable", "rejected"),
        ),
    ),
    Scenario(
        name="far-port-led-to-where-no-route-is",
        about=_CAUSE,
        broken="a rule here leads a far service's port to an address that the gateway has no route to",
        steps=(serve("server"), _nat("ip", "output", "ip daddr {server} tcp dport {port} dnat to {nowhere}:{port}")),
        values=_PLAIN,
        expect=Expect(
            verdict=_CAUSE,
            outcome=("unreachable", "rejected"),
            culprit={"kind": "rule", "address": "{nowhere}"},
        ),
        nobody=Expect(
            verdict=_CAUSE,
            certainty="likely",
            outcome=("unreachable", "rejected"),
        ),
    ),
)
