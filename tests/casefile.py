"""Cases as files: facts in, verdict out. `tests/cases/<cause>/<name>.toml`."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tui.model.case import After, Case
from tui.model.facts import AnyFact, Attempt, TcpAttempt, UnixAttempt
from tui.model.frame import Frame
from tui.model.options import Options
from tui.model.requests import AnyRequest, Connect, ConnectUnix
from tui.model.target import parse_target

CASES = Path(__file__).parent / "cases"


class Expectation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the case must come to. Left out: not compared."""

    cause: str | None
    """The verdict's cause; the word `none` where there must be no verdict."""
    certainty: str | None = None
    status: str | None = None
    outcome: str | None = None
    also: tuple[str, ...] | None = None
    alternatives: tuple[str, ...] | None = None
    """Causes that must be among the alternatives."""
    states: dict[str, str] = {}
    """Cause ids and the states that their judgements must have."""
    culprit: dict[str, Any] = {}
    """Keys of the verdict's culprit."""
    says: tuple[str, ...] = ()
    """What the verdict's summary must contain."""


class CaseFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. Facts without an id get `<kind>-<n>`; the schedule counts as ended unless `running` is true."""

    about: str
    """The setup, in one sentence."""
    target: str
    expect: Expectation
    options: Options = Options()
    code: tuple[Frame, ...] = ()
    """The code that asked for the target, the user's innermost frame first."""
    ahead: After | None = None
    """What came of the walk behind the target."""
    answers: dict[str, str] = {}
    set_aside: dict[str, str] = {}
    running: bool = False
    facts: list[AnyFact] = []

    @property
    def case(self) -> Case:
        """The case that the file describes."""
        facts = tuple(self._numbered())
        asked = () if self.running else tuple(_schedules(facts, self.options))
        return Case(
            target=parse_target(self.target),
            options=self.options,
            code=self.code,
            ahead=self.ahead,
            facts=facts,
            answers=tuple(self.answers.items()),
            set_aside=tuple(self.set_aside.items()),
            asked=asked,
            ended=asked,
        )

    def _numbered(self) -> Iterator[AnyFact]:
        counts: dict[str, int] = {}
        for fact in self.facts:
            kind = str(fact.__struct_config__.tag)
            counts[kind] = counts.get(kind, 0) + 1
            yield fact if fact.id else replace(fact, id=f"{kind}-{counts[kind]}")


def _schedules(facts: tuple[AnyFact, ...], options: Options) -> Iterator[AnyRequest]:
    """The requests whose attempts the facts show."""
    for one in {fact.label: fact for fact in facts if isinstance(fact, Attempt) and fact.purpose == "target"}.values():
        match one:
            case UnixAttempt(path=path):
                yield ConnectUnix(path=path, attempts=options.attempts, delay_s=options.delay_s, timeout_s=options.timeout_s)
            case TcpAttempt(address=address, port=port):
                yield Connect(
                    address=address,
                    port=port,
                    attempts=options.attempts,
                    delay_s=options.delay_s,
                    timeout_s=options.timeout_s,
                    source=options.source,
                )


def load(path: Path) -> CaseFile:
    """Read one case file. Raises msgspec.ValidationError for a key that no fact has."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), CaseFile)


def all_files() -> list[Path]:
    """Every case file, sorted."""
    return sorted(CASES.glob("*/*.toml"))
