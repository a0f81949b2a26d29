"""The session file: what is written is read back, whatever it holds, up to the last whole line."""

import json
import os
import resource
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.approved import ROOT
from tests.engine.checks import NOTHING_LISTENS, ScriptedChecks
from tests.program import environment, sessions
from tests.report.hostile import TEXTS
from tui.engine.recording import Recorder, SessionFileError, default_path, new_recorder, read
from tui.engine.replay import Replay
from tui.engine.session import Pace, Session
from tui.model.events import Answered, AnyEvent, CheckEnded, CheckStarted, FactSeen, Judged, Opened, SetAside, Withdrawn
from tui.model.facts import Listener, Listeners, NameserverAnswer
from tui.model.options import Options
from tui.model.requests import AskNameserver
from tui.model.secrets import masked_record
from tui.model.target import parse_target

TARGET = parse_target("127.0.0.1:8081")


async def walked(path: Path) -> Session:
    """A whole walk on scripted checks, with everything that a person can do, recorded at `path`."""
    session = Session(TARGET, Options(), ScriptedChecks(NOTHING_LISTENS), pace=Pace.UNATTENDED)
    recorder = Recorder(path)
    session.subscribe(recorder.write)
    await session.run()
    session.answer("service", "redis")
    session.back()
    session.set_aside("server.not-listening", "excluded")
    await session.run()
    recorder.close()
    return session


async def test_a_session_is_read_back(tmp_path: Path) -> None:
    """Every event comes back equal, and a replay of them reaches the same assessment."""
    session = await walked(tmp_path / "s.jsonl")

    events = read(tmp_path / "s.jsonl")

    assert list(events) == session.events
    assert Replay(events).assessment == session.assessment
    kinds = {type(event) for event in events}
    assert kinds == {Opened, CheckStarted, FactSeen, CheckEnded, Answered, Withdrawn, SetAside, Judged}


async def test_a_cut_session_is_read_up_to_its_last_whole_line(tmp_path: Path) -> None:
    """Cut at any byte behind its header, the file gives the events whose lines are whole."""
    session = await walked(tmp_path / "s.jsonl")
    whole = (tmp_path / "s.jsonl").read_bytes()
    cut = tmp_path / "cut.jsonl"

    for size in range(whole.index(b"\n") + 1, len(whole), 97):
        cut.write_bytes(whole[:size])
        assert list(read(cut)) == session.events[: whole[:size].count(b"\n")]


