"""Every test in this folder is marked `lab`, and skipped by name where no lab can be made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.network import NOBODY, Lab, lab, sweep, what_is_missing


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
