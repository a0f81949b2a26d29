"""Which tests concern a module, those first that are quick to notice: pure, from paths and texts alone."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

WIDER: Mapping[str, tuple[str, ...]] = {
    "diagnosis": ("diagnosis", "report", "engine", "ui/test_rows", "test_docs", "test_messages"),
    "errors": ("errors", "test_targets", "test_messages", "watch"),
    "engine": ("engine", "test_check", "test_recording"),
    "probes": ("probes", "vantage", "engine", "test_check"),
}
"""For a folder of `tui/`, how the paths begin of the tests that concern it; another folder has the tests of its own name."""
NEVER = ("lab/", "mutate/", "bench/", "test_static", "test_mutate", "ui/test_pictures")
"""Not asked: types and form, which say nothing of behaviour; what needs root; pictures, which notice any change of prose."""


def concerned(module: str, tests: Mapping[str, str]) -> list[str]:
    """The test files for `tui/…/NAME.py`, in the order in which they are run; `tests` has each file's text by its path.

    First those that import the module or bear its name, then those that name it, then the rest of the folders.
    """
    path = PurePosixPath(module)
    name = path.parent.name if path.stem == "__init__" else path.stem
    begins = WIDER.get(path.parts[1], (path.parts[1],))
    asked = {
        test: text
        for test, text in tests.items()
        if test.removeprefix("tests/").startswith(begins) and not test.removeprefix("tests/").startswith(NEVER)
    }
    dotted = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    package, _, last = dotted.rpartition(".")
    imports = re.compile(rf"{re.escape(dotted)}\b|from {re.escape(package)} import [^\n]*\b{re.escape(last)}\b")

    def distance(test: str) -> tuple[int, int, str]:
        stem = PurePosixPath(test).stem
        near = 0 if imports.search(asked[test]) or stem == f"test_{name}" else 1 if name in asked[test] else 2
        return near, next(number for number, begin in enumerate(begins) if test.removeprefix("tests/").startswith(begin)), test

    return sorted(asked, key=distance)


def keyword(module: str) -> str:
    """What picks the tests that bear the module's name, as `pytest -k` takes it."""
    path = PurePosixPath(module)
    name = path.parent.name if path.stem == "__init__" else path.stem
    return " or ".join(dict.fromkeys((name.replace("_", "-"), name)))
