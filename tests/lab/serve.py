"""A TCP service for the lab: ADDRESS PORT BEHAVIOUR. Prints `ready` when it is as it should be; ends when it is killed.

Behaviours are `hold`, which answers as a well service does, and what `_begin` and `_answer` say; `slow` is `greet` after 0.3 s.
`late:N` holds a second after this machine has sent N resets (the checks of the first refusal bring some, and only the attempts
after these are the series), `flap` hangs up its listener after each accept until a reset was sent,
`once` does so for ever: what was refused is counted, and no clock decides. ADDRESS `::` takes both families, `::only` IPv6 alone.
"""

import contextlib
import select
import selectors
import socket
import struct
import sys
import time
from pathlib import Path

_ANSWERS = {
    struct.pack("!ii", 8, 80877103): b"N",  # PostgreSQL: is TLS offered?
    b"PING": b"+PONG\r\n",
    b"HEAD": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    b"CONNECT": b"HTTP/1.1 200 Connection established\r\n\r\n",
    b"GET": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}
"""What a well service says to the first words of a client, by how these begin."""
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends a reset (socket(7))
_PAUSE_S = 0.02
_SLOW_S = 0.3
_LATER_S = 1.2


def main(address: str, port: int, behaviour: str) -> None:
    """Accept for ever; what comes after the accept is `behaviour`."""
    behaviour, _, resets = behaviour.partition(":")
    if behaviour in {"flap", "once"}:
        _come_and_go(address, port, behaviour)
    if behaviour == "late":
        _ready()
        _wait_for_resets(int(resets))
        time.sleep(_LATER_S)
    with _opened(address, port) as server, selectors.DefaultSelector() as waiting:
        if behaviour == "late":
            behaviour = "hold"
        else:
            _ready()
        waiting.register(server, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is server:
                    connection, _ = server.accept()
                    if _begin(connection, behaviour):
                        waiting.register(connection, selectors.EVENT_READ)
                elif isinstance(key.fileobj, socket.socket) and not _answer(key.fileobj, behaviour):
                    waiting.unregister(key.fileobj)
                    key.fileobj.close()


def _opened(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address.removesuffix("only"), port), family=family, dualstack_ipv6=address == "::")


def _come_and_go(address: str, port: int, behaviour: str) -> None:
    """Listen for one connection at a time."""
    kept = []
    with _opened(address, port) as server:
        _ready()
        kept.append(server.accept())
    while True:
        _wait_for_resets(_resets() + 1 if behaviour == "flap" else sys.maxsize)
        with _opened(address, port) as server:
            kept.append(server.accept())


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def _resets() -> int:
    """How many TCP resets this machine has sent."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text(encoding="ascii").splitlines() if line[:4] == "Tcp:"]
    names, numbers = lines
    return int(numbers[names.index("OutRsts")])


def _wait_for_resets(number: int) -> None:
    while _resets() < number:
        select.select([], [], [], _PAUSE_S)


def _begin(connection: socket.socket, behaviour: str) -> bool:
    """What comes at once; whether the connection is kept. `says=HEX` says so and closes, `greets=HEX` says so and stays."""
    behaviour, _, words = behaviour.partition("=")
    if words:
        connection.sendall(bytes.fromhex(words))
    match behaviour:
        case "greet" | "slow":
            if behaviour == "slow":
                select.select([], [], [], _SLOW_S)
            connection.sendall(b"220 lab ready\r\n")
        case "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.close()
        case "close" | "says":
            connection.close()
    return behaviour not in {"reset", "close", "says"}


def _answer(connection: socket.socket, behaviour: str) -> bool:
    """What comes after the client's words: `hold` answers them, `hang-up` closes, others say nothing; whether it is kept."""
    with contextlib.suppress(ConnectionError):
        words = connection.recv(4096)
        if words and behaviour == "hold":
            connection.sendall(next((answer for mark, answer in _ANSWERS.items() if words.startswith(mark)), b""))
        return bool(words) and behaviour != "hang-up"
    return False


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
