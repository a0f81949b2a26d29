"""Advice on how failure is handled: given where the lines show it, and not where they don't."""

from textwrap import dedent

import pytest

from tests.errors.test_source_values import read
from tui.model.facts import Advice

GOOD = """\
    import logging, socket, time
    def connect(host, port):
        for attempt in range(1, 4):
            try:
                return socket.create_connection((host, port), timeout=5)  # <-
            except socket.gaierror as error:
                raise SystemExit(f"{host} does not resolve: {error}")
            except (ConnectionRefusedError, TimeoutError) as error:
                logging.warning("attempt %d: %s", attempt, error)
                time.sleep(2)
        raise SystemExit("gave up")
    connect("db", 5432)
"""


def advice(code: str) -> dict[str, Advice]:
    """The advice for the marked line, by id."""
    reading = read(code)
    assert reading
    return {one.id: one for one in reading.advice}


def test_good_handling_needs_no_advice() -> None:
    """Bounded attempts, a delay, a timeout, specific errors: nothing is said."""
    assert advice(GOOD) == {}


CASES = {
    "no-timeout": "import socket\ntry:\n    socket.create_connection(('db', 1))  # <-\nexcept socket.gaierror:\n    raise",
    "no-handling": "import socket\nsocket.create_connection(('db', 1), timeout=2)  # <-",
    "generic-first": """\
        import socket
        try:
            socket.create_connection(("db", 1), timeout=2)  # <-
        except Exception as error:
            raise
        except ConnectionRefusedError:
            raise
        """,
    "retry-unbounded": """\
        import socket, time
        while True:
            try:
                s = socket.create_connection(("db", 1), timeout=2)  # <-
                break
            except ConnectionRefusedError:
                time.sleep(2)
        """,
    "retry-no-delay": """\
        import socket
        for _ in range(3):
            try:
                s = socket.create_connection(("db", 1), timeout=2)  # <-
            except ConnectionRefusedError:
                continue
        """,
    "retry-hopeless": """\
        import socket, time
        for _ in range(3):
            try:
                s = socket.create_connection(("db", 1), timeout=2)  # <-
            except (ConnectionRefusedError, socket.gaierror):
                time.sleep(2)
        """,
    "not-told-apart": """\
        import socket
        try:
            socket.create_connection(("db", 1), timeout=2)  # <-
        except OSError as error:
            raise SystemExit(str(error))
        """,
    "blocking-in-coroutine": """\
        import requests
        async def main():
            try:
                requests.get("http://db:1/", timeout=2)  # <-
            except requests.ConnectionError:
                raise
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_a_weakness_is_seen_where_it_stands_and_alone(name: str) -> None:
    """Each example has one weakness; it is the one that is named, with a sentence, a line and improved lines."""
    found = advice(CASES[name])

    assert set(found) == {name}
    assert found[name].sentence.endswith(".")
    assert found[name].suggestion
    assert 0 < found[name].line <= len(dedent(CASES[name]).splitlines())


@pytest.mark.parametrize(
    "code",
    [
        "import socket\nsocket.setdefaulttimeout(5)\ns = socket.create_connection(('db', 1))  # <-",
        "import socket\ns = socket.socket()\ns.settimeout(5)\ns.connect(('db', 1))  # <-",
        "import asyncio\nasync def go():\n async with asyncio.timeout(5):\n  await asyncio.open_connection('db', 1)  # <-",
        "import requests\nrequests.get('http://db:1/', **options)  # <-",
        "import redis\nredis.Redis(host='db', socket_timeout=2)  # <-",
    ],
)
def test_a_timeout_that_is_set_elsewhere_counts(code: str) -> None:
    """A default, a setting on the socket, a block around it, or unknown keyword arguments are no missing timeout."""
    assert "no-timeout" not in advice(code)


def test_a_handler_around_the_caller_counts() -> None:
    """A function whose caller handles the failure is not told that nothing does."""
    code = """\
        import socket
        def dial():
            return socket.create_connection(("db", 1), timeout=2)  # <-
        try:
            dial()
        except ConnectionRefusedError:
            raise SystemExit(1)
    """

    assert "no-handling" not in advice(code)


def test_a_counted_endless_loop_is_bounded() -> None:
    """A `while True` whose handler compares a count and leaves is no retry without bound."""
    code = """\
        import socket, time
        tries = 0
        while True:
            try:
                s = socket.create_connection(("db", 1), timeout=2)  # <-
                break
            except ConnectionRefusedError:
                tries += 1
                if tries > 3:
                    raise
                time.sleep(2)
    """

    assert advice(code) == {}


def test_no_suggestion_shows_a_password() -> None:
    """The improved lines are the user's own with secrets masked."""
    code = "import psycopg2\nc = psycopg2.connect(host='db', port=1, password='hunter2')  # <-"

    assert advice(code)
    assert "hunter2" not in str(advice(code))


def test_a_handler_for_something_else_handles_nothing() -> None:
    """An `except TypeError` around a call leaves a refusal unhandled, and its loop is no retry."""
    code = """\
        import socket
        while True:
            try:
                s = socket.create_connection(("db", 1), timeout=2)  # <-
            except TypeError:
                continue
    """

    assert set(advice(code)) == {"no-handling"}
