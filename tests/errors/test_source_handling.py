"""Advice on how failure is handled: given where the lines show it, and not where they don't."""

import builtins
import itertools
import socket
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


def _caught_in_turn(*handlers: str) -> str:
    """A connect with these handlers, each of which ends the program."""
    clauses = "".join(f"except {handler}:\n    raise\n" for handler in handlers)
    return f"import socket\ntry:\n    socket.create_connection(('db', 1), timeout=2)  # <-\n{clauses}"


def _retried(handler: str, *lines: str, head: str = "for _ in range(3):") -> str:
    """A loop around a connect, with a handler whose lines decide whether it goes on."""
    body = "".join(f"\n        {line}" for line in lines)
    connect = "s = socket.create_connection(('db', 1), timeout=2)  # <-"
    return f"import os, socket, sys, time\n{head}\n    try:\n        {connect}\n    except {handler}:{body}\n"


SPECIFIC = (
    *("ConnectionRefusedError", "ConnectionResetError", "ConnectionError", "TimeoutError"),
    *("socket.timeout", "socket.gaierror", "OSError", "Exception"),
)
WIDE = ("ConnectionError", "OSError", "IOError", "EnvironmentError", "socket.error", "Exception", "BaseException")


def _class(name: str) -> type[BaseException]:
    found: object = getattr(socket if name.startswith("socket.") else builtins, name.removeprefix("socket."))
    assert isinstance(found, type)
    assert issubclass(found, BaseException)
    return found


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in itertools.product(dict.fromkeys((*SPECIFIC, *WIDE)), SPECIFIC) if _class(pair[0]) is not _class(pair[1])],
)
def test_a_handler_that_python_never_reaches_is_named(first: str, second: str) -> None:
    """Exactly where Python takes the handler before, the one behind it is named, with both lines and the better order."""
    found = advice(_caught_in_turn(first, second)).get("generic-first")

    assert (found is not None) == issubclass(_class(second), _class(first))
    if found:
        assert found.line == 6
        assert "at line 6 is never reached" in found.sentence
        assert "at line 4 comes first" in found.sentence
        assert found.suggestion[0].startswith(f"except {second.removeprefix('socket.')} as error:")
        assert found.suggestion[2].startswith(f"except {first.removeprefix('socket.')} as error:")


def test_one_of_several_names_is_enough_to_be_unreachable() -> None:
    """A handler that names several is looked at name by name, and so is the one before it."""
    assert "generic-first" in advice(_caught_in_turn("(TimeoutError, OSError)", "(TypeError, ConnectionRefusedError)"))
    assert "generic-first" not in advice(_caught_in_turn("(TimeoutError, ConnectionRefusedError)", "(OSError, TypeError)"))


@pytest.mark.parametrize(
    "name",
    [
        *("TypeError", "ValueError", "KeyError", "IndexError", "AttributeError", "NameError", "ImportError"),
        *("ModuleNotFoundError", "ZeroDivisionError", "UnicodeDecodeError", "json.JSONDecodeError", "StopIteration"),
        *("AssertionError", "KeyboardInterrupt"),
    ],
)
def test_what_a_failing_connection_never_raises_handles_none(name: str) -> None:
    """A handler for it alone leaves the failure unhandled; beside one that fits, it takes nothing away."""
    assert set(advice(_caught_in_turn(name))) == {"no-handling"}
    assert advice(_caught_in_turn(f"({name}, ConnectionRefusedError)")) == {}


@pytest.mark.parametrize(
    "name",
    ["ConnectionRefusedError", "TimeoutError", "requests.ConnectTimeout", "MyError", "errors()", "(TypeError, errors())"],
)
def test_any_other_exception_may_be_the_failure(name: str) -> None:
    """What is not known never to come from a connection is taken for a handler of it."""
    assert "no-handling" not in advice(_caught_in_turn(name))


