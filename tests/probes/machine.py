"""What the tests of the machine's looks need of this machine: other users, network namespaces, sockets of their own."""

import itertools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest

from tui.model.facts import AnyFact
from tui.model.requests import AnyRequest

ROOT = Path(__file__).parents[2]
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
LONGEST_S = 30
"""No look in another process takes longer; one through a prefix has 8 s."""
_numbers = itertools.count(1)

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv, to look as another user"
)
needs_namespaces = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, ("ip", "setpriv"))),
    reason="needs root, ip and setpriv, for a network namespace",
)


def facts_behind(prefix: tuple[str, ...], request: AnyRequest) -> list[AnyFact]:
    """The facts of a look that another process takes, started through `prefix`."""
    if prefix[-len(NOBODY) :] == NOBODY and not nobody_can_look():
        pytest.skip("another user may not run this interpreter, or not read this checkout")
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "tests.probes.run_check"],
        cwd=ROOT,
        input=msgspec.json.encode(request),
        capture_output=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return msgspec.json.decode(done.stdout, type=list[AnyFact])


def fact_for_everybody(inside: tuple[str, ...], request: AnyRequest) -> AnyFact:
    """The one fact of a look inside, which has to be the same for root and for nobody."""
    both = [facts_behind((*inside, *user), request) for user in ((), NOBODY)]
    assert both[0] == both[1]
    (fact,) = both[0]
    return fact


@lru_cache
def nobody_can_look() -> bool:
    """Whether the interpreter and this checkout lie where every user may read them."""
    probe = [*NOBODY, sys.executable, "-c", "import tests.probes.run_check"]
    return subprocess.run(probe, cwd=ROOT, capture_output=True, timeout=LONGEST_S, check=False).returncode == 0


@contextmanager
def network_namespace(*commands: str) -> Iterator[tuple[str, ...]]:
    """A network namespace of the test's own, in which each of `commands` was run; gives the prefix that enters it."""
    name = f"refused-{os.getpid()}-{next(_numbers)}"
    subprocess.run(["ip", "netns", "add", name], check=True, timeout=LONGEST_S)
    try:
        inside = ("ip", "netns", "exec", name)
        for command in ("ip link set lo up", *commands):
            subprocess.run([*inside, *command.split()], check=True, timeout=LONGEST_S)
        yield inside
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True, timeout=LONGEST_S)


def bound(
    address: str, kind: socket.SocketKind = socket.SOCK_STREAM, *, v6_only: bool | None = None, backlog: int = 5
) -> socket.socket:
    """A socket bound to a free port of `address`; listening, if it is a stream's."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    try:
        if v6_only is not None:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6_only)
        made.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            made.listen(backlog)
    except OSError:
        made.close()
        raise
    return made


def port_of(one: socket.socket) -> int:
    """The port that a socket is bound to."""
    port: int = one.getsockname()[1]
    return port


def inode_of(one: socket.socket) -> int:
    """The inode that the kernel's tables know a socket by."""
    return os.fstat(one.fileno()).st_ino
