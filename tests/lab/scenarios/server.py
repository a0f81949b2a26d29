"""The other end, and this machine as the other end: nothing listens, it listens elsewhere, it starts, it comes and goes."""

from collections.abc import Mapping

from msgspec.structs import replace

from tests.lab.scenario import BOTH, QUICK, Expect, Scenario, Step, Topology, User
from tests.lab.steps import file, ip, serve, start

_LOOK = (*QUICK, "--server", "{server_shell}")
_OUTSIDE = Expect(
    verdict="server.not-listening",
    certainty="likely",
    culprit={"address": "{server}"},
    alternatives=frozenset({"server.bound-elsewhere"}),
)
"""What can be known of a bare reset without a check from the server."""
_ROOT: tuple[User, ...] = ("root",)
_REDIS = "bind {bound}\nport {port}\nsave ''\nprotected-mode no\ndaemonize no\ndir {folder}\n"
_NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 32; }}
http {{ access_log off; server {{ listen {bound}:{port}; location / {{ return 200 ok; }} }} }}
""".replace("{{", "{ ").replace("}}", " }")


def redis(bound: str, role: str = "server") -> tuple[Step, ...]:
    """A real redis-server, bound to one address."""
    place = f"[{bound}]" if "_6" in bound or bound == "::1" else bound
    return (
        file("redis.conf", _REDIS.replace("{bound}", bound)),
        start(role, "redis-server", "{folder}/redis.conf", ready=f"{place}:{{port}}"),
    )


def nginx(bound: str, role: str = "server") -> tuple[Step, ...]:
    """A real nginx, bound to one address."""
    return (
        file("nginx.conf", _NGINX.replace("{bound}", bound)),
        start(role, "nginx", "-p", "{folder}", "-c", "{folder}/nginx.conf", ready=f"{bound}:{{port}}"),
    )


_NOT_LISTENING = (
    Scenario(
        name="nothing-listens",
        about="server.not-listening",
        broken="nothing listens on the port",
        expect=_OUTSIDE,
    ),
    Scenario(
        name="nothing-listens-v6",
        about="server.not-listening",
        broken="nothing listens on the port, over IPv6",
        typed="[{server_6}]:{port}",
        expect=Expect(verdict="server.not-listening", certainty="likely", culprit={"address": "{server_6}"}),
    ),
    Scenario(
        name="nothing-listens-on-the-lan",
        about="server.not-listening",
        broken="nothing listens on the port of a neighbour",
        topology="lan",
        expect=_OUTSIDE,
    ),
    Scenario(
        name="nothing-listens-seen-from-there",
        about="server.not-listening",
        broken="nothing listens, with a check from the server",
        arguments=_LOOK,
        users=_ROOT,
        expect=Expect(verdict="server.not-listening"),
    ),
    Scenario(
        name="nothing-listens-here",
        about="server.not-listening",
        broken="nothing listens on this machine's own address",
        topology="host",
        typed="{client}:{port}",
        expect=Expect(verdict="server.not-listening"),
    ),
    Scenario(
        name="nothing-listens-on-loopback",
        about="server.not-listening",
        broken="nothing listens on ::1",
        topology="host",
        typed="[::1]:{port}",
        expect=Expect(verdict="server.not-listening"),
    ),
    Scenario(
        name="nothing-listens-on-localhost",
        about="server.not-listening",
        broken="nothing listens on localhost, neither family",
        topology="host",
        typed="localhost:{port}",
        expect=Expect(verdict="server.not-listening", never=frozenset({"name.family-mismatch"})),
    ),
    Scenario(
        name="nothing-listens-link-local",
        about="server.not-listening",
        broken="nothing listens on the link-local address, given with its zone",
        topology="lan",
        steps=(ip("server", "address add fe80::{link_local} dev eth0 scope link nodad"),),
        values={"link_local": ("9:1", "77:5", "abc:9")},
        typed="[fe80::{link_local}%eth0]:{port}",
        expect=Expect(verdict="server.not-listening", certainty="likely"),
    ),
    Scenario(
        name="look-at-the-wrong-machine",
        about="server.not-listening",
        broken="nothing listens, and --server leads to another machine",
        arguments=(*QUICK, "--server", "{router2_shell}"),
        users=_ROOT,
        expect=_OUTSIDE,
    ),
    Scenario(
        name="look-at-a-machine-with-the-port-on-loopback",
        about="server.not-listening",
        broken="nothing listens, and --server leads to another machine that has the port on its loopback",
        steps=(serve("router2", address="127.0.0.1"),),
        arguments=(*QUICK, "--server", "{router2_shell}"),
        users=_ROOT,
        expect=Expect(verdict=("server.not-listening", "server.bound-elsewhere"), certainty="likely", words=("{server}",)),
    ),
)


def _elsewhere(
    name: str,
    broken: str,
    steps: tuple[Step, ...],
    bound: str,
    *,
    typed: str = "{server}:{port}",
    arguments: tuple[str, ...] = _LOOK,
    topology: Topology = "routed",
    users: tuple[User, ...] = _ROOT,
    tools: tuple[str, ...] = (),
    never: frozenset[str] = frozenset({"server.not-listening"}),
    words: tuple[str, ...] = (),
    port: str | tuple[str, ...] = (),
) -> Scenario:
    return Scenario(
        name=name,
        about="server.bound-elsewhere",
        values={"port": port} if port else {},
        broken=broken,
        topology=topology,
        steps=steps,
        typed=typed,
        arguments=arguments,
        users=users,
        tools=tools,
        expect=Expect(verdict="server.bound-elsewhere", culprit={"address": bound}, never=never, words=words),
    )


def _here(
    name: str,
    broken: str,
    steps: tuple[Step, ...],
    bound: str,
    *,
    typed: str = "{client}:{port}",
    tools: tuple[str, ...] = (),
    port: str | tuple[str, ...] = (),
    etc: Mapping[str, str] | None = None,
) -> Scenario:
    here = _elsewhere(
        name, broken, steps, bound, typed=typed, arguments=QUICK, topology="host", users=BOTH, tools=tools, port=port
    )
    return replace(here, etc=etc or {})


_ELSEWHERE = (
    Scenario(
        name="on-loopback-alone-from-outside",
        about="server.bound-elsewhere",
        truth=frozenset({"server.bound-elsewhere", "server.not-listening"}),
        broken="the service listens on 127.0.0.1 alone, without a check from the server: it can't be known",
        steps=(serve("server", address="127.0.0.1"),),
        expect=_OUTSIDE,
    ),
    _elsewhere(
        "on-loopback-alone", "the service listens on 127.0.0.1 alone", (serve("server", address="127.0.0.1"),), "127.0.0.1"
    ),
    _elsewhere(
        "on-loopback-alone-v6",
        "the service listens on ::1 alone",
        (serve("server", address="::1"),),
        "::1",
        typed="[{server_6}]:{port}",
    ),
    _elsewhere(
        "on-the-other-address",
        "the service listens on the server's other address",
        (serve("server", address="{server_b}"), serve("server", address="{server}", port="{other_port}")),
        "{server_b}",
    ),
    _elsewhere(
        "on-the-other-family",
        "the service listens on IPv6 alone",
        (serve("server", address="::only"),),
        "::",
    ),
    _elsewhere(
        "on-v4-alone",
        "the service listens on IPv4 alone",
        (serve("server", address="0.0.0.0"),),
        "0.0.0.0",
        typed="[{server_6}]:{port}",
    ),
    _elsewhere(
        "redis-on-loopback",
        "a real redis-server as packaged: bound to 127.0.0.1",
        redis("127.0.0.1"),
        "127.0.0.1",
        tools=("redis-server",),
        port="6379",
        words=("redis-server",),
    ),
    _here("here-on-loopback-alone", "here, on 127.0.0.1 alone", (serve("client", address="127.0.0.1"),), "127.0.0.1"),
    _here("here-on-the-other-address", "here, on the other address", (serve("client", address="{client_b}"),), "{client_b}"),
    _here("here-on-v6-alone", "here, on IPv6 alone", (serve("client", address="::only"),), "::", typed="127.0.0.1:{port}"),
    _here("here-on-v4-alone", "here, on IPv4 alone", (serve("client", address="0.0.0.0"),), "0.0.0.0", typed="[::1]:{port}"),
    _here(
        "here-on-another-loopback",
        "here, on 127.0.0.2",
        (serve("client", address="127.0.0.2"),),
        "127.0.0.2",
        typed="127.0.0.1:{port}",
    ),
    _here(
        "here-by-name",
        "here, on 127.0.0.1 alone, asked by the machine's own name",
        (serve("client", address="127.0.0.1"),),
        "127.0.0.1",
        typed="{name}:{port}",
        etc={"hosts": "127.0.0.1 localhost\n{client} {name} {host}\n", "nsswitch.conf": "hosts: files\n"},
    ),
    _here(
        "here-not-on-loopback",
        "here, on the outer address and not on 127.0.0.1",
        (serve("client", address="{client}"),),
        "{client}",
        typed="127.0.0.1:{port}",
    ),
    _here(
        "nginx-on-loopback",
        "a real nginx here that listens on 127.0.0.1",
        nginx("127.0.0.1", "client"),
        "127.0.0.1",
        tools=("nginx",),
        port=("80", "8080"),
    ),
)

_COMES = (
    Scenario(
        name="starting",
        about="server.starting",
        broken="the service listens only a second after it was refused",
        steps=(serve("server", "late:2"),),
        arguments=("--attempts", "6", "--delay", "0.5"),
        expect=Expect(verdict="server.starting", certainty=("confirmed", "likely"), status="degraded", outcome="connected"),
    ),
    Scenario(
        name="starting-here-v6",
        about="server.starting",
        broken="the service listens only a second after it was refused, here on ::1",
        topology="host",
        steps=(serve("client", "late:2", address="::1"),),
        typed="[::1]:{port}",
        arguments=("--attempts", "6", "--delay", "0.5"),
        expect=Expect(verdict="server.starting", certainty=("confirmed", "likely"), status="degraded", outcome="connected"),
    ),
    Scenario(
        name="flapping",
        about="server.flapping",
        broken="the service comes and goes",
        steps=(serve("server", "flap"),),
        arguments=("--attempts", "6", "--delay", "0.4"),
        expect=Expect(verdict="server.flapping", certainty="likely", status="intermittent", outcome=("refused", "connected")),
    ),
    Scenario(
        name="flapping-here",
        about="server.flapping",
        broken="the service comes and goes, here",
        topology="host",
        steps=(serve("client", "flap", address="127.0.0.1"),),
        typed="127.0.0.1:{port}",
        arguments=("--attempts", "6", "--delay", "0.4"),
        expect=Expect(verdict="server.flapping", status="intermittent", outcome=("refused", "connected")),
    ),
    Scenario(
        name="two-checks-and-one-has-the-port",
        about="server.bound-elsewhere",
        broken="two --server, the second is the machine, with the port on its loopback",
        steps=(serve("server", address="127.0.0.1"),),
        arguments=(*QUICK, "--server", "{router2_shell}", "--server", "{server_shell}"),
        users=_ROOT,
        expect=Expect(
            verdict="server.bound-elsewhere",
            culprit={"address": "127.0.0.1"},
        ),
    ),
    Scenario(
        name="stopped-while-watched",
        about="server.flapping",
        broken="the service ends after the first connection, for good",
        steps=(serve("server", "once"),),
        arguments=("--attempts", "4", "--delay", "0.4"),
        expect=Expect(verdict="server.flapping", certainty="likely", status="intermittent"),
    ),
    Scenario(
        name="closes-early",
        about="server.closes-early",
        broken="the service accepts and closes at once",
        steps=(serve("server", "close"),),
        expect=Expect(verdict="server.closes-early", outcome="closed", culprit={"address": "{server}"}),
    ),
    Scenario(
        name="resets-early-v6",
        about="server.closes-early",
        broken="the service accepts and resets at once, over IPv6",
        steps=(serve("server", "reset"),),
        typed="[{server_6}]:{port}",
        expect=Expect(verdict="server.closes-early", outcome="reset", culprit={"address": "{server_6}"}),
    ),
    Scenario(
        name="machine-is-off",
        about="server.down",
        truth=frozenset({"server.down", "path.host-unreachable"}),
        broken="the server's cable is pulled: no port, no ping, and its neighbour entry fails",
        topology="lan",
        steps=(ip("server", "link set eth0 down"),),
        typed="{server}:{port}",
        expect=Expect(
            verdict="path.host-unreachable",
            outcome="unreachable",
            never=frozenset({"server.not-listening", "path.filtered"}),
        ),
    ),
)

SCENARIOS = (*_NOT_LISTENING, *_ELSEWHERE, *_COMES)
