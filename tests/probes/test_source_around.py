"""Which files near a piece of code are read with it, up to where, and how much of the code is shown."""

from pathlib import Path

import pytest

from tests.probes.test_source_code import code
from tui.model.facts import Code, NotObserved
from tui.model.requests import ReadCode
from tui.probes import source_code
from tui.probes.kernel.system_view import SystemView
from tui.probes.source_code import beside, find, read

READ = (
    *("Procfile", ".env", ".env.local", "docker-compose.yml", "docker-compose.override", "compose.yaml", "a.ini", "A.CFG"),
    *("a.toml", "a.yaml", "a.yml", "prod.env", "a.conf", "a.properties"),
)
NOT_READ = (
    *("poetry.lock", "uv.lock", "pdm.lock", "pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", "Poetry.lock"),
    *("notes.txt", "other.py", "ini", "yaml", "a.json", "environment"),
)


def names(path: Path, imports: tuple[str, ...] = ()) -> list[str]:
    """The names of what is read beside a file, in order."""
    return [Path(each).name for each, _ in beside(path, imports)]


@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_settings(name: str, tmp_path: Path) -> None:
    """By its name or its ending, in upper or lower case."""
    (tmp_path / name).write_text("PORT=1\n")

    assert [(path, text) for path, text in beside(tmp_path / "a.py", ())] == [(str(tmp_path / name), "PORT=1\n")]


@pytest.mark.parametrize("name", NOT_READ)
def test_a_file_that_is_none(name: str, tmp_path: Path) -> None:
    """Settings of tools, code that is not imported, and other files are left alone."""
    (tmp_path / name).write_text("PORT=1\n")

    assert names(tmp_path / "a.py") == []


@pytest.mark.parametrize("folder", ["config", "conf", "settings", "deploy"])
def test_folders_of_settings(folder: str, tmp_path: Path) -> None:
    """Those beside the code, and those beside the folders above it."""
    for level in (tmp_path, tmp_path / "src"):
        (level / folder).mkdir(parents=True)
        (level / folder / f"{level.name}.ini").write_text("port = 1\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.ini").write_text("port = 1\n")

    assert names(tmp_path / "src" / "a.py") == ["src.ini", f"{tmp_path.name}.ini"]


@pytest.mark.parametrize("root", [".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg"])
def test_settings_end_at_the_projects_root(root: str, tmp_path: Path) -> None:
    """What lies above the folder that holds a project's own file is somebody else's."""
    for level in (tmp_path, tmp_path / "project", tmp_path / "project" / "src"):
        level.mkdir(exist_ok=True)
        (level / f"{level.name}.ini").write_text("port = 1\n")
    (tmp_path / "project" / root).touch()

    assert names(tmp_path / "project" / "src" / "a.py") == ["src.ini", "project.ini"]


def test_settings_are_three_levels_above_at_most(tmp_path: Path) -> None:
    """The code's own folder and three above."""
    folder = tmp_path
    for name in "abcde":
        folder /= name
        folder.mkdir()
        (folder / f"{name}.ini").write_text("port = 1\n")

    assert names(folder / "code.py") == ["e.ini", "d.ini", "c.ini", "b.ini"]


def test_twenty_four_files_are_read(tmp_path: Path) -> None:
    """More of them would be no settings of one program."""
    for number in range(30):
        (tmp_path / f"{number:02}.ini").write_text("port = 1\n")

    assert names(tmp_path / "a.py") == [f"{number:02}.ini" for number in range(24)]


def test_files_that_are_read_have_a_size(tmp_path: Path) -> None:
    """An empty one, and one of more than 200 000 bytes, is passed over; the next one counts."""
    (tmp_path / "a.ini").touch()
    (tmp_path / "b.ini").write_text("x" * 200_001)
    (tmp_path / "c.ini").write_text("x" * 200_000)

    assert names(tmp_path / "a.py") == ["c.ini"]


def test_two_thousand_entries_of_a_folder_are_looked_at(tmp_path: Path) -> None:
    """A folder of data does not hold the reader up."""
    for number in range(2100):
        (tmp_path / f"{number}.ini").touch()

    assert len(source_code._listed(tmp_path)) == 2000
    assert source_code._listed(tmp_path / "none") == []


def test_modules_that_are_imported_lie_beside_it(tmp_path: Path) -> None:
    """Of the same folder alone, and never the code itself."""
    (tmp_path / "app").mkdir()
    for path in ("app/a.py", "app/ports.py", "app/more.py", "ports.py"):
        (tmp_path / path).write_text("PORT = 1\n")

    assert [path for path, _ in beside(tmp_path / "app" / "a.py", ("ports", "a", "sys"))] == [str(tmp_path / "app" / "ports.py")]


