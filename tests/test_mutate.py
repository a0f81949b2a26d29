"""The mutation run: a source's mutants, what they leave alone, how they are drawn, which tests are asked, and how a run ends."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest

from tests.approved import ROOT
from tests.mutate.__main__ import draw
from tests.mutate.concerns import concerned, keyword
from tests.mutate.mutants import change, is_sound, mutants_of, mutated

NONE: frozenset[tuple[str, str, str]] = frozenset()


def lines_after(source: str) -> set[str]:
    """The lines that mutants put in the place of others."""
    source = dedent(source)
    return {change(source, mutant)[1] for mutant in mutants_of(source) if is_sound(source, mutant)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b < c", {"a = b <= c"}),
        ("a = b is not c", {"a = b is c"}),
        ("a = (b) in (c)", {"a = (b) not in (c)"}),
        ("a = b == c != d", {"a = b != c != d", "a = b == c == d"}),
        ("a = b and c and d", {"a = b or c and d", "a = b and c or d"}),
        ("a = not (b)", {"a = (b)"}),
        ("a = b if c else d", {"a = b if False else d", "a = b if True else d", "a = b if not (c) else d"}),
        ("if a == b: pass", {"if a != b: pass", "if False: pass", "if True: pass"}),
        ("while a(): pass", {"while False: pass"}),
        (
            "a = [b for b in c if b]",
            {"a = [b for b in c if False]", "a = [b for b in c if True]", "a = [b for b in c if not (b)]"},
        ),
        ("a = b[1:]", {"a = b[2:]"}),
        ("a = True", {"a = False"}),
        ("a = b - 1", {"a = b + 1", "a = b - 2"}),
        ("a |= b", {"a &= b"}),
        ("def a(): return b", {"def a(): return None"}),
        ("def a(): yield b", {"def a(): yield from ()"}),
        ("a()", {"pass"}),
        ("a = b(c, d=(e), f=g)", {"a = b(c, f=g)", "a = b(c, d=(e))"}),
        ("a = b(c=d,)", {"a = b()"}),
        ("a = b(place=30)", {"a = b()", "a = b(place=1030)"}),
        ("a = zip(b, strict=False)", {"a = zip(b, strict=True)"}),
        ("a = b(c, strict=False)", {"a = b(c)", "a = b(c, strict=True)"}),
        ("a = b == 'ä'", {"a = b != 'ä'", "a = b == 'ä~'"}),
        ("a = {'b': 'the prose'}[c]", {"a = {'b~': 'the prose'}[c]"}),
        ("a = b.split(',')", {"a = b.split(',~')"}),
        ("a = b.rstrip(',.')", {"a = b.rstrip('~')"}),
    ],
)
def test_a_source_has_its_mutants(source: str, expected: set[str]) -> None:
    """Comparisons, conditions, constants, results, statements and arguments are made wrong, each in every way that is listed."""
    assert {line.replace("(c, )", "(c)").replace("( ", "(") for line in lines_after(source)} == {*expected}


@pytest.mark.parametrize(
    "source",
    [
        '"""A text that says 1 < 2."""',
        "__all__ = ['a', 'b']",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    a = 1 < 2",
        "def a(b: 'int | None' = None) -> 'x | y': ...",
        "@a(1)\nclass B(c(2)): ...",
        "class A(B, frozen=True, kw_only=True): ...",
        "a: 'int | str'",
        "A = B | C",
        "a = 'prose for a person'",
        "a = f'{b + 1} of {c if d else e}'",
        "a = b + 'text'",
        "LONGEST_S = 30",
        "a = b(timeout_s=5)",
        "assert a == b",
        "# a = b < c",
    ],
)
def test_what_no_test_is_to_notice_has_none(source: str) -> None:
    """Prose, annotations, types, decorators and durations are left alone."""
    assert lines_after(source) == set()


def test_only_the_place_changes() -> None:
    """Beside the mutant every byte stays, be it a comment or a letter of two bytes; the line and its number are told."""
    source = "# Größe\na = 'ü'; b = [  # why\n    c <  d,  # both\n]\n"

    (mutant,) = mutants_of(source)

    assert mutated(source, mutant) == source.replace("c <  d", "c <=  d")
    assert (mutant.line, change(source, mutant)) == (3, ("c < d, # both", "c <= d, # both"))


def test_a_draw_is_the_same_for_its_seed() -> None:
    """A seed always draws the same mutants, another one others, none twice; each compiles and reads otherwise."""
    files = {"tui/a.py": (ROOT / "tests" / "approved.py").read_text(encoding="utf-8")}

    first, again, other = (list(draw(files, 10, seed, NONE)) for seed in (1, 1, 2))

    assert first == again
    assert len(set(first)) == 10
    assert set(first) != set(other)
    for each in first:
        assert ast.dump(ast.parse(mutated(each.source, each.mutant))) != ast.dump(ast.parse(each.source))


def test_equivalent_mutants_are_not_drawn() -> None:
    """What is listed as changing nothing is passed over; a pool that is too small is drawn whole."""
    files = {"tui/a.py": "a = b < c\nd = True\n"}

    drawn = list(draw(files, 5, 1, frozenset({("tui/a.py", "a = b < c", "a = b <= c")})))

    assert [each.difference for each in drawn] == ["tui/a.py:2  -d = True  +d = False"]


def test_the_nearest_tests_are_asked_first() -> None:
    """Tests that import the module come before those that name it, and those before the rest; the lab and form never are."""
    tests = {
        "tests/diagnosis/test_z.py": "from tui.diagnosis.ranking import assess",
        "tests/diagnosis/test_ranking.py": "",
        "tests/diagnosis/test_y.py": "from tui.diagnosis import ranking, views",
        "tests/report/test_b.py": "the ranking",
        "tests/diagnosis/test_a.py": "from tui.diagnosis import views",
        "tests/test_static.py": "from tui.diagnosis.ranking import assess",
        "tests/lab/test_ranking.py": "from tui.diagnosis.ranking import assess",
        "tests/probes/test_ranking.py": "",
    }

    asked = concerned("tui/diagnosis/ranking.py", tests)

    names = [test.removeprefix("tests/") for test in asked]
    assert names == [
        "diagnosis/test_ranking.py",
        "diagnosis/test_y.py",
        "diagnosis/test_z.py",
        "report/test_b.py",
        "diagnosis/test_a.py",
    ]


def test_a_package_goes_by_its_own_name() -> None:
    """A package's `__init__` is named as the package, and a cause in both ways of writing it."""
    tests = {"tests/errors/test_a.py": "", "tests/errors/test_b.py": "import tui.errors.frames"}

    assert concerned("tui/errors/frames/__init__.py", tests) == ["tests/errors/test_b.py", "tests/errors/test_a.py"]
    assert keyword("tui/diagnosis/hypotheses/port/wrong_port.py") == "wrong-port or wrong_port"
    assert keyword("tui/errors/frames/__init__.py") == "frames"


