"""Runs a program and prints `ready` as soon as something listens: PLACE PROGRAM ARGUMENT…, PLACE a path or ADDRESS:PORT.

Ends as the program does, and with status 1 if the program ends before it listens.
"""

import select
import socket
import subprocess
import sys
import tempfile

PAUSE_S = 0.02


def listens(place: str) -> bool:
    """Whether a connection to the place is accepted."""
    try:
        if place.startswith("/"):
            with socket.socket(socket.AF_UNIX) as trial:
                trial.connect(place)
        else:
            host, _, port = place.rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def main(place: str, *argv: str) -> int:
    """Start, watch, say so, and wait."""
    # The program goes when we are killed; what it says is of interest only if it does not come up.
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(["setpriv", "--pdeathsig=KILL", *argv], stdout=said, stderr=said) as program,
    ):
        while program.poll() is None and not listens(place):
            select.select([], [], [], PAUSE_S)
        if program.returncode is None:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        else:
            said.seek(0)
            sys.stderr.buffer.write(said.read())
        return program.wait()


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