@pytest.mark.parametrize(
    "name",
    [
        *("socket.gaierror", "socket.herror", "ValueError", "TypeError", "PermissionError", "ssl.SSLError"),
        *("ssl.CertificateError", "Exception", "OSError", "BaseException", "IOError", "EnvironmentError", "socket.error"),
    ],
)
def test_to_repeat_what_repeating_cannot_change(name: str) -> None:
    """A loop that repeats a wrong name, argument or permission too, or everything, is named at its handler's line."""
    found = advice(_retried(f"(ConnectionRefusedError, {name})", "time.sleep(2)"))

    assert found["retry-hopeless"].line == 5
    assert "retry-hopeless" in advice(_retried("", "time.sleep(2)").replace("except :", "except:"))


@pytest.mark.parametrize("name", ["TimeoutError", "ConnectionResetError", "ConnectionError", "MyError", "errors()", "ERRORS[0]"])
def test_to_repeat_what_may_pass_is_right(name: str) -> None:
    """A refusal, a reset and a time-out may pass with time, and of what only a run would tell nothing is claimed."""
    assert advice(_retried(name, "time.sleep(2)")) == {}
    assert advice(_retried(f"(ConnectionRefusedError, {name})", "time.sleep(2)")) == {}


@pytest.mark.parametrize("leaving", ["raise", "return", "break", "sys.exit(1)", "exit()", "quit()", "os._exit(1)"])
def test_a_handler_that_leaves_is_no_retry(leaving: str) -> None:
    """A handler that ends the loop whatever happens repeats nothing, in a loop with an end or without."""
    assert advice(_retried("ConnectionRefusedError", leaving)) == {}
    assert advice(_retried("ConnectionRefusedError", leaving, head="while True:")) == {}
    assert "retry-no-delay" in advice(_retried("ConnectionRefusedError", leaving, "continue"))


@pytest.mark.parametrize("pause", ["time.sleep(2)", "event.wait(2)", "wait_for(event, 2)", "delay()", "retry.backoff()"])
def test_a_pause_of_any_kind_is_a_delay(pause: str) -> None:
    """What is called to wait between two attempts is a delay; any other call is none."""
    assert advice(_retried("ConnectionRefusedError", pause)) == {}
    assert set(advice(_retried("ConnectionRefusedError", "print(1)"))) == {"retry-no-delay"}


@pytest.mark.parametrize("head", ["while True:", "while 1:"])
def test_an_endless_loop_is_named_at_its_line(head: str) -> None:
    """A loop whose condition always holds never gives up; one with a condition that can end does."""
    found = advice(_retried("ConnectionRefusedError", "time.sleep(2)", head=head))

    assert set(found) == {"retry-unbounded"}
    assert found["retry-unbounded"].line == 2
    assert advice(_retried("ConnectionRefusedError", "time.sleep(2)", head="while tries < 3:")) == {}


@pytest.mark.parametrize(("handler", "told"), [("OSError", False), ("Exception", False), ("ConnectionError", True)])
def test_what_takes_everything_tells_nothing_apart(handler: str, told: bool) -> None:
    """A wide handler alone is named at its line; with a specific one before it, or narrow enough, nothing is."""
    found = advice(_caught_in_turn(handler))

    assert ("not-told-apart" not in found) == told
    assert all(one.line == 4 for one in found.values())
    for specific in ("ConnectionRefusedError", "socket.gaierror", "TimeoutError", "socket.timeout", "socket.herror"):
        assert "not-told-apart" not in advice(_caught_in_turn(specific, handler))


def test_a_bare_except_tells_nothing_apart() -> None:
    """A handler without a type takes everything too, and is named so."""
    code = _caught_in_turn("OSError").replace("except OSError:", "except:")

    assert "a bare except" in advice(code)["not-told-apart"].sentence


