"""What the forms share: how they are found, which of them say by themselves that something failed, and what they leave out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.approved import approve_file
from tests.errors.corpus import endpoint, samples
from tui.errors import read_error
from tui.errors.classes import lowered, mentions
from tui.errors.shape import ShapeMatch, shape_matches, shapes
from tui.errors.view import TextView, view_of

AROUND_TROUBLE = {"connect-to", "host-port", "name-then-error"}
"""Forms that are in any text: only what stands near a word of trouble is searched for them."""
OF_FAILURES_ALONE = {
    *("android", "bind-failed", "go-dial", "go-lookup", "mail-host", "nfs-server", "node-fields", "powershell"),
    *("psycopg-attempt", "resolving", "rpc-peer", "ruby-connect", "socat"),
}
"""Forms that tools print for a failure alone, though there is no word of trouble in the form itself."""


def _matches() -> Iterator[tuple[TextView, ShapeMatch]]:
    """Every form in every text of the corpus."""
    for sample in samples():
        view = view_of(sample.text)
        low = lowered(view.text)
        for match in shape_matches(view.text, low, (mention.start for mention in mentions(low))):
            yield view, match


def test_forms_are_tried_in_the_approved_order() -> None:
    """What two forms match belongs to the one that is tried first, so another order reads some texts otherwise."""
    approve_file(Path(__file__).with_name("order.txt"), "".join(f"{shape.name}\n" for shape in shapes()))


def test_a_form_is_found_by_what_it_is_made_of() -> None:
    """Every match has one of its form's hints in it, so that it is found however far away the word of trouble stands."""
    without_trouble = {
        (view.text, match.shape.name, match.start)
        for view in {view.text: view for view, _ in _matches()}.values()
        for match in shape_matches(view.text, lowered(view.text), ())
    }
    lost = {match.shape.name for view, match in _matches() if (view.text, match.shape.name, match.start) not in without_trouble}

    assert lost == AROUND_TROUBLE


def test_a_plain_address_says_nothing_of_failure() -> None:
    """A form that has no word of trouble in it, and is not one of failures alone, states no failure on a line of its own."""
    stating = {
        match.shape.name
        for view, match in _matches()
        if not mentions(lowered(said := view.text[match.start : match.end])) and read_error(said).failures
    }

    assert stating == OF_FAILURES_ALONE