LINES = "".join(f"line {number}\n" for number in range(1, 31))


@pytest.mark.parametrize(("line", "first", "last"), [(15, 10, 20), (1, 1, 6), (3, 1, 8), (30, 25, 30), (28, 23, 30)])
async def test_five_lines_before_and_after_are_shown(line: int, first: int, last: int, tmp_path: Path) -> None:
    """Fewer at the ends of the file; the command shows the same lines."""
    path = tmp_path / "a.js"
    path.write_text(LINES)
    fact = await code(ReadCode(path=str(path), line=line, language="node"))

    assert isinstance(fact, Code)
    assert fact.source == tuple((number, f"line {number}") for number in range(first, last + 1))
    assert fact.command == f"sed -n '{first},{last}p' {path}"
    assert (fact.line, fact.found, fact.changed, fact.read_as) == (line, True, False, None)


async def test_empty_lines_around_are_not_shown(tmp_path: Path) -> None:
    """Those at the ends of what is shown; the line itself is, though it is empty."""
    path = tmp_path / "a.js"
    path.write_text("\n\nbefore\n\nthis\n\n\nafter\n\n")
    fact = await code(ReadCode(path=str(path), line=5, language="node"))
    (tmp_path / "b.js").write_text("\n\n\n")
    empty = await code(ReadCode(path=str(tmp_path / "b.js"), line=2, language="node"))

    assert isinstance(fact, Code)
    assert isinstance(empty, Code)
    assert [number for number, _ in fact.source] == [3, 4, 5, 6, 7, 8]
    assert empty.source == ((2, ""),)


async def test_a_source_of_a_megabyte_is_read(tmp_path: Path) -> None:
    """A longer one is not, and the fact says why and what helps."""
    path = tmp_path / "a.js"
    path.write_text("x\n" * 500_000)
    whole = await code(ReadCode(path=str(path), line=500_000, language="node"))
    path.write_text("x\n" * 500_000 + "y")
    longer = await code(ReadCode(path=str(path), line=500_001, language="node"))

    assert isinstance(whole, Code)
    assert not whole.changed
    assert isinstance(longer, Code)
    assert longer.changed


@pytest.mark.parametrize(
    ("shown", "there"),
    [
        ("connect(HOST,  PORT)", True),
        ("connect(HOST, PORT) # later", True),
        ("connect(HOST", True),
        ("connect(PORT)", False),
        ("HOST, PORT)", False),
    ],
)
def test_the_shown_line_proves_a_path(shown: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces do not count, and a line of which the text shows more or less is the same line; only from its begin."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text("import x\n  connect(HOST, PORT)\n\n")

    assert (find("/srv/app/client.py", shown, 2) == Path("client.py")) is there
    assert find("/srv/app/client.py", shown, 3) == Path("/srv/app/client.py")
    assert find("/srv/app/client.py", shown, 1) == Path("/srv/app/client.py")


def test_a_path_from_windows_or_of_a_url_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its end, whatever separates its parts; `file://` is no part of it; one that is there needs no proof."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "client.js").write_text("net.connect(1)\n")

    assert find(r"C:\srv\app\client.js", "net.connect(1)", 1) == Path("app/client.js")
    assert find("../../srv/app/client.js", "net.connect(1)", 1) == Path("app/client.js")
    assert find(f"file://{tmp_path}/app/client.js", None, 1) == tmp_path / "app" / "client.js"
    assert find(f"{tmp_path}/app/client.js", "something else", 1) == tmp_path / "app" / "client.js"


def test_a_file_found_by_its_end_says_where_it_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of the text stays, and the path here stands beside it; the language may come from the ending alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text("import socket\nsocket.create_connection(('db', 5432))\n")
    asked = ReadCode(path="/app/client.py", line=2, function="main", language="", shown="socket.create_connection(('db', 5432))")
    fact = read(asked, SystemView(environ={}))

    assert isinstance(fact, Code)
    assert (fact.path, fact.read_as, fact.function, fact.language) == ("/app/client.py", "client.py", "main", "")
    assert {(each.part, each.value) for each in fact.values} == {("host", "db"), ("port", "5432")}
    assert fact.call_line == 2


def test_a_file_that_may_not_be_read_says_what_helps(tmp_path: Path) -> None:
    """A directory is no source; one that is missing is on another machine."""
    folder, missing = (read(ReadCode(path=str(path), line=1), SystemView()) for path in (tmp_path, tmp_path / "a.py"))

    assert isinstance(folder, NotObserved)
    assert isinstance(missing, NotObserved)
    assert "is not on this machine" not in folder.reason
    assert missing.remedy == "Run refused on the machine that has the code."
