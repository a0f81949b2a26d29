"""A pool whose workers are new interpreters."""

import multiprocessing
import socket
import sys


def work(port: int) -> str:
    """What a worker does."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5)  # fails here
    except OSError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.map(work, [int(sys.argv[1])])
