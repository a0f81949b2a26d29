"""A server whose forked worker can't connect, and dies without a word."""

import os
import socket
import sys


def work(port: int) -> None:
    """What the worker does."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5)  # fails here
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    child = os.fork()
    if child == 0:
        work(int(sys.argv[1]))
    os.waitpid(child, 0)
