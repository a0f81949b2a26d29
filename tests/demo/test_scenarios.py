"""Every scenario is walked for real, and the walk must come to the scenario's truth."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.approved import ROOT
from tests.documents import validated
from tui.cli.check import CheckOptions, check
from tui.cli.exit_status import ExitStatus
from tui.demo.catalogue import SCENARIOS
from tui.demo.scenario import NotPossibleError, Scenario
from tui.engine.setup import Setup


@pytest.fixture
def own_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that no other program uses; its path is short enough for a socket's, which pytest's is not."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_the_walk_finds_the_truth(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict, its certainty, what stands beside it, the status and the exit status are those of the truth."""
    exit_status = check([scenario.opening], CheckOptions(format="json", record=False))

    found = validated(capsys.readouterr().out)
    truth = scenario.truth
    assert found["status"] == truth.status, found["walk"]
    if truth.cause is None:
        assert found["verdict"] is None
        assert exit_status is ExitStatus.REACHABLE
    else:
        assert (found["verdict"]["cause"], found["verdict"]["certainty"]) == (truth.cause, truth.certainty)
        assert exit_status is ExitStatus.CAUSE_FOUND
    assert {one["cause"] for one in found["also"]} <= truth.also
    assert found["complete"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
async def test_nothing_is_left_behind(scenario: Scenario, own_folder: Path) -> None:
    """With the end of its context a scenario's sockets and files are gone, and all of them were on loopback."""
    before = _sockets()

    async with scenario.opening() as here:
        during = _sockets()
        assert isinstance(here, Setup)
        assert all(one.startswith(("127.", "::1")) for one, _ in during - before)

    assert (_sockets(), _files(own_folder)) == (before, [])


def _sockets() -> set[tuple[str, int]]:
    """The bound addresses and ports of this process."""
    return {(one.laddr.ip, one.laddr.port) for one in psutil.Process().net_connections("inet")}


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def test_names_and_titles_are_for_people() -> None:
    """Names are unique words to type; titles and what is broken are there and fit a line."""
    names = [one.name for one in SCENARIOS]

    assert len(names) == len(set(names))
    assert all(name.replace("-", "").isalpha() and name == name.lower() for name in names)
    assert all(0 < len(one.title) <= 80 and one.broken.endswith(".") for one in SCENARIOS)


def test_the_command_line_walks_one() -> None:
    """`refused demo NAME --json` prints the document alone, and its exit status is the walk's."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", "demo", "stale-socket", "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert validated(done.stdout)["verdict"]["cause"] == "unix.stale"
    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout)


async def test_a_machine_without_ipv6_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ::1 can't be bound, a scenario that needs it says so instead of failing."""
    from tui.demo import fake_service

    plain = fake_service.FakeService

    def without_ipv6(address: str, port: int, *, hangs_up: bool = False) -> fake_service.FakeService:
        if ":" in address:
            raise OSError(99, "Cannot assign requested address")
        return plain(address, port, hangs_up=hangs_up)

    monkeypatch.setattr(fake_service, "FakeService", without_ipv6)

    for name in ("other-family", "two-families"):
        scenario = next(one for one in SCENARIOS if one.name == name)
        with pytest.raises(NotPossibleError, match="::1"):
            async with scenario.opening():
                pass
