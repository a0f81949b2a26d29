"""What a scenario of the lab is: something broken, something typed, and what may be said of it.

A guide for writing one
=======================
A scenario is a declaration in a module of `tests/lab/scenarios/`, which exports a tuple SCENARIOS; modules are found by
path. It is played once for each of its users, in a network of its own, at the same time as others:

    Scenario(
        name="rejected-by-router",                     # unique; `pytest -k rejected-by-router` plays it alone
        about="path.rejected",                         # the cause under test, or "control" where nothing is wrong
        broken="router1 rejects the port",             # for the table: what a reader needs to know
        steps=(serve("server"), filters("router1", "forward", "tcp dport {port} reject")),
        typed="{server}:{port}",
        expect=Expect(verdict="path.rejected", certainty="confirmed", culprit={"address": "{router1}"}),
    )

*Places.* `topology` is `routed` (client - router1 - router2 - server), `lan` (client, server, nameserver on one switch)
or `host` (client, with an idle `neighbour`). `refused check` runs on the client. Each of them is a computer with processes
of its own, but client and neighbour are two network namespaces of one.

*Values.* Addresses, names and the port are drawn from the seed, so no literal ever stands in a scenario; texts name them
in braces, and a brace that is followed by a space is left alone (as nftables has them). There are, by topology:
every role's address `{client}`, `{server}`, `{router1}`, … and IPv6 address `{client_6}`, …; `{server_shell}`, …, the command
that leads to a shell there, for --server (root alone may use it);
a second address of the server, nameserver and host's client `{server_b}`, `{server_b_6}`, …; `{gone}`, `{gone_6}` that nobody
has on the client's own link; `{away}`, `{away_6}` that nobody has on the server's link (routed); `{port}`; `{other_port}`;
`{name}` (`{host}` in the domain `{zone}`), `{host}`, `{zone}`, `{other_zone}`; `{many_1}` to `{many_20}`, more of the LAN;
`{folder}`, a folder of this play for files and sockets, gone afterwards; `{python}`, the interpreter.
`values={"port": "5432"}` sets one, a tuple lets the seed choose.

*Steps* break something: functions of the `Bench` (tests/lab/bench.py), most of them made by tests/lab/steps.py; any
`def broken(bench: Bench) -> None` will do. What they start ends with the play. A step returns when the fault is there: no
scenario sleeps, and nothing may depend on how fast this machine is.

*Expectations.* `expect` holds for every user in `users`, `nobody` for the unprivileged one where that differs. Whatever else is
`confirmed` than what is expected is a wrong confirmed, our worst mistake, and fails without being asked for; the same for
what `never` names, however sure. If the product gets it wrong, do not bend the expectation.

*Disguises, look-alikes, controls.* The same cause in other clothes, the same symptom with another cause, and what is
healthy though it looks odd: each is worth a scenario of its own.
"""

import importlib
import pkgutil
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from tests.lab.bench import Bench

Step = Callable[["Bench"], object]
Topology = Literal["routed", "lan", "host"]
User = Literal["root", "nobody"]
Sure = Literal["confirmed", "likely", "possible"]
Status = Literal["failing", "reachable", "degraded", "intermittent"]

BOTH: tuple[User, ...] = ("root", "nobody")
CONTROL = "control"
"""What a scenario is about where nothing is wrong."""
QUICK = ("--attempts", "2", "--delay", "0.5")
"""Attempts enough to see that an outcome repeats, in little time."""


class Expect(Struct, frozen=True, kw_only=True):
    """What the document must say. Texts may have values in braces."""

    verdict: str | tuple[str | None, ...] | None
    """The verdict's cause, or causes that are equally right; None where none is named."""
    certainty: Sure | tuple[Sure, ...] = "confirmed"
    """How sure it must be; several where what the machine lets us see decides."""
    also: Mapping[str, Sure] = {}
    """Causes that must stand beside the verdict, and how sure; with two equal faults, name both here and as the verdict."""
    may: frozenset[str] = frozenset()
    """Causes that may be confirmed as well, because they are true as well."""
    unconfirmed: frozenset[str] = frozenset()
    """Causes that may be likely, as the verdict too, and that it would be overclaiming to confirm."""
    alternatives: frozenset[str] = frozenset()
    """Causes that must be named as alternatives, where it is honestly open."""
    never: frozenset[str] = frozenset()
    """Causes that it would be overclaiming to call likely."""
    status: Status | tuple[Status, ...] = "failing"
    outcome: str | tuple[str, ...] = "refused"
    culprit: Mapping[str, str] = {}
    """Keys of the culprit that the verdict must name, with their values as text."""
    words: tuple[str, ...] = ()
    """What the verdict's sentence must contain."""
    behind: tuple[str, ...] = ()
    """The causes that are named where the walk goes on, behind the target and behind that; empty where it does not."""
    contradiction: tuple[str, ...] = ()
    """What must stand in the sentence on how the typed text and what is seen differ; empty where they do not."""


