"""Containers of real Docker and podman: each scenario as each of its users, on a machine that has the containers of all.

A part of them is played in every run; REFUSED_LAB_ENGINES=all plays all.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from tests.lab.conftest import PLAYED
from tests.lab.engines.docker import docker, what_docker_lacks
from tests.lab.engines.engine import Engine
from tests.lab.engines.plays import Contained, contained, playing
from tests.lab.engines.podman import podman, what_podman_lacks
from tests.lab.plays import Play
from tests.lab.scenario import User
from tests.lab.systemd import Systemd, systemd

ALL = os.environ.get("REFUSED_LAB_ENGINES") == "all"


class Kind(NamedTuple):
    """An engine that can be started."""

    start: Callable[[Systemd], Engine]
    lacks: Callable[[], str | None]


KINDS = {"docker": Kind(docker, what_docker_lacks), "podman": Kind(podman, what_podman_lacks)}
SELECTED = {engine: tuple(one for one in contained() if engine in (one.engines if ALL else one.always)) for engine in KINDS}
WANTED = tuple((engine, one, user) for engine, chosen in SELECTED.items() for one in chosen for user in one.users)


class Plays(NamedTuple):
    """A running engine, and what will come of each play with it, by name and user."""

    engine: Engine
    outcomes: Mapping[tuple[str, User], Future[Play]]


@pytest.fixture(scope="module", name="plays_with")
def all_plays() -> Iterator[Callable[[str], Plays]]:
    """The plays with an engine, by its name: it is started when it is first asked for, with the containers of all of them."""
    with ExitStack() as opened:
        known: dict[str, Plays] = {}

        def plays_with(name: str) -> Plays:
            if missing := KINDS[name].lacks():
                pytest.skip(missing)
            if name not in known:
                engine = KINDS[name].start(opened.enter_context(systemd()))
                known[name] = Plays(engine, opened.enter_context(playing(engine, SELECTED[name])))
            return known[name]

        yield plays_with


@pytest.mark.timeout(120)  # the first play of an engine starts it
@pytest.mark.parametrize(("engine", "one", "user"), WANTED, ids=[f"{engine}-{one.name}[{user}]" for engine, one, user in WANTED])
def test_a_container(
    engine: str, one: Contained, user: User, plays_with: Callable[[str], Plays], request: pytest.FixtureRequest
) -> None:
    """Cause, certainty, the container that is named, and what must not be said: as declared."""
    played = plays_with(engine).outcomes[one.name, user].result()

    request.config.stash.setdefault(PLAYED, []).append(played)
    assert not played.problems, "\n".join(played.problems)


@pytest.mark.parametrize(("engine", "words"), [("docker", "may not ask docker"), ("podman", "may not ask podman")])
def test_an_unprivileged_user_is_told_whose_containers_are_not_seen(
    engine: str, words: str, plays_with: Callable[[str], Plays]
) -> None:
    """An engine that may not be asked is not one without that container: it is named, and what would tell stands beside it."""
    document = plays_with(engine).outcomes["exited", "nobody"].result().document

    assert any(words in sentence for sentence in document["unseen"]), document["unseen"]
    assert "server.crashed" in {one["cause"] for one in document["alternatives"]}


def test_looking_gives_podman_no_storage(plays_with: Callable[[str], Plays]) -> None:
    """On the machine with Docker alone podman is installed and unused, and stays so, whoever looked."""
    plays = plays_with("docker")

    for play in plays.outcomes.values():
        assert not [one for one in play.result().document["unseen"] if "podman" in one]
    assert plays.engine.machine.run("ls", "/var/lib/containers").stdout == ""
