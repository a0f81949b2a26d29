"""What a person gives becomes targets: a word, a list, an error text; a password in any spelling is dropped."""

import string
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cli.targets import as_text, read_target, read_targets, resolve_input
from tui.model.address import literal_address
from tui.model.facts import Code
from tui.model.frame import frame_to_read
from tui.model.target import TargetError, TcpTarget, parse_target

SECRET = "s3cr3tW0rd"  # noqa: S105 -- made up, to look for
CURL = "curl: (7) Failed to connect to db-1 port 5999 after 0 ms: Couldn't connect to server"


def said(text: str) -> str:
    """Everything that reading `text` says."""
    try:
        return repr(read_target(text))
    except TargetError as error:
        return str(error)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:{}/x@h:99",
        "postgres://u:{}#x@h:99/db",
        "postgres://u:{}?x@h:99",
        "postgres://u:x/{}@h:99",
        "https://u:a@{}@h:99999/",
        "unix://u:{}@h",
        "//u:{}@h:5",
        "u:{}/x@h:99",
        "u:{}@h",
        "jdbc:postgresql://h/db?user=u&password={}",
        "jdbc:foo:h/db?password={}",
        "h:5432?password={}",
        "host=db password={}",
        "could not connect to postgres://u:{}/x@h/db",
        "Traceback: https://u:{}@",
    ],
)
def test_a_password_in_any_spelling_is_dropped(text: str) -> None:
    """Passwords as people write them, with characters that had to be encoded, are in no target and no message."""
    assert SECRET not in said(text.format(SECRET))


@given(
    st.text(string.ascii_letters + string.digits + string.punctuation, max_size=12), st.sampled_from(["postgres", "https", "foo"])
)
def test_a_password_of_any_characters_is_dropped(rest: str, scheme: str) -> None:
    """Whatever stands around it, the password before the last `@` is dropped."""
    assert SECRET not in said(f"{scheme}://user:{SECRET}{rest}@host:5432/path")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("db-1:5432", "db-1:5432"),
        ("https://h/p/@user?x=@y", "h:443"),
        ("jdbc:postgresql://db/app", "db:5432"),
        ("/run/a@b.sock", "/run/a@b.sock"),
        ("unix:///run/app.sock", "/run/app.sock"),
        (CURL, "db-1:5999"),
        ("dial tcp 10.0.3.9:5432: connect: connection refused", "10.0.3.9:5432"),
    ],
)
def test_a_target_or_an_error_text_is_read(text: str, label: str) -> None:
    """A target is read as one; anything longer is searched for the endpoint that failed."""
    assert read_target(text).label == label


def test_an_error_text_without_a_port_takes_the_given_one() -> None:
    """Where the text names a host alone, --port completes it, and without it the message names that option."""
    text = "curl: (6) Could not resolve host: db-1.example.test"

    assert read_target(text, port=80).label == "db-1.example.test:80"
    with pytest.raises(TargetError, match="--port"):
        read_target(text)


def test_lines_are_targets() -> None:
    """One target a line; empty lines are passed over."""
    assert [one.target.label for one in read_targets("db-1:1\n\n  [::1]:2\r\n/run/x\n")] == ["db-1:1", "[::1]:2", "/run/x"]
    assert [one.target.label for one in read_targets("db-1\ndb-2\n", port=7)] == ["db-1:7", "db-2:7"]


def test_a_slip_in_a_list_is_said() -> None:
    """A list with one unusable line is not taken for an error text: nothing is silently left out."""
    with pytest.raises(TargetError, match="port"):
        read_targets("db-1:1\ndb-2:x\ndb-3:3\n")


def test_an_error_text_of_many_lines_is_one_target() -> None:
    """Lines with words are one error text."""
    text = f"{CURL}\nexit status 7\n"

    assert [one.target.label for one in read_targets(text)] == ["db-1:5999"]


@pytest.mark.parametrize("text", ["", "\n \n", "nothing to see here\nor here\n"])
def test_a_text_without_a_target_is_said_on_one_line(text: str) -> None:
    """A text that names nothing raises one line that says what would do."""
    with pytest.raises(TargetError) as caught:
        read_targets(text)

    assert "\n" not in str(caught.value)


