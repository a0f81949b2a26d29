"""The whole program among liars: the short form of `python -m tests.fuzz --programs`, and that its laws notice a breach."""

import json
import os
import subprocess
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.programs import laws
from tests.fuzz.programs.lies import HOSTILE, LIES, WAITS, script
from tests.fuzz.programs.trials import can_isolate, trials

SHORT = (
    *("tools hostile-names", "tools escapes", "tools mangled", "tools leaves-a-child", "one-tool docker hang"),
    *("far-end hostile-names", "far-end random", "far-tools mangled", "far-words 3"),
    *("nameserver commands", "nameserver truncated", "nameserver loop"),
)
"""A second each, and one that waits; the long form tries all."""
TRIALS = dict(trials(1))


@pytest.mark.parametrize("name", SHORT)
def test_no_liar_breaks_the_program(name: str) -> None:
    """It ends in time with a document in letters, no name is a command, and nobody is left behind."""
    if name not in TRIALS and not can_isolate():
        pytest.skip("a nameserver of its own needs root, for a network of its own")

    assert list(TRIALS[name]()) == []


@pytest.mark.parametrize("lie", [lie for lie in LIES if lie not in WAITS and "endless" not in lie])
def test_a_lie_is_told_and_the_same_for_the_same_seed(lie: str, tmp_path: Path) -> None:
    """What a liar writes is there at once, and does not change from run to run."""
    told = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        source = script(lie, b'{"name": "web-1", "port": 80}\n', folder, Random(7))  # noqa: S311 -- no secret
        with subprocess.Popen(
            ["sh", "-c", source.replace("sleep 600", "true")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            told.append(process.communicate(timeout=20)[0])

    assert told[0] == told[1]
    assert bool(told[0]) is (lie != "nothing")


def breaches(status: int, output: bytes, errors: bytes, folder: Path) -> list[str]:
    """What the laws say of such an end."""
    return list(laws.of_the_output(status, output, errors, folder))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"verdict": {"summary": "a\x1b[2Jb"}}, "steers the terminal"),
        ({"evidence": [{"detail": "a\u202eb"}]}, "steers the terminal"),
        ({"verdict": {"remedies": [{"command": f"systemctl restart x{HOSTILE}"}]}}, "a name is a command"),
        ({"evidence": [{"reason": "The check itself failed: ValueError: x"}]}, "the check itself failed"),
    ],
)
def test_a_breach_in_the_document_is_noticed(document: object, says: str, tmp_path: Path) -> None:
    """Control characters, hidden ones, names that a shell would run, and a check that failed by itself."""
    assert any(says in breach for breach in breaches(1, json.dumps(document).encode(), b"", tmp_path))


@pytest.mark.parametrize(
    ("status", "output", "errors"),
    [(1, b"{", b""), (1, b'"\xff"', b""), (70, b"{}", b""), (1, b"{}", b"Traceback (most recent"), (-9, b"", b"")],
)
def test_a_bad_end_is_noticed(status: int, output: bytes, errors: bytes, tmp_path: Path) -> None:
    """A document that is none, or not UTF-8, another status, a traceback, a signal."""
    assert breaches(status, output, errors, tmp_path)


def test_quoted_names_are_no_breach(tmp_path: Path) -> None:
    """What is quoted is one word of a command, and a document like that holds."""
    document = {"verdict": {"remedies": [{"command": f"systemctl restart 'x{HOSTILE}'"}], "summary": "two\nlines"}}

    assert breaches(0, json.dumps(document).encode(), b"", tmp_path) == []


def test_who_is_left_behind_is_noticed_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process with the mark of the trial that does not end by itself."""
    monkeypatch.setattr(laws, "GONE_S", 0.1)
    with subprocess.Popen(["sleep", "600"], env={**os.environ, laws.MARKED: "left"}) as process:
        found = list(laws.left_behind("left"))

    assert found == ["left behind: sleep 600 "]
    assert process.returncode == -9
