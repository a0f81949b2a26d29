"""Causes of another package, by its entry points: used where they keep the laws, contained where they do not."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from tests.approved import ROOT
from tui.demo.fake_service import fake_services
from tui.diagnosis.causes import ENTRY_POINT, from_entry_points
from tui.diagnosis.laws import judgement_problems
from tui.diagnosis.ranking import judged
from tui.model.case import Case
from tui.model.judgement import State
from tui.model.target import parse_target

SITE = Path(__file__).parent / "site"
REFUSED = {
    "server.talks-too-much": "its title is empty or longer than 18 characters",
    "server.no-hypothesis": "it is not a Hypothesis",
    "server.not-there": "AttributeError",
    "server.down": "there is a cause of that name already",
    "moon.full": "its name is not GROUP.CAUSE with a group of name, port, path, server, tls, upstream, client, unix",
}


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """The entry points of the example package, which can be imported."""
    monkeypatch.syspath_prepend(str(SITE))
    lines = (SITE / "refused_example_causes-1.dist-info" / "entry_points.txt").read_text(encoding="utf-8").splitlines()[1:]
    return [EntryPoint(name=name, value=value, group=ENTRY_POINT) for name, value in (line.split(" = ") for line in lines)]


def checked(target: str) -> dict[str, Any]:
    """The document of `refused check` with the example package installed beside it."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", "check", target, "--json", "--no-session", "--attempts", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SITE}"},
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_an_installed_package_brings_its_causes() -> None:
    """A cause that keeps the laws is judged in the walk; what is wrong with the others is said, and the walk goes on."""
    with fake_services("127.0.0.1") as (shut,):
        found = checked(f"127.0.0.1:{shut.port}")
    states = {step["id"]: step["state"] for step in found["walk"]}

    assert states["server.maintenance"] == "likely"
    assert states["server.raises"] == states["server.claims"] == "not-looked-at"
    assert not REFUSED.keys() - {"server.down"} & states.keys()
    for identifier, why in REFUSED.items():
        assert [line for line in found["unseen"] if f"cause {identifier} of " in line and why in line], identifier
    assert found["verdict"]["cause"] == "server.not-listening"


def test_a_cause_is_used_only_where_it_keeps_the_laws(points: list[EntryPoint]) -> None:
    """Prose, name and kind are held to the laws of the catalogue when it is loaded; each refusal has its reason."""
    kept, refused = from_entry_points(points)

    assert [cause.id for cause in kept] == ["server.maintenance", "server.raises", "server.claims"]
    assert len(refused) == len(REFUSED)
    for line, (identifier, why) in zip(refused, REFUSED.items(), strict=True):
        assert line.startswith(f"the cause {identifier} of example_causes.")
        assert why in line


def test_a_defect_while_judging_is_contained(points: list[EntryPoint]) -> None:
    """What raises, or claims what no fact shows, counts as not looked at, and never ends the walk."""
    case = Case(target=parse_target("127.0.0.1:1"))
    kept, _ = from_entry_points(points)
    for cause in kept:
        judgement = judged(cause, case)
        assert judgement.state is State.NOT_LOOKED_AT
        assert judgement_problems(judgement, case) == []
    raises = next(cause for cause in kept if cause.id == "server.raises")

    assert raises.needs(case) == ()
    assert "it raised RuntimeError" in raises.judge(case).reason


def test_entry_points_are_looked_for_without_loading_much(tmp_path: Path) -> None:
    """Where no package offers a cause, importlib.metadata is not loaded; where an archive might, it is asked."""
    program = (
        "import sys\nfrom tui.by_path import entry_points_of\nfrom tui.diagnosis.causes import ENTRY_POINT\n"
        "print(len(entry_points_of(ENTRY_POINT)), 'importlib.metadata' in sys.modules)"
    )
    archive = tmp_path / "causes.zip"
    archive.write_bytes(b"")
    found = {}
    for name, path in (("nothing", ROOT), ("a package", SITE), ("an archive", archive), ("no folder", tmp_path / "gone")):
        environ = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{path}"}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environ)
        found[name] = done.stdout.strip()

    assert found == {"nothing": "0 False", "a package": "8 True", "an archive": "0 True", "no folder": "0 False"}
