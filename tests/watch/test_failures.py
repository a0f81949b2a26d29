"""From records and printed text to the connection that is walked."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.approved import ROOT
from tests.program import environment
from tui.watch import run_directory, strace
from tui.watch.failures import Record, failed_connections, printed_failure, read_records
from tui.watch.tail import Tail

STACK = (("/usr/lib/python3.11/socket.py", 836, "create_connection"), ("/srv/app/client.py", 12, "main"))


def failed(port: int, at: float, **more: object) -> Record:
    """A refusal on loopback."""
    found = {"what": "connect", "address": "127.0.0.1", "port": port, "errno": "ECONNREFUSED", "at": at, "stack": STACK, "pid": 1}
    return Record(**(found | more))  # type: ignore[arg-type] # fields by name


def test_the_last_failure_stands_last_with_its_count_and_line() -> None:
    """Records are read in the order of their times; the newest record of a loop has its count; the user's frame comes first."""
    found = failed_connections([failed(81, 3.0, count=8), failed(80, 2.0), failed(81, 1.0)])

    assert [(one.target.label, one.count) for one in found] == [("127.0.0.1:80", 1), ("127.0.0.1:81", 8)]
    assert found[-1].line == "/srv/app/client.py:12 in main"
    assert [one.role for one in found[-1].code] == ["user", "library"]


def test_what_worked_later_is_no_failure() -> None:
    """A success of the same host and port takes the failure back, by name or by address; another port's does not."""
    connected = Record(what="connected", address="10.0.0.9", name="db-1", port=5432, at=2.0)
    by_name = failed(5432, 1.0, address="10.0.0.8", name="db-1")

    assert failed_connections([by_name, connected]) == ()
    assert len(failed_connections([failed(5433, 1.0), connected])) == 1
    assert len(failed_connections([connected, failed(5432, 3.0, name="db-1")])) == 1


def test_processes_and_addresses_of_one_name_are_added_up() -> None:
    """Two workers and two addresses of one name are one place."""
    found = failed_connections(
        [failed(1, 1.0, name="db", pid=7, count=2), failed(1, 2.0, name="db", pid=8, address="::1", count=3)]
    )

    assert [(one.target.label, one.count) for one in found] == [("db:1", 5)]


def test_what_can_not_be_walked_is_left_out() -> None:
    """A name without a port, port 0, an abstract socket."""
    nowhere = [Record(what="resolve", name="db", address="db"), failed(0, 1.0), Record(what="connect", path="\0abstract")]

    assert failed_connections(nowhere) == ()
    assert [one.target.label for one in failed_connections([Record(what="connect", path="/run/x.sock")])] == ["/run/x.sock"]


@given(st.lists(st.binary(max_size=80)))
def test_lines_that_are_no_records(lines: list[bytes]) -> None:
    """Whatever stands in the file, a program may have written it: nothing is raised, and what is a record is read."""
    assert failed_connections(read_records(lines)) == ()
    assert len(read_records([*lines, b'{"what":"connect","port":1}'])) == 1


def test_control_characters_of_a_stack_are_spelled_out() -> None:
    """A file name can't paint on the terminal."""
    (found,) = failed_connections([failed(1, 1.0, stack=(("/srv/\x1b[2Jx.py", 1, "f\x07"),))])

    assert "\x1b" not in (found.line or "")
    assert "\x07" not in (found.line or "")


def test_printed_text_names_the_failure() -> None:
    """The last failure in colours and with the line ends of a terminal; a text without an endpoint names none."""
    text = b"\x1b[31mcurl: (7) Failed to connect to db-1 port 5999 after 0 ms: Connection refused\x1b[0m\r\n"
    found = printed_failure(text)

    assert found is not None
    assert (found.target.label, found.how) == ("db-1:5999", "refused")
    assert printed_failure(b"all is well at db-1:5999\n") is None


@given(st.lists(st.binary(max_size=50)), st.integers(1, 64))
def test_the_tail_is_the_end_of_all_that_was_printed(chunks: list[bytes], longest: int) -> None:
    """Whatever comes in which pieces, the last bytes are kept, and no more than twice as many at any time."""
    tail = Tail(longest)
    for chunk in chunks:
        tail.add(chunk)
        assert len(tail._kept) <= 2 * longest

    assert bytes(tail) == b"".join(chunks)[-longest:]


TRACE = Path(__file__).with_name("trace.txt")


def test_the_lines_of_strace() -> None:
    """Failed at once, failed later, cut in two, worked in the end; what the C library looks for by itself is left out."""
    found = failed_connections(strace.records(TRACE.read_bytes().splitlines()))

    assert [one.target.label for one in found] == ["127.0.0.1:82", "[::1]:83", "/run/app.sock"]
    assert found[-1].how == "was not allowed"


def test_where_no_directory_can_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a place for records there is none, the command runs all the same, and a verdict says what it rests on."""
    monkeypatch.setattr(run_directory, "own_directory", lambda _: None)
    with run_directory.private_directory() as none:
        assert none is None
    # In a process of its own: its signals are meant for a process without other threads, which a worker of pytest has.
    code = (
        "from tui.watch import run_directory; run_directory.own_directory = lambda _: None\n"
        "import sys; from tui.cli.main import main; sys.exit(main(['run', *sys.argv[1:], '--', 'sh', '-c', 'echo out; exit 3']))"
    )
    for words, says in (((), ""), (("--check",), "refused: only what the command printed was read: ")):
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=ROOT,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stdout, done.stderr[: len(says)]) == (3, "out\n", says)
