"""The code's form: ruff, its formatter, mypy, the import contracts, and the laws that a tool does not know."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "tui").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LONGEST_FILE = 400


def _tool(*argv: str) -> None:
    done = subprocess.run([sys.executable, "-m", *argv], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    """Ruff with all its rules has nothing to say."""
    _tool("ruff", "check", ".")


def test_the_formatter_changes_nothing() -> None:
    """Every file is formatted."""
    _tool("ruff", "format", "--check", ".")


@pytest.mark.timeout(300)  # a first run without a cache reads every stub
def test_mypy_finds_nothing() -> None:
    """Code and tests pass mypy's strict mode."""
    _tool("mypy")


def test_imports_point_downwards() -> None:
    """The layers hold, only the screen knows Textual, and thinking does no I/O; the check has seen the whole package."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
    analysed = next(line for line in done.stdout.splitlines() if line.startswith("Analyzed"))
    assert int(analysed.split()[1]) >= len(SOURCES), analysed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_one_idea(path: Path) -> None:
    """A source file opens with its law and stays below 400 lines."""
    text = path.read_text(encoding="utf-8")

    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= LONGEST_FILE


def test_every_test_says_what_it_proves() -> None:
    """Every test function has a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert TESTS
    assert not silent


def test_no_class_name_is_used_twice() -> None:
    """A name means one thing in the whole package, private and nested classes included."""
    names = Counter(
        node.name for path in SOURCES for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef)
    )

    assert [name for name, times in names.items() if times > 1] == []


def test_no_module_is_imported_in_a_circle() -> None:
    """Not at the start, not within a function, and not for the type checker alone."""
    graph = {name: imported for name, imported in _imports().items() if imported}
    while True:
        leaves = {name for name, imported in graph.items() if not imported & graph.keys()}
        if not leaves:
            break
        graph = {name: imported for name, imported in graph.items() if name not in leaves}

    assert len(_imports()) >= len(SOURCES)
    assert not graph, f"each of these leads back to itself, or to one that does: {sorted(graph)}"


def _imports() -> dict[str, set[str]]:
    """Each module of the package with those that it imports, wherever in its file the import stands."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in SOURCES}
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & names.keys()
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    base = ".".join(
                        [*package.split(".")[: len(package.split(".")) - node.level + 1], *filter(None, [node.module])]
                    )
                found[name] |= {
                    f"{base}.{alias.name}" if f"{base}.{alias.name}" in names else base for alias in node.names
                } & names.keys()
        found[name] -= {name}
    return found


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"port or 0\b", "a TcpTarget has its port; where there is none, none is made up"),
        (r'partition\("%"\)', "tui.model.address knows zones"),
    ],
)
def test_what_a_type_says_is_not_said_by_hand(pattern: str, instead: str) -> None:
    """Ports are not made up, and zones are cut off in one place."""
    by_hand = [str(path.relative_to(ROOT)) for path in SOURCES if re.search(pattern, path.read_text(encoding="utf-8"))]

    assert by_hand == [], instead
