"""Exchanges with a scripted channel, without a network: what is sent, when it is over, and how each end is called."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tui.model.facts import HttpAnswer
from tui.model.protocols import BANNER_FIRST, HTTP, TLS
from tui.model.requests import TalkTo
from tui.probes.talk import plain, web
from tui.probes.talk.certificate import wants_certificate, what_it_says
from tui.probes.talk.exchange import Ending, Reply
from tui.probes.talk.first_words import farewell_of, request_of, typed_command
from tui.probes.talk.identify import Identified, identify
from tui.probes.talk.tls import _alert
from tui.probes.talk.web import Method

SOON = 1e12
"""A deadline that is never reached."""


class Script:
    """A channel whose peer says these pieces, one after another, and then ends so."""

    def __init__(self, *pieces: bytes, end: Ending = "silent", takes: bool = True) -> None:
        self.pieces, self.end, self.takes = list(pieces), end, takes
        self.sent: list[bytes] = []
        self.deadlines: list[float] = []

    def send(self, data: bytes) -> bool:
        """Keep what is sent."""
        self.sent.append(data)
        return self.takes

    async def receive(self, deadline: float) -> bytes | Ending:
        """The next piece, or the end."""
        self.deadlines.append(deadline)
        return self.pieces.pop(0) if self.pieces else self.end

    def acknowledged(self) -> bool | None:
        """All of it."""
        return True


async def say(channel: Script, protocol: str) -> Reply:
    """One exchange in a protocol."""
    request = TalkTo(address="10.0.0.1", port=80, protocol=protocol)
    return await plain.exchange(channel, request, protocol, 5.0, "HEAD")


PING = request_of("Redis")


async def test_words_and_a_farewell() -> None:
    """An answer that fits is thanked for in the protocol's own way; one that does not fit is not."""
    fits, other = Script(b"+PONG\r\n"), Script(b"SSH-2.0-x\r\n")
    reply, strange = await say(fits, "Redis"), await say(other, "Redis")

    assert fits.sent == [PING, b"QUIT\r\n"]
    assert other.sent == [PING]
    assert (reply.outcome, reply.data, reply.understood, reply.acknowledged) == ("answered", b"+PONG\r\n", "yes", True)
    assert (strange.outcome, strange.understood, strange.identified.protocols) == ("answered", "no", ("SSH",))
    assert 0 <= reply.waited_ms < 1000
    assert (await say(Script(b"\1\2"), "Redis")).understood == "unknown"


@pytest.mark.parametrize(
    ("end", "takes", "outcome"),
    [
        ("closed", True, "closed"),
        ("closed", False, "reset"),
        ("reset", True, "reset"),
        ("reset", False, "reset"),
        ("silent", True, "silent"),
        ("silent", False, "silent"),
    ],
)
@pytest.mark.parametrize("protocol", ["Redis", HTTP])
async def test_an_end_without_an_answer(protocol: str, end: Ending, takes: bool, outcome: str) -> None:
    """A connection that did not take the words and is then closed was reset; every other end is called as it came."""
    reply = await say(Script(end=end, takes=takes), protocol)

    assert (reply.outcome, reply.data, reply.acknowledged, reply.http) == (outcome, b"", True, None)
    assert 0 <= reply.waited_ms < 1000


async def test_where_nothing_is_sent_nothing_is_taken() -> None:
    """A server that speaks first is only listened to."""
    channel = Script(b"SSH-2.0-x\r\n")
    reply = await say(channel, "SSH")

    assert (reply.acknowledged, channel.sent) == (None, [b"", b""])


@pytest.mark.parametrize(
    ("protocol", "data", "protocols", "detail"),
    [
        ("PostgreSQL", b"S", ("PostgreSQL",), "offers TLS"),
        ("PostgreSQL", b"N", ("PostgreSQL",), "offers no TLS"),
        ("Redis", b"S", (), ""),
        ("PostgreSQL", b"SS", (), ""),
        ("Kafka", b"\0\0\0\x0aREFU\0\0", ("Kafka",), "ApiVersions"),
        ("Kafka", b"\0\0\0\x0aREFX\0\0", (), ""),
        ("Redis", b"\0\0\0\x0aREFU\0\0", (), ""),
        ("SOCKS", b"\5\0", ("SOCKS",), "method 0"),
        ("SOCKS", b"\5\2", ("SOCKS",), "method 2"),
        ("SOCKS", b"\5\xff", ("SOCKS",), "method 255"),
        ("SOCKS", b"\5\3", (), ""),
        ("SOCKS", b"\5\0\0", (), ""),
        ("Redis", b"\5\0", (), ""),
        ("DNS", b"\0\x20RE\x80\0", ("DNS",), "an answer"),
        ("DNS", b"\0\x20RX\x80\0", (), ""),
        ("Redis", b"\0\x20RE\x80\0", (), ""),
    ],
)
async def test_answers_that_are_known_by_the_question(
    protocol: str, data: bytes, protocols: tuple[str, ...], detail: str
) -> None:
    """One byte, an id or a method means its protocol only where that was asked."""
    reply = await say(Script(data), protocol)

    assert (reply.identified.protocols, reply.identified.detail) == (protocols, detail)


