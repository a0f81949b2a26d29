"""The documents are compared with the code: help, keys, causes, tree, exit statuses, pictures, commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.approved import ROOT, approve_section, section
from tui.diagnosis.diagram import catalogue, tree_diagram
from tui.diagnosis.hypothesis import hypotheses
from tui.exit_status import ExitStatus

README = ROOT / "README.md"
DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md")
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/python -m pytest"


def _help(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words, "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"COLUMNS": "100", "PATH": "/usr/bin:/bin", "PYTHON_COLORS": "0", "NO_COLOR": "1"},
    )
    return f"```text\n{done.stdout.rstrip()}\n```"


@pytest.mark.parametrize("command", ["", "check", "run"])
def test_the_readme_shows_the_help(command: str) -> None:
    """The README's help texts are what the program prints, word for word; their lines are those of Python 3.11."""
    name, text = f"help {command}".strip(), _help(*command.split())
    if sys.version_info[:2] == (3, 11):
        approve_section(README, name, text)
    # argparse breaks the usage's lines elsewhere from version to version.
    assert section(README, name).split() == text.split()


def test_the_readme_lists_the_causes() -> None:
    """The README's catalogue is the one that the hypotheses give."""
    approve_section(README, "causes", catalogue(hypotheses()))


def test_the_readme_draws_the_tree() -> None:
    """The README's tree is the one that the walk uses."""
    approve_section(README, "tree", f"```text\n{tree_diagram(hypotheses())}\n```")


def test_the_readme_lists_the_keys() -> None:
    """The README's key table is the one that the screen binds."""
    from tui.ui.commands import key_table

    approve_section(README, "keys", key_table())


def test_the_readme_lists_the_exit_statuses() -> None:
    """The README's exit statuses are the program's, with their meanings."""
    rows = [f"| {status.value} | {status.meaning} |" for status in ExitStatus]

    approve_section(README, "exit statuses", "\n".join(["| status | means |", "|---|---|", *rows]))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link and picture of a document exists in the repository."""
    links = [
        target.partition("#")[0]
        for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", path.read_text(encoding="utf-8"))
        for target in target
        if target and "://" not in target and not target.startswith("#")
    ]

    assert [link for link in links if link and not (path.parent / link).exists()] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """README, CONTRIBUTING and CI name the same command, to the letter."""
    for path in (README, ROOT / "CONTRIBUTING.md", ROOT / ".ci" / "run"):
        assert TEST_COMMAND in path.read_text(encoding="utf-8").splitlines(), path.name


def test_every_picture_is_shown_or_compared() -> None:
    """The README shows only pictures that exist, and shows some."""
    shown = re.findall(r"screenshots/[\w.-]+", README.read_text(encoding="utf-8"))

    assert shown
    assert [name for name in shown if not (ROOT / name).exists()] == []
