"""A thread that uses a socket without help, and notes the error number alone."""

import socket
import sys
import threading


def work(port: int) -> None:
    """What the thread does."""
    with socket.socket() as connection:
        connection.connect_ex(("127.0.0.1", port))  # fails here


if __name__ == "__main__":
    thread = threading.Thread(target=work, args=(int(sys.argv[1]),))
    thread.start()
    thread.join()
