"""Every test in this folder is marked `lab`, and skipped by name where no lab can be made.

The scenarios that were selected are played together, as soon as the first of their tests is run; each test waits for its own.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.bench import DEFAULT_SEED
from tests.lab.calibration import table
from tests.lab.network import NOBODY, Lab, lab, sweep, what_is_missing
from tests.lab.plays import Play, outcome, playing
from tests.lab.scenario import Scenario
from tests.lab.table import results

SEED = int(os.environ.get("REFUSED_LAB_SEED", DEFAULT_SEED))
PLAYED = pytest.StashKey[list[Play]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark, and skip with the reason."""
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    missing = what_is_missing() if here else None
    for item in here:
        item.add_marker(pytest.mark.lab)
        if missing:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def _swept() -> None:
    sweep()


@pytest.fixture(name="lab")
def fresh_lab(_swept: None) -> Iterator[Lab]:
    """A network of this test's own."""
    with lab() as made:
        yield made


@pytest.fixture(params=[None, NOBODY], ids=["root", "nobody"])
def user(request: pytest.FixtureRequest) -> int | None:
    """As whom the looks are taken: both must see the same."""
    chosen: int | None = request.param
    return chosen


@pytest.fixture(scope="session", name="plays")
def all_plays(request: pytest.FixtureRequest, _swept: None) -> Iterator[Callable[[str], Play]]:
    """What comes of a selected scenario, asked for by its name; all of them are begun with the first."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    # Other tests have a parameter of that name too.
    selected = [call.params.get("wanted") for call in calls if call]
    wanted = [one for one in selected if isinstance(one, tuple) and one and isinstance(one[0], Scenario)]
    played: list[Play] = []
    request.config.stash[PLAYED] = played
    with playing([(one, user) for one, user in wanted if not one.missing()], SEED) as futures:

        def come_of(name: str) -> Play:
            played.append(outcome(futures, name, SEED))
            return played[-1]

        yield come_of


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of what was played."""
    if plays := config.stash.get(PLAYED, []):
        terminalreporter.section("lab")
        terminalreporter.write_line(results(plays, SEED))
        terminalreporter.write_line(f"\n{table(plays)}")