@pytest.mark.parametrize(
    ("call", "better"),
    [
        ("socket.create_connection(('db', 1))", ("socket.create_connection(('db', 1), timeout=5)",)),
        ("sock.connect(('db', 1))", ("sock.settimeout(5)", "sock.connect(('db', 1))")),
        ("connect(('db', 1))", ("sock.settimeout(5)", "connect(('db', 1))")),
        ("self.link.connect(('db', 1))", ("self.link.settimeout(5)", "self.link.connect(('db', 1))")),
        ("link.connect_ex(('db', 1))", ("link.settimeout(5)", "link.connect_ex(('db', 1))")),
        ("urllib.request.urlopen('http://db:1/', data)", ("urllib.request.urlopen('http://db:1/', data, timeout=5)",)),
        ("http.client.HTTPConnection('db', 1)", ("http.client.HTTPConnection('db', 1, timeout=5)",)),
        ("redis.Redis(host='db', port=1)", ("redis.Redis(host='db', port=1, timeout=5)",)),
    ],
)
def test_a_missing_timeout_is_shown_in_its_place(call: str, better: tuple[str, ...]) -> None:
    """Each kind of call is shown with a timeout as it takes one."""
    found = advice(f"try:\n    {call}  # <-\nexcept ConnectionRefusedError:\n    raise")

    assert set(found) == {"no-timeout"}
    assert (found["no-timeout"].suggestion, found["no-timeout"].line) == (better, 2)


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('db', 1), 2)",
        "urllib.request.urlopen('http://db:1/', None, 2)",
        "http.client.HTTPConnection('db', 1, 2)",
        "http.client.HTTPSConnection('db', 1, 2)",
        *(
            f"redis.Redis(host='db', port=1, {word}=2)"
            for word in ("timeout", "connect_timeout", "socket_connect_timeout", "timeouts", "request_timeout")
        ),
        "pymongo.MongoClient('db', 1)",
        "Elasticsearch('http://db:1')",
        "sqlalchemy.create_engine('postgresql://db:1/app')",
        "KafkaProducer(bootstrap_servers='db:1')",
        "KafkaConsumer(bootstrap_servers='db:1')",
        "httpx.AsyncClient(base_url='http://db:1')",
        "httpx.Client(base_url='http://db:1')",
    ],
)
def test_a_timeout_of_the_call_itself_counts(call: str) -> None:
    """A timeout in its place among the arguments, under each of its names, or that the client has by itself, is none missing."""
    assert advice(f"try:\n    {call}  # <-\nexcept ConnectionRefusedError:\n    raise") == {}


@pytest.mark.parametrize(
    "setter", ["s.settimeout(5)", "s.setblocking(False)", "trio.fail_after(5)", "trio.move_on_after(5)", "asyncio.timeout_at(t)"]
)
def test_a_timeout_around_the_call_counts(setter: str) -> None:
    """A timeout that is set in the same function is none missing; one that another function sets is."""
    connect = "try:\n        s.connect(('db', 1))  # <-\n    except ConnectionRefusedError:\n        raise"

    assert advice(f"def dial(s):\n    {setter}\n    {connect}") == {}
    assert set(advice(f"def dial(s):\n    {connect}\ndial(1)")) == {"no-timeout"}


def test_in_a_coroutine_the_timeout_is_a_block() -> None:
    """An awaited connect gets a block around it, whatever its arguments."""
    head = "import asyncio\nasync def go():\n    try:\n        "
    found = advice(f"{head}await asyncio.open_connection('db', 1)  # <-\n    except ConnectionRefusedError:\n        raise")

    assert set(found) == {"no-timeout"}
    assert found["no-timeout"].suggestion == (
        "async with asyncio.timeout(5):",
        "    await asyncio.open_connection('db', 1)",
    )


