"""Every scenario of the lab, as each of its users: the verdict is what is broken, and nothing is said that can't be known."""

from collections.abc import Callable

import pytest

from tests.lab.calibration import too_sure
from tests.lab.conftest import PLAYED
from tests.lab.plays import Play
from tests.lab.scenario import Scenario, User, scenarios

WANTED = tuple((one, user) for one in scenarios() for user in one.users)


@pytest.mark.timeout(1500)  # an item waits for all others before it is played again; each play has its own bounds
@pytest.mark.parametrize("wanted", WANTED, ids=[f"{one.name}[{user}]" for one, user in WANTED])
def test_a_scenario(wanted: tuple[Scenario, User], plays: Callable[[str], Play]) -> None:
    """Cause, certainty, what is named beside it and what must not be: as declared."""
    scenario, user = wanted
    if missing := scenario.missing():
        pytest.skip(f"needs {', '.join(missing)}")

    played = plays(f"{scenario.name}[{user}]")

    if played.problems and scenario.weakness and not played.wrong_confirmed:
        pytest.xfail(scenario.weakness)
    assert not played.problems, "\n".join(played.problems)


def test_certainty_is_calibrated(request: pytest.FixtureRequest) -> None:
    """Over all plays of a whole run, confirmed is always right, likely and possible as often as they promise."""
    played = request.config.stash.get(PLAYED, [])
    whole = [(one, user) for one, user in WANTED if not one.missing()]
    if len(played) < len(whole):
        pytest.skip("not all scenarios were played")

    assert too_sure(played, slack=0.05) == []
