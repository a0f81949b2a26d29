"""`python -m tests.lab.engines.record`: writes anew what the engines print, into tests/probes/engines/. Needs root and both.

Each file opens with the command and the version that printed the rest. States that no engine can be brought into at will
(`dead`, an out-of-memory kill without a memory controller) are not among them.
"""

import sys
from collections.abc import Callable, Iterator

from tests.lab.engines.docker import docker, what_docker_lacks
from tests.lab.engines.engine import Engine
from tests.lab.engines.images import load
from tests.lab.engines.podman import podman, what_podman_lacks
from tests.lab.network import NOBODY, ROOT
from tests.lab.systemd import Systemd, systemd

FOLDER = ROOT / "tests" / "probes" / "engines"
SERVER = ("httpd", "-f", "-p", "80")
PS = {"docker": "{{json .}}", "podman": "json"}
NAMES = ("web", "paused", "gone", "failed", "looping", "made", "taken")


def fill(engine: Engine) -> None:
    """Containers in every state, with ports published everywhere, on loopback, as a range, for UDP, and not at all."""
    load(engine, "web", settings=["EXPOSE 80/tcp", "EXPOSE 53/udp"])
    engine("network", "create", "shop")
    more = ("-p", "8000-8002:80-82", "-p", "5300:53/udp")
    engine("run", "-d", "--name", "web", "--network", "shop", "-p", "8080:80", *more, "web:1", *SERVER)
    engine("run", "-d", "--name", "local", "-p", "127.0.0.1:8081:80", "web:1", *SERVER)
    engine("run", "-d", "--name", "inner", "web:1", *SERVER)
    engine("run", "-d", "--name", "paused", "-p", "8083:80", "web:1", *SERVER)
    engine("pause", "paused")
    engine("run", "-d", "--name", "gone", "-p", "8084:80", "web:1", "sh", "-c", "echo shop: all done")
    engine("run", "-d", "--name", "failed", "-p", "8085:80", "web:1", "sh", "-c", "echo shop: no settings >&2; exit 3")
    engine("run", "-d", "--name", "killed", "-p", "8086:80", "web:1", "sleep", "600")
    engine("kill", "killed")
    command = ("sh", "-c", "echo shop: no licence >&2; exit 4")
    engine("run", "-d", "--name", "looping", "--restart", "always", "-p", "8087:80", "web:1", *command)
    engine("create", "--name", "made", "-p", "8088:80", "web:1", *SERVER)
    engine("run", "-d", "--name", "taken", "-p", "8080:80", "web:1", *SERVER, check=False)
    for name in ("gone", "failed", "killed"):
        engine.settle(name, "exited")
    for _ in range(200):
        if int(engine("inspect", "--format", "{{.RestartCount}}", "looping")) > 1:
            break
    if engine.program == "docker":
        engine.settle("looping", "restarting")


def recordings(engine: Engine) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each file, and the command whose output it has."""
    program = engine.program
    yield "ps", (program, "ps", "--all", "--no-trunc", "--format", PS[program])
    yield "inspect", (program, "inspect", "--type", "container", *NAMES)
    yield "logs", (program, "logs", "--tail", "3", "failed")


def record(start: Callable[[Systemd], Engine]) -> None:
    """Start an engine, bring containers into every state and write what it prints."""
    with systemd() as machine:
        engine = start(machine)
        fill(engine)
        version = engine("--version").strip()
        for name, command in recordings(engine):
            done = machine.run(*command, check=False)
            _write(f"{engine.program}-{name}", version, command, done.stdout + done.stderr)
        if engine.program == "docker":  # podman would make a storage of that user's own
            command = ("docker", "ps", "--all")
            _write("docker-nobody", version, command, machine.run(*command, user=NOBODY, check=False).stderr)


def _write(name: str, version: str, command: tuple[str, ...], printed: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text(f"# {version}\n$ {' '.join(command)}\n{printed}", encoding="utf-8")


if __name__ == "__main__":
    if lacking := what_docker_lacks() or what_podman_lacks():
        sys.exit(lacking)
    record(docker)
    record(podman)
