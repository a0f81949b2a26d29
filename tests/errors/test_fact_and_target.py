"""What goes on from a reading: the fact that a session keeps, the target that is walked, and where the text was written."""

import pytest

from tests.errors.corpus import Sample, samples
from tui.errors import ErrorReading, error_text, read_error, target_of
from tui.errors.types import Endpoint, Failure
from tui.model.facts import ErrorText
from tui.model.facts.error_text import Role, TextOrigin
from tui.model.target import TcpTarget, UnixTarget


def _endpoint(host: str | None, role: Role, port: int | None = 80, path: str | None = None) -> Endpoint:
    return Endpoint(host=host, port=port, role=role, span=(0, 1), path=path)


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
def test_a_texts_word_is_that_of_its_reading(sample: Sample) -> None:
    """Class, phrase, tool and origin are kept; the first endpoint gives the role, and what was dialled behind it is listed."""
    reading = read_error(sample.text)
    word = error_text(reading)

    if reading.error_class == "other" and not reading.failures:
        assert word is None
        return
    assert word is not None
    assert (word.says, word.words, word.tool, word.origin) == (
        reading.error_class,
        reading.words or "",
        reading.tool,
        reading.origin,
    )
    assert word.role == (reading.endpoints[0].role if reading.endpoints else "target")
    assert word.dialled == tuple(each.host for each in reading.endpoints[1:] if each.role == "dialled" and each.host)


def test_the_word_of_a_made_up_reading() -> None:
    """An endpoint that was dialled first is not its own detour; a socket's path is none; a failure without a class counts."""
    first, second = _endpoint("10.0.0.1", "dialled"), _endpoint("10.0.0.2", "dialled")
    others = (_endpoint(None, "dialled", None, "/run/a.sock"), _endpoint("db", "target"), _endpoint("10.0.0.3", "upstream"))
    failed = Failure(host="db", port=80, error_class="other", count=1)

    assert error_text(ErrorReading(endpoints=(first, second, *others), error_class="refused", words="refused", tool="curl")) == (
        ErrorText(says="refused", words="refused", tool="curl", role="dialled", dialled=("10.0.0.2",))
    )
    assert error_text(ErrorReading(error_class="timeout")) == ErrorText(says="timeout", words="", tool=None, role="target")
    assert error_text(ErrorReading(failures=(failed,))) == ErrorText(says="other", words="", tool=None, role="target")
    assert error_text(ErrorReading(endpoints=(first,))) is None


@pytest.mark.parametrize(
    ("host", "port", "target"),
    [
        (None, 8080, ("127.0.0.1", 8080)),
        ("0.0.0.0", 8080, ("127.0.0.1", 8080)),
        ("::", 8080, ("::1", 8080)),
        ("10.0.0.9", 8080, ("10.0.0.9", 8080)),
        ("::1", 8080, ("::1", 8080)),
        ("db.example", 8080, ("db.example", 8080)),
    ],
)
def test_what_listens_is_met_on_its_own_machine(host: str | None, port: int, target: tuple[str, int]) -> None:
    """Every address is met on loopback, of its family; an address of its own is met there."""
    found = target_of(ErrorReading(endpoints=(_endpoint(host, "bind", port),)))

    assert isinstance(found, TcpTarget)
    assert (found.host, found.port) == target


@pytest.mark.parametrize("role", ["target", "dialled", "upstream", "proxy"])
def test_only_what_listens_may_be_without_a_host(role: Role) -> None:
    """Of any other endpoint a host is needed, and the next one that has it is walked."""
    nothing, known = _endpoint(None, role), _endpoint("db", role, 81)
    found = target_of(ErrorReading(endpoints=(nothing, known)))

    assert isinstance(found, TcpTarget)
    assert (found.host, found.port) == ("db", 81)
    assert target_of(ErrorReading(endpoints=(nothing, _endpoint("db", role, None)))) is None


def test_what_cannot_be_walked_is_passed_over() -> None:
    """A name that no target may have, and then a path."""
    odd, path = _endpoint("a" * 300, "target"), _endpoint(None, "target", None, "/run/a.sock")
    found = target_of(ErrorReading(endpoints=(odd, path)))

    assert isinstance(found, UnixTarget)
    assert found.path == "/run/a.sock"


RECORD = "2026-11-20 14:00:01 ERROR request failed\n"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (f"{RECORD}  cause: connect ECONNREFUSED 10.0.0.1:80", TextOrigin(at="2026-11-20 14:00:01")),
        (f"{RECORD}2026-11-20 14:00:02 connect ECONNREFUSED 10.0.0.1:80", TextOrigin(at="2026-11-20 14:00:02")),
        (f"{RECORD}{RECORD}  cause: Connection refused", TextOrigin(at="2026-11-20 14:00:01")),
        (
            "web-1  | 2026-11-20 14:00:01 ERROR failed\nweb-1  | connect ECONNREFUSED 10.0.0.1:80",
            TextOrigin(at="2026-11-20 14:00:01", container="web-1"),
        ),
        (
            "Nov 20 11:02:03 web7 app[812]: failed\n  connect ECONNREFUSED 10.0.0.1:80",
            TextOrigin(at="Nov 20 11:02:03", host="web7", pid=812),
        ),
        (
            "2026/11/20 14:00:01 [error] 77#77: connect() failed (111: Connection refused)",
            TextOrigin(at="2026/11/20 14:00:01", pid=77),
        ),
        ("connect ECONNREFUSED 10.0.0.1:80", TextOrigin()),
    ],
)
def test_where_and_when_by_the_record_of_the_failure(text: str, origin: TextOrigin) -> None:
    """By the failure's own line, and what that does not say by the first line of its record; never by another record."""
    assert read_error(text).origin == origin


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("connect ECONNREFUSED 10.0.0.1:80", ()),
        ("ping: unknown host stock.example", ("port",)),
        ("Connection refused", ("host", "port")),
        ("listen tcp :8080: bind: address already in use", ()),
        ("connect ENOENT /run/a.sock", ()),
        ("ProxyError: Connection refused", ("host", "port", "proxy")),
        ('Get "https://api.example/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused', ()),
    ],
)
def test_what_a_walk_still_needs(text: str, missing: tuple[str, ...]) -> None:
    """Host and port, unless it is a path; what listens needs no host; and the proxy, where that failed and is not named."""
    assert read_error(text).missing == missing


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[Errno 111] ?", "errno 111"),
        ("errno: -111,", "errno -111"),
        ("[Errno 111] Connection refused", "Connection refused"),
        ("Connection refused; timed out, actively refused", "actively refused"),
        ("connect ECONNREFUSED 10.0.0.1:80", "ECONNREFUSED"),
        ("ProxyError: Connection refused", "Connection refused"),
        ("nothing of note", None),
    ],
)
def test_the_phrase_that_states_the_class(text: str, words: str | None) -> None:
    """A phrase rather than a number, the nearest to the endpoint or the end; a number is named as one."""
    assert read_error(text).words == words
