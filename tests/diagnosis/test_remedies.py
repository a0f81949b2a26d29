"""Remedies: look and change apart, nothing left to fill in, made for the place where they are typed."""

from pathlib import Path

import msgspec
import pytest

from tests.casefile import CASES, all_files, load
from tests.remedy_law import broken
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
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
