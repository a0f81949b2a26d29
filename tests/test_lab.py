"""The lab's declarations, which need no lab: every cause is proved, names are one's own, and a page shows them."""

import pytest

from tests.approved import ROOT, approve_section, section
from tests.lab.bench import drawn
from tests.lab.calibration import LEAST
from tests.lab.scenario import CONTROL, Scenario, scenarios
from tests.lab.table import for_docs
from tui.diagnosis.causes import hypotheses

FEWEST = 90
"""Distinct scenarios that the project promises."""
PROVED_ELSEWHERE = {
    "server.crashed": "tests/lab/test_systemd.py",
}
"""Causes that no scenario can show, each with the test file that proves it against the real thing."""
CAUSES = frozenset(one.id for one in hypotheses())


def test_every_cause_is_right_in_a_scenario() -> None:
    """Each hypothesis has a scenario whose right answer it is, but for those that another test proves."""
    shown = {cause for one in scenarios() for cause in one.right}

    assert sorted(CAUSES - shown - PROVED_ELSEWHERE.keys()) == []
    assert sorted(shown & PROVED_ELSEWHERE.keys()) == []
    assert all((ROOT / where).is_file() for where in PROVED_ELSEWHERE.values())


def test_there_are_as_many_scenarios_as_promised() -> None:
    """Distinct ones, with controls and unprivileged users among them."""
    assert len(scenarios()) >= FEWEST
    assert sum(one.about == CONTROL for one in scenarios()) >= 20
    assert sum("nobody" in one.users for one in scenarios()) >= FEWEST * 2 // 3


@pytest.mark.parametrize("one", scenarios(), ids=lambda one: one.name)
def test_a_scenario_is_well_formed(one: Scenario) -> None:
    """It is about a cause that there is, expects something for each user, names causes alone, and draws the same twice."""
    expected = [one.expected(user) for user in one.users]

    assert one.about in {*CAUSES, CONTROL}
    assert expected
    assert one.nobody is None or "nobody" in one.users
    assert all({*each.also, *each.may, *each.never, *each.alternatives} <= CAUSES for each in expected)
    assert one.right <= CAUSES
    assert drawn(one, 7) == drawn(one, 7)
    assert one.broken
    assert not one.broken.endswith(".")


def test_another_seed_draws_other_values() -> None:
    """Addresses differ from seed to seed, and from scenario to scenario."""
    first, other, *_ = scenarios()

    assert drawn(first, 1)[0]["client"] != drawn(first, 2)[0]["client"]
    assert drawn(first, 1)[0]["client"] != drawn(other, 1)[0]["client"]


def test_the_page_of_the_lab_shows_the_scenarios() -> None:
    """The table on the page of the lab is the one that the declarations give."""
    approve_section(ROOT / "docs" / "lab.md", "lab", for_docs(scenarios()))


def test_the_readme_shows_how_often_certainty_was_right() -> None:
    """Its table is one of a whole run, in which nothing was confirmed that was wrong."""
    shown = section(ROOT / "README.md", "calibration")
    total = next(line for line in shown.splitlines() if line.startswith("| all |"))
    confirmed, likely = (cell.split() for cell in total.split("|")[2:4])

    assert "wrong confirmed: 0" in shown
    assert confirmed[0] == confirmed[2]
    assert int(likely[0]) >= LEAST["likely"] * int(likely[2])
    assert int(shown.split()[0]) >= 0.9 * len(scenarios())  # of a run when nearly all of them were there
