"""Nothing is wrong, in many forms: none may be called a fault."""

from tests.lab.scenario import BOTH, CONTROL, HEALTHY, QUICK, Scenario, Step, Topology, User
from tests.lab.scenarios.names import asks
from tests.lab.scenarios.server import redis
from tests.lab.steps import dnsmasq, filters, ip, lies, run, serve, start

_BOTH = "host-record={name},{server},{server_6}"
_LOOK = ("--server", "ip netns exec {server_ns}")


def _well(
    name: str,
    broken: str,
    *steps: Step,
    typed: str = "{server}:{port}",
    topology: Topology = "lan",
    etc: dict[str, str] | None = None,
    arguments: tuple[str, ...] = QUICK,
    tools: tuple[str, ...] = (),
    port: str = "",
    users: tuple[User, ...] = BOTH,
) -> Scenario:
    return Scenario(
        name=f"healthy-{name}",
        about=CONTROL,
        broken=f"nothing: {broken}",
        topology=topology,
        steps=steps,
        typed=typed,
        etc=etc or {},
        arguments=arguments,
        tools=tools,
        users=users,
        values={"port": port} if port else {},
        expect=HEALTHY,
    )


SCENARIOS = (
    _well("through-routers", "through two routers", serve("server"), topology="routed"),
    _well(
        "through-routers-v6",
        "through two routers, IPv6",
        serve("server", "greet"),
        topology="routed",
        typed="[{server_6}]:{port}",
    ),
    _well("on-a-lan", "on one link", serve("server", "greet", address="{server_b}"), typed="{server_b}:{port}"),
    _well("here", "on this machine", serve("client", address="{client}"), topology="host", typed="{client}:{port}"),
    _well("localhost", "localhost, both families", serve("client"), topology="host", typed="localhost:{port}"),
    _well("loopback-v6", "::1", serve("client", address="::1"), topology="host", typed="[::1]:{port}"),
    _well(
        "search-domain",
        "a short name, rightly completed",
        serve("server"),
        dnsmasq("nameserver", "local=/{zone}/", "local=/{other_zone}/", "domain-needed", _BOTH),
        typed="{host}:{port}",
        etc=asks("{nameserver}", search="{other_zone} {zone}"),
    ),
    _well(
        "ndots",
        "ndots:5, and the name is found only as typed",
        serve("server"),
        lies(addresses={"{name}": ["{server}"]}),
        typed="{name}:{port}",
        etc=asks("{nameserver}", search="{other_zone}", options="ndots:5"),
    ),
    _well(
        "dual-stack-name",
        "a name with both families",
        serve("server"),
        dnsmasq("nameserver", _BOTH),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
    ),
    _well(
        "dual-stack-name-without-v6-here",
        "a name with both families, and this machine has no IPv6",
        serve("server"),
        dnsmasq("nameserver", _BOTH),
        ip("client", "-6 address flush dev eth0"),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
    ),
    _well(
        "v6-alone",
        "a network without IPv4",
        serve("server"),
        lies(addresses={"{name}": ["{server_6}"]}),
        ip("client", "-4 address flush dev eth0"),
        typed="{name}:{port}",
        etc=asks("{nameserver_6}"),
    ),
    _well(
        "link-local",
        "a link-local address with its zone",
        serve("server"),
        ip("server", "address add fe80::9:9 dev eth0 scope link nodad"),
        typed="[fe80::9:9%eth0]:{port}",
    ),
    _well(
        "twenty-addresses",
        "a name with twenty addresses",
        serve("server"),
        *(ip("server", f"address add {{many_{number}}}/24 dev eth0") for number in range(1, 21)),
        lies(addresses={"{name}": [f"{{many_{number}}}" for number in range(1, 21)]}),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
    ),
    _well(
        "hosts-line",
        "a hosts line that differs from the DNS on purpose",
        serve("server"),
        lies(addresses={"{name}": ["{gone}"]}),
        typed="{name}:{port}",
        etc=asks("{nameserver}", hosts="{server} {name}\n"),
    ),
    _well(
        "second-nameserver-silent",
        "the second nameserver is silent, and nobody needs it",
        serve("server"),
        dnsmasq("nameserver", _BOTH, at=("{nameserver}",)),
        filters("nameserver", "input", "ip daddr {nameserver_b} udp dport 53 drop"),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
    ),
    _well(
        "truncated-answer",
        "the answer is truncated over UDP, and complete over TCP",
        serve("server"),
        lies(addresses={"{name}": ["{server}"]}, truncated=["*"]),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
    ),
    _well(
        "round-robin",
        "two nameservers give different addresses, and both connect",
        serve("server"),
        lies(at=("{nameserver}",), addresses={"{name}": ["{server}"]}),
        lies(at=("{nameserver_b}",), addresses={"{name}": ["{server_b}"]}),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
    ),
    _well("slow", "each answer takes a third of a second", serve("server", "slow")),
    _well(
        "other-ports-filtered",
        "everything but this port is dropped, ping too",
        serve("server"),
        filters("server", "input", "meta l4proto icmp drop", "tcp dport != {port} drop"),
    ),
    _well(
        "seen-from-the-server",
        "with a look from the server",
        serve("server"),
        topology="routed",
        arguments=(*QUICK, *_LOOK),
        users=("root",),
    ),
    _well(
        "redis-url",
        "a real redis-server, given as a URL",
        *redis("{server}"),
        typed="redis://{server}",
        tools=("redis-server",),
        port="6379",
    ),
    _well(
        "tls",
        "a real TLS server (openssl), given as a URL",
        run(
            "server",
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN={name}"),
            *("-addext", "subjectAltName=IP:{server}", "-keyout", "{folder}/key.pem", "-out", "{folder}/cert.pem"),
        ),
        start(
            "server",
            *("openssl", "s_server", "-accept", "{server}:{port}", "-cert", "{folder}/cert.pem", "-key", "{folder}/key.pem"),
            *("-quiet", "-www"),
            ready="{server}:{port}",
        ),
        typed="https://{server}:{port}",
        tools=("openssl",),
        port="8443",
    ),
    _well(
        "socat",
        "a socat that leads to another port of the same machine",
        serve("server", "greet", address="127.0.0.1", port="{other_port}"),
        start("server", "socat", "TCP-LISTEN:{port},fork,reuseaddr", "TCP:127.0.0.1:{other_port}", ready="{server}:{port}"),
        tools=("socat",),
    ),
)
