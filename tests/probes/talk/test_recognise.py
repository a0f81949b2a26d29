"""First bytes are named by marks of their own, turn away only in words, and never make the reader raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.model.protocols import label_of
from tui.probes.talk.identify import identify

MYSQL_BLOCKED = b"\x47\0\0\0\xff\x69\x04Host '10.0.1.2' is blocked because of many connection errors"
MYSQL_FULL = b"\x17\0\0\0\xff\x10\x04Too many connections"
POSTGRES_FULL = b"E\0\0\0\x5eSFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0"
GO = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
NGINX = b"HTTP/1.1 400 Bad Request\r\n\r\n<center>The plain HTTP request was sent to HTTPS port</center>"
APACHE = b"HTTP/1.1 400 Bad Request\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.<br />"
MONGO_HTTP = b"HTTP/1.0 200 OK\r\n\r\nIt looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"


@pytest.mark.parametrize(
    ("data", "protocol", "away"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "SSH", False),
        (b"Exceeded MaxStartups\r\n", "SSH", True),
        (b"Not allowed at this time\r\n", "SSH", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\ntoo many connections", "HTTP", False),
        (NGINX, "TLS", False),
        (APACHE, "TLS", False),
        (GO, "TLS", False),
        (MONGO_HTTP, "MongoDB", False),
        (b"\x15\x03\x01\0\x02\x02\x46", "TLS", False),
        (b"\x16\x03\x03\0\x45\x02\0\0", "TLS", False),
        (b"220 mail.example ESMTP Postfix\r\n", "SMTP", False),
        (b"220 (vsFTPd 3.0.3)\r\n", "FTP", False),
        (b"220 ready\r\n", "SMTP or FTP", False),
        (b"421 Too many connections\r\n", "SMTP or FTP", True),
        (b"554 5.7.1 mail.example: no SMTP service here\r\n", "SMTP", True),
        (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", "IMAP", False),
        (b"* BYE Too many connections\r\n", "IMAP", True),
        (b"+OK POP3 ready\r\n", "POP3", False),
        (b"-ERR unknown command 'GET'\r\n", "Redis", False),
        (b"-ERR max number of clients reached\r\n", "Redis", True),
        (b"-DENIED Redis is running in protected mode because\r\n", "Redis", True),
        (b"-NOAUTH Authentication required.\r\n", "Redis", False),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "Redis", True),
        (b"+PONG\r\n", "Redis", False),
        (b"-ERR [SYS/TEMP] later\r\n", "Redis or POP3", False),
        (b"-ERR 'Unknown Protocol Operation'\r\n", "NATS", False),
        (b'INFO {"server_id":"x"}\r\n', "NATS", False),
        (b"RFB 003.008\n", "VNC", False),
        (b"@RSYNCD: 31.0\n", "rsync", False),
        (b"@ERROR: max connections (2) reached -- try again later\n", "rsync", True),
        (b"VERSION 1.6.18\r\n", "memcached", False),
        (b"ERROR Too many open connections\r\n", "memcached", True),
        (b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0", "MySQL", False),
        (b"\x6c\0\0\0\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\0", "MySQL", False),
        (MYSQL_BLOCKED, "MySQL", True),
        (MYSQL_FULL, "MySQL", True),
        (POSTGRES_FULL, "PostgreSQL", True),
        (b"EFATAL:  unsupported frontend protocol\n\0", "PostgreSQL", False),
        (b"AMQP\0\0\x09\x01", "AMQP", False),
        (b"\1\0\0\0\0\1\xf2\0\x0a\0\x0a\0\x09", "AMQP", False),
        (b"\x20\x02\0\x05", "MQTT", False),
        (b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0", "LDAP", False),
        (b"\x84\0\0\0\x06\0\0\0\x10", "Cassandra", False),
        (b"\x04\x01\0\x2b\0\0\1\0\0\0\x1a", "SQL Server", False),
        (b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x1f\x08\0\x02\0\0\0", "RDP", False),
        (b"\0\0\x06\x04\0\0\0\0\0\0\x05\0\0\x40\0", "gRPC", False),
        (b"\xff\xfd\x18\xff\xfd\x20", "telnet", False),
        (b"\x5d\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\x08\0\0\0", "MongoDB", False),
        (b"hello there\r\n", None, False),
        (b"S", None, False),
        (b"", None, False),
    ],
)
def test_first_bytes_are_named(data: bytes, protocol: str | None, *, away: bool) -> None:
    """Each protocol's greeting and errors are known, and whether they turn us away."""
    heard = identify(data)

    assert (label_of(heard.protocols), bool(heard.rejection)) == (protocol, away), heard


def test_the_words_of_a_refusal_are_kept_whole() -> None:
    """MySQL's error is shown with its number and text, without the packet around it."""
    assert identify(MYSQL_FULL).rejection == "error 1040: Too many connections"
    assert identify(POSTGRES_FULL).rejection == "sorry, too many clients already"
    assert identify(b"\x15\x03\x01\0\x02\x02\x46").detail == "alert protocol_version"


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(data=st.binary(max_size=64), front=st.sampled_from([b"", b"E\0\0", b"\x16\x03", b"\x30", b"220 ", b"-ERR", b"\x20\x02"]))
def test_no_bytes_make_it_raise(data: bytes, front: bytes) -> None:
    """Whatever a server says, it is named or not, and what is shown of it is one printable line."""
    heard = identify(front + data)

    assert heard.detail.isprintable() or not heard.detail
