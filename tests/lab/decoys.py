"""How a decoy is declared: what is broken is not what it looks like, or nothing is.

A decoy expects no more than an honest operator could claim from that seat; what it tempts to is in `unconfirmed`, which may be
likely, or in `never`. Its truth is what is really broken.
"""

from collections.abc import Mapping
from typing import TypedDict, Unpack

from tests.lab.network import HERE
from tests.lab.scenario import CONTROL, QUICK, Expect, Scenario, Step, Sure, Topology, User
from tests.lab.steps import start

PLAIN = "7411"
"""A port that stands for no protocol: a service that says nothing there is healthy."""
OPEN: tuple[Sure, ...] = ("likely", "possible")
"""From that seat it can't be known."""
SURE: tuple[Sure, ...] = ("confirmed", "likely")
WEB, REDIS, SSH = "8080", "6379", "22"
SSH_WORDS = "greets=" + b"SSH-2.0-Lab\r\n".hex()
"""For `serve`: a stranger that greets as an SSH server."""
THERE = (*QUICK, "--server", "{server_shell}")


class More(TypedDict, total=False):
    """What else a scenario may have."""

    typed: str
    topology: Topology
    arguments: tuple[str, ...]
    etc: Mapping[str, str]
    environment: Mapping[str, str]
    users: tuple[User, ...]
    tools: tuple[str, ...]
    nobody: Expect | None
    weakness: str


def decoy(name: str, truth: str, broken: str, *steps: Step, expect: Expect, port: str = PLAIN, **more: Unpack[More]) -> Scenario:
    """A scenario on one port; `truth` is the causes that are really there, by spaces, or nothing."""
    causes = truth.split()
    values = {"port": port, "other_port": "7611"}
    about = causes[0] if causes else CONTROL
    named = f"decoy-{name}"
    return Scenario(
        name=named, about=about, truth=frozenset(causes), broken=broken, steps=steps, expect=expect, values=values, **more
    )


def odd(role: str, behaviour: str, *, address: str = "::", port: str = "{port}") -> Step:
    """A service of odd_server.py."""
    return start(role, "{python}", "-IS", str(HERE / "odd_server.py"), address, port, behaviour)
