"""One of each kind is added to a copy of the package, as CONTRIBUTING says: how many existing files that takes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.approved import ROOT
from tui.demo.fake_service import fake_services


class Copy:
    """A copy of the package, and what was done to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.edited: set[str] = set()
        shutil.copytree(ROOT / "tui", folder / "tui", ignore=shutil.ignore_patterns("__pycache__"))

    def add(self, path: str, text: str) -> None:
        """A new file."""
        assert not (self.folder / path).exists(), path
        (self.folder / path).write_text(text, encoding="utf-8")

    def edit(self, path: str, before: str, after: str) -> None:
        """One place of an existing file."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(before) == 1, (path, before)
        (self.folder / path).write_text(text.replace(before, after), encoding="utf-8")
        self.edited.add(path)

    def run(self, *words: str, text: str = "", status: int = 0) -> str:
        """What Python prints, with the copy instead of the package."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            env={**os.environ, "PYTHONPATH": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")},
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The package as it is."""
    return Copy(tmp_path)


def test_a_cause_with_a_new_fact_and_a_new_probe_edits_two_files(copy: Copy) -> None:
    """Beside four new files only the two unions are touched; the fact, its words and the verdict are in the result."""
    copy.edit("tui/model/requests.py", "AnyRequest = (\n", "AnyRequest = (\n    ReadMoon |\n")
    copy.edit("tui/model/requests.py", "class ReadCode(", f"{MOON_REQUEST}\n\nclass ReadCode(")
    copy.edit("tui/model/facts/__init__.py", "AnyFact = (\n", "AnyFact = (\n    Moon |\n")
    copy.edit(
        "tui/model/facts/__init__.py",
        "from tui.model.facts.names",
        "from tui.model.facts.moon import Moon\nfrom tui.model.facts.names",
    )
    copy.add("tui/model/facts/moon.py", MOON_FACT)
    copy.add("tui/probes/path/moon_phase.py", MOON_PROBE)
    copy.add("tui/report/facts/moon.py", MOON_WORDS)
    copy.add("tui/diagnosis/hypotheses/server/full_moon.py", MOON_CAUSE)
    with fake_services("127.0.0.1") as (shut,):
        target = f"127.0.0.1:{shut.port}"
        found = json.loads(copy.run("-m", "tui", "check", target, "--json", "--no-session", "--attempts", "1", status=1))
        shown = copy.run("-m", "tui", "check", target, "--no-session", "--attempts", "1", status=1)

    assert found["verdict"]["cause"] == "server.full-moon"
    assert [fact["phase"] for fact in found["evidence"] if fact["kind"] == "moon"] == ["full"]
    assert "the moon is full" in shown
    assert len(copy.edited) <= 2


def test_a_panel_edits_one_file(copy: Copy) -> None:
    """One row makes it a tab with its key; its file says what stands in it."""
    row = '    Slot("moon", "moon", "Go to the moon.", "shared"),\n'
    copy.edit("tui/ui/panels/__init__.py", ')\n"""In the order of their keys', f'{row})\n"""In the order of their keys')
    copy.add("tui/ui/panels/moon.py", MOON_PANEL)
    copy.add("press.py", PRESS_EIGHT)

    assert copy.run("press.py").splitlines() == ["moon", "The moon is full.", "8 The moon", "Go to the moon."]
    assert len(copy.edited) == 1


def test_a_report_format_edits_no_file(copy: Copy) -> None:
    """Its file is its option, in `check` and `report`, with its help."""
    copy.add("tui/report/formats/csv.py", CSV_FORMAT)
    session = copy.folder / "recorded.jsonl"
    with fake_services("127.0.0.1") as (shut,):
        target = f"127.0.0.1:{shut.port}"
        shown = copy.run("-m", "tui", "check", target, "--csv", "--session", str(session), "--attempts", "1", status=1)

    assert shown == f"{target},failing\n"
    assert copy.run("-m", "tui", "report", "--csv", str(session)) == shown
    assert "CSV: target and status" in copy.run("-m", "tui", "report", "--help")
    assert not copy.edited


def test_an_error_shape_edits_no_file(copy: Copy) -> None:
    """Its file is its registration: a text of that form names its endpoint."""
    text = "moonbase: the landing at db-1 / 5432 was refused\n"
    copy.run("-m", "tui", "parse", text=text, status=3)
    copy.add("tui/errors/shapes/moon_landing.py", MOON_SHAPE)

    found = json.loads(copy.run("-m", "tui", "parse", "--json", text=text))
    assert [(one["host"], one["port"]) for one in found["endpoints"]] == [("db-1", 5432)]
    assert not copy.edited


NAMES = "from tui.model.facts.names"
MOON_REQUEST = '''
class ReadMoon(Request, frozen=True, kw_only=True, tag="moon-phase"):
    """Look at the moon."""
'''
MOON_FACT = '''"""The moon."""

from tui.model.facts.fact import Fact


class Moon(Fact, frozen=True, kw_only=True, tag="moon"):
    """The moon as it was seen."""

    phase: str
'''
MOON_PROBE = '''"""The phase of the moon."""

from collections.abc import AsyncGenerator

from tui.model.facts import Moon
from tui.model.requests import ReadMoon
from tui.probes.kernel.system_view import SystemView


async def check(request: ReadMoon, system: SystemView) -> AsyncGenerator[Moon, None]:
    """Yield the moon."""
    yield Moon(phase="full")
'''
MOON_WORDS = '''"""The moon in words."""

from tui.model.facts import Moon
from tui.model.requests import ReadMoon
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_moon(_request: ReadMoon) -> str:
    return "the moon"


@fact_sentence.register
def _moon(fact: Moon) -> str:
    return f"the moon is {fact.phase}"
'''
MOON_CAUSE = '''"""The moon is full."""

from tui.diagnosis.hypothesis import Hypothesis, claim, not_looked_at
from tui.diagnosis.readings import checks, outcomes
from tui.model.facts import Moon
from tui.model.judgement import Remedy
from tui.model.requests import ReadMoon


def needs(case):
    """The moon, and the attempts."""
    yield from checks.connects(case)
    yield ReadMoon()


def judge(case):
    """A full moon explains everything."""
    moon = case.last(Moon)
    if moon is None or not outcomes.failing(case):
        return not_looked_at("The moon was not seen yet.")
    return claim(
        "The moon is full.",
        moon.id,
        reason=f"The moon is {moon.phase}.",
        explains=outcomes.failing(case),
        refuted_by="It wanes, and the connection still fails.",
        remedies=(Remedy(do="Wait.", verify="It connects."),),
    )


HYPOTHESIS = Hypothesis(
    place=1,
    title="no full moon",
    question="Is the moon full?",
    why="One never knows.",
    meaning="The moon is full.",
    proof="A look at the moon.",
    supersedes=frozenset({"server.not-listening"}),
    shown_by=(Moon,),
    looks=(),
    needs=needs,
    judge=judge,
)
'''
MOON_PANEL = '''"""The moon."""

from tui.ui.panels.lines import LinesPanel
from tui.ui.rows.step import StepRow
from tui.ui.rows.text import line


class MoonPanel(LinesPanel):
    """What the moon looks like."""

    TITLE = "The moon"
    HELP = "The moon, as it is."

    def fill(self, view):
        """Tell its phase."""
        self.set_rows([StepRow(line("The moon is full."))])


PANEL = MoonPanel
'''
PRESS_EIGHT = """
import asyncio
from datetime import UTC, datetime