async def ask(*pieces: bytes, method: Method = "HEAD", old: bool = False, end: Ending = "closed") -> tuple[web.WebReply, Script]:
    """A request for `/x` of `db:81`."""
    channel = Script(*pieces, end=end)
    return await web.ask(channel, method, "/x", "db:81", deadline=SOON, old=old), channel


@pytest.mark.parametrize(
    ("method", "old", "sent"),
    [
        ("HEAD", False, b"HEAD /x HTTP/1.1\r\nHost: db:81\r\nUser-Agent: refused\r\nAccept: */*\r\nConnection: close\r\n\r\n"),
        ("GET", False, b"GET /x HTTP/1.1\r\nHost: db:81\r\nUser-Agent: refused\r\nAccept: */*\r\nConnection: close\r\n\r\n"),
        ("CONNECT", False, b"CONNECT /x HTTP/1.1\r\nHost: db:81\r\nUser-Agent: refused\r\n\r\n"),
        ("GET", True, b"GET /x HTTP/1.0\r\n\r\n"),
    ],
)
async def test_a_request_as_it_is_sent(method: Method, old: bool, sent: bytes) -> None:
    """By name, with few lines, closing; CONNECT as curl sends it; the old one with nothing else."""
    _, channel = await ask(b"HTTP/1.1 204 No Content\r\n\r\n", method=method, old=old)

    assert channel.sent == [sent]


async def test_an_answer_in_pieces_is_read_to_its_end() -> None:
    """A head in two, words in two; after the head the rest has a time of its own, before it the deadline."""
    reply, channel = await ask(
        b"HTTP/1.1 503 No", b" luck\r\nContent-Length: 10\r\n\r\n<p>we ", b"</p>", b"too much", method="GET", end="silent"
    )

    assert reply.http is not None
    assert (reply.outcome, reply.http.status, reply.http.reason, reply.http.words) == ("answered", 503, "No luck", "we")
    assert reply.data.endswith(b"</p>")
    assert channel.deadlines[:2] == [SOON, SOON]
    assert all(deadline < SOON for deadline in channel.deadlines[2:])
    assert 0 <= reply.http.elapsed_ms < 1000
    assert 0 <= reply.waited_ms < 1000