def test_bytes_are_read_in_the_encodings_that_shells_write() -> None:
    """UTF-8, UTF-8 with a mark, UTF-16 with a mark; what is neither does not fail."""
    assert as_text("bücher:1".encode()) == "bücher:1"
    assert as_text("bücher:1".encode("utf-8-sig")) == "bücher:1"
    assert as_text("bücher:1".encode("utf-16")) == "bücher:1"
    assert as_text(b"\xffdb-1:1").endswith("db-1:1")


def test_the_code_that_an_error_text_names_stays_beside_the_target() -> None:
    """A traceback gives the user's innermost frame first; a plain target names no code."""
    text = (
        "Traceback (most recent call last):\n"
        '  File "/srv/app/client.py", line 12, in main\n'
        "    socket.create_connection((HOST, PORT))\n"
        '  File "/usr/lib/python3.11/socket.py", line 851, in create_connection\n'
        "    raise exceptions[0]\n"
        "ConnectionRefusedError: [Errno 111] Connection refused: db-1:8081\n"
    )

    parsed = resolve_input(text)

    assert (parsed.target.label, parsed.taken) == ("db-1:8081", {})
    assert (parsed.code[0].path, parsed.code[0].line, parsed.code[0].role) == ("/srv/app/client.py", 12, "user")
    assert resolve_input("db-1:8081").code == ()


TRACEBACK = """Traceback (most recent call last):
  File "{path}", line 4, in <module>
    socket.create_connection((HOST, PORT))
ConnectionRefusedError: [Errno 111] Connection refused
"""


def test_a_traceback_without_an_endpoint_leads_to_the_code_that_has_it(tmp_path: Path) -> None:
    """Python's own traceback names no endpoint; the line that it names does, where its file is here."""
    path = tmp_path / "client.py"
    path.write_text("import socket\nHOST = 'db-1'\nPORT = 5433\nsocket.create_connection((HOST, PORT))\n")

    found = resolve_input(TRACEBACK.format(path=path))

    assert found.target.label == "db-1:5433"
    ((request, code),) = found.taken.items()
    assert isinstance(code, Code)
    assert (request, code.call_line) == (frame_to_read(found.code), 4)


def test_what_the_code_leaves_open_is_said(tmp_path: Path) -> None:
    """A port that only the environment has is asked for, with the line that reads it; nothing is guessed."""
    path = tmp_path / "client.py"
    path.write_text(
        "import os, socket\nHOST = 'db-1'\nPORT = os.environ['NO_SUCH_PORT']\nsocket.create_connection((HOST, PORT))\n"
    )

    with pytest.raises(TargetError, match=r"client\.py:4 .*NO_SUCH_PORT, which is not set here.*give HOST:PORT"):
        resolve_input(TRACEBACK.format(path=path))


def test_a_file_that_has_changed_gives_no_endpoint(tmp_path: Path) -> None:
    """Where the line is another one now, the code says nothing."""
    path = tmp_path / "client.py"
    path.write_text("import socket\n\n\nsocket.create_connection(('other', 1))\n")

    with pytest.raises(TargetError, match="names no endpoint; try"):
        resolve_input(TRACEBACK.format(path=path))


@pytest.mark.parametrize("zone", ["a;id", "$(id)", "`id`", "a b", "a'b", "a\nb", "a|b", "\u202e"])
def test_a_zone_that_a_shell_would_act_on_is_no_address(zone: str) -> None:
    """Who is root in a container calls its interfaces as it likes; such a name is not read, nor kept in a record."""
    assert literal_address(f"fe80::1%{zone}") is None
    with pytest.raises(TargetError):
        parse_target(f"[fe80::1%{zone}]:80")


@pytest.mark.parametrize("host", ["a;id", "$(id)", "-x", "a b", "a\n", "a'b"])
def test_a_record_with_a_host_that_is_none_is_not_read(host: str) -> None:
    """The header of a session of somebody else's is held to the same alphabet as what a person types."""
    target = {"transport": "tcp", "text": f"{host}:80", "host": host, "port": 80}

    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(target, TcpTarget)
    assert msgspec.convert(target | {"text": "db:80", "host": "db"}, TcpTarget).host == "db"
