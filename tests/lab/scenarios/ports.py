"""The right machine, the wrong door: another port, here and there, and a port that is UDP's alone."""

from tests.lab.scenario import QUICK, Expect, Scenario, Step, Sure
from tests.lab.steps import serve, start

_SSH = "greets=" + b"SSH-2.0-Lab\r\n".hex()
_BOUND = (
    "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('{%s}', {port})); "
    "print(1, flush=True); s.recv(1)"
)
_THERE = ("--server", "{server_shell}")


def _udp(role: str) -> tuple[Step, ...]:
    return (start(role, "{python}", "-IS", "-c", _BOUND % role),)


def _wrong_port(port: str, certainty: Sure = "confirmed") -> Expect:
    return Expect(verdict="port.wrong-port", certainty=certainty, culprit={"port": port}, words=(f"port {port}",))


def _redis(role: str, port: str) -> Step:
    return start(
        role,
        *("redis-server", "--port", port, "--bind", f"{{{role}}}", "--protected-mode", "no"),
        *("--save", "", "--logfile", "{folder}/redis.log"),
        ready=f"{{{role}}}:{port}",
    )


BOTH_ARE_TRUE = frozenset({"port.wrong-port", "server.not-listening"})
"""Nothing listens where it was asked, and what was meant is on another port: either is right."""
NEXT_DOOR = Expect(verdict="server.not-listening", never=frozenset({"port.wrong-port"}))
"""Likeness proves nothing: a neighbour is offered at most."""


SCENARIOS = (
    Scenario(
        name="redis-on-the-port-beside",
        about="port.wrong-port",
        broken="Redis listens on 6380 of the server, which says so itself when it is asked",
        steps=(serve("server", port="6380"),),
        typed="redis://{server}:6379",
        truth=BOTH_ARE_TRUE,
        expect=_wrong_port("6380", "likely"),
    ),
    Scenario(
        name="postgresql-on-the-port-beside",
        about="port.wrong-port",
        broken="PostgreSQL listens on 5433 of the server, over IPv6 too",
        steps=(serve("server", port="5433"),),
        typed="postgresql://[{server_6}]:5432",
        truth=BOTH_ARE_TRUE,
        expect=_wrong_port("5433", "likely"),
    ),
    Scenario(
        name="another-service-on-the-port-beside",
        about="server.not-listening",
        broken="nothing listens, and SSH is on the port beside",
        steps=(serve("server", _SSH, port="5433"),),
        typed="postgresql://{server}:5432",
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"port.wrong-port"})),
    ),
    Scenario(
        name="a-slip-of-a-digit-here",
        about="port.wrong-port",
        broken="two digits are swapped, on this machine",
        topology="host",
        steps=(serve("client", port="15423"),),
        typed="{client}:15432",
        truth=BOTH_ARE_TRUE,
        expect=Expect(verdict="server.not-listening", alternatives=frozenset({"port.wrong-port"})),
    ),
    Scenario(
        name="redis-on-a-far-number-here",
        about="port.wrong-port",
        broken="a real Redis listens on another port of this machine",
        topology="host",
        steps=(_redis("client", "7711"),),
        truth=BOTH_ARE_TRUE,
        typed="redis://{client}:6390",
        arguments=(*QUICK, "--service", "redis-server"),
        tools=("redis-server",),
        expect=_wrong_port("7711"),
        nobody=Expect(verdict="server.not-listening"),
    ),
    Scenario(
        name="redis-on-a-far-number-there",
        about="port.wrong-port",
        broken="a real Redis listens on another port of the server, where we may look",
        steps=(_redis("server", "7711"),),
        truth=BOTH_ARE_TRUE,
        typed="redis://{server}:6390",
        arguments=(*QUICK, *_THERE, "--service", "redis-server"),
        tools=("redis-server",),
        users=("root",),
        expect=_wrong_port("7711"),
    ),
    Scenario(
        name="redis-next-door-here",
        about="server.not-listening",
        broken="our Redis is dead, and another one is on the usual port of this machine",
        topology="host",
        steps=(_redis("client", "6379"),),
        typed="redis://{client}:6380",
        tools=("redis-server",),
        expect=NEXT_DOOR,
    ),
    Scenario(
        name="redis-next-door-there",
        about="server.not-listening",
        broken="our Redis is dead, and another one is on the usual port of the server, where we may look",
        steps=(_redis("server", "6379"),),
        typed="redis://{server}:6380",
        arguments=(*QUICK, *_THERE),
        tools=("redis-server",),
        users=("root",),
        expect=NEXT_DOOR,
    ),
    Scenario(
        name="redis-next-door-unseen",
        about="server.not-listening",
        broken="our Redis is dead, and another one is on the usual port of the server, where we may not look",
        steps=(_redis("server", "6379"),),
        typed="redis://{server}:6380",
        tools=("redis-server",),
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"port.wrong-port"})),
    ),
    Scenario(
        name="web-server-next-door-here",
        about="server.not-listening",
        broken="our web server is dead, and a stranger's is on the port beside",
        topology="host",
        steps=(serve("client", "http", port="8080"),),
        typed="http://{client}:8081",
        expect=NEXT_DOOR,
    ),
    Scenario(
        name="two-like-services-here",
        about="server.not-listening",
        broken="our Redis is dead, and two others run on this machine",
        topology="host",
        steps=(_redis("client", "6390"), _redis("client", "6391")),
        typed="redis://{client}:6379",
        tools=("redis-server",),
        expect=NEXT_DOOR,
    ),
    Scenario(
        name="udp-alone-here",
        about="port.udp-only",
        broken="the port is bound for UDP, on this machine",
        topology="host",
        steps=_udp("client"),
        typed="{client}:{port}",
        values={"port": ("514", "1194", "5353", "8125")},
        expect=Expect(verdict="port.udp-only", words=("UDP only",)),
    ),
    Scenario(
        name="udp-alone-there",
        about="port.udp-only",
        broken="the port is bound for UDP on the server, where we may look",
        steps=_udp("server"),
        values={"port": ("514", "1194", "5353", "8125")},
        arguments=(*QUICK, *_THERE),
        users=("root",),
        expect=Expect(verdict="port.udp-only", words=("UDP only",)),
    ),
    Scenario(
        name="udp-alone-there-unseen",
        about="server.not-listening",
        broken="the port is bound for UDP on the server, where we may not look",
        steps=_udp("server"),
        values={"port": ("514", "1194", "5353", "8125")},
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"port.udp-only"})),
    ),
)
