"""A shell on another machine, as `ssh HOST sh -s` gives one, by a Unix socket that both see.

`serve PATH`, on that machine, starts a shell for each connection; `PATH` alone leads standard input to such a shell, and
prints what it says. What stands behind PATH is not looked at.
"""

import shutil
import socket
import subprocess
import sys
from pathlib import Path


def serve(path: str) -> None:
    """Accept for ever; root alone may connect."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        Path(path).chmod(0o600)
        server.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            with server.accept()[0] as connection:
                subprocess.Popen(["sh", "-s"], stdin=connection.fileno(), stdout=connection.fileno())


def use(path: str) -> None:
    """Talk with one shell to its end."""
    with socket.socket(socket.AF_UNIX) as shell:
        shell.connect(path)
        shell.sendall(sys.stdin.buffer.read())
        shell.shutdown(socket.SHUT_WR)
        with shell.makefile("rb") as said:
            shutil.copyfileobj(said, sys.stdout.buffer)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        use(sys.argv[1])
