"""Remedies: look and change apart, nothing left to fill in, made for the place where they are typed."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.casefile import CASES, all_files, load
from tests.remedy_law import broken
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.command_line import quoted
from tui.model.facts import AnyFact
from tui.model.judgement import Remedy


@pytest.mark.parametrize("path", all_files(), ids=lambda path: str(path.relative_to(CASES)))
def test_every_command_only_looks_or_only_changes_and_is_filled(path: Path) -> None:
    """Whatever a cause says of whatever case: its commands keep the law of remedies."""
    case = load(path).case
    judgements = assess(case, hypotheses()).judgements
    outside = f"{case.target.text} {case.facts}"
    remedies = {cause: [msgspec.to_builtins(remedy) for remedy in judgement.remedies] for cause, judgement in judgements.items()}

    assert {cause: faults for cause, some in remedies.items() if (faults := list(broken(some, outside)))} == {}


@pytest.mark.parametrize(
    ("command", "changes", "fault"),
    [
        ("systemctl status a; systemctl start a", False, "looks and changes"),
        ("systemctl start a", False, "says that it looks"),
        ("ssh db 'systemctl start a'", False, "says that it looks"),
        ("docker exec web rm x", False, "says that it looks"),
        ("ss -ltn", True, "says that it changes"),
        ("", True, "has no command"),
        ("refused check UPSTREAM:PORT", False, "leaves UPSTREAM"),
        ("docker run --publish 1:2 … web", True, "leaves …"),
        ("cat 'x", False, "no whole command"),
    ],
)
def test_the_law_sees_its_breach(command: str, changes: bool, fault: str) -> None:
    """Each way of breaking the law is seen, behind a prefix too."""
    remedy = msgspec.to_builtins(Remedy(do="x", command=command, changes=changes))

    assert [one for one in broken([remedy]) if fault in one]


HOSTILE = "x $(: >$MARK) `: >$MARK` '; : >$MARK; ' | *"
"""A name that a shell would make much of, if it were not quoted: it makes a file."""
SHELL = """
kill() { :; }; ulimit() { :; };
ssh() { [ "$1" = -N ] || { shift; eval "$*"; }; }
sh() { [ "$1" != -c ] || eval "$2"; }
"""
"""No program is found, what is built in does nothing, and what ssh would hand to a shell there is read by this one."""


def renamed(value: Any, kept: frozenset[str]) -> Any:
    """A fact or options with every name of a unit, container, host or path in it made hostile; what is in `kept` stays."""
    if isinstance(value, dict):
        return {
            key: HOSTILE if key in NAMES and isinstance(one, str) and one not in kept else renamed(one, kept)
            for key, one in value.items()
        }
    return [renamed(one, kept) for one in value] if isinstance(value, list | tuple) else value


NAMES = frozenset(
    {
        *(
            "unit",
            "container",
            "name",
            "process",
            "image",
            "path",
            "resolv_conf",
            "service",
            "tool",
            "host",
            "socket",
            "frozen_group",
        ),
        *("where", "group", "chain", "table", "inside", "location"),
    }
)
"""The fields of facts that hold names from outside."""
KEPT = frozenset({"journal", "systemd", "kernel", "output", "input", "forward"})


@pytest.mark.parametrize("path", all_files(), ids=lambda path: str(path.relative_to(CASES)))
def test_a_hostile_name_is_one_quoted_word_of_every_command(path: Path, tmp_path: Path) -> None:
    """Whatever a unit, container, host, path or table is called: a shell reads it as one word, and runs nothing in it."""
    case = load(path).case
    facts = [msgspec.convert(renamed(msgspec.to_builtins(fact), KEPT), AnyFact) for fact in case.facts]
    options = replace(case.options, service=case.options.service and HOSTILE, container=case.options.container and HOSTILE)
    judgements = assess(replace(case, facts=tuple(facts), options=options), hypotheses()).judgements

    lines = [remedy.command for judgement in judgements.values() for remedy in judgement.remedies]
    mark = tmp_path / "mark"
    script = SHELL + "".join(f"( {line}\n)\n" for line in lines)
    subprocess.run(["/bin/sh", "-c", script], env={"PATH": "/nonexistent", "MARK": str(mark)}, capture_output=True, check=False)
    assert not mark.exists(), lines


def test_a_name_that_is_not_quoted_would_show(tmp_path: Path) -> None:
    """The shell of the test above is one in which the hostile name acts, here and behind ssh."""
    for line in (f"ls {HOSTILE}", f"ls '{HOSTILE}'", f'ls "{HOSTILE}"', f"ssh db ls {quoted(HOSTILE)}"):
        mark = tmp_path / "mark"
        subprocess.run(
            ["/bin/sh", "-c", SHELL + line], env={"PATH": "/nonexistent", "MARK": str(mark)}, capture_output=True, check=False
        )
        assert mark.exists()
        mark.unlink()
