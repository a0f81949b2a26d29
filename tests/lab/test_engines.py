"""The lab's own engines: real Docker and podman run containers in machines of their own."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.lab.engines.docker import docker, what_docker_lacks
from tests.lab.engines.engine import Engine
from tests.lab.engines.images import load
from tests.lab.engines.podman import podman, what_podman_lacks
from tests.lab.systemd import Systemd, systemd


class Kind(NamedTuple):
    """An engine that can be started."""

    start: Callable[[Systemd], Engine]
    lacks: Callable[[], str | None]


@pytest.mark.parametrize("kind", [Kind(docker, what_docker_lacks), Kind(podman, what_podman_lacks)], ids=["docker", "podman"])
def test_a_container_of_it_answers(kind: Kind) -> None:
    """An engine publishes a port of a container, which answers; and says how another one ended."""
    if missing := kind.lacks():
        pytest.skip(missing)
    with systemd() as machine:
        engine = kind.start(machine)
        load(engine, "web", settings=["EXPOSE 80"])
        engine("run", "-d", "--name", "shop", "-p", "8080:80", "web:1", "httpd", "-f", "-p", "80", "-h", "/www")
        engine("run", "-d", "--name", "gone", "web:1", "sh", "-c", "exit 3")
        engine.settle("gone", "exited")

        assert machine.run("curl", "-sS", "--retry", "5", "--retry-connrefused", "http://127.0.0.1:8080/").stdout == "well\n"
        assert engine("inspect", "--format", "{{.State.ExitCode}}", "gone").strip() == "3"
