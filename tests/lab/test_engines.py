"""Containers of real Docker and podman: each scenario as each of its users, on a machine that has the containers of all.

A part of them is played in every run; REFUSED_LAB_ENGINES=all plays all.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from tests.lab.bench import Bench
from tests.lab.conftest import PLAYED
from tests.lab.engines.docker import docker, what_docker_lacks
from tests.lab.engines.engine import Engine
from tests.lab.engines.plays import Contained, contained, play, prepared
from tests.lab.engines.podman import podman, what_podman_lacks
from tests.lab.scenario import User
from tests.lab.systemd import Systemd, systemd

ALL = os.environ.get("REFUSED_LAB_ENGINES") == "all"


class Kind(NamedTuple):
    """An engine that can be started."""

    start: Callable[[Systemd], Engine]
    lacks: Callable[[], str | None]


KINDS = {"docker": Kind(docker, what_docker_lacks), "podman": Kind(podman, what_podman_lacks)}
SELECTED = tuple(one for one in contained() if one.always or ALL)
WANTED = tuple((engine, one, user) for engine in KINDS for one in SELECTED if engine in one.engines for user in one.users)


class Played(NamedTuple):
    """A running engine, and the values of each scenario."""

    engine: Engine
    benches: Mapping[str, Bench]


@pytest.fixture(scope="module", name="running")
def running_engines() -> Iterator[Callable[[str], Played]]:
    """A running engine by its name, started when it is first asked for, with the containers of all scenarios."""
    with ExitStack() as opened:
        known: dict[str, Played] = {}

        def running(name: str) -> Played:
            if missing := KINDS[name].lacks():
                pytest.skip(missing)
            if name not in known:
                engine = KINDS[name].start(opened.enter_context(systemd()))
                wanted = tuple(one for one in SELECTED if name in one.engines)
                known[name] = Played(engine, opened.enter_context(prepared(engine, wanted)))
            return known[name]

        yield running


@pytest.mark.timeout(120)  # the first play of an engine starts it
@pytest.mark.parametrize(("engine", "one", "user"), WANTED, ids=[f"{engine}-{one.name}[{user}]" for engine, one, user in WANTED])
def test_a_container(
    engine: str, one: Contained, user: User, running: Callable[[str], Played], request: pytest.FixtureRequest
) -> None:
    """Cause, certainty, the container that is named, and what must not be said: as declared."""
    ready = running(engine)

    played = play(ready.engine, one, ready.benches[one.name], user)

    request.config.stash.setdefault(PLAYED, []).append(played)
    assert not played.problems, "\n".join(played.problems)
