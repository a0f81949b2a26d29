"""The right machine, the wrong door: another port, here and there, and a port that is UDP's alone."""

from tests.lab.scenario import QUICK, Expect, Scenario, Step
from tests.lab.steps import serve, start

_SSH = "greets=" + b"SSH-2.0-Lab\r\n".hex()
_BOUND = (
    "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('{%s}', {port})); "
    "print(1, flush=True); s.recv(1)"
)
_THERE = ("--server", "{server_shell}")


def _udp(role: str) -> tuple[Step, ...]:
    return (start(role, "{python}", "-IS", "-c", _BOUND % role),)


def _wrong_port(port: str) -> Expect:
    return Expect(verdict="port.wrong-port", culprit={"port": port}, words=(f"port {port}",))


SCENARIOS = (
    Scenario(
        name="redis-on-the-port-beside",
        about="port.wrong-port",
        broken="Redis listens on 6380 of the server, which says so itself when it is asked",
        steps=(serve("server", port="6380"),),
        typed="redis://{server}:6379",
        expect=_wrong_port("6380"),
    ),
    Scenario(
        name="postgresql-on-the-port-beside",
        about="port.wrong-port",
        broken="PostgreSQL listens on 5433 of the server, over IPv6 too",
        steps=(serve("server", port="5433"),),
        typed="postgresql://[{server_6}]:5432",
        expect=_wrong_port("5433"),
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
        expect=_wrong_port("15423"),
        nobody=Expect(verdict="server.not-listening", alternatives=frozenset({"port.wrong-port"})),
    ),
    Scenario(
        name="redis-on-a-far-number-here",
        about="port.wrong-port",
        broken="a real Redis listens on another port of this machine",
        topology="host",
        steps=(
            start(
                "client",
                *("redis-server", "--port", "7711", "--bind", "{client}", "--save", "", "--logfile", "{folder}/redis.log"),
                ready="{client}:7711",
            ),
        ),
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
        steps=(
            start(
                "server",
                *("redis-server", "--port", "7711", "--bind", "{server}", "--protected-mode", "no"),
                *("--save", "", "--logfile", "{folder}/redis.log"),
                ready="{server}:7711",
            ),
        ),
        typed="redis://{server}:6390",
        arguments=(*QUICK, *_THERE),
        tools=("redis-server",),
        users=("root",),
        expect=_wrong_port("7711"),
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