@pytest.mark.parametrize(
    "call",
    [
        "requests.get('http://db:1/', timeout=2)",
        "urllib.request.urlopen('http://db:1/', timeout=2)",
        "socket.create_connection(('db', 1), timeout=2)",
        "psycopg2.connect(host='db', port=1, timeout=2)",
        "pymysql.connect(host='db', port=1, timeout=2)",
        "smtplib.SMTP('db', 1, timeout=2)",
        "ftplib.FTP('db', 1, timeout=2)",
        "imaplib.IMAP4('db', 1, timeout=2)",
        "http.client.HTTPConnection('db', 1, timeout=2)",
        "telnetlib.Telnet('db', 1, timeout=2)",
        "urlopen('http://db:1/', timeout=2)",
        "create_connection(('db', 1), timeout=2)",
        "HTTPConnection('db', 1, timeout=2)",
        "HTTPSConnection('db', 1, timeout=2)",
    ],
)
def test_a_call_that_blocks_the_event_loop_is_named(call: str) -> None:
    """In a coroutine it is, with the call handed to a thread; in a plain function it is right."""
    body = f"    try:\n        {call}  # <-\n    except ConnectionRefusedError:\n        raise"
    found = advice(f"async def go():\n{body}")
    name, _, arguments = call.partition("(")

    assert set(found) == {"blocking-in-coroutine"}
    assert found["blocking-in-coroutine"].suggestion == (f"await asyncio.to_thread({name}, {arguments}",)
    assert advice(f"def go():\n{body}") == {}


def test_what_is_awaited_does_not_block() -> None:
    """A call whose result is awaited gives the loop back, also one of a module that otherwise blocks."""
    code = "async def go():\n  try:\n    await requests.get('http://db:1/', timeout=2)  # <-\n  except MyError:\n    raise"

    assert advice(code) == {}


def test_a_handler_at_any_distance_counts() -> None:
    """Callers of callers are looked at, a function that calls itself ends, and one that nobody wraps is unhandled."""
    inner = "import socket\ndef dial():\n    dial()\n    socket.create_connection(('db', 1), timeout=2)  # <-\n"
    middle = "def work():\n    dial()\n"
    wrapped = "try:\n    work()\nexcept ConnectionRefusedError:\n    raise\n"

    assert set(advice(inner)) == {"no-handling"}
    assert set(advice(inner + middle + "work()\n")) == {"no-handling"}
    assert advice(inner + middle + wrapped) == {}
    assert set(advice(inner + middle + wrapped.replace("ConnectionRefusedError", "KeyError"))) == {"no-handling"}
    assert set(advice(inner + middle + "try:\n    pass\nexcept OSError:\n    work()\n")) == {"no-handling"}


def test_a_try_around_a_definition_handles_nothing() -> None:
    """What stands in a function or a lambda is called later, outside the `try` and the loop that it was written in."""
    for code in (
        "import socket\ntry:\n  dial = lambda: socket.create_connection(('db', 1), timeout=2)  # <-\nexcept OSError:\n  raise",
        "import socket\nwhile True:\n  def dial():\n    socket.create_connection(('db', 1), timeout=2)  # <-\n",
    ):
        assert set(advice(code)) == {"no-handling"}


def test_an_unhandled_call_is_shown_wrapped() -> None:
    """The whole statement goes into the `try`, at the line where the call stands."""
    found = advice("import socket\ns = socket.create_connection(('db', 1), timeout=2)  # <-")["no-handling"]

    assert found.line == 2
    assert found.suggestion[:2] == ("try:", "    s = socket.create_connection(('db', 1), timeout=2)")


def test_a_call_inside_another_is_shown_in_its_statement() -> None:
    """Not alone, so that the lines can be taken as they are."""
    found = advice("s = wrap(socket.create_connection(('db', 1), timeout=2))  # <-")["no-handling"]

    assert found.suggestion[1] == "    s = wrap(socket.create_connection(('db', 1), timeout=2))"


def test_another_await_does_not_make_a_call_wait() -> None:
    """The call itself has to be awaited."""
    body = "  await other()\n  try:\n    requests.get('http://db:1/', timeout=2)  # <-\n  except MyError:\n    raise"

    assert set(advice(f"async def go():\n{body}")) == {"blocking-in-coroutine"}
