"""Runs a program and prints `ready` as soon as something listens: PLACE PROGRAM ARGUMENT…, PLACE a path or ADDRESS:PORT.

Ends as the program does, and with status 1 if the program ends before it listens.
"""

import os
import select
import socket
import subprocess
import sys

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
    ours = os.getpid()
    # The program goes when we are killed; its output stays out of ours, which says when it is ready.
    with subprocess.Popen(["setpriv", "--pdeathsig=KILL", *argv], stdout=sys.stderr) as program:
        while program.poll() is None and not listens(place):
            select.select([], [], [], PAUSE_S)
        if program.returncode is None and os.getpid() == ours:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        return program.wait()


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
