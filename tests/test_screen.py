"""What the screen is given from outside: records, reports, recent sessions, targets."""

import os
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from tests.engine.checks import NOTHING_LISTENS, ScriptedChecks
from tests.program import terminal
from tests.test_check import closed as closed  # noqa: PLC0414 -- a fixture
from tui.cli.screen import MOST_RECENT, Keeping, recent, write_report
from tui.engine.recording import default_path, read, sessions_directory
from tui.engine.replay import Replay
from tui.engine.session import Pace, Session
from tui.model.events import Opened
from tui.model.options import Options
from tui.model.target import parse_target


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def session(target: str = "127.0.0.1:8081") -> Session:
    """A session on scripted checks."""
    return Session(parse_target(target), Options(), ScriptedChecks(NOTHING_LISTENS), pace=Pace.UNATTENDED)


async def recorded(keep: Keeping, target: str = "127.0.0.1:8081") -> Session:
    """A whole walk, kept."""
    walk = session(target)
    keep.begin(walk)
    await walk.run()
    keep.close()
    return walk


async def test_each_session_has_its_record(state: Path) -> None:
    """A file that was named is for the first session; the next one goes to the state directory."""
    keep = Keeping(session=state / "mine.jsonl")

    first, second = await recorded(keep), await recorded(keep, "127.0.0.1:1")

    assert keep.where(first) == str(state / "mine.jsonl")
    assert list(read(state / "mine.jsonl")) == first.events
    assert list(read(Path(keep.where(second)))) == second.events
    assert Path(keep.where(second)).parent == sessions_directory()


async def test_where_there_is_no_record_the_reason_is_said(state: Path) -> None:
    """Without a record, with a failed one, and for a replay, the words say why."""
    keep = Keeping(record=False)
    assert keep.where(await recorded(keep)) == "not recorded, as you wished"

    (state / "refused").write_text("in the way", encoding="utf-8")
    keep = Keeping()
    walk = await recorded(keep)
    assert "not recorded" in keep.where(walk)
    assert keep.where(Replay(walk.events)) == "a recording, unchanged"


async def test_the_report_is_written_for_its_owner_alone(state: Path) -> None:
    """Each report is a new file in the state directory, mode 0600, with the verdict as Markdown."""
    walk = session()
    await walk.run()

    first, second = write_report(walk), write_report(Replay(walk.events))

    assert first != second
    assert first.is_relative_to(state)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert first.read_text(encoding="utf-8").startswith("# `127.0.0.1:8081` fails: refused.")
    assert second.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")


async def test_recent_sessions_are_listed_newest_first() -> None:
    """Each with time and target; files that are no session are passed over, and the list has an end."""
    keep = Keeping()
    walks = [await recorded(keep, f"127.0.0.1:{port}") for port in (1, 2)]
    directory = sessions_directory()
    (directory / "99999999T000000.000000Z-x.jsonl").write_text("nothing", encoding="utf-8")
    (directory / "notes.txt").write_text("mine", encoding="utf-8")

    found = recent()

    assert [path for _, path in found] == [Path(keep.where(walk)) for walk in reversed(walks)]
    assert [label.split()[-1] for label, _ in found] == ["127.0.0.1:2", "127.0.0.1:1"]


def test_the_list_of_recent_sessions_is_bounded() -> None:
    """A long history does not hold up the start screen."""
    directory = sessions_directory()
    directory.mkdir(parents=True)
    for port in range(1, MOST_RECENT + 10):
        target = parse_target(f"127.0.0.1:{port}")
        header = Opened(version="0", target=target, options=Options(), at="2026-11-20T11:02:03Z")
        default_path(target).write_bytes(msgspec.json.encode(header) + b"\n")

    assert len(recent()) == MOST_RECENT


def test_without_a_history_there_is_none() -> None:
    """Where nothing was recorded yet the list is empty, and nothing is created."""
    assert recent() == ()
    assert not sessions_directory().exists()


@pytest.mark.parametrize("limit", [0, 2000])
def test_a_record_that_ends_is_said_while_the_walk_goes_on(limit: int, closed: str, tmp_path: Path) -> None:
    """Where the file can't grow, at its beginning or later, the screen says so at once, and again at the end."""
    code = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    program = [sys.executable, "-c", f"{code}from tui.cli.main import main; sys.exit(main())", closed, "--attempts", "1"]
    with terminal(state=tmp_path, program=program, variables={"PYTHONDONTWRITEBYTECODE": "1"}) as screen:
        screen.wait_for("recorded:")
        assert b"Session: " not in screen.seen
        screen.press("q")
        assert screen.end() == 0

    assert b"Session: the session is not recorded: " in screen.seen


def test_a_walk_that_is_recorded_says_nothing_of_it(closed: str, tmp_path: Path) -> None:
    """Nor does one that is not recorded because the person wished so."""
    for words in ((), ("--no-session",)):
        with terminal(closed, *words, "--attempts", "1", state=tmp_path) as screen:
            screen.wait_for("server.not-listening")
            screen.press("q")
            assert screen.end() == 0
        assert screen.seen.count(b"not recorded") == len(words)


@pytest.mark.timeout(60)
def test_what_is_no_file_among_the_sessions_is_passed_over(tmp_path: Path) -> None:
    """A pipe, a socket's name, a device, a directory, a link to any of them: the start screen comes at once without them."""
    directory = sessions_directory()
    directory.mkdir(parents=True)
    os.mkfifo(directory / "1.jsonl")
    os.mkfifo(directory / "2.jsonl")
    (directory / "3.jsonl").symlink_to("/dev/zero")
    (directory / "4.jsonl").symlink_to(directory / "1.jsonl")
    (directory / "5.jsonl").symlink_to(directory / "5.jsonl")
    (directory / "6.jsonl").mkdir()

    assert recent() == ()
    with terminal(state=tmp_path) as screen:
        screen.wait_for("refused")
        screen.press("\x03")
        assert screen.end() == 130


@pytest.mark.parametrize("open_to_others", [False, True])
def test_sessions_that_others_may_have_made_are_not_offered(open_to_others: bool) -> None:
    """Where others may write, or a link leads, the start screen lists nothing."""
    directory = sessions_directory()
    directory.mkdir(parents=True)
    target = parse_target("127.0.0.1:1")
    default_path(target).write_bytes(msgspec.json.encode(Opened(version="0", target=target, options=Options())) + b"\n")
    assert len(recent()) == 1

    if open_to_others:
        directory.chmod(0o777)
    else:
        directory.rename(directory.with_name("elsewhere"))
        directory.symlink_to("elsewhere")

    assert recent() == ()
