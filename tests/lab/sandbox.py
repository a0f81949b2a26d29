"""Runs a command under a policy or limit: KIND [ARGUMENT] -- PROGRAM [ARGUMENT].

`seccomp`: connect ends in EPERM. `landlock`: no TCP connect (Linux 6.7). `connect-bpf`, `egress-bpf`: a BPF program of a
control group of our own forbids IPv4 connects, or drops what leaves; both need root. `files N`: a limit on descriptors, all
but three of them open. `taken ADDRESS PORT`: every source port towards it is in use. Status 77: not possible here.
"""

import contextlib
import ctypes
import os
import platform
import resource
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOT_POSSIBLE = 77
_LIBC = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2  # prctl(2)
_CONNECT = {"x86_64": 42, "aarch64": 203}
_BPF = {"x86_64": 321, "aarch64": 280}
_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # landlock(7), the same on every architecture
_CONNECT_TCP = 0x2  # LANDLOCK_ACCESS_NET_CONNECT_TCP
_LOAD, _ATTACH = 5, 8  # BPF_PROG_LOAD, BPF_PROG_ATTACH
_PROGRAMS = {"connect-bpf": (18, 10), "egress-bpf": (8, 1)}
"""Types of program and of attachment: CGROUP_SOCK_ADDR at INET4_CONNECT, CGROUP_SKB at INET_EGRESS (linux/bpf.h)."""


def main(kind: str, *rest: str) -> int:
    """Set it up and run the command."""
    end = rest.index("--")
    arguments, command = rest[:end], rest[end + 1 :]
    match kind:
        case "seccomp":
            seccomp()
        case "landlock":
            landlock()
        case "files":
            return few_files(int(arguments[0]), command)
        case "taken":
            return all_ports_taken(arguments[0], int(arguments[1]), command)
        case _:
            with control_group(kind):
                return run(command)
    return run(command)


def run(command: tuple[str, ...]) -> int:
    """Run Python as the command says; its status.

    A virtual environment's python may lead to a folder that an unprivileged user may not enter, and yet runs this.
    """
    return subprocess.run(command, executable="/proc/self/exe", check=False).returncode


def seccomp() -> None:
    """Let connect end in EPERM, for this process and what it starts."""
    number = _CONNECT[platform.machine()]
    steps = ((0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000))  # SECCOMP_RET_ERRNO|EPERM
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    if _LIBC.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or _LIBC.prctl(_SET_SECCOMP, _FILTER, program, 0, 0):
        raise SystemExit(NOT_POSSIBLE)


def landlock() -> None:
    """Forbid TCP connects, for this process and what it starts."""
    attributes = ctypes.create_string_buffer(struct.pack("=QQ", 0, _CONNECT_TCP), 16)
    ruleset = _LIBC.syscall(_CREATE_RULESET, attributes, 16, 0)
    if ruleset < 0 or _LIBC.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or _LIBC.syscall(_RESTRICT_SELF, ruleset, 0):
        raise SystemExit(NOT_POSSIBLE)


@contextmanager
def control_group(kind: str) -> Iterator[None]:
    """A control group of our own, with us in it and a program that forbids; gone afterwards.

    `ip netns exec` gives a mount namespace of its own, with a /sys without control groups: they are mounted there.
    """
    with tempfile.TemporaryDirectory(prefix="refused-lab-groups-") as place:
        if subprocess.run(["mount", "-t", "cgroup2", "none", place], check=False).returncode:
            raise SystemExit(NOT_POSSIBLE)
        root = Path(place)
        group = root / root.name  # a process id would not be ours alone: each computer of the lab counts anew
        group.mkdir()
        try:
            (group / "cgroup.procs").write_text(str(os.getpid()))
            program = forbidding(*_PROGRAMS[kind], group)
            yield
            os.close(program)
        finally:
            (root / "cgroup.procs").write_text(str(os.getpid()))
            group.rmdir()
            subprocess.run(["umount", place], check=True)


def forbidding(kind: int, attachment: int, group: Path) -> int:
    """Load a program that answers 0, which forbids, and attach it to the group; its descriptor."""
    code = ctypes.create_string_buffer(struct.pack("=BBhi", 0xB7, 0, 0, 0) + struct.pack("=BBhi", 0x95, 0, 0, 0))  # r0 = 0; exit
    licence = ctypes.create_string_buffer(b"GPL")
    load = struct.pack(
        "=IIQQIIQII16sII", kind, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0, 0, 0, b"", 0, attachment
    )
    program = _bpf(_LOAD, load)
    folder = os.open(group, os.O_RDONLY)
    try:
        _bpf(_ATTACH, struct.pack("=IIII", folder, program, attachment, 0))
    finally:
        os.close(folder)
    return program


def _bpf(command: int, attributes: bytes) -> int:
    filled = ctypes.create_string_buffer(attributes, 128)
    result = int(_LIBC.syscall(_BPF[platform.machine()], command, filled, 128))
    if result < 0:
        raise SystemExit(NOT_POSSIBLE)
    return result


def few_files(limit: int, command: tuple[str, ...]) -> int:
    """Run the command with so few descriptors; what it may open is its own affair."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return run(command)


def all_ports_taken(address: str, port: int, command: tuple[str, ...]) -> int:
    """Connect from every source port there is, and run the command meanwhile."""
    kept: list[socket.socket] = []
    with contextlib.suppress(OSError):
        while True:
            client = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            kept.append(client)
            client.connect((address, port))
    return run(command)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