def test_mutants_of_one_place_do_not_repeat() -> None:
    """No two mutants of a module are the same change."""
    source = (ROOT / "tests" / "approved.py").read_text(encoding="utf-8")

    made = [(mutant.begin, mutant.end, mutant.new) for mutant in mutants_of(source)]

    assert made
    assert all(first < second for first, second in pairwise(made))


HANGS = """
import os, subprocess, sys, time

def test_it(request):
    subprocess.Popen(["sleep", "60"], stdout=os.open(request.path.with_name("pipe"), os.O_WRONLY))
    time.sleep(60)
"""


@pytest.fixture
def runner() -> Iterator[subprocess.Popen[bytes]]:
    """What forks the runs, as a copy has it."""
    words = [sys.executable, "-m", "tests.mutate.runner"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        yield process
        process.kill()


def asked(runner: subprocess.Popen[bytes], test: Path) -> None:
    """Have it run this file."""
    assert runner.stdin is not None
    runner.stdin.write(json.dumps(["-q", "-c", os.devnull, "--rootdir", str(test.parent), str(test)]).encode() + b"\n")
    runner.stdin.flush()


def test_each_run_begins_anew(runner: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """A run ends with pytest's status, and nothing that it loaded or set is there in the next."""
    endings = []
    for body in ("assert not hasattr(sys, 'mark'); sys.mark = 1", "assert not hasattr(sys, 'mark')", "assert False"):
        test = tmp_path / "test_it.py"
        test.write_text(f"import sys\ndef test_it():\n    {body}\n", encoding="utf-8")
        asked(runner, test)
        assert runner.stdout is not None
        endings.append(json.loads(runner.stdout.readline())[0])

    assert endings == [0, 0, 1]


def test_no_process_of_a_stopped_run_is_left(runner: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Where nobody asks any more, because it took too long or because the one who asked was killed, all that it started ends."""
    os.mkfifo(tmp_path / "pipe")
    test = tmp_path / "test_it.py"
    test.write_text(HANGS, encoding="utf-8")
    asked(runner, test)

    with (tmp_path / "pipe").open("rb") as pipe:  # as soon as the run's own child has it for writing
        assert runner.stdin is not None
        runner.stdin.close()

        assert pipe.read() == b""  # its last writer is gone
    assert runner.wait() == 0
