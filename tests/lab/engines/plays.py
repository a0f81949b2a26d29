"""Plays scenarios with containers: for each engine, one machine with the containers of all of them.

A scenario is a declaration in a module of `tests/lab/engines/scenarios/`, which exports a tuple CONTAINED. Its lines are the
commands of either engine, without the program; texts have values in braces, as those of the lab's other scenarios:
`{name}`, by which its container is called; `{port}`, `{other_port}`, that no other scenario has; `{octet}`, likewise;
`{engine}`; `{own}`, the machine's own address in a local network; and `{address}`, where the container `{name}` is once it
runs. What stands on the machine for one scenario is there for all:
a verdict must hold among containers that are like it and have nothing to do with it.
"""

import importlib
import json
import pkgutil
import shlex
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Literal

from msgspec import Struct

from tests.lab.bench import Bench
from tests.lab.engines.engine import Engine
from tests.lab.engines.images import load
from tests.lab.network import NOBODY
from tests.lab.plays import Play, compared
from tests.lab.scenario import BOTH, QUICK, Expect, Scenario, User

ENGINES = ("docker", "podman")
FIRST_PORT = 21001
AT_ONCE = 4
"""A play is mostly waiting."""
OWN, _OTHER = "10.77.0.1", "10.77.0.2"
_JOIN_LAN = f"""
set -e
ip netns add lan
ip link add lan0 type veth peer name eth0 netns lan
ip address add {OWN}/24 dev lan0
ip link set lan0 up
ip -netns lan address add {_OTHER}/24 dev eth0
ip -netns lan link set eth0 up
ip -netns lan link set lo up
ip -netns lan route add default via {OWN}
"""
ELSEWHERE = (
    *("ip", "netns", "exec", "lan", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c"),
    'for folder in /run /var/lib/containers; do mount -t tmpfs tmpfs $folder; done; exec "$@"',
    "sh",
)
"""The beginning of a command line that runs on the other machine of the local network."""
IMAGES: Mapping[str, tuple[str, ...]] = {"web": (), "cache": ("redis-server",)}
"""Each with the programs that it has besides busybox; `web:1` says EXPOSE 80, `cache:1` 6379."""
_EXPOSED = {"web": "EXPOSE 80", "cache": "EXPOSE 6379"}


class Contained(Struct, frozen=True, kw_only=True):
    """One thing that is broken with a container, and what is expected of `refused check` on the machine that has it."""

    name: str
    about: str
    """The cause under test, or CONTROL."""
    broken: str
    lines: tuple[str, ...]
    """What is typed to the engine, such as `run -d --name {name} -p {port}:80 web:1 httpd -f`; a line after a `-` may fail, and
    one after a `$` is for the machine's shell."""
    until: Mapping[str, str] = {}
    """Containers, and the states to one of which each must come; `restarted`, for its third start, stands alone."""
    seen_from: Literal["host", "lan"] = "host"
    """`lan`: from another machine, which sees neither processes nor engines of this one."""
    typed: str = "127.0.0.1:{port}"
    arguments: tuple[str, ...] = QUICK
    users: tuple[User, ...] = BOTH
    engines: tuple[str, ...] = ENGINES
    always: tuple[str, ...] = ()
    """The engines with which it is played in every run, and not only where all are asked for (REFUSED_LAB_ENGINES=all)."""
    truth: frozenset[str] | None = None
    """As the lab's other scenarios have it."""
    expect: Expect
    nobody: Expect | None = None

    def scenario(self, engine: str) -> Scenario:
        """The same as the lab's other scenarios are, for the table."""
        return Scenario(
            name=f"{engine}-{self.name}",
            about=self.about,
            broken=self.broken,
            typed=self.typed,
            arguments=self.arguments,
            users=self.users,
            truth=self.truth,
            expect=self.expect,
            nobody=self.nobody,
        )


@cache
def contained() -> tuple[Contained, ...]:
    """Every scenario, module after module. AssertionError where two have one name."""
    from tests.lab.engines import scenarios as package

    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
    every = tuple(one for name in names for one in importlib.import_module(name).CONTAINED)
    assert len({one.name for one in every}) == len(every)
    return every


@contextmanager
def prepared(engine: Engine, wanted: tuple[Contained, ...]) -> Iterator[Mapping[str, Bench]]:
    """The engine with images and the containers of each scenario, in the state that it wants; the values of each, by name."""
    engine.machine.run("sh", "-c", _JOIN_LAN)
    for name, programs in IMAGES.items():
        load(engine, name, *programs, settings=[_EXPOSED[name]])
    with ExitStack() as opened:
        benches = {one.name: Bench({}, _values(engine, one), opened) for one in wanted}
        for one in wanted:
            made = benches[one.name]
            for line in one.lines:
                if line.startswith("$"):
                    engine.machine.run("sh", "-c", made.text(line.removeprefix("$")))
                else:
                    engine(*shlex.split(made.text(line.removeprefix("-"))), check=not line.startswith("-"))
        for one in wanted:
            made = benches[one.name]
            for container, states in one.until.items():
                engine.settle(made.text(container), *states.split())
            if any("{address}" in text for text in (one.typed, *one.arguments)):
                template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
                made.values["address"] = engine("inspect", "--format", template, made.text("{name}")).strip()  # type: ignore[index]
        yield benches


@contextmanager
def playing(engine: Engine, wanted: tuple[Contained, ...]) -> Iterator[Mapping[tuple[str, User], Future[Play]]]:
    """Prepare the engine and play all that is wanted, a few at a time; by name and user, what will come of each."""
    with prepared(engine, wanted) as benches, ThreadPoolExecutor(AT_ONCE, thread_name_prefix="play") as pool:
        yield {(one.name, user): pool.submit(play, engine, one, benches[one.name], user) for one in wanted for user in one.users}
        pool.shutdown(cancel_futures=True)


def play(engine: Engine, one: Contained, made: Bench, user: User) -> Play:
    """Look, and compare. Never raises: what went wrong with the lab is a problem too."""
    scenario = one.scenario(engine.program)
    began = time.monotonic()
    try:
        typed = [made.text(text) for text in (one.typed, *one.arguments)]
        through = ELSEWHERE if one.seen_from == "lan" else ()
        done = engine.machine.check(*typed, "--json", user=NOBODY if user == "nobody" else None, through=through)
        assert done.stdout, f"status {done.returncode}, nothing on standard output\n{done.stderr}"
        document = json.loads(done.stdout) | {"exit status": done.returncode}
        problems, wrong = compared(document, scenario.expected(user), made)
    except Exception as error:  # noqa: BLE001 -- a play that breaks must not take the others with it
        seconds = round(time.monotonic() - began, 1)
        return Play(scenario=scenario, user=user, problems=(f"{type(error).__name__}: {error}",), seconds=seconds)
    verdict = document["verdict"] or {"cause": "-", "certainty": "-"}
    return Play(
        scenario=scenario,
        user=user,
        cause=verdict["cause"],
        certainty=verdict["certainty"],
        problems=tuple(problems),
        wrong_confirmed=wrong,
        seconds=document["elapsed_s"],
        document=document,
    )


def _values(engine: Engine, one: Contained) -> dict[str, str]:
    """The values of a scenario, the same for it in each run."""
    place = contained().index(one)
    port = FIRST_PORT + 10 * place
    return {
        "name": one.name,
        "port": str(port),
        "other_port": str(port + 1),
        "engine": engine.program,
        "own": OWN,
        "octet": str(place),
    }