@pytest.mark.parametrize(
    ("pieces", "status", "words", "data"),
    [
        ((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 200, "", None),
        ((b"HTTP/1.1 500 E\r\n\r\nfirst ", b"second"), 500, "first second", None),
        ((b"HTTP/1.1 500 E\r\n\r\n",), 500, "", None),
        ((b"HT", b"TP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 200, "", None),
        ((b"SSH-2.0-x\r\n", b"more"), None, "", b"SSH-2.0-x\r\n"),
        ((b"HTTP/1.1 what\r\n\r\n", b"more"), None, "", b"HTTP/1.1 what\r\n\r\n"),
        ((b"HTTP/1.1 200 OK\r\nX: ",), None, "", None),
    ],
)
async def test_forms_of_an_answer(pieces: Sequence[bytes], status: int | None, words: str, data: bytes | None) -> None:
    """An interim answer is passed over, a body ends with the connection; what is no HTTP ends at once; a cut head is none."""
    reply, _ = await ask(*pieces, method="GET")

    assert reply.outcome == "answered"
    assert (reply.http.status if reply.http else None, reply.http.words if reply.http else "") == (status, words)
    assert reply.data == (data if data is not None else b"".join(pieces))


async def test_of_a_page_four_thousand_bytes_are_read() -> None:
    """The head may be longer than that; a head without an end is left after 64 kB."""
    page, _ = await ask(b"HTTP/1.1 500 E\r\n\r\n", *[b"x" * 1000] * 10, method="GET")
    long, _ = await ask(b"HTTP/1.1 500 E\r\nX: " + b"y" * 5000, b"\r\n\r\nwords", method="GET")
    endless, _ = await ask(b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 995 + b"\r\n"] * 100)

    assert len(page.data) == 18 + 5000
    assert long.http is not None
    assert long.http.status == 500
    assert endless.http is None
    assert len(endless.data) <= (1 << 16) + 1000


async def test_the_fields_of_a_head() -> None:
    """The first of several lines counts; `Via` stands for `Server`; of what is wanted, the scheme alone; long ones are cut."""
    there = format_datetime(datetime.now(UTC) - timedelta(seconds=90), usegmt=True)
    head = (
        b"HTTP/1.1 407 No\r\nVia: 1.1 squid\r\nRetry-After: 120\r\nRetry-After: 7\r\nLocation: /" + b"l" * 600 + b"\r\n"
        b"Proxy-Authenticate: Basic realm=x\r\nDate: " + there.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    )
    reply, _ = await ask(head)

    assert reply.http == HttpAnswer(
        method="HEAD",
        path="/x",
        status=407,
        reason="No",
        server="1.1 squid",
        location="/" + "l" * 499 + "…",
        retry_after="120",
        wants="Basic",
        clock_ahead_s=reply.http.clock_ahead_s if reply.http else None,
        elapsed_ms=reply.http.elapsed_ms if reply.http else 0,
    )
    assert reply.http.clock_ahead_s in {89.0, 90.0, 91.0}
    assert web._clock_ahead_s("") is None
    assert web._clock_ahead_s("yesterday") is None


@pytest.mark.parametrize(
    ("fields", "server", "wants"),
    [
        (b"Server: nginx\r\nVia: x", "nginx", ""),
        (b"WWW-Authenticate: Negotiate, Basic\r\nProxy-Authenticate: Digest", "", "Negotiate"),
        (b"Server: " + b"s" * 200, "s" * 160 + "…", ""),
    ],
)
async def test_who_serves_and_what_it_wants(fields: bytes, server: str, wants: str) -> None:
    """`Server` before `Via`, the server's own demand before a proxy's, each cut after 160 characters."""
    reply, _ = await ask(b"HTTP/1.1 401 No\r\n" + fields + b"\r\nContent-Length: 0\r\n\r\n")

    assert reply.http is not None
    assert (reply.http.server, reply.http.wants) == (server, wants)


@pytest.mark.parametrize(
    ("protocol", "port", "name", "host"),
    [
        (HTTP, 80, "db", "db"),
        (HTTP, 443, "db", "db:443"),
        (HTTP, 8080, "db", "db:8080"),
        (HTTP, 80, None, "10.0.0.1"),
        (TLS, 443, "db", "db"),
        (TLS, 80, "db", "db:80"),
        (HTTP, 80, "::1", "[::1]"),
        (HTTP, 81, "::1", "[::1]:81"),
    ],
)
@pytest.mark.parametrize("again", [0, 1])
async def test_the_host_line(protocol: str, port: int, name: str | None, host: str, again: int) -> None:
    """The name that was given, else the address; without the scheme's own port. The second time there is none."""
    channel = Script(b"HTTP/1.1 200 OK\r\n\r\n")
    request = TalkTo(address="10.0.0.1", port=port, protocol=protocol, server_name=name, again=again)
    await plain.exchange(channel, request, HTTP, 5.0, "HEAD")

    assert channel.sent[0].startswith(b"GET / HTTP/1.0\r\n\r\n" if again else f"HEAD / HTTP/1.1\r\nHost: {host}\r\n".encode())


@pytest.mark.parametrize(
    ("method", "status", "again"),
    [
        *(("HEAD", status, True) for status in (400, 403, 404, 405, 500, 501, 503)),
        *(("HEAD", status, False) for status in (200, 301, 399, 401, 407, 421, 429)),
        ("GET", 500, False),
    ],
)
def test_what_is_asked_again_by_get(method: Method, status: int, again: bool) -> None:
    """An error to HEAD that GET may change, or that has words."""
    answer = HttpAnswer(method=method, path="/", status=status, elapsed_ms=1.0)

    assert plain.may_be_for_head_alone(Reply("answered", http=answer)) is again
    assert not plain.may_be_for_head_alone(Reply("answered"))


COMMANDS = {
    "PostgreSQL": "pg_isready -h ::1 -p 99",
    "Redis": "redis-cli -h ::1 -p 99 ping",
    "SSH": "ssh-keyscan -p 99 ::1",
    "MongoDB": "mongosh 'mongodb://[::1]:99' --eval 'db.hello()'",
    "LDAP": "ldapsearch -x -H 'ldap://[::1]:99' -s base -b ''",
    "DNS": "dig +tcp -p 99 @::1 . NS",
    "MQTT": "nc -w 2 ::1 99",
    "SMTP": "nc -w 2 ::1 99",
}


@pytest.mark.parametrize(("protocol", "command"), COMMANDS.items())
def test_a_command_that_shows_the_same(protocol: str, command: str) -> None:
    """The protocol's own client, or netcat."""
    assert typed_command(TalkTo(address="::1", port=99, protocol=protocol), None) == command


@pytest.mark.parametrize(
    ("protocol", "inner", "name", "command"),
    [
        (HTTP, None, None, "curl -sv 'http://[::1]:99/a?b'"),
        (HTTP, None, "::1", "curl -sv 'http://[::1]:99/a?b'"),
        (HTTP, None, "db", "curl -sv --connect-to 'db:99:[::1]:99' 'http://db:99/a?b'"),
        (TLS, HTTP, "db", "curl -sv --connect-to 'db:99:[::1]:99' 'https://db:99/a?b'"),
        (TLS, None, "db", "openssl s_client -connect '[::1]:99' -servername db"),
        (TLS, "Redis", None, "openssl s_client -connect '[::1]:99'"),
    ],
)
def test_commands_for_the_web_and_tls(protocol: str, inner: str | None, name: str | None, command: str) -> None:
    """Curl with the name at the same address where HTTP is spoken, and openssl for TLS alone."""
    request = TalkTo(address="::1", port=99, protocol=protocol, server_name=name, inner=inner, path="/a?b")

    assert typed_command(request, name if protocol == TLS else None) == command


FIRST_WORDS = {
    "PostgreSQL": "00000008 04d2162f",
    "MongoDB": "3a000000 01000000 00000000 d4070000 00000000 61646d696e2e24636d6400 00000000 ffffffff"
    " 13000000 1069734d617374657200 01000000 00",
    "AMQP": "414d5150 00000901",
    "LDAP": "300c020101600702010304008000",
    "MQTT": "100c 0004 4d515454 04 02 000a 0000",
    "Kafka": "0000000a 0012 0000 52454655 ffff",
    "Cassandra": "04 00 0000 05 00000000",
    "SOCKS": "05 01 00",
    "DNS": "0011 5245 0000 0001 0000 0000 0000 00 0002 0001",
    "RDP": "03000013 0e e0 0000 0000 00 01 00 0800 03000000",
}
"""Byte by byte as their specifications have them; MongoDB's OP_QUERY: length, id, answers none, 2004, flags, collection, skip
none, one answer, and the document."""


@pytest.mark.parametrize(("protocol", "words"), FIRST_WORDS.items())
def test_first_words_are_those_of_the_specification(protocol: str, words: str) -> None:
    """Every byte of them."""
    assert request_of(protocol).hex(" ") == bytes.fromhex(words).hex(" ")


def test_who_says_goodbye() -> None:
    """DISCONNECT, QUIT, an UnbindRequest; the others just close."""
    farewells = {name: farewell_of(name) for name in (*FIRST_WORDS, "Redis", "memcached", *BANNER_FIRST)}

    assert {name: words for name, words in farewells.items() if words} == {
        "MQTT": b"\xe0\0",
        "Redis": b"QUIT\r\n",
        "LDAP": b"\x30\5\2\1\2\x42\0",
        "memcached": b"quit\r\n",
    }


def _record(*messages: bytes, kind: int = 22) -> bytes:
    body = b"".join(messages)
    return bytes((kind, 3, 3)) + len(body).to_bytes(2) + body


def _message(kind: int, size: int = 0) -> bytes:
    return bytes((kind,)) + size.to_bytes(3) + bytes(size)


@pytest.mark.parametrize(
    ("received", "wants"),
    [
        (_record(_message(2, 70), _message(11, 900), _message(13, 4)), True),
        (_record(_message(2, 70)) + _record(_message(11, 900), _message(13, 4)), True),
        (_record(_message(2, 70)) + _record(_message(13)), True),
        (_record(_message(2, 70), _message(11, 300)[:200]) + _record(_message(11, 300)[200:], _message(13)), True),
        (_record(_message(2, 70), _message(11, 900), _message(14)), False),
        (_record(_message(13), kind=23), False),
        (_record(_message(13))[:8], False),
        (_record(_message(13))[:9], True),
        (b"", False),
    ],
)  # fmt: skip
def test_a_request_for_the_clients_certificate(received: bytes, wants: bool) -> None:
    """A CertificateRequest in any record, also behind a message that is cut in two; what is encrypted is not read."""
    assert wants_certificate(received) is wants


def test_what_a_certificate_says() -> None:
    """Twenty names and addresses, a common name or all of a name, and times as RFC 3339 has them."""
    alternatives = (
        ("DNS", "a" * 300),
        ("IP Address", "10.0.0.1"),
        ("email", "x"),
        *(("DNS", f"{number}") for number in range(30)),
    )
    said = what_it_says({
        "subject": ((("countryName", "XX"),), (("commonName", "old.example"),), (("commonName", "db.example"),)),
        "issuer": ((("organizationName", "Lab"),), (("organizationalUnitName", "Unit"),)),
        "subjectAltName": alternatives,
        "notBefore": "Nov 20 11:02:03 2026 GMT",
        "notAfter": "never",
    })  # fmt: skip

    assert said is not None
    assert (said.subject, said.issuer) == ("db.example", "Lab, Unit")
    assert (said.not_before, said.not_after) == ("2026-11-20T11:02:03Z", "")
    assert said.names == ("a" * 200 + "…", "10.0.0.1", *(str(number) for number in range(18)))
    assert what_it_says({}) is None


@pytest.mark.parametrize(
    ("reason", "alert"),
    [
        ("TLSV1_ALERT_UNKNOWN_CA", "unknown_ca"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "handshake_failure"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate_required"),
        ("TLSV1_UNRECOGNIZED_NAME", "unrecognized_name"),
        ("TLSV1_ALERT_SOMETHING_NEW", ""),
        ("UNKNOWN_CA", ""),
        ("WRONG_VERSION_NUMBER", ""),
    ],
)
def test_openssls_words_for_an_alert(reason: str, alert: str) -> None:
    """Those that came from the other end, by the alert's name; what this end found wrong is none."""
    error = ssl.SSLError()
    error.reason = reason

    assert _alert(error) == alert


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"HTTP/1.0 400 B\r\n\r\nPort 9000 is for clickhouse-client program", Identified(("ClickHouse",), "HTTP/1.0 400 B")),
        (b"This is not a HTTP port", Identified(("Elasticsearch transport",), "This is not a HTTP port")),
        (b"This is not an HTTP port", Identified(("Elasticsearch transport",), "This is not an HTTP port")),
        (b"200 news.example NNTP ready\r\n", Identified(("NNTP",), "200 news.example NNTP ready")),
        (b"201 InterNetNews\r\n", Identified(("NNTP",), "201 InterNetNews")),
        (b"200 ready\r\n", Identified()),
        (b"299 ready\r\n", Identified()),
        (b"120 soon\r\n", Identified(("SMTP", "FTP"), "120 soon")),
        (b"220-ftp and mail\r\n", Identified(("SMTP", "FTP"), "220-ftp and mail")),
        (b"500 what? ftp\r\n", Identified(("FTP",), "500 what? ftp")),
        (b"502 exim\r\n", Identified(("SMTP",), "502 exim")),
        (b"503 postfix\r\n", Identified(("SMTP",), "503 postfix")),
        (b"530 ftp no\r\n", Identified(("FTP",), "530 ftp no", "530 ftp no")),
        (b"550 smtp no\r\n", Identified(("SMTP",), "550 smtp no", "550 smtp no")),
        (b"220ready\r\n", Identified()),
        (b"* PREAUTH hello\r\n", Identified(("IMAP",), "* PREAUTH hello")),
        (b"* BAD hello\r\n", Identified(("IMAP",), "* BAD hello")),
        (b"CLIENT_ERROR bad\r\n", Identified(("memcached",), "CLIENT_ERROR bad")),
        (b"SERVER_ERROR out of memory\r\n", Identified(("memcached",), "SERVER_ERROR out of memory")),
        (b"ERROR\r\n", Identified(("memcached",), "ERROR")),
        (b"RFB 003.008\nToo many security failures", Identified(("VNC",), "RFB 003.008", "RFB 003.008")),
        (b"-CLUSTERDOWN down\r\n", Identified(("Redis",), "-CLUSTERDOWN down", "-CLUSTERDOWN down")),
        (b"-ERR no such user\r\n", Identified(("Redis", "POP3"), "-ERR no such user")),
        (b"x" * 200, Identified()),
        (b"SSH-" + b"x" * 200, Identified(("SSH",), "SSH-" + "x" * 156 + "…")),
    ],
)  # fmt: skip
def test_more_first_words_of_servers(data: bytes, expected: Identified) -> None:
    """Codes and words that decide between protocols, and which of them turn the client away."""
    assert identify(data) == expected
