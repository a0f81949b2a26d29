"""How much is read, followed, kept and shown, in numbers: to the last that counts, and not one more."""

import pytest

from tests.errors.test_source_handling import advice
from tests.errors.test_source_values import read, said, values
from tui.errors import read_error
from tui.errors.classes import last_positions
from tui.errors.shape import Shape, shapes, windows
from tui.errors.source import read_python
from tui.errors.source.settings import read_settings
from tui.errors.source.syntax import parse
from tui.errors.source.yaml_settings import NotYamlError, read_yaml
from tui.errors.view import view_of

URL_SHAPE: Shape = next(shape for shape in shapes() if shape.name == "url")


def test_a_megabyte_of_text_is_read() -> None:
    """The last 1048576 characters."""
    assert len(view_of("x" * 1_048_577).text) == 1_048_576


def test_sixteen_endpoints_of_a_failure_are_kept() -> None:
    """The addresses of a name that has more are left out."""
    lines = [f"connect ECONNREFUSED 10.0.0.{number}:80" for number in range(1, 21)]

    assert len(read_error("\n".join(lines)).endpoints) == 16


def test_a_phrase_and_a_hint_are_looked_for_256_times() -> None:
    """The last 256 of each; what is further apart than a window is not read twice."""
    text = f"://{' ' * 2500}" * 300

    assert len(list(last_positions("refused " * 300, "refused"))) == 256
    assert len(list(windows(text, URL_SHAPE, ()))) == 256


def test_sixty_four_frames_are_kept() -> None:
    """The user's own come first; what is over the number is left out."""
    frames = "".join(f'  File "/srv/a.py", line {number}, in f\n' for number in range(1, 81))

    assert [frame.line for frame in read_error(frames).code] == list(range(80, 16, -1))


@pytest.mark.parametrize(("others", "there"), [(199, True), (200, False)])
def test_two_hundred_frames_of_a_text_are_read(others: int, there: bool) -> None:
    """The last 200; what stands before them is not looked at."""
    text = "\tat shop.Own.f(Own.java:7)\n" + "\tat java.net.Socket.connect(Socket.java:9)\n" * others

    assert (read_error(text).code[0].path == "Own.java") == there


@pytest.mark.parametrize(("nodes", "there"), [(66_666, True), (66_667, False)])
def test_a_file_of_two_hundred_thousand_nodes_is_read(nodes: int, there: bool) -> None:
    """Each name that stands alone is three nodes, and the module is one."""
    assert (parse("x\n" * nodes) is not None) == there


@pytest.mark.parametrize(("length", "there"), [(1_000_000, True), (1_000_001, False)])
def test_a_file_of_a_million_characters_is_read(length: int, there: bool) -> None:
    """A longer one was generated."""
    assert (parse(f"#{'x' * (length - 1)}") is not None) == there


@pytest.mark.parametrize(("digits", "value"), [(9, "9" * 9), (10, None)])
def test_nine_digits_of_a_number_are_read(digits: int, value: str | None) -> None:
    """More are no port, whatever they are."""
    assert said(f"socket.create_connection(('db', int('{'9' * digits}')))  # <-", "port")[0] == value


def test_six_settings_that_say_otherwise_are_named() -> None:
    """Of those that a compose file publishes, of those that a settings file sets, and of both together."""
    code = "PORT = 1\nsocket.create_connection(('localhost', PORT))  # <-"
    compose = "services:\n  web:\n    ports:\n" + "".join(f"      - '{port}:80'\n" for port in range(8001, 8011))
    files = {f"{name}.env": "PORT=9\n" for name in "abcdefghij"}

    for beside, expected in (({"compose.yml": compose}, 6), (files, 6), ({"compose.yml": compose, **files}, 6)):
        reading = read(code, beside=beside)
        assert reading
        assert len(reading.elsewhere) == expected


def test_five_thousand_lines_of_settings_are_read() -> None:
    """Of each line 2000 characters."""
    lines = "\n" * 4999

    assert len(read_settings("a.env", f"{lines}A=1\nB=2\n").settings) == 1
    assert read_settings("a.env", f"A={'1' * 3000}").settings[0].value == "1" * 1998
    assert not read_settings("Procfile", f"web: {'x' * 1990} --port 8080").published


def test_fifty_thousand_characters_of_yaml_are_read() -> None:
    """A longer file is read by its lines."""
    assert len(read_yaml("a.yml", f"a: 1\n#{'x' * 49_994}", compose=False).settings) == 1
    with pytest.raises(NotYamlError):
        read_yaml("a.yml", f"a: 1\n#{'x' * 49_995}", compose=False)


def test_twenty_thousand_nodes_of_yaml_are_walked() -> None:
    """Two keys and what is left of the number; what an alias stands for counts each time."""
    text = f"a: &a [{','.join(['A=1'] * 10_000)}]\nb: *a\nc: *a\n"

    assert len(read_yaml("a.yml", text, compose=False).settings) == 19_998


@pytest.mark.parametrize(("depth", "there"), [(41, True), (42, False)])
def test_forty_levels_of_yaml_are_walked(depth: int, there: bool) -> None:
    """A key below them is not read."""
    text = f"{'{a: ' * depth}1{'}' * depth}"

    assert bool(read_yaml("a.yml", text, compose=False).settings) == there


def test_a_key_and_a_value_of_yaml_are_cut() -> None:
    """A key after 200 characters, a value after 2000."""
    (setting,) = read_yaml("a.yml", f"? {'k' * 300}\n: {'v' * 3000}\n", compose=False).settings

    assert (len(setting.key), len(setting.value)) == (200, 2000)


def test_what_is_shown_of_a_value_is_cut() -> None:
    """A value and a name after 200 characters, a sentence after 400, a line of code after 160; a mark says so."""
    long = f"HOST_{'X' * 500}"
    shown = values(f"{long} = '{'h' * 500}'\nsocket.create_connection(({long}, 1))  # <-")["host"]
    code = f"import socket\nsocket.create_connection(('{'h' * 500}', 1))  # <-"

    assert [len(text or "") for text in (shown.value, shown.name, shown.sentence)] == [201, 201, 401]
    assert len(advice(code)["no-handling"].suggestion[1]) == 4 + 161


def test_a_line_that_nothing_is_on_connects_to_nothing() -> None:
    """A line beyond the file is no error."""
    assert read_python("x = 1\n", 99) is None
