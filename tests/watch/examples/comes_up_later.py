"""A client that tries until its server, which it starts itself, is there."""

import socket


def main() -> None:
    """Fail once, then work."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        try:
            socket.create_connection(server.getsockname(), timeout=5)
        except ConnectionRefusedError:
            server.listen()
        socket.create_connection(server.getsockname(), timeout=5).close()


if __name__ == "__main__":
    main()
