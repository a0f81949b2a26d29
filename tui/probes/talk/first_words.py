"""The harmless first request of each protocol, from its specification; nothing here logs in, or changes or reads data."""

import shlex
import struct
from collections.abc import Callable

from tui.model.address import endpoint
from tui.model.protocols import BANNER_FIRST, HTTP, TLS
from tui.model.requests import TalkTo

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""PostgreSQL's question whether TLS is offered, answered with one byte (protocol-message-formats)."""
_AMQP_HEADER = b"AMQP\0\0\x09\x01"
_LDAP_ANONYMOUS_BIND = bytes.fromhex("300c0201016007020103040080 00")
"""BindRequest 3, no name, no password (RFC 4511, 4.2)."""
_MQTT_CONNECT = bytes.fromhex("100c00044d5154540402000a0000")
"""CONNECT of 3.1.1 with a clean session, and no client id."""
_KAFKA_API_VERSIONS = bytes.fromhex("0000000a 0012 0000 52454655 ffff")
"""ApiVersions 0 with a correlation id, and no client id."""
KAFKA_CORRELATION = bytes.fromhex("52454655")
_CASSANDRA_OPTIONS = bytes.fromhex("040000000500000000")
_TDS_PRELOGIN = bytes.fromhex("1201001a00000000 00000b0006 0100110001 ff 000000000000 02")
"""PRELOGIN with a version and without encryption ([MS-TDS] 2.2.6.5)."""
_RDP_REQUEST = bytes.fromhex("030000130ee000000000000100080003000000")
"""An X.224 connection request that offers TLS and CredSSP ([MS-RDPBCGR] 2.2.1.1)."""
_SOCKS5_GREETING = b"\5\1\0"
_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
_DNS_QUERY = bytes.fromhex("0011 5245 0000 0001 0000 0000 0000 00 0002 0001")
"""The nameservers of the root, without recursion (RFC 1035, 4.2.2: over TCP a message has its length before it)."""
DNS_ID = b"\x52\x45"


def _mongo_hello() -> bytes:
    """`isMaster`, with which every driver begins, as an OP_QUERY that all versions understand."""
    document = b"\x10isMaster\0\1\0\0\0"
    document = struct.pack("<i", len(document) + 5) + document + b"\0"
    body = struct.pack("<i", 0) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + document
    return struct.pack("<iiii", 16 + len(body), 1, 0, 2004) + body


_FIXED: dict[str, bytes] = {
    "PostgreSQL": _SSL_REQUEST,
    "Redis": b"PING\r\n",
    "memcached": b"version\r\n",
    "MongoDB": _mongo_hello(),
    "AMQP": _AMQP_HEADER,
    "LDAP": _LDAP_ANONYMOUS_BIND,
    "MQTT": _MQTT_CONNECT,
    "Kafka": _KAFKA_API_VERSIONS,
    "Cassandra": _CASSANDRA_OPTIONS,
    "SQL Server": _TDS_PRELOGIN,
    "RDP": _RDP_REQUEST,
    "SOCKS": _SOCKS5_GREETING,
    "gRPC": _HTTP2_PREFACE,
    "DNS": _DNS_QUERY,
}

_FAREWELLS = {"MQTT": b"\xe0\x00", "Redis": b"QUIT\r\n", "LDAP": bytes.fromhex("30050201024200"), "memcached": b"quit\r\n"}
"""How a client says goodbye, where the protocol has a message for it."""

_COMMANDS: dict[str, Callable[[str, int], list[str]]] = {
    "PostgreSQL": lambda address, port: ["pg_isready", "-h", address, "-p", str(port)],
    "Redis": lambda address, port: ["redis-cli", "-h", address, "-p", str(port), "ping"],
    "SSH": lambda address, port: ["ssh-keyscan", "-p", str(port), address],
    "MongoDB": lambda address, port: ["mongosh", f"mongodb://{endpoint(address, port)}", "--eval", "db.hello()"],
    "LDAP": lambda address, port: ["ldapsearch", "-x", "-H", f"ldap://{endpoint(address, port)}", "-s", "base", "-b", ""],
    "DNS": lambda address, port: ["dig", "+tcp", "-p", str(port), f"@{address}", ".", "NS"],
}


def request_of(protocol: str) -> bytes:
    """What is sent first in `protocol`; empty where the server speaks first. Raises KeyError for HTTP, TLS and unknown ones."""
    return b"" if protocol in BANNER_FIRST else _FIXED[protocol]


def _curl(request: TalkTo) -> list[str]:
    """`curl` as it asks for the same, of the same address by the same name."""
    host = request.server_name or request.address
    scheme = "https" if request.protocol == TLS else "http"
    there = endpoint(request.address, request.port)
    same = ["--connect-to", f"{endpoint(host, request.port)}:{there}"] if host != request.address else []
    return ["curl", "-sv", *same, f"{scheme}://{endpoint(host, request.port)}{request.path}"]


def farewell_of(protocol: str) -> bytes:
    """What is sent last, before the connection is closed; often nothing."""
    return _FAREWELLS.get(protocol, b"")


def typed_command(request: TalkTo, server_name: str | None) -> str:
    """A command that shows the same, to be typed by hand; `server_name` is the name for TLS, None for an address."""
    protocol, address, port = request.protocol, request.address, request.port
    if HTTP in {protocol, request.inner}:
        return shlex.join(_curl(request))
    if protocol == TLS:
        name = ["-servername", server_name] if server_name else []
        return shlex.join(["openssl", "s_client", "-connect", endpoint(address, port), *name])
    known = _COMMANDS.get(protocol)
    return shlex.join(known(address, port) if known else ["nc", "-w", "2", address, str(port)])