def test_forms_of_the_same_place_are_tried_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms that share a place never claim the same words: in the reverse order of their names they read the same."""
    texts = [sample.text for sample in samples()]
    before = [read_error(text) for text in texts]
    reverse = sorted(sorted(shapes(), key=lambda shape: shape.name, reverse=True), key=lambda shape: shape.place)
    monkeypatch.setattr("tui.errors.shape.shapes", lambda: reverse)

    assert [read_error(text) for text in texts] == before


@pytest.mark.parametrize(
    "text",
    [
        "unable to lookup domain db.example, connection refused",
        "error resolving db.example; connection refused",
        "getaddrinfo for db.example failed, connection refused",
        "getaddrinfo(db.example): connection refused",
        "queryA ESERVFAIL db.example",
        "queryA ETIMEOUT db.example",
        "queryA ECONNREFUSED db.example",
        "getaddrinfo ETIMEDOUT db.example",
        "UnknownHostException: db.example, connection refused",
        "Host not found: db.example, connection refused",
        "db.example: Name or service not known, connection refused",
        "no se pudo resolver \u00abdb.example\u00bb: connection timed out",
        "dial tcp: lookup db.example on 10.0.0.1:53: read udp 10.0.0.2:1->10.0.0.1:53: i/o timeout",
    ],
)
def test_a_name_without_an_address_is_the_class_whatever_its_server_said(text: str) -> None:
    """Where the form itself says that a name was looked up, that is what failed: not the words about its server."""
    reading = read_error(text)

    assert ([endpoint(one) for one in reading.endpoints], reading.error_class) == (["target db.example:?"], "dns")


@pytest.mark.parametrize("word", ["is", "in", "for", "or", "error", "exception", "null", "the", "at"])
def test_a_word_after_unknown_host_is_no_host(word: str) -> None:
    """A sentence about an unknown host goes on with a word, which is no name."""
    assert read_error(f"Unknown host {word}").endpoints == ()
    assert read_error(f"Unknown host {word}db").endpoints


@pytest.mark.parametrize(
    "word", ["failed", "refused", "timed", "was", "is", "has", "because", "due", "server", "host", "address"]
)
def test_a_word_after_connection_to_is_no_host(word: str) -> None:
    """What is said of a connection to a host that is not named is no name either."""
    for end in (" failed", ": connection refused"):
        assert read_error(f"connection to host {word}{end}").endpoints == ()
    assert read_error(f"connection to host {word}db failed").endpoints


@pytest.mark.parametrize(
    "word",
    [
        *("getaddrinfo", "failed", "error", "information", "connect", "gaierror", "exception", "lookup", "resolution", "resolve"),
        *("ssh", "curl", "wget", "ping", "telnet", "open", "oserror", "socketerror", "fatal", "address", "host", "name"),
        *("socket", "falha", "MyException", "SomeError"),
    ],
)
def test_a_word_before_unknown_name_is_no_host(word: str) -> None:
    """What stands before the colon is a tool or a kind of error, unless it can be nothing but a name."""
    assert read_error(f"{word}: Name or service not known").endpoints == ()
    assert read_error(f"{word}db: Name or service not known").endpoints


def test_a_proxy_at_the_targets_port_is_the_proxy() -> None:
    """What Go says of a proxy is about the proxy, though the port alone does not tell it from the target."""
    failed = read_error('Get "https://api.example:3128/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused')

    assert [endpoint(one) for one in failed.endpoints] == ["proxy 10.0.0.1:3128", "target api.example:3128"]


LONG = "x" * 1900
FAR = "so " * 140
"""420 characters."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"request to http://shop.example:81/{LONG} failed, reason: connect ECONNREFUSED 10.0.0.1:80", "target shop.example:81"),
        (f"cannot reach http://shop.example:81/{LONG}: connection refused", "target shop.example:81"),
        (
            f'failed: client: 10.0.0.9, server: x, request: "GET /{"x" * 1400} HTTP/1.1", upstream: "http://10.0.0.1:81/"',
            "upstream 10.0.0.1:81",
        ),
        (
            f'failed: client: 10.0.0.9, server: x, request: "GET /", upstream: "http://10.0.0.1:81/{"x" * 900}"',
            "upstream 10.0.0.1:81",
        ),
        (f"connecting to shop.example:81 {FAR}was refused", "target shop.example:81"),
        (f"(10.0.0.1:81) {FAR}was refused", "target 10.0.0.1:81"),
    ],
)
def test_a_long_line_is_read_whole(text: str, expected: str) -> None:
    """A URL or a request of hundreds of characters hides no endpoint, and an address is read far before the word of trouble."""
    assert expected in [endpoint(one) for one in read_error(text).endpoints]


def test_a_line_of_code_far_before_the_word_of_trouble_is_no_endpoint() -> None:
    """`FILE:LINE` is a place in a source wherever in a long line it stands."""
    assert read_error(f"at main.py:81 {FAR}connection refused").endpoints == ()
    assert read_error(f"at main.example:81 {FAR}connection refused").endpoints
    request = 'client: 10.0.0.9, server: shop.example:81, request: "{0}", host: "{0}", referrer: "{0}"'.format("x" * 800)
    assert read_error(f"connect() failed, {request}: refused").endpoints == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dial tcp :8080: connect: connection refused", []),
        ("{ code: 'ENOENT', syscall: 'connect', address: '/run/app.sock' }", ["target /run/app.sock"]),
        ("{ code: 'ECONNREFUSED', syscall: 'connect', address: '10.0.0.1', port: 81 }", ["dialled 10.0.0.1:81"]),
    ],
)
def test_a_form_without_a_host(text: str, expected: list[str]) -> None:
    """A socket's path stands where an address would, and where a form leaves the host out nothing is invented."""
    assert [endpoint(one) for one in read_error(text).endpoints] == expected
