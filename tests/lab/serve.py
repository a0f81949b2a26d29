"""A TCP service for the lab: ADDRESS PORT BEHAVIOUR. Prints `ready` when it listens; ends when it is killed."""

import contextlib
import selectors
import socket
import struct
import sys

_ANSWERS = {
    struct.pack("!ii", 8, 80877103): b"N",  # PostgreSQL: is TLS offered?
    b"PING": b"+PONG\r\n",
    b"OPTIONS": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    b"GET": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}
"""What a well service says to the first words of a client, by how these begin."""
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends a reset (socket(7))


def main(address: str, port: int, behaviour: str) -> None:
    """Accept for ever; what comes after the accept is `behaviour`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with (
        socket.create_server((address, port), family=family, dualstack_ipv6=address == "::") as server,
        selectors.DefaultSelector() as waiting,
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
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


def _begin(connection: socket.socket, behaviour: str) -> bool:
    """What comes at once; whether the connection is kept. `says=HEX` says so and closes, `greets=HEX` says so and stays."""
    behaviour, _, words = behaviour.partition("=")
    if words:
        connection.sendall(bytes.fromhex(words))
    match behaviour:
        case "greet":
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
