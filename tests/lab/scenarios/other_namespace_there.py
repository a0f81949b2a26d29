"""The service listens in another network namespace of the server, looked into through --server, and what only looks like that."""

import os
import subprocess
from pathlib import Path

from msgspec.structs import replace

from tests.lab.bench import Bench
from tests.lab.decoys import THERE
from tests.lab.network import HERE, NOBODY
from tests.lab.scenario import QUICK, Expect, Scenario, Step
from tests.lab.steps import run, serve, start

CAUSE = "server.other-namespace"
NAME = "blue"
INSIDE = ("ip", "netns", "exec", NAME)
APART = ("unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
BOTH_ARE_TRUE = frozenset({CAUSE, "server.not-listening"})
NOBODY_SAID_SO = Expect(verdict="server.not-listening", alternatives=frozenset({CAUSE}))
NOT_THAT = Expect(verdict="server.not-listening", never=frozenset({CAUSE}))
REDIS = (
    *("redis-server", "--port", "{port}", "--bind", "0.0.0.0", "--protected-mode", "no"),
    *("--save", "", "--logfile", "{folder}/redis.log"),
)
AS_A_USER = (*QUICK, "--server", f"{{python}} -IS {HERE / 'far_shell.py'} {{folder}}/user/shell")


def namespace(*, cable: bool = False) -> Step:
    """A network namespace of the server with a name, at a virtual cable or at none."""

    def step(bench: Bench) -> None:
        commands = [f"netns add {NAME}", f"-n {NAME} link set lo up"]
        if cable:
            commands += [
                f"link add cable0 type veth peer name eth0 netns {NAME}",
                f"-n {NAME} address add 198.18.0.2/24 dev eth0",
            ]
            commands += ["link set cable0 up", f"-n {NAME} link set eth0 up"]
        # Not behind `ip netns exec`, in whose own view of the file system the new name would stay.
        for command in commands:
            bench["server"].inside(subprocess.run, ["ip", *command.split()], check=True)

    return step


def held(*argv: str, port: str = "{port}") -> Step:
    """A service behind the prefix `argv`, which accepts and says nothing."""
    return start("server", *argv, "{python}", "-IS", str(HERE / "serve.py"), "::", port, "hold")


def real(prefix: tuple[str, ...], *argv: str) -> Step:
    """A program on the port behind the prefix, waited for there."""
    return start("server", *prefix, "{python}", "-IS", str(HERE / "when_ready.py"), "127.0.0.1:{port}", *argv)


def shell_of_a_user(bench: Bench) -> None:
    """A shell of the server that is not root's."""
    folder = Path(bench.values["folder"], "user")
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    start("server", "{python}", "-IS", str(HERE / "far_shell.py"), "serve", "{folder}/user/shell", user=NOBODY)(bench)


def _named(name: str, broken: str, *steps: Step, expect: Expect, **more: object) -> Scenario:
    scenario = Scenario(
        name=f"far-{name}",
        about=CAUSE,
        broken=broken,
        topology="lan",
        steps=steps,
        arguments=THERE,
        users=("root",),
        truth=BOTH_ARE_TRUE,
        expect=expect,
    )
    return replace(scenario, **more)


SCENARIOS = (
    _named(
        "named-service-in-a-namespace",
        "the service that the person named runs in a namespace of the server, which has a name and a cable",
        namespace(cable=True),
        real(INSIDE, *REDIS),
        arguments=(*THERE, "--service", "redis-server"),
        tools=("redis-server",),
        expect=Expect(verdict=CAUSE, culprit={"kind": "listener", "name": "redis-server"}, words=("At `", NAME, "{port}")),
    ),
    _named(
        "redis-in-a-namespace",
        "Redis is asked for on its own port, and the only one runs in a nameless namespace of the server",
        real(APART, *REDIS),
        typed="redis://{server}:{port}",
        values={"port": "6379"},
        tools=("redis-server",),
        expect=Expect(verdict=CAUSE, culprit={"kind": "listener"}, words=("At `", "redis-server")),
    ),
    _named(
        "service-in-a-named-namespace",
        "the service runs in a namespace of the server, which has a name and no cable, and nobody said that it is meant",
        namespace(),
        held(*INSIDE),
        expect=NOBODY_SAID_SO,
    ),
    _named(
        "service-in-a-nameless-namespace",
        "the service runs behind unshare --net at the server, and nobody said that it is meant",
        held(*APART),
        expect=NOBODY_SAID_SO,
    ),
    _named(
        "another-kind-of-service-in-the-namespace",
        "Redis is asked for; nothing listens, and an SSH server of another namespace of the server has that port",
        namespace(cable=True),
        run("server", "mkdir", "-p", "/run/sshd"),
        run("server", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "{folder}/host_key"),
        real(INSIDE, "/usr/sbin/sshd", "-D", "-E", "{folder}/log", "-f", "/dev/null", "-h", "{folder}/host_key", "-p", "{port}"),
        about="server.not-listening",
        typed="redis://{server}:{port}",
        values={"port": "6379"},
        tools=("sshd", "ssh-keygen"),
        truth=frozenset({"server.not-listening"}),
        expect=NOT_THAT,
    ),
    _named(
        "another-port-in-the-namespace",
        "nothing listens; another namespace of the server has another port open",
        namespace(cable=True),
        held(*INSIDE, port="{other_port}"),
        about="server.not-listening",
        truth=frozenset({"server.not-listening"}),
        expect=NOT_THAT,
    ),
    _named(
        "as-a-user-who-may-not-enter-a-namespace",
        "nothing listens; the prefix leads to a user who may not look into a namespace of the server",
        namespace(),
        shell_of_a_user,
        about="server.not-listening",
        arguments=AS_A_USER,
        truth=frozenset({"server.not-listening"}),
        expect=replace(NOT_THAT, certainty="likely"),
    ),
    _named(
        "redis-as-a-user-sees-it",
        "Redis runs in a nameless namespace of the server, and the prefix leads to a user who may not see whose it is",
        shell_of_a_user,
        real(APART, *REDIS),
        typed="redis://{server}:{port}",
        values={"port": "6379"},
        arguments=AS_A_USER,
        tools=("redis-server",),
        expect=Expect(verdict=(CAUSE, "server.not-listening"), certainty=("confirmed", "likely")),
    ),
    _named(
        "in-the-namespace-and-here",
        "nothing: the server and another namespace of it have the port open",
        namespace(),
        held(*INSIDE),
        serve("server"),
        about="control",
        truth=frozenset(),
        expect=Expect(verdict=None, status="reachable", outcome="connected"),
        values={"port": "8090"},
    ),
)
