"""A client with the wrong port: nothing listens there."""

import socket
import sys

HOST = "127.0.0.1"
PORT = int(sys.argv[1])


def fetch() -> bytes:
    """Ask the service."""
    with socket.create_connection((HOST, PORT), timeout=5) as connection:  # fails here
        return connection.recv(100)


if __name__ == "__main__":
    fetch()
