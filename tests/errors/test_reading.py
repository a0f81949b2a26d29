"""What a reading promises beside its endpoints: spans, bytes, JSON names, targets, no secrets."""

import json

import msgspec
import pytest

from tests.errors.corpus import Sample, endpoint, samples
from tui.errors import ErrorReading, read_error, target_of
from tui.errors.view import LONGEST
from tui.model.target import TcpTarget, UnixTarget

NEST = 'psql: error: connection to server at "pg-main" (10.0.0.9), port 5432 failed: Connection refused'


@pytest.mark.parametrize("sample", [one for one in samples() if one.endpoints], ids=lambda sample: sample.id)
def test_a_span_holds_what_was_read(sample: Sample) -> None:
    """The text as given, between start and end, holds host and port as they were read."""
    for one in read_error(sample.text).endpoints:
        start, end = one.span
        said = "".join(char for char in sample.text[start:end] if char.isprintable() and char != "\N{ZERO WIDTH SPACE}")
        assert 0 <= start < end <= len(sample.text)
        assert (one.host or one.path or str(one.port)) in said
        ends = {each.strip("[].") for each in (one.host, one.path, str(one.port)) if each}
        assert said.strip("[].").startswith(tuple(ends)), said
        assert said.strip("[].").endswith(tuple(ends)), said


def test_spans_count_in_the_text_as_given() -> None:
    """Colours and prefixes left out of sight do not move a span."""
    text = "web_1  | \x1b[31mconnect ECONNREFUSED 10.1.2.3:\x1b[1m8080\x1b[0m"
    (one,) = read_error(text).endpoints
    assert text[slice(*one.span)] == "10.1.2.3:\x1b[1m8080"


def test_a_long_text_keeps_its_positions() -> None:
    """Of a text beyond the limit the end is read, and spans count from its true beginning."""
    text = "x" * 50 + "\n" + "nothing of note\n" * (LONGEST // 16) + NEST
    reading = read_error(text)
    assert text[slice(*reading.endpoints[0].span)].startswith("pg-main")


def test_what_stands_before_the_limit_is_not_read() -> None:
    """An endpoint that only the part before the last megabyte names is not found."""
    assert read_error(NEST + "\n" + "nothing of note\n" * (LONGEST // 16 + 10)).endpoints == ()


@pytest.mark.parametrize(
    "given",
    [NEST.encode(), NEST.encode("utf-16"), b"\xff\xfe" + NEST.encode("utf-16-le"), b"\x80\xfe " + NEST.encode()],
    ids=["utf-8", "utf-16", "utf-16-le", "broken"],
)
def test_bytes_are_read_as_text(given: bytes) -> None:
    """UTF-8, the UTF-16 of PowerShell's redirects, and bytes that are neither, say the same as the text."""
    assert [endpoint(one) for one in read_error(given).endpoints] == ["target pg-main:5432", "dialled 10.0.0.9:5432"]


def test_json_has_the_documents_names() -> None:
    """The fields of a reading are written as the `parse` document names them."""
    document = json.loads(msgspec.json.encode(read_error(NEST)))

    assert document["class"] == "refused"
    assert {"endpoints", "class", "tool", "missing", "code"} <= document.keys()
    assert {"host", "port", "role", "span"} <= document["endpoints"][0].keys()
    assert document["tool"] == "psql"


def test_a_frame_has_the_documents_names() -> None:
    """The fields of a frame are written as the `parse` document names them."""
    reading = read_error(
        '  File "/srv/a.py", line 3, in go\n    s.connect(x)\nConnectionRefusedError: [Errno 111] Connection refused'
    )

    assert json.loads(msgspec.json.encode(reading))["code"] == [
        {"path": "/srv/a.py", "line": 3, "function": "go", "language": "python", "source": "s.connect(x)", "role": "user"}
    ]


def test_the_target_is_the_first_endpoint_that_can_be_walked() -> None:
    """An endpoint without a port is passed over; an address of IPv6 and a socket's path become targets too."""
    dialling = "opening tcp connection to mirror.example port 873\n"
    rsync = read_error(f"{dialling}rsync: failed to connect to mirror.example (2001:db8::5): Connection refused (111)")
    literal = read_error("Error: connect ECONNREFUSED 2001:db8::5:873")
    socket = read_error("Could not connect to Redis at /run/cache.sock: No such file or directory")
    proxied = read_error('Get "https://api.example/": proxyconnect tcp: dial tcp: lookup squid on 10.0.0.2:53: no such host')

    assert isinstance(target := target_of(rsync), TcpTarget)
    assert (target.host, target.port) == ("mirror.example", 873)
    assert isinstance(target := target_of(literal), TcpTarget)
    assert (target.host, target.port) == ("2001:db8::5", 873)
    assert isinstance(path := target_of(socket), UnixTarget)
    assert (path.transport, path.path) == ("unix", "/run/cache.sock")
    assert isinstance(target := target_of(proxied), TcpTarget)
    assert (target.host, target.port) == ("api.example", 443)


@pytest.mark.parametrize("text", ["", "Connection refused", "ping: unknown host stock.example"], ids=["empty", "bare", "no port"])
def test_no_target_where_nothing_can_be_walked(text: str) -> None:
    """Without a host and its port, or a path, there is no target."""
    assert target_of(read_error(text)) is None


def test_credentials_stay_out() -> None:
    """A password in a URL is in no field of a reading, and no span covers it."""
    text = "redis.exceptions.ConnectionError: cannot connect to redis://shop:hunter2@cache:6379/0: Connection refused"
    reading = read_error(text)

    assert [endpoint(one) for one in reading.endpoints] == ["target cache:6379"]
    assert "hunter2" not in msgspec.json.encode(reading).decode()
    assert text[slice(*reading.endpoints[0].span)] == "cache:6379"


def test_repeated_failures_are_counted() -> None:
    """Each failure stands once, in the order of the text, with the number of lines that state it."""
    lines = [
        "Error 111 connecting to a.example:1111. Connection refused.",
        "Error 110 connecting to b.example:2222. Connection timed out.",
    ]
    reading = read_error("\n".join([lines[0], lines[1], lines[0], lines[0]]))

    assert [(one.host, one.error_class, one.count) for one in reading.failures] == [
        ("a.example", "refused", 3),
        ("b.example", "timeout", 1),
    ]
    assert [endpoint(one) for one in reading.endpoints] == ["target a.example:1111"]


def test_an_empty_reading_says_what_is_missing() -> None:
    """A text that says nothing gives null for everything, and the names of what a walk needs."""
    assert read_error("") == ErrorReading(missing=("host", "port"))
