"""A network for one play of a scenario: its machines, and the addresses, names and port that the seed drew for it.

Law: the same seed and scenario give the same values; every address lies in namespaces that this process made.
"""

import json
import os
import random
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.network import FOLDER, HERE, NOBODY, Namespace, Plan, build
from tests.lab.scenario import Scenario, User
from tui.model.address import literal_address

DEFAULT_SEED = 1
"""Any will do; a fixed one makes a failure on one machine the same on another."""
MANY = 20
"""So many more addresses of the LAN, for a name that has them all."""
_PORTS = ("1883", "3306", "4222", "5432", "5672", "6379", "8080", "8443", "9000", "9092", "9200", "11211", "27017")
"""Where services listen; below the range of source ports."""
_HOSTS = ("db", "orders", "mail", "cache", "ledger", "search", "queue", "wiki")
_ZONES = ("corp.example", "lan.test", "prod.example", "office.test", "dc1.example", "svc.test")
_VALUE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_ETC = {
    "hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
    "resolv.conf": "# no nameserver\n",
    "nsswitch.conf": "hosts: files dns\n",
}
"""What a client has where a scenario does not say otherwise: this machine's own files must not decide."""

_WITH_FIRMWARE = (
    'mount -t tmpfs -o mode=755 tmpfs /sys/class && mkdir /sys/class/dmi && ln -s "$0" /sys/class/dmi/id && exec "$@"'
)
"""Runs a command that finds files of the play's folder as those of its firmware (its /sys is its own, ip-netns(8))."""


@dataclass(frozen=True)
class Bench:
    """The machines of one play, by role, and its values."""

    machines: Mapping[str, Namespace]
    values: Mapping[str, str]
    opened: ExitStack
    """What a step opens ends with the play."""

    def __getitem__(self, role: str) -> Namespace:
        """The machine in a role."""
        return self.machines[role]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address among the values."""
        return tuple(value for value in self.values.values() if literal_address(value))

    def text(self, template: str) -> str:
        """A text with its values; AssertionError for a value that there is not."""

        def value(found: re.Match[str]) -> str:
            assert found[1] in self.values, f"{found[0]} is none of {', '.join(sorted(self.values))}"
            return self.values[found[1]]

        return _VALUE.sub(value, template)

    def file(self, name: str, text: str, mode: int = 0o644) -> Path:
        """A file in the play's folder."""
        path = Path(self.values["folder"], self.text(name))
        path.write_text(self.text(text), encoding="utf-8")
        path.chmod(mode)
        return path

    def check(self, scenario: Scenario, user: User) -> dict[str, Any]:
        """The document of `refused check` for what is typed, as the user."""
        argv = (
            *map(self.text, scenario.within),
            sys.executable,
            "-m",
            "tui",
            "check",
            *map(self.text, (scenario.typed, *scenario.arguments)),
            "--json",
            "--no-session",
        )
        environment = {name: self.text(text) for name, text in scenario.environment.items()}
        files = {name: self.text(text) for name, text in (_ETC | dict(scenario.etc)).items()}
        self["client"].etc(**files)
        for name, text in scenario.firmware.items():
            self.file(name, f"{text}\n")
        prepared = ("sh", "-c", _WITH_FIRMWARE, self.values["folder"]) if scenario.firmware else ()
        done = self["client"].run(
            *argv, user=NOBODY if user == "nobody" else None, check=False, environment=environment, prepared=prepared
        )
        assert done.returncode in {0, 1, 3}, f"status {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.stdout, f"nothing on standard output\n{done.stderr}"
        document: dict[str, Any] = json.loads(done.stdout)
        return document | {"exit status": done.returncode}


@contextmanager
def bench(scenario: Scenario, seed: int) -> Iterator[Bench]:
    """The network of one play, gone afterwards."""
    values, plan = drawn(scenario, seed)
    with ExitStack() as opened:
        machines = opened.enter_context(build(plan))
        for device, address in _second_addresses(scenario, values):
            role = next(end[0] for wire in plan.wires for end in wire if end[2] == values[device])
            length = 64 if ":" in address else 24
            machines[role].ip("address", "add", f"{address}/{length}", "dev", "eth0", *(["nodad"] if length == 64 else []))
        # Ends after the machines' children, which may have files there, have been killed.
        folder = tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-")
        Path(folder).chmod(0o755)
        opened.callback(shutil.rmtree, folder)
        for machine in machines.values():
            opened.callback(machine.end)
        values |= {"folder": folder, **dict(_shells(scenario, machines, folder))}
        yield Bench(machines, values, opened.enter_context(ExitStack()))


