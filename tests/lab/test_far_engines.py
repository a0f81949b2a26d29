"""Containers of real engines on a server, looked into through --server from a machine that has none of them."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.lab.engines.docker import docker, what_docker_lacks
from tests.lab.engines.engine import Engine
from tests.lab.engines.images import load
from tests.lab.engines.podman import podman, what_podman_lacks
from tests.lab.systemd import systemd

KINDS = {"docker": (docker, what_docker_lacks), "podman": (podman, what_podman_lacks)}
SERVER = "198.18.7.1"
PREFIX = "nsenter --target 1 --net"
"""From the client's namespace it leads to the machine's own, as `ssh` leads to a server."""
# The client is a network namespace at a cable of the machine: to it, the machine is a host of its own.
_CLIENT = f"""
set -e
ip netns add client
ip link add cable0 type veth peer name eth0 netns client
ip address add {SERVER}/24 dev cable0
ip link set cable0 up
ip -n client address add 198.18.7.2/24 dev eth0
ip -n client link set eth0 up
ip -n client link set lo up
"""
SHOP, GONE, MOVED, PUBLISHED = 22080, 22081, 22082, 22092
_SERVES = "web:1 httpd -f -h /www -p"


@pytest.fixture(scope="module", name="engine_of")
def engines() -> Iterator[Callable[[str], Engine]]:
    """An engine by its name, with the containers of all tests, on a machine with the client; started when it is asked for."""
    with ExitStack() as opened:
        known: dict[str, Engine] = {}

        def engine_of(name: str) -> Engine:
            start, lacks = KINDS[name]
            if missing := lacks():
                pytest.skip(missing)
            if name not in known:
                machine = opened.enter_context(systemd())
                machine.run("sh", "-c", _CLIENT)
                engine = start(machine)
                load(engine, "web", settings=["EXPOSE 80"])
                engine(*f"run -d --name shop {_SERVES} {SHOP}".split())
                engine(*f"run -d --name gone -p {GONE}:80 web:1 sh -c".split(), "echo gone: cannot read its settings >&2; exit 3")
                engine(*f"run -d --name moved -p {PUBLISHED}:{MOVED} {_SERVES} {MOVED}".split())
                engine.settle("gone", "exited")
                known[name] = engine
            return known[name]

        yield engine_of


def check(engine: Engine, *arguments: str) -> dict[str, Any]:
    """The document of `refused check ARGUMENTS --server` on the client."""
    words = (*arguments, "--server", PREFIX, "--attempts", "2", "--delay", "0.3", "--json", "--no-session")
    done = engine.machine.run("ip", "netns", "exec", "client", sys.executable, "-m", "tui", "check", *words, check=False)
    assert done.stdout, f"status {done.returncode}\n{done.stderr}"
    document: dict[str, Any] = json.loads(done.stdout)
    return document


each_engine = pytest.mark.parametrize("name", KINDS)


@pytest.mark.timeout(120)  # the first test of an engine starts it
@each_engine
def test_a_container_that_is_published_nowhere_is_named(name: str, engine_of: Callable[[str], Engine]) -> None:
    """The service that the person named runs in a container of the server: it is said where, and what to do there."""
    verdict = check(engine_of(name), f"{SERVER}:{SHOP}", "--service", "shop")["verdict"]

    assert (verdict["cause"], verdict["certainty"]) == ("server.other-namespace", "confirmed")
    assert verdict["culprit"]["container"] == "shop"
    for words in (f"At `{PREFIX}`", "container shop", "published nowhere"):
        assert words in verdict["summary"]
    assert verdict["remedies"][0]["command"] == f"{PREFIX} {name} inspect shop"


@pytest.mark.timeout(120)
@each_engine
def test_a_container_that_exited_is_named_with_its_last_words(name: str, engine_of: Callable[[str], Engine]) -> None:
    """What its engine on the server says of its end, and what its log said last, is the cause."""
    verdict = check(engine_of(name), f"{SERVER}:{GONE}")["verdict"]

    assert (verdict["cause"], verdict["certainty"]) == ("server.crashed", "confirmed")
    assert verdict["culprit"]["container"] == "gone"
    assert "exit status 3" in verdict["summary"]
    assert "cannot read its settings" in verdict["summary"]


@pytest.mark.timeout(120)
@each_engine
def test_a_container_that_is_published_under_another_number_is_not_taken_for_it(
    name: str, engine_of: Callable[[str], Engine]
) -> None:
    """That it has the same number inside says nothing while nobody meant it; named, it is the cause."""
    unnamed = check(engine_of(name), f"{SERVER}:{MOVED}")["verdict"]
    named = check(engine_of(name), f"{SERVER}:{MOVED}", "--service", "moved")["verdict"]

    assert unnamed["cause"] == "server.not-listening"
    assert named["cause"] == "server.other-namespace"
    assert f"port {PUBLISHED}" in named["summary"]
