"""Each reader of first bytes at the bounds of its format: what is a message of it by one bit more or less."""

import struct

import pytest

from tui.probes.talk import binary
from tui.probes.talk.binary import PROTOCOLS, amqp, cassandra, ldap, mongodb, mqtt, mysql, postgresql, tls


@pytest.mark.parametrize(
    ("kind", "words"), [(19, None), (20, "a record"), (21, "a record"), (22, "a handshake"), (23, "a record"), (24, None)]
)
@pytest.mark.parametrize("minor", range(5))
def test_records_of_tls(kind: int, minor: int, words: str | None) -> None:
    """change_cipher_spec to application_data, of versions 3.0 to 3.4; a whole header is enough."""
    assert tls(bytes((kind, 3, minor, 0, 9))) == words
    assert tls(bytes((kind, 3, minor, 0))) is None
    assert tls(bytes((kind, 3, 5, 0, 9))) is None
    assert tls(bytes((kind, 2, minor, 0, 9))) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x15\3\3\0\2\2\x28", "alert handshake_failure"),
        (b"\x15\3\3\0\2\2\x28\x15\3\3", "alert handshake_failure"),
        (b"\x15\3\3\0\2\2", "a record"),
        (b"\x15\3\3\0\x1a\2\x28", "a record"),
        (b"\x16\3\3\0\2\2\x28", "a handshake"),
    ],
)
def test_an_alert_is_read_where_it_is_plain(data: bytes, words: str) -> None:
    """Two bytes after the header; a longer one is encrypted, and a cut one has no name yet."""
    assert tls(data) == words


def _mysql(body: bytes, sequence: int = 0, length: int | None = None) -> bytes:
    return struct.pack("<I", len(body) if length is None else length)[:3] + bytes((sequence,)) + body


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_mysql(b"\x0a8.0.36\0\1\0\0\0"), "server 8.0.36"),
        (_mysql(b"\x0a8.0.36\0\1\0\0\0", 1), "server 8.0.36"),
        (_mysql(b"\x0a8.0.36\0\1\0\0\0", 2), None),
        (_mysql(b"\x0a8.0.36\0\1\0\0\0", length=1024), "server 8.0.36"),
        (_mysql(b"\x0a8.0.36\0\1\0\0\0", length=1025), None),
        (_mysql(b"\x098.0.36\0\1\0\0\0"), None),
        (_mysql(b"\x0aeight\0\1\0\0\0"), None),
        (_mysql(b"\x0a8.0.36 and more"), None),
        (_mysql(b"\xff\x10\x04#08004Too many connections"), "error 1040: Too many connections"),
        (_mysql(b"\xff\x10\x04Too many connections") + b"rest", "error 1040: Too many connections"),
        (_mysql(b"\xff\0\0Too many connections"), None),
        (_mysql(b"\xff\x10\x04\xffbinary"), None),
        (_mysql(b"\xff\x10\x04"), None),
        (_mysql(b"\xff\x10"), None),
        (_mysql(b"\xfe\x10\x04Too many"), None),
    ],
)
def test_packets_of_mysql(data: bytes, words: str | None) -> None:
    """The handshake of version 10 and the error packet, each in a short first or second packet."""
    assert mysql(data) == words


