"""What the case says of a cause, and the verdict that follows."""

from enum import StrEnum
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from tui.model.facts import Outcome


class State(StrEnum):
    """What is known of one hypothesis."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    OPEN = "open"
    RULED_OUT = "ruled-out"
    """A fact of this session contradicts it."""
    NOT_RELEVANT = "not-relevant"
    """It does not apply to this target, or to how it ends."""
    NOT_LOOKED_AT = "not-looked-at"
    """Nobody has looked yet, or nobody may."""


class Certainty(StrEnum):
    """How sure a verdict is."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Status(StrEnum):
    """How the target does as a whole."""

    FAILING = "failing"
    REACHABLE = "reachable"
    DEGRADED = "degraded"
    """It connects although something is wrong."""
    INTERMITTENT = "intermittent"
    """It connects at times."""


CulpritKind = Literal[
    "address", "listener", "process", "unit", "container", "rule", "route", "file", "nameserver", "proxy", "limit", "code", "name"
]


class Culprit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The thing that is at fault, named by the keys of its kind."""

    kind: CulpritKind
    address: str | UnsetType = UNSET
    port: int | UnsetType = UNSET
    pid: int | UnsetType = UNSET
    name: str | UnsetType = UNSET
    unit: str | UnsetType = UNSET
    route: str | UnsetType = UNSET
    device: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    line: int | UnsetType = UNSET
    variable: str | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    """The rule as its tool prints it, or `policy drop`."""
    table: str | UnsetType = UNSET
    chain: str | UnsetType = UNSET
    handle: int | UnsetType = UNSET
    container: str | UnsetType = UNSET
    limit: str | UnsetType = UNSET
    """The limit's name, such as `ip_local_port_range`."""
    function: str | UnsetType = UNSET


class Remedy(Struct, frozen=True, kw_only=True):
    """What to do, the exact command where there is one, and how to verify it afterwards."""

    do: str
    command: str = ""
    changes: bool = False
    """Whether the command changes something; one that only looks can be typed at once. No command does both."""
    verify: str = ""

    @property
    def kind(self) -> Literal["look", "change", "do"]:
        """Whether its command looks or changes something; `do` where it has none and a person has to do it."""
        if not self.command:
            return "do"
        return "change" if self.changes else "look"


class Judgement(Struct, frozen=True, kw_only=True):
    """What the case says of one hypothesis."""

    state: State
    reason: str
    """One sentence with the deciding fact."""
    evidence: tuple[str, ...] = ()
    """The ids of the facts it rests on."""
    summary: str = ""
    """The verdict's sentence, for likely and confirmed."""
    culprit: Culprit | None = None
    refuted_by: str = ""
    """What would disprove it."""
    remedies: tuple[Remedy, ...] = ()
    next_check: str = ""
    """For open ones: the cheapest check that would decide."""
    explains: frozenset[str] = frozenset()
    """The symptoms it accounts for: addresses whose attempts fail, or `name`, or a socket path."""


class Verdict(Struct, frozen=True, kw_only=True):
    """A cause and how sure it is."""

    cause: str
    certainty: Certainty
    summary: str
    culprit: Culprit | None = None
    evidence: tuple[str, ...] = ()
    refuted_by: str = ""
    remedies: tuple[Remedy, ...] = ()


class Alternative(Struct, frozen=True, kw_only=True):
    """A cause that is not ruled out, and what would decide."""

    cause: str
    certainty: Certainty
    summary: str
    next_check: str


class Contradiction(Struct, frozen=True, kw_only=True):
    """A pasted error text says one thing, and this session sees another: what is seen here is not the cause of what it tells."""

    sentence: str
    """What the text says, what is seen here, and why they may differ: the first sentence of every answer."""
    evidence: tuple[str, ...] = ()
    """The ids of the text and of what is seen here."""
    places: tuple[Remedy, ...] = ()
    """Where the text may have been written, and the command that looks from there; the place that fits best first."""
    same_stage: bool = False
    """Whether it failed there and here on the same stretch (the name, the connection, what follows it)."""


class Assessment(Struct, frozen=True, kw_only=True):
    """Everything that the case says so far."""

    status: Status
    outcome: Outcome
    """How the target answers as a whole."""
    contradiction: Contradiction | None = None
    verdict: Verdict | None = None
    also: tuple[Verdict, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    judgements: dict[str, Judgement] = {}
    """By cause id, in the order of the walk."""
