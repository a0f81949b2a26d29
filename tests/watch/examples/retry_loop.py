"""A client that tries again and again, and says nothing of use in the end."""

import socket
import sys

ATTEMPTS = 5


def connect(port: int) -> socket.socket:
    """Try a few times."""
    for _ in range(ATTEMPTS):
        try:
            return socket.create_connection(("localhost", port), timeout=5)  # fails here
        except OSError:
            continue
    raise SystemExit(3)


if __name__ == "__main__":
    connect(int(sys.argv[1]))
