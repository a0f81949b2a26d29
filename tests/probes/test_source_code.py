"""Reading the code around a frame: the file, its settings, and what is not read."""

from pathlib import Path

import pytest

from tui.model.facts import AnyFact, Code, NotObserved
from tui.model.requests import ReadCode
from tui.probes import source_code
from tui.probes.kernel.system_view import SystemView
from tui.probes.source_code import find

CLIENT = """\
import os, socket
PORT = int(os.environ["APP_PORT"])
password = "hunter2"


def main():
    socket.create_connection(("127.0.0.1", PORT))


main()
"""
COMPOSE = "services:\n  app:\n    ports:\n      - 8080:80\n"


@pytest.fixture(name="project")
def a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with code in a folder, settings above it, and a repository's root above that."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "client.py").write_text(CLIENT)
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    (tmp_path / ".env").write_text("APP_PORT=8081\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def code(request: ReadCode, environ: dict[str, str] | None = None) -> AnyFact:
    """The one fact that the look tells."""
    (fact,) = [one async for one in source_code.check(request, SystemView(environ=environ or {}))]
    return fact


async def test_the_line_its_values_and_what_lies_beside(project: Path) -> None:
    """The source around the frame, the port's origin in a settings file, the published port, the advice; no secret."""
    fact = await code(ReadCode(path=str(project / "src" / "client.py"), line=7, language="python", callers=(10,)))

    assert isinstance(fact, Code)
    assert dict(fact.source)[7] == '    socket.create_connection(("127.0.0.1", PORT))'
    assert {one.part: (one.value, one.path, one.line) for one in fact.values} == {
        "host": ("127.0.0.1", None, 7),
        "port": ("8081", ".env", 1),
    }
    assert [one.sentence for one in fact.elsewhere] == ["docker-compose.yml:4 publishes 8080 for app"]
    assert {one.id for one in fact.advice} == {"no-handling", "no-timeout"}
    assert "hunter2" not in str(fact)


async def test_the_environment_of_the_process_comes_first(project: Path) -> None:
    """A variable that the process has is not taken from the settings file."""
    fact = await code(ReadCode(path=str(project / "src" / "client.py"), line=7), {"APP_PORT": "9999"})

    assert isinstance(fact, Code)
    assert [one.value for one in fact.values if one.part == "port"] == ["9999"]


async def test_a_file_that_has_changed_is_not_judged(project: Path) -> None:
    """Where the line is another one than the error text shows, nothing is said of it."""
    fact = await code(ReadCode(path=str(project / "src" / "client.py"), line=3, shown="s.connect((HOST, 1))"))

    assert isinstance(fact, Code)
    assert (fact.found, fact.changed, fact.source, fact.values) == (True, True, (), ())


@pytest.mark.usefixtures("project")
def test_a_path_of_another_machine_is_found_by_its_end() -> None:
    """`/app/src/client.py` is `src/client.py` here if the shown line stands there, and not otherwise."""
    shown = 'socket.create_connection(("127.0.0.1", PORT))'

    assert find("/app/src/client.py", shown, 7) == Path("src/client.py")
    assert find("/app/src/client.py", "something_else()", 7) == Path("/app/src/client.py")
    assert find("/app/src/client.py", None, 7) == Path("/app/src/client.py")


async def test_a_file_that_is_not_here_is_not_observed(tmp_path: Path) -> None:
    """A missing file is a fact with its reason."""
    fact = await code(ReadCode(path=str(tmp_path / "gone.py"), line=1))

    assert isinstance(fact, NotObserved)
    assert "is not on this machine" in fact.reason


async def test_another_language_shows_its_source_alone(tmp_path: Path) -> None:
    """Of a file that is no Python the lines are shown and nothing is said of its values."""
    (tmp_path / "client.js").write_text("const net = require('net')\nnet.connect(8081)\n")
    fact = await code(ReadCode(path=str(tmp_path / "client.js"), line=2, language="node"))

    assert isinstance(fact, Code)
    assert fact.source == ((1, "const net = require('net')"), (2, "net.connect(8081)"))
    assert fact.values == ()


async def test_hostile_files_end_in_a_fact(tmp_path: Path) -> None:
    """A FIFO, binary data, and endless nesting are told or passed over, in bounded time."""
    import os

    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "binary.py").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "deep.py").write_text("(" * 50_000)
    for name in ("pipe.py", "binary.py", "deep.py"):
        fact = await code(ReadCode(path=str(tmp_path / name), line=1, language="python"))
        assert isinstance(fact, Code | NotObserved)
        assert not getattr(fact, "values", ())


async def test_a_line_behind_the_files_end_has_changed(tmp_path: Path) -> None:
    """A file that is shorter now than the stack says is told to have changed, and shown nothing of."""
    (tmp_path / "short.py").write_text("import socket\n")
    fact = await code(ReadCode(path=str(tmp_path / "short.py"), line=90, language="python"))

    assert isinstance(fact, Code)
    assert (fact.changed, fact.source) == (True, ())


@pytest.mark.parametrize("path", ["/" + "a" * 300 + "/client.py", "x" * 4000 + ".py"])
async def test_a_path_that_cannot_be_looked_at_is_not_observed(path: str) -> None:
    """A name that no file system takes is a fact with its reason, with and without a shown line."""
    for shown in (None, "connect()"):
        assert isinstance(await code(ReadCode(path=path, line=1, shown=shown)), NotObserved)


def test_what_is_read_beside_a_file(project: Path) -> None:
    """Settings near it and the modules that it imports from its own folder; not itself, not other code, not modules above."""
    source = project / "src"
    for path in (
        source / "ports.py",
        source / "other.py",
        source / "config.toml",
        project / "ports.py",
        project / "settings.ini",
    ):
        path.write_text(f"# {path.parent.name}\n")
    read = [path for path, _ in source_code.beside(project / "src" / "client.py", ("ports", "client", "socket"))]

    assert sorted(read) == [".env", "docker-compose.yml", "settings.ini", "src/config.toml", "src/ports.py"]