class Scenario(Struct, frozen=True, kw_only=True):
    """One thing that is broken, and what is expected of `refused check`."""

    name: str
    about: str
    """The cause under test, or CONTROL."""
    broken: str
    """What is broken, in a few words, for people."""
    steps: tuple[Step, ...] = ()
    typed: str = "{server}:{port}"
    within: tuple[str, ...] = ()
    """What runs the command, put before it: a sandbox, as tests/lab/sandbox.py."""
    arguments: tuple[str, ...] = QUICK
    topology: Topology = "routed"
    etc: Mapping[str, str] = {}
    """Files in the client's /etc beside or instead of the lab's own (hosts, resolv.conf, nsswitch.conf)."""
    firmware: Mapping[str, str] = {}
    """What the client's firmware says of it: files of /sys/class/dmi/id."""
    environment: Mapping[str, str] = {}
    """Variables for the command."""
    values: Mapping[str, str | tuple[str, ...]] = {}
    """Values that are not drawn, or drawn from these."""
    twice: bool = False
    """Whether it is checked a second time, at once; what is expected is the same."""
    users: tuple[User, ...] = BOTH
    tools: tuple[str, ...] = ()
    """Programs that must be installed; it is skipped by name without."""
    weakness: str = ""
    """What the product is known to get wrong here, though never as confirmed: the play is shown as expected to fail."""
    truth: frozenset[str] | None = None
    """What is broken, where that is not `about`: of a look-alike, the cause that it really has; empty where nothing is."""
    expect: Expect
    nobody: Expect | None = None
    """What is expected for the unprivileged user, where it differs."""

    def expected(self, user: User) -> Expect:
        """What is expected for one user."""
        return self.nobody if user == "nobody" and self.nobody else self.expect

    def missing(self) -> tuple[str, ...]:
        """The programs that it needs and that are not installed."""
        wanted = dict.fromkeys((*self.tools, *(tool for step in self.steps for tool in getattr(step, "tools", ()))))
        return tuple(tool for tool in wanted if not shutil.which(tool))

    @property
    def broken_by(self) -> frozenset[str]:
        """What is broken in truth, as causes: whoever names one of them is right, however sure. Empty for a control."""
        truth = self.truth if self.truth is not None else frozenset({self.about} - {CONTROL})
        beside = [one for one in (self.expect, self.nobody) if one]
        return truth | {cause for one in beside for cause in (*one.may, *one.also)}

    @property
    def right(self) -> frozenset[str]:
        """Every cause that is right for some user, as the verdict or beside it."""
        found: set[str] = set()
        for one in filter(None, (self.expect, self.nobody)):
            found |= {*_causes(one), *one.also}
        return frozenset(found)


HEALTHY = Expect(verdict=None, status="reachable", outcome="connected")
"""Nothing is wrong, and nothing is said to be."""


def allowed(expect: Expect) -> frozenset[str]:
    """The causes that may be confirmed."""
    sure = expect.certainty if isinstance(expect.certainty, tuple) else (expect.certainty,)
    verdict = _causes(expect) if "confirmed" in sure else ()
    beside = (cause for cause, how in expect.also.items() if how == "confirmed")
    return frozenset({*verdict, *beside, *expect.may}) - expect.unconfirmed


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Every scenario, module after module. AssertionError where two have one name."""
    from tests.lab import scenarios as package

    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
    found = tuple(one for name in names for one in importlib.import_module(name).SCENARIOS)
    twice = {one.name for one in found if [other.name for other in found].count(one.name) > 1}
    assert not twice, f"more than one scenario is called {', '.join(sorted(twice))}"
    return found


def _causes(expect: Expect) -> tuple[str, ...]:
    if expect.verdict is None:
        return ()
    return tuple(filter(None, expect.verdict)) if isinstance(expect.verdict, tuple) else (expect.verdict,)
