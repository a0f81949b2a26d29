"""A service that does not accept: PLACE BACKLOG BEHAVIOUR. Its queue is full before it prints `ready`; it ends when it is killed.

PLACE is ADDRESS:PORT or the absolute path of a Unix socket. BEHAVIOUR: `sleeps`, `spins`, `stops` itself by a signal,
`opens` all the descriptors that it may, `recovers` once three connections found the queue full, `has-room` (not filled).
"""

import contextlib
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path

FOUND_FULL = 3
"""Connections that must have found a full queue before it recovers: the attempt's and its repetitions."""
PAUSE_S = 0.02


def main(place: str, backlog: int, behaviour: str) -> None:
    """Fill the queue, say so, and behave."""
    kept: list[socket.socket] = []
    server = listening(place, backlog)
    for _ in range(0 if behaviour == "has-room" else backlog + 1):
        client = socket.socket(server.family)
        client.connect(server.getsockname())
        kept.append(client)
    before = overflows()
    if behaviour == "opens":
        with contextlib.suppress(OSError):
            while True:
                kept.append(server.dup())
    os.write(1, b"ready\n")
    match behaviour:
        case "stops":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "spins":
            while True:
                pass
        case "recovers":
            while overflows() - before < FOUND_FULL:
                select.select([], [], [], PAUSE_S)
            while True:
                kept.append(server.accept()[0])
        case _:
            time.sleep(3600)


def listening(place: str, backlog: int) -> socket.socket:
    """The socket, which listens."""
    if place.startswith("/"):
        server = socket.socket(socket.AF_UNIX)
        server.bind(place)
        Path(place).chmod(0o666)
    else:
        host, _, port = place.rpartition(":")
        host = host.strip("[]")
        server = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        server.bind((host, int(port)))
    server.listen(backlog)
    return server


def overflows() -> int:
    """ListenOverflows of this network namespace."""
    rows = [line.split() for line in Path("/proc/net/netstat").read_text(encoding="ascii").splitlines()]
    names, values = next(pair for pair in zip(rows[::2], rows[1::2], strict=True) if "ListenOverflows" in pair[0])
    return int(values[names.index("ListenOverflows")])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
