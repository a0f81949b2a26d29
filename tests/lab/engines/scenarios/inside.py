"""What a program in a container types: localhost, and the names that its engine's own resolver knows."""

from tests.lab.engines.plays import ENGINES, Contained
from tests.lab.scenario import CONTROL, HEALTHY, Expect

NET = "-network create shop-net"
APP = "run -d --name {name}-app --network shop-net web:1 sleep 3600"
SERVER = "web:1 httpd -f -p 80 -h /www"

CONTAINED = (
    Contained(
        name="a-name-inside",
        about=CONTROL,
        broken="nothing: a container's name, asked from another one of its network",
        lines=(NET, APP, f"run -d --name {{name}}-db --network shop-net {SERVER}"),
        typed="http://{name}-db/",
        arguments=("--container", "{name}-app", "--attempts", "2", "--delay", "0.3"),
        users=("root",),
        always=ENGINES,
        expect=HEALTHY,
    ),
    Contained(
        name="a-name-that-does-not-run",
        about="name.not-found",
        broken="the name is that of a container that has ended, so the engine's resolver denies it",
        lines=(NET, APP, "run -d --name {name}-db --network shop-net web:1 sh -c 'echo no data; exit 6'"),
        until={"{name}-db": "exited"},
        typed="{name}-db:80",
        arguments=("--container", "{name}-app", "--attempts", "2", "--delay", "0.3"),
        users=("root",),
        always=("podman",),  # Docker's resolver takes ten seconds to give up
        expect=Expect(
            verdict="name.not-found",
            certainty=("confirmed", "likely"),
            outcome="name-error",
            culprit={"kind": "container", "container": "{name}-db"},
            words=("{name}-db", "exit status 6"),
        ),
    ),
    Contained(
        name="a-name-of-another-network",
        about="name.not-found",
        broken="the name is that of a container that runs in another network",
        lines=(NET, "-network create other-net", APP, f"run -d --name {{name}}-db --network other-net {SERVER}"),
        typed="{name}-db:80",
        arguments=("--container", "{name}-app", "--attempts", "2", "--delay", "0.3"),
        users=("root",),
        expect=Expect(
            verdict="name.not-found",
            certainty=("confirmed", "likely"),
            outcome="name-error",
            words=("{name}-db", "network"),
        ),
    ),
    Contained(
        name="localhost-inside",
        about="server.other-namespace",
        broken="a program in a container says localhost, and the service is in another container",
        lines=(
            NET,
            APP,
            "run -d --name {name}-db --network shop-net cache:1 redis-server --protected-mode no --port 6390",
        ),
        typed="redis://localhost:6390",
        arguments=("--container", "{name}-app", "--attempts", "2", "--delay", "0.3"),
        users=("root",),
        always=ENGINES,
        expect=Expect(
            verdict="server.other-namespace",
            certainty=("confirmed", "likely"),
            culprit={"container": "{name}-db"},
        ),
    ),
)
