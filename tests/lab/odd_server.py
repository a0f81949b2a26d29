"""A service that is there and does not do what it should: ADDRESS PORT BEHAVIOUR. Prints `ready`; ends when it is killed.

ADDRESS `::` takes both families. After `BEHAVIOUR=` come its words, with escapes as in Python:
`says` greets with them and closes, `answers` says them to whatever comes, `late` says them after four seconds, unasked;
`get-hangs` answers HEAD alone, `head-alone` the head of an answer without its body, and waits, `short` the beginning of a
body, and closes; `idles` says them, and closes what has been silent for two seconds.
"""

import contextlib
import socket
import sys
import threading
import time

LATE_S, IDLE_S = 4, 2
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 30000\r\nConnection: close\r\n\r\n"


def main(address: str, port: int, given: str) -> None:
    """Accept for ever, and treat each connection as the behaviour says."""
    behaviour, _, escaped = given.partition("=")
    words = escaped.encode("latin-1").decode("unicode_escape").encode("latin-1")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family, dualstack_ipv6=address == "::") as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = server.accept()
            threading.Thread(target=treat, args=(connection, behaviour, words), daemon=True).start()


def treat(connection: socket.socket, behaviour: str, words: bytes) -> None:
    """One connection, to its end."""
    with connection, contextlib.suppress(OSError):
        if behaviour == "late":
            time.sleep(LATE_S)
        if behaviour in {"says", "late", "idles"}:
            connection.sendall(words)
        if behaviour == "idles":
            connection.settimeout(IDLE_S)
        while behaviour != "says" and (asked := connection.recv(65536)):
            match behaviour:
                case "answers":
                    connection.sendall(words)
                case "get-hangs" if asked.startswith(b"HEAD"):
                    connection.sendall(_HEAD)
                case "head-alone":
                    connection.sendall(_HEAD if asked.startswith(b"HEAD") else _HEAD + b"x" * 100)
                case "short":
                    connection.sendall(_HEAD if asked.startswith(b"HEAD") else _HEAD + b"x" * 100)
                    return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
