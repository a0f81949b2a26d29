"""Ports that real Docker and podman publish: what is wrong behind them is named, to root and, as far as it shows, to nobody."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.engines.docker import docker, what_docker_lacks
from tests.lab.engines.engine import Engine
from tests.lab.engines.images import load
from tests.lab.engines.podman import podman, what_podman_lacks
from tests.lab.network import NOBODY
from tests.lab.systemd import systemd

QUICK = ("--attempts", "2", "--delay", "0.3")
SERVES = ("httpd", "-f", "-h", "/www", "-p")
KINDS = [("docker", docker, what_docker_lacks), ("podman", podman, what_podman_lacks)]
GATEWAY = "ip -4 -o address show scope global | awk '{print $4}' | cut -d/ -f1 | head -1"
"""The machine's own address beside loopback: the engine's bridge."""
HIDDEN = "path.local-firewall"
"""What nobody is told of a refusal that podman's rules cause: a rule answers, or leads it elsewhere."""


def run(engine: Engine, name: str, published: str, *command: str) -> None:
    """A container that runs the command, with a published port."""
    engine("run", "-d", "--name", name, "-p", published, "web:1", *command)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind[0])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine with one container for each thing that can be wrong behind a port."""
    _, start, lacks = request.param
    if missing := lacks():
        pytest.skip(missing)
    with systemd() as machine:
        made = start(machine)
        load(made, "web", settings=["EXPOSE 80"])
        run(made, "fine", "8080:80", *SERVES, "80")
        run(made, "wrong", "8081:80", *SERVES, "3000")
        run(made, "inner", "8082:80", *SERVES, "127.0.0.1:80")
        run(made, "empty", "8083:80", "sleep", "3600")
        run(made, "alone", "127.0.0.1:8084:80", *SERVES, "80")
        yield made


def verdict(engine: Engine, target: str, user: int | None = None) -> tuple[str, str, str]:
    """Cause, certainty and sentence, with the remedies' texts after it."""
    done = engine.machine.check(target, *QUICK, "--json", "--no-session", user=user)
    found: dict[str, Any] = json.loads(done.stdout)["verdict"] or {"cause": "", "certainty": "", "summary": "", "remedies": []}
    remedies = " ".join(f"{one['do']} {one['command']}" for one in found["remedies"])
    return found["cause"], found["certainty"], f"{found['summary']} {remedies}"


def test_what_is_wrong_behind_a_published_port_is_named(engine: Engine) -> None:
    """By its rule or its proxy, from loopback and from the machine's own address; and never is an engine to be restarted."""
    own = engine.machine.run("sh", "-c", GATEWAY).stdout.strip()
    expected = {8080: "", 8081: "server.wrong-mapping", 8082: "server.bound-elsewhere", 8083: "server.not-listening"}
    wanted = {f"{address}:{port}": cause for port, cause in expected.items() for address in ("127.0.0.1", own)}
    wanted[f"{own}:8084"] = "server.bound-elsewhere"

    seen = {target: verdict(engine, target) for target in wanted}

    assert {target: cause for target, (cause, _, _) in seen.items()} == wanted
    assert {certainty for cause, certainty, _ in seen.values() if cause} == {"confirmed"}
    assert "container wrong" in seen["127.0.0.1:8081"][2]
    assert "3000" in seen["127.0.0.1:8081"][2]
    assert not any("restart docker" in text or "restart podman" in text or "Restart it" in text for _, _, text in seen.values())


def test_nobody_is_told_no_more_than_can_be_known(engine: Engine) -> None:
    """Docker's proxies can be followed by everybody; podman's rules can't, and then nothing is certain."""
    causes = {8080: "", 8081: "server.wrong-mapping", 8082: "server.bound-elsewhere", 8083: "server.not-listening"}
    wanted = {port: cause if engine.program == "docker" or not cause else HIDDEN for port, cause in causes.items()}

    seen = {port: verdict(engine, f"127.0.0.1:{port}", NOBODY) for port in causes}

    assert {port: cause for port, (cause, _, _) in seen.items()} == wanted
    assert {certainty for cause, certainty, _ in seen.values() if cause == HIDDEN} <= {"possible", "likely"}


def test_rules_that_are_gone_are_missed(engine: Engine) -> None:
    """Without them podman's port is held and never answered; docker's proxy does without. No test after this one needs them."""
    engine.machine.run("nft", "flush", "ruleset")

    cause, certainty, text = verdict(engine, "http://127.0.0.1:8080/")

    expected = ("", "") if engine.program == "docker" else ("server.not-published", "confirmed")
    assert (cause, certainty) == expected
    assert engine.program == "docker" or "podman network reload fine" in text
