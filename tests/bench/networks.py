"""Networks and sockets that only a measurement has: names with many addresses, silent ends, connections by the thousand.

Law: all of it is in namespaces of the measured command, or held by processes of our own, and gone with them.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.programs import ROOT, needed
from tests.bench.row import NotMeasured

NAME = "crowd.corp.example"
SILENT = "10.99.0.2"
"""Nobody has it: the other end of the wire drops what is for another link address."""
_SILENT_END = (
    "ip link add v0 type veth peer name v1; ip address add 10.99.0.1/24 dev v0; ip link set v0 up; ip link set v1 up; "
    f"ip neighbour add {SILENT} lladdr 02:00:00:00:00:02 dev v0 nud permanent"
)
_ROOM = 8_000
"""Connections that one process holds; the hard limit of descriptors is 20,000 where nobody raised it."""
_CONNECTS = """
import resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
server = socket.create_server((sys.argv[1], 0), backlog=1024)
held = []
for _ in range(int(sys.argv[2])):
    held.append(socket.create_connection(server.getsockname()))
    held.append(server.accept()[0])
print("ready", flush=True)
sys.stdin.read()
"""
_LISTENS = """
import socket, sys
held = [socket.create_server((sys.argv[1], 0)) for _ in range(int(sys.argv[2]))]
print("ready", flush=True)
sys.stdin.read()
"""


def crowded(count: int, *argv: str) -> list[str]:
    """The command, where `NAME` has so many addresses of loopback."""
    lines = [f"127.9.{number // 250}.{number % 250 + 1} {NAME}" for number in range(count)]
    return _apart("hosts", {"hosts": "\n".join(["127.0.0.1 localhost", *lines])}, "", argv)


def silenced(*argv: str) -> list[str]:
    """The command, in a network where `SILENT` never answers."""
    return _apart("silent", {}, _SILENT_END, argv)


def with_a_dead_nameserver(*argv: str) -> list[str]:
    """The command, where the first of two nameservers is silent, and the second says that `NAME` is 127.0.0.1."""
    settings = json.dumps({"at": ["127.0.0.1"], "tcp": True, "says": {"addresses": {NAME: ["127.0.0.1"]}}})
    serve = shlex.join([sys.executable, "-u", str(ROOT / "tests/lab/lying_nameserver.py"), settings])
    files = {
        "hosts": "127.0.0.1 localhost",
        "resolv.conf": f"nameserver {SILENT}\nnameserver 127.0.0.1",
        "nsswitch.conf": "hosts: files dns",
    }
    script = f"{_SILENT_END}; {serve} >$1/ready & until [ -s $1/ready ]; do sleep 0.05; done"
    return _apart("nameserver", files, script, argv)


def _apart(name: str, etc: Mapping[str, str], script: str, argv: tuple[str, ...]) -> list[str]:
    """The command in namespaces of its own, with these files in /etc, after the script; all ends with the command."""
    folder = Path(tempfile.gettempdir(), f"refused-bench-{os.getpid()}-{name}")
    folder.mkdir(mode=0o755, exist_ok=True)
    for file, text in etc.items():
        (folder / file).write_text(f"{text}\n")
    mounts = "".join(f"mount --bind $1/{file} /etc/{file}; " for file in etc)
    whole = f"mount -t tmpfs none /run/netns 2>/dev/null || :; ip link set lo up; {mounts}{script or ':'}\nshift\n"
    # No exec: process 1 of the namespace takes all with it when it ends.
    return ["unshare", "-mnpf", "--kill-child", "--mount-proc", "sh", "-ec", f'{whole}"$@"', "sh", str(folder), *argv]


@contextmanager
def namespaces() -> Iterator[None]:
    """Where namespaces can be made: NotMeasured elsewhere. What the commands had written is gone afterwards."""
    needed("unshare", "ip")
    if (
        os.geteuid() != 0
        or subprocess.run(_apart("none", {}, _SILENT_END, ("true",)), capture_output=True, check=False).returncode
    ):
        raise NotMeasured("namespaces need root, and a kernel with veth devices")
    try:
        yield
    finally:
        for folder in Path(tempfile.gettempdir()).glob(f"refused-bench-{os.getpid()}-*"):
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()


def sockets(listeners: int, connections: int) -> Callable[[], "ExitStack"]:
    """So many listeners and connections on loopback, held by processes of our own while it is open."""

    def opened() -> ExitStack:
        with ExitStack() as stack:
            _hold(stack, _LISTENS, "127.7.1.1", listeners)
            for number, begun in enumerate(range(0, connections, _ROOM)):
                _hold(stack, _CONNECTS, f"127.7.0.{number + 1}", min(_ROOM, connections - begun))
            return stack.pop_all()

    return opened


def _hold(stack: ExitStack, code: str, address: str, count: int) -> None:
    holder = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-c", code, address, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    )
    assert holder.stdin
    assert holder.stdout
    stack.callback(holder.stdin.close)
    if holder.stdout.readline() != b"ready\n":
        raise NotMeasured(f"no room for {count:,} more sockets here")