@given(st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
@settings(deadline=None)  # it writes a file
def test_any_text_survives_the_record(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Texts with line ends, quotes and control characters stay on their line and come back the same, but for secrets."""
    path = tmp_path_factory.mktemp("record") / "s.jsonl"
    events: list[AnyEvent] = [
        Opened(version="0", target=TARGET, options=Options(), vantage=text),
        CheckStarted(request=AskNameserver(server="10.0.0.2", name=text)),
        FactSeen(fact=NameserverAnswer(server="10.0.0.2", name=text, rtype="A", outcome="answered", rtt_ms=0.5, detail=text)),
        FactSeen(fact=Listeners(listeners=(Listener(proto="tcp", address="::", port=1, command=text),))),
        Answered(question="service", answer=text),
    ]

    recorder = Recorder(path)
    for event in events:
        recorder.write(event)
    recorder.close()

    assert list(read(path)) == [masked_record(event) for event in events]
    assert path.read_bytes().count(b"\n") == len(events)


def test_an_existing_file_is_not_touched(tmp_path: Path) -> None:
    """A record never overwrites or follows what is there; the reason is kept in words."""
    (tmp_path / "there").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for name in ("there", "link"):
        recorder = Recorder(tmp_path / name)
        recorder.write(Opened(version="0", target=TARGET, options=Options()))
        recorder.close()
        assert "not recorded" in (recorder.failure or "")

    assert (tmp_path / "there").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_ends_the_record_and_not_the_walk(tmp_path: Path) -> None:
    """Where the file can't grow the walk goes on, one line says so, and what was written is readable."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", "check", "127.0.0.1:9", "--attempts", "1"],
        cwd=ROOT,
        env=environment(tmp_path) | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )

    assert done.returncode == 1
    assert "confirmed: server.not-listening" in done.stdout
    assert done.stderr.startswith("refused: the session is not recorded: ")
    assert done.stderr.count("\n") == 1
    (path,) = sessions(tmp_path)
    assert isinstance(read(path)[0], Opened)


OTHER_FILES = (
    b"",
    b"\n",
    b"{}\n",
    b'{"event":"evidence"}\n',
    b"\xff\xfe\n",
    b'{"event":"session","schema":"refused-session/9"}\n',
    b"[" * 5000 + b"\n",
)


@pytest.mark.parametrize("content", OTHER_FILES)
def test_what_is_no_session_is_said_on_one_line(tmp_path: Path, content: bytes) -> None:
    """A file that is none of ours is refused with one line that names it."""
    path = tmp_path / "other"
    path.write_bytes(content)

    with pytest.raises(SessionFileError) as caught:
        read(path)

    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_are_named_for_a_listing() -> None:
    """The name begins with the time, so that a listing is a history, and holds the target in plain characters."""
    name = default_path(parse_target("unix:///run/a b/../x.sock")).name

    assert name[:8].isdigit()
    assert name.endswith(".jsonl")
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")
    assert json.dumps(name).isascii()


def test_a_files_name_is_its_time_and_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the microsecond in UTC, then the target, of which no more than sixty characters are kept; below the user's state."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    now = datetime(2026, 11, 20, 11, 2, 3, 45, tzinfo=UTC)

    assert default_path(TARGET, now) == tmp_path / "refused" / "sessions" / "20261120T110203.000045Z-127.0.0.1-8081.jsonl"
    assert default_path(parse_target(f"{'a' * 63}.example:80"), now).name == f"20261120T110203.000045Z-{'a' * 60}.jsonl"
    assert default_path(parse_target("[::1]:80"), now).name == "20261120T110203.000045Z-1-80.jsonl"


def test_a_record_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File and folder are made for nobody else, whatever the umask lets through, and each event is on disk at once."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "a"))
    before = os.umask(0)
    try:
        recorder = new_recorder(TARGET)
    finally:
        os.umask(before)
    recorder.write(Opened(version="1", target=TARGET, options=Options()))

    assert recorder.path.parent == tmp_path / "a" / "refused" / "sessions"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert recorder.path.stat().st_mode & 0o777 == 0o600
    assert [type(event) for event in read(recorder.path)] == [Opened]
    assert recorder.failure is None
    recorder.close()
    recorder.write(Answered(question="service", answer="x"))
    recorder.close()
    assert len(read(recorder.path)) == 1


def test_a_record_without_end_is_read_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file with more events than any session makes, so many are read and the rest is left."""
    recorder = Recorder(tmp_path / "x.jsonl")
    recorder.write(Opened(version="1", target=TARGET, options=Options()))
    for number in range(5):
        recorder.write(Answered(question="service", answer=str(number)))
    recorder.close()

    monkeypatch.setattr("tui.engine.recording.MOST_EVENTS", 3)
    assert len(read(recorder.path)) == 3


def test_a_line_that_is_no_event_is_named_by_its_number(tmp_path: Path) -> None:
    """The person is told which line is wrong, which schema it has, that there is no header, or why it can't be opened."""
    recorder = Recorder(tmp_path / "x.jsonl")
    recorder.write(Opened(version="1", target=TARGET, options=Options()))
    recorder.close()
    path = recorder.path
    header = path.read_bytes()

    for content, words in (
        (header + b"{}\n", "line 2 is not an event"),
        (b"", "it has no session header"),
        (header[:-1], "it has no session header"),
        (b'{"event":"answer","question":"service","answer":"x"}\n', "no session header"),
        (header.replace(b"refused-session/", b"other-session/"), "this version reads"),
    ):
        path.write_bytes(content)
        with pytest.raises(SessionFileError, match=words):
            read(path)
    with pytest.raises(SessionFileError, match="No such file"):
        read(tmp_path / "none")


@pytest.mark.timeout(20)
def test_what_has_no_end_is_no_session(tmp_path: Path) -> None:
    """A pipe that nobody writes to, a device, a line without end, nested without end: said on one line, at once."""
    pipe, endless, nested = tmp_path / "pipe", tmp_path / "endless", tmp_path / "nested"
    os.mkfifo(pipe)
    with endless.open("wb") as file:
        file.truncate(64_000_000)
    nested.write_text('{"x":' * 5000 + "1" + "}" * 5000 + "\n", encoding="utf-8")

    for path, says in (
        (pipe, "no session header"),
        (Path("/dev/zero"), "neither a file nor a pipe"),
        (endless, "longer than an event"),
        (nested, "not an event"),
    ):
        with pytest.raises(SessionFileError, match=says):
            read(path)


def test_a_session_comes_through_a_pipe(tmp_path: Path) -> None:
    """What a program writes into a pipe is read as a file is."""
    path = tmp_path / "session.jsonl"
    recorder = Recorder(path)
    recorder.write(Opened(version="0", target=TARGET, options=Options()))
    recorder.close()
    reading, writing = os.pipe()
    os.write(writing, path.read_bytes())
    os.close(writing)
    try:
        assert read(Path(f"/dev/fd/{reading}")) == read(path)
    finally:
        os.close(reading)


def test_new_directories_are_their_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the umask, every directory that is made for a session is private; one that was there stays as it was."""
    (tmp_path / "state").mkdir(mode=0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before = os.umask(0)
    try:
        new_recorder(TARGET).close()
    finally:
        os.umask(before)

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("state", "state/refused", "state/refused/sessions")]
    assert modes == [0o755, 0o700, 0o700]


def test_a_named_file_is_where_it_was_named(tmp_path: Path) -> None:
    """Nothing is made for a file that the person named."""
    recorder = new_recorder(TARGET, tmp_path / "none" / "one.jsonl")

    assert "No such file" in (recorder.failure or "")
    assert list(tmp_path.iterdir()) == []