@pytest.mark.parametrize(
    ("length", "opcode", "is_answer"),
    [(16, 1, False), (17, 1, True), (17, 2013, True), (17, 2, False), ((1 << 20) - 1, 1, True), (1 << 20, 1, False)],
)
def test_messages_of_mongodb(length: int, opcode: int, is_answer: bool) -> None:
    """OP_REPLY and OP_MSG, longer than their header and shorter than a megabyte."""
    header = struct.pack("<iiii", length, 5, 1, opcode)

    assert (mongodb(header) == "an answer") is is_answer
    assert mongodb(header[:15]) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"E\0\0\0\x40SFATAL\0C53300\0Mtoo many clients\0\0", "too many clients"),
        (b"E\0\0\0\x40SERROR\0C53300\0Mno\0\0", "no"),
        (b"E\0\0\0\x40SPANIC\0C53300\0Mno\0\0", "no"),
        (b"E\0\0\0\x40SFATAL", "SFATAL"),
        (b"E\0\0\0\x40SNOTE\0", None),
        (b"EFATAL:  no\n\0rest", "FATAL:  no\\n"),
        (b"EERROR:  no\0", "ERROR:  no"),
        (b"Ecould not fork new process\0", "could not fork new process"),
        (b"R\0\0\0\x08\0\0\0\5", "an authentication request"),
        (b"R\0\0\0\x08\0\0\1", None),
        (b"ERROR\r\n", None),
    ],
)
def test_messages_of_postgresql(data: bytes, words: str | None) -> None:
    """ErrorResponse of both protocols, with its message, and the request to authenticate."""
    assert postgresql(data) == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"AMQP\0\0\x09\x01", "wants version 0-9-1"),
        (b"AMQP\0\1\0\0", "wants version 1-0-0"),
        (b"AMQP\0\0\x09", None),
        (b"\x01\0\0\0\0\1\x98\0\x0a\0\x0a", "Connection.Start"),
        (b"\x01\0\0\0\0\1\x98\0\x0a\0\x0b", None),
    ],
)
def test_frames_of_amqp(data: bytes, words: str | None) -> None:
    """The header of the version that the server wants, and what it begins with."""
    assert amqp(data) == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x30\x0c\2\1\1\x61\7", "a bind response"),
        (b"\x30\x81\x0c\2\1\1\x61\7", "a bind response"),
        (b"\x30\x82\0\x0c\2\1\1\x61\7", "a bind response"),
        (b"\x30\x84\0\0\0\x0c\2\1\1\x61\7", "a bind response"),
        (b"\x30\x24\2\1\0\x78\x1f", "a notice of disconnection"),
        (b"\x30\4\2\1\1\x61\7", None),
        (b"\x30\x0c\2\1\2\x61\7", None),
        (b"\x30\x0c\2\1\1\x65\7", None),
    ],
)
def test_messages_of_ldap(data: bytes, words: str | None) -> None:
    """The answer to the first message, or message 0, in any form of length that BER has."""
    assert ldap(data) == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x20\2\0\0", "CONNACK"),
        (b"\x20\2\1\0", "CONNACK"),
        (b"\x20\2\0\5", "CONNACK with return code 5"),
        (b"\x20\3\0\0\0", "CONNACK"),
        (b"\x20\3\0\0", None),
        (b"\x20\2\2\0", None),
        (b"\x20\1\0\0", None),
    ],
)
def test_the_answer_of_mqtt(data: bytes, words: str | None) -> None:
    """CONNACK with flags of one bit, its return code, and as many bytes as it says."""
    assert mqtt(data) == words


@pytest.mark.parametrize("version", range(0x80, 0x87))
@pytest.mark.parametrize("opcode", range(8))
def test_frames_of_cassandra(version: int, opcode: int) -> None:
    """ERROR, READY and SUPPORTED of versions 1 to 5."""
    frame = bytes((version, 0, 0, 0, opcode, 0))

    assert (cassandra(frame) == "a response frame") is (0x81 <= version <= 0x85 and opcode in {0, 2, 6})


def test_each_protocol_has_its_reader() -> None:
    """By the name that the rest of the program uses, and each reads its own example alone."""
    examples = {
        "TLS": b"\x16\3\3\0\2\2\0",
        "MySQL": _mysql(b"\x0a8.0.36\0\1\0\0\0"),
        "PostgreSQL": b"EFATAL: no\0",
        "AMQP": b"AMQP\0\0\x09\x01",
        "MongoDB": struct.pack("<iiii", 36, 5, 1, 1),
        "LDAP": b"\x30\x0c\2\1\1\x61\7",
        "MQTT": b"\x20\2\0\0",
        "Cassandra": b"\x84\0\0\0\2\0",
        "SQL Server": b"\x04\x01\0\x2b\0\0\1\0\0",
        "RDP": b"\3\0\0\x13\x0e\xd0\0\0",
        "gRPC": b"\0\0\x12\4\0\0\0\0\0",
        "telnet": b"\xff\xfd\x18",
    }

    readers = {
        name: {protocol for protocol, reader in PROTOCOLS.items() if reader(data) is not None} for name, data in examples.items()
    }
    assert readers == {name: {name} for name in PROTOCOLS}


def test_words_are_cut() -> None:
    """After 160 characters, with a mark."""
    assert binary.postgresql(b"E" + b"FATAL".ljust(160, b"x")) == "FATAL".ljust(160, "x")
    assert binary.postgresql(b"E" + b"FATAL".ljust(161, b"x")) == "FATAL".ljust(160, "x") + "…"
