"""Protocols that are recognized by their bytes. Each reader says in words what the bytes are, or None if not its protocol."""

import re
import struct
from collections.abc import Callable

from tui.model.safe_text import safe_text

LONGEST_WORDS = 160
_TLS_RECORDS = range(20, 24)
"""change_cipher_spec, alert, handshake, application_data (RFC 8446, 5.1)."""
_ALERT, _HANDSHAKE = 21, 22
ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}
"""The names of fatal alerts (RFC 8446, 6; 41 and 100 are older, RFC 5246)."""
_MYSQL_HANDSHAKE, _MYSQL_ERROR = 10, 255
_BSON_SMALLEST, _MONGO_LARGEST = 16, 1 << 20
_OP_REPLY, _OP_MSG = 1, 2013


def tls(data: bytes) -> str | None:
    """A TLS record: `a handshake`, or the name of the alert."""
    if len(data) < 5 or data[0] not in _TLS_RECORDS or data[1] != 3 or data[2] > 4:  # noqa: PLR2004 -- versions 3.0 to 3.4
        return None
    if data[0] == _ALERT and data[3:5] == b"\0\2" and len(data) >= 7:  # noqa: PLR2004 -- a header and two bytes
        return f"alert {ALERTS.get(data[6], data[6])}"
    return "a handshake" if data[0] == _HANDSHAKE else "a record"


def mysql(data: bytes) -> str | None:
    """The initial handshake (version 10) with the server's version, or the error packet that is sent instead."""
    if len(data) < 7 or data[3] not in {0, 1} or int.from_bytes(data[:3], "little") > 1024:  # noqa: PLR2004 -- a short packet
        return None
    if data[4] == _MYSQL_HANDSHAKE and re.match(rb"\d+\.\d+[\w.+~:-]*\0", data[5:]):
        return f"server {_words(data[5:].split(bytes(1), 1)[0])}"
    if data[4] == _MYSQL_ERROR:
        number = int.from_bytes(data[5:7], "little")
        text = data[7 : 4 + int.from_bytes(data[:3], "little")]
        if number and text[:1].isascii() and text:
            return f"error {number}: {_words(re.sub(rb'^#.....', b'', text))}"
    return None


def postgresql(data: bytes) -> str | None:
    """An ErrorResponse of protocol 3, or one of the plain texts of older messages, or an authentication request."""
    if re.match(rb"E\0\0..S(?:FATAL|ERROR|PANIC)", data, re.DOTALL):
        message = re.search(rb"\0M([^\0]*)", data)
        return _words(message[1] if message else data[5:])
    if re.match(rb"E(?:FATAL|ERROR|could not fork)", data):
        return _words(data[1:].split(bytes(1), 1)[0])
    return "an authentication request" if re.match(rb"R\0\0\0.\0\0\0", data, re.DOTALL) else None


def amqp(data: bytes) -> str | None:
    """The header of a version that the server supports, or Connection.Start."""
    if data.startswith(b"AMQP") and len(data) >= 8:  # noqa: PLR2004 -- the header's length
        return f"wants version {'-'.join(str(number) for number in data[5:8])}"
    return "Connection.Start" if re.match(rb"\x01\0\0....\0\x0a\0\x0a", data, re.DOTALL) else None


def mongodb(data: bytes) -> str | None:
    """A wire message that answers: OP_REPLY or OP_MSG."""
    if len(data) < _BSON_SMALLEST:
        return None
    length, _, _, opcode = struct.unpack_from("<iiii", data)
    return "an answer" if _BSON_SMALLEST < length < _MONGO_LARGEST and opcode in {_OP_REPLY, _OP_MSG} else None


def ldap(data: bytes) -> str | None:
    """A BindResponse, or a notice of disconnection, in BER."""
    match = re.match(rb"\x30(?:[\x05-\x7f]|\x81.|\x82..|\x84....)\x02\x01(?:\x01\x61|\x00\x78)", data, re.DOTALL)
    return "a bind response" if match and match[0][-1:] == b"\x61" else "a notice of disconnection" if match else None


def mqtt(data: bytes) -> str | None:
    """CONNACK with its return code."""
    if re.match(rb"\x20[\x02-\x7f][\x00\x01].", data, re.DOTALL) and len(data) >= 2 + data[1]:
        return "CONNACK" if data[3] == 0 else f"CONNACK with return code {data[3]}"
    return None


def cassandra(data: bytes) -> str | None:
    """A response frame: SUPPORTED, ERROR or READY."""
    return "a response frame" if re.match(rb"[\x81-\x85]\0..[\x00\x02\x06]\0", data, re.DOTALL) else None


def sql_server(data: bytes) -> str | None:
    """A tabular response to the pre-login packet."""
    return "a pre-login response" if re.match(rb"\x04\x01..\0\0.\0\0", data, re.DOTALL) else None


def rdp(data: bytes) -> str | None:
    """A connection confirm of X.224 in a TPKT."""
    return "a connection confirm" if re.match(rb"\x03\0..[\x06-\x20]\xd0", data, re.DOTALL) else None


def http2(data: bytes) -> str | None:
    """A SETTINGS frame on stream 0, which opens every connection of HTTP/2 (RFC 9113, 3.4)."""
    return "SETTINGS of HTTP/2" if re.match(rb"\0[\x00\x01].\x04[\x00\x01]\0\0\0\0", data, re.DOTALL) else None


def telnet(data: bytes) -> str | None:
    """An option negotiation (RFC 854)."""
    return "option negotiation" if re.match(rb"\xff[\xfb-\xfe].", data, re.DOTALL) else None


def _words(text: bytes) -> str:
    return safe_text(text, limit=LONGEST_WORDS)


PROTOCOLS: dict[str, Callable[[bytes], str | None]] = {
    "TLS": tls,
    "MySQL": mysql,
    "PostgreSQL": postgresql,
    "AMQP": amqp,
    "MongoDB": mongodb,
    "LDAP": ldap,
    "MQTT": mqtt,
    "Cassandra": cassandra,
    "SQL Server": sql_server,
    "RDP": rdp,
    "gRPC": http2,
    "telnet": telnet,
}
