"""A nameserver on port 53 of 127.0.0.1 that lies in one way: LIE. Prints `ready` when it listens; ends when it is killed."""

import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from itertools import count
from random import Random

from tests.fuzz.mangle import mangled

_POINTER = b"\xc0\x0c"
_RANDOM = Random(1)  # noqa: S311 -- mistakes, not secrets


def _answer(query: bytes, *records: bytes, flags: int = 0x8180) -> bytes:
    end = query.index(b"\0", 12) + 5
    return query[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + query[12:end] + b"".join(records)


def _record(kind: int, data: bytes, name: bytes = _POINTER, ttl: int = 60) -> bytes:
    return name + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def _label(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _cname(text: bytes) -> bytes:
    return _record(5, _label(text) + b"\0")


_TRUE = _record(1, b"\x7f\0\0\1")
ANSWERS: Mapping[str, Callable[[bytes], bytes]] = {
    "commands": lambda query: _answer(query, _cname(b";PWNED;$(PWNED)`PWNED`|PWNED")),
    "escapes": lambda query: _answer(query, _cname(b"\x1b[2J\x1b]0;x\x07\x9b\r\n\0")),
    "bidi": lambda query: _answer(query, _cname("\u202egnp\u2066".encode())),
    "option": lambda query: _answer(query, _cname(b"-rf")),
    "itself": lambda query: _answer(query, _record(5, _POINTER)),
    "loop": lambda query: _answer(query, _record(5, b"\xc0\x29")),
    "forward": lambda query: _answer(query, _record(5, b"\xff\xff")),
    "many": lambda query: _answer(query, *(_record(1, struct.pack("!I", 0x7F000001 + number)) for number in range(3000)))[:65000],
    "counted": lambda query: query[:2] + b"\x81\x80\xff\xff\xff\xff\xff\xff\xff\xff" + query[12:],
    "short": lambda query: query[:7],
    "nothing": lambda _: b"",
    "silence": lambda _: b"",
    "echo": lambda query: query,
    "other-id": lambda query: b"\0\0" + _answer(query, _TRUE)[2:],
    "truncated": lambda query: _answer(query, flags=0x8380),
    "long-data": lambda query: _answer(query, _POINTER + struct.pack("!HHIH", 1, 1, 60, 65535) + b"\x7f\0\0\1"),
    "old": lambda query: _answer(query, _record(1, b"\x7f\0\0\1", ttl=0xFFFFFFFF)),
    "class": lambda query: _answer(query, _POINTER + struct.pack("!HHIH", 1, 254, 60, 4) + b"\x7f\0\0\1"),
    "codes": lambda query: _answer(query, flags=0x8180 | _RANDOM.randrange(16)),
    "wrong-type": lambda query: _answer(query, _record(28, b"\x7f\0\0\1"), _record(1, b"\0" * 16)),
    "random": lambda query: query[:2] + _RANDOM.randbytes(400),
    "mangled": lambda query: query[:2] + mangled(_answer(query, _TRUE), _RANDOM)[2:4000],
}
"""What is sent for a query, by the kind of the lie."""


def main(lie: str) -> None:
    """Listen, say so, and answer over both transports."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 53))
    tcp = socket.create_server(("127.0.0.1", 53))
    threading.Thread(target=_connections, args=(tcp, ANSWERS[lie]), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        query, peer = udp.recvfrom(65535)
        if lie != "silence" and len(query) > 12:
            udp.sendto(ANSWERS[lie](query), peer)


def _connections(tcp: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    """A length that is never reached, for every second one."""
    for number in count():
        connection, _ = tcp.accept()
        with connection:
            connection.settimeout(1)
            try:
                said = answer(connection.recv(65535)[2:])
                connection.sendall((65535 if number % 2 else len(said)).to_bytes(2, "big") + said)
            except (OSError, ValueError):
                continue


if __name__ == "__main__":
    main(sys.argv[1])