from tui.engine.replay import Replay
from tui.model.events import Opened
from tui.model.options import Options
from tui.model.target import parse_target
from tui.ui.app import RefusedApp
from tui.ui.backend import Backend
from tui.ui.commands import COMMANDS
from tui.ui.panels.panel import Panel


async def main():
    target = parse_target("127.0.0.1:1")
    recording = Replay([Opened(at="2026-01-01T00:00:00Z", version="1", target=target, options=Options())])
    nothing = lambda *given: None
    backend = Backend(
        read_target=nothing, open_session=nothing, open_recording=nothing, write_report=nothing, record_problem=nothing
    )
    app = RefusedApp(backend, recording=recording)
    async with app.run_test(size=(120, 36)) as pilot:
        async with asyncio.timeout(60):
            while not app.screen.query("#moon"):
                await pilot.pause(0.05)
            await pilot.press("8")
            panel = app.screen.query_one("#moon", Panel)
            while not (panel.visible_now and panel.words):
                await pilot.pause(0.05)
        print(app.screen.tab, *panel.words, panel.border_title, sep="\\n")
        print(next(command.says for command in COMMANDS if command.keys == ("8",)))


asyncio.run(main())
"""
CSV_FORMAT = '''"""CSV: target and status."""

from tui.report.format import Format


def as_csv(document):
    """One row."""
    return f"{document.target.text},{document.status}\\n"


FORMAT = Format(render=as_csv, between="")
'''
MOON_SHAPE = '''"""`the landing at HOST / PORT`."""

import re

from tui.errors.shape import Shape

SHAPE = Shape(
    place=50, form="landing at H / P", hints=("landing at ",),
    pattern=re.compile(r"landing at (?P<host>[\\w.-]+) / (?P<port>\\d+)"))
'''