def drawn(scenario: Scenario, seed: int) -> tuple[dict[str, str], Plan]:
    """The values that a seed draws for a scenario, and the network that has them."""
    chance = random.Random(f"{seed} {scenario.name}")  # noqa: S311 -- no secret
    values = _names(chance)
    plan = {"routed": _routed, "lan": _lan, "host": _host}[scenario.topology](chance, values)
    for name, choice in scenario.values.items():
        values[name] = choice if isinstance(choice, str) else chance.choice(choice)
    return values, plan


def _names(chance: random.Random) -> dict[str, str]:
    port, other_port = chance.sample(_PORTS, 2)
    zone, other_zone = chance.sample(_ZONES, 2)
    host = chance.choice(_HOSTS)
    values = {"port": port, "other_port": other_port, "host": host, "zone": zone, "other_zone": other_zone}
    return values | {"name": f"{host}.{zone}", "python": sys.executable}


class _Link:
    """A network of the draw: hands out addresses, each once, IPv4 and IPv6 with the same last part."""

    def __init__(self, chance: random.Random, taken: set[str]) -> None:
        free = (f"10.{chance.randint(1, 254)}.{chance.randint(0, 255)}" for _ in iter(int, 1))
        self.v4 = next(one for one in free if one not in taken)
        taken.add(self.v4)
        self.v6 = f"fd{chance.randint(0x10, 0xFF):x}:{chance.randint(0x1000, 0xFFFF):x}:{len(taken):x}:"
        self._left = iter(chance.sample(range(2, 250), 40))

    def give(self, values: dict[str, str], *names: str) -> tuple[str, str]:
        """Addresses for each name, which become its values; answers the last."""
        both = ("", "")
        for name in names:
            last = next(self._left)
            both = (f"{self.v4}.{last}", f"{self.v6}:{last:x}")
            values[name], values[f"{name}_6"] = both
        return both


def _routed(chance: random.Random, values: dict[str, str]) -> Plan:
    taken: set[str] = set()
    near, middle, far = (_Link(chance, taken) for _ in range(3))
    wires = (
        (("client", "eth0", *near.give(values, "client")), ("router1", "eth0", *near.give(values, "router1"))),
        (("router1", "eth1", *middle.give(values, "router1_far")), ("router2", "eth0", *middle.give(values, "router2"))),
        (("router2", "eth1", *far.give(values, "router2_far")), ("server", "eth0", *far.give(values, "server"))),
    )
    near.give(values, "gone")
    far.give(values, "away", "server_b")
    _Link(chance, taken).give(values, "nowhere")
    routes = {
        "client": (f"default via {values['router1']}", f"default via {values['router1_6']}"),
        "router1": (f"{far.v4}.0/24 via {values['router2']}", f"{far.v6}:/64 via {values['router2_6']}"),
        "router2": (f"{near.v4}.0/24 via {values['router1_far']}", f"{near.v6}:/64 via {values['router1_far_6']}"),
        "server": (f"default via {values['router2_far']}", f"default via {values['router2_far_6']}"),
    }
    return Plan(wires, routes, frozenset({"router1", "router2"}))


def _lan(chance: random.Random, values: dict[str, str]) -> Plan:
    taken: set[str] = set()
    link = _Link(chance, taken)
    roles = ("client", "server", "nameserver")
    wires = tuple(
        ((role, "eth0", *link.give(values, role)), ("switch", f"port{number}", "", "")) for number, role in enumerate(roles)
    )
    link.give(values, "gone", "server_b", "nameserver_b", *(f"many_{number}" for number in range(1, MANY + 1)))
    _Link(chance, taken).give(values, "nowhere")
    return Plan(wires, {})


def _host(chance: random.Random, values: dict[str, str]) -> Plan:
    taken: set[str] = set()
    link = _Link(chance, taken)
    wire = (("client", "eth0", *link.give(values, "client")), ("neighbour", "eth0", *link.give(values, "neighbour")))
    link.give(values, "gone", "client_b")
    _Link(chance, taken).give(values, "nowhere")
    return Plan((wire,), {}, together=("client", "neighbour"))


def _shells(scenario: Scenario, machines: Mapping[str, Namespace], folder: str) -> Iterator[tuple[str, str]]:
    """For each machine that the arguments lead to, the value that runs a shell there."""
    python = (sys.executable, "-IS", str(HERE / "far_shell.py"))
    for role, machine in machines.items():
        value, path = f"{role}_shell", f"{folder}/{role}.shell"
        if any(f"{{{value}}}" in argument for argument in scenario.arguments):
            machine.start(*python, "serve", path)
            yield value, shlex.join((*python, path))


def _second_addresses(scenario: Scenario, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The value that names a machine, and an address that it has besides."""
    seconds = {"routed": ("server",), "lan": ("server", "nameserver"), "host": ("client",)}[scenario.topology]
    for role in seconds:
        yield role, values[f"{role}_b"]
        yield role, values[f"{role}_b_6"]
