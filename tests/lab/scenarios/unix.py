"""A socket in the file system: missing, stale, forbidden, or no socket at all."""

import os
import socket
from pathlib import Path

from tests.lab.bench import Bench
from tests.lab.network import NOBODY
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import file, stale_socket, start

_PATH = "{folder}/{host}.sock"


def unix_service(path: str = _PATH, mode: str = "666", user: int | None = None) -> Step:
    """A real listener (socat) on a Unix socket."""
    return start("client", "socat", f"UNIX-LISTEN:{path},mode={mode},fork", "EXEC:cat", ready=path, user=user)


def folder(name: str, mode: int) -> Step:
    """A folder within the play's."""

    def step(bench: Bench) -> None:
        path = Path(bench.values["folder"], bench.text(name))
        path.mkdir()
        path.chmod(mode)

    return step


def _link(target: str) -> Step:
    """A symbolic link at the path."""
    return lambda bench: Path(bench.text(_PATH)).symlink_to(bench.text(target))


def _fifo(bench: Bench) -> None:
    path = bench.text(_PATH)
    os.mkfifo(path)
    Path(path).chmod(0o666)


def _datagram(bench: Bench) -> None:
    """A socket that takes datagrams, as syslog's does; it is held until the play ends."""
    held = bench.opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    held.bind(bench.text(_PATH))
    Path(bench.text(_PATH)).chmod(0o666)


def _given_to_nobody(bench: Bench) -> None:
    os.chown(bench.values["folder"], NOBODY, NOBODY)


def _unix(
    name: str,
    about: str,
    broken: str,
    *steps: Step,
    expect: Expect,
    typed: str = _PATH,
    nobody: Expect | None = None,
    tools: tuple[str, ...] = (),
) -> Scenario:
    return Scenario(
        name=name,
        about=about,
        broken=broken,
        topology="host",
        steps=steps,
        typed=typed,
        expect=expect,
        nobody=nobody,
        tools=tools,
    )


SCENARIOS = (
    _unix(
        "socket-missing",
        "unix.missing",
        "there is no such path",
        expect=Expect(verdict="unix.missing", outcome=("blocked", "unreachable", "refused"), culprit={"path": _PATH}),
    ),
    _unix(
        "socket-folder-missing",
        "unix.missing",
        "not even the folder is there",
        typed="unix://{folder}/run/{host}/{host}.sock",
        expect=Expect(
            verdict="unix.missing", outcome=("blocked", "unreachable", "refused"), words=("the path ends at {folder}",)
        ),
    ),
    _unix(
        "socket-of-the-same-name-elsewhere",
        "unix.missing",
        "the service listens on a socket of the same name in another folder",
        folder("run", 0o755),
        unix_service("{folder}/run/{host}.sock"),
        expect=Expect(verdict="unix.missing", outcome=("blocked", "unreachable", "refused"), words=("{folder}/run/{host}.sock",)),
        tools=("socat",),
    ),
    _unix(
        "socket-stale",
        "unix.stale",
        "the file is there, and its listener is gone",
        stale_socket("{host}.sock"),
        expect=Expect(verdict="unix.stale", culprit={"path": _PATH}),
    ),
    _unix(
        "socket-stale-by-url",
        "unix.stale",
        "a stale socket, given as a URL",
        stale_socket("{host}.sock"),
        typed="unix://{folder}/{host}.sock",
        expect=Expect(verdict="unix.stale", culprit={"path": _PATH}),
    ),
    _unix(
        "socket-forbidden",
        "unix.permission",
        "the socket is for root alone",
        unix_service(mode="600"),
        expect=HEALTHY,
        nobody=Expect(verdict="unix.permission", outcome="blocked", culprit={"kind": "file", "path": _PATH}),
        tools=("socat",),
    ),
    _unix(
        "socket-in-a-forbidden-folder",
        "unix.permission",
        "the socket is open to all, in a folder that is for root alone",
        folder("run", 0o700),
        unix_service("{folder}/run/{host}.sock"),
        typed="{folder}/run/{host}.sock",
        expect=HEALTHY,
        nobody=Expect(verdict="unix.permission", outcome="blocked", culprit={"kind": "file", "path": "{folder}/run"}),
        tools=("socat",),
    ),
    _unix(
        "socket-stale-and-forbidden",
        "unix.permission",
        "a stale socket that is for root alone: each user sees one fault",
        stale_socket("{host}.sock", 0o600),
        expect=Expect(verdict="unix.stale", may=frozenset({"unix.permission"}), culprit={"path": _PATH}),
        nobody=Expect(verdict="unix.permission", outcome="blocked", may=frozenset({"unix.stale"}), culprit={"path": _PATH}),
    ),
    _unix(
        "socket-by-a-dangling-link",
        "unix.missing",
        "a symbolic link to a socket that is gone",
        _link("{folder}/run/{host}.sock"),
        expect=Expect(verdict="unix.missing", outcome=("blocked", "unreachable", "refused"), culprit={"kind": "file"}),
    ),
    _unix(
        "socket-below-a-file",
        "unix.missing",
        "what should be the folder is a file",
        file("run", ""),
        typed="{folder}/run/{host}.sock",
        expect=Expect(verdict="unix.missing", outcome=("blocked", "unreachable", "refused")),
    ),
    _unix(
        "socket-without-the-right-to-write",
        "unix.permission",
        "the socket may be read by all and written by root alone",
        unix_service(mode="644"),
        expect=HEALTHY,
        nobody=Expect(verdict="unix.permission", outcome="blocked", culprit={"kind": "file", "path": _PATH}),
        tools=("socat",),
    ),
    _unix(
        "socket-by-a-link",
        CONTROL,
        "nothing, by a symbolic link",
        folder("run", 0o755),
        unix_service("{folder}/run/{host}.sock"),
        _link("{folder}/run/{host}.sock"),
        expect=HEALTHY,
        tools=("socat",),
    ),
    _unix(
        "socket-stale-by-a-link",
        "unix.stale",
        "a symbolic link to a stale socket",
        folder("run", 0o755),
        stale_socket("run/{host}.sock"),
        _link("{folder}/run/{host}.sock"),
        expect=Expect(verdict="unix.stale"),
    ),
    _unix(
        "socket-stale-and-another-listens",
        "unix.stale",
        "a stale socket, and a service that listens on one of the same name elsewhere",
        folder("run", 0o755),
        unix_service("{folder}/run/{host}.sock"),
        stale_socket("{host}.sock"),
        expect=Expect(verdict="unix.stale", culprit={"path": _PATH}),
        tools=("socat",),
    ),
    *(
        _unix(
            f"socket-is-a-{what}",
            "unix.not-a-socket",
            f"the path is a {what}",
            step,
            expect=Expect(verdict="unix.not-a-socket", outcome=("refused", "blocked"), culprit={"path": _PATH}),
        )
        for what, step in (("plain-file", file("{host}.sock", "")), ("folder", folder("{host}.sock", 0o755)), ("fifo", _fifo))
    ),
    _unix(
        "socket-takes-datagrams",
        "unix.not-a-socket",
        "the socket takes datagrams, not connections",
        _datagram,
        expect=Expect(
            verdict="unix.not-a-socket",
            certainty="possible",
            outcome="blocked",
            never=frozenset({"unix.stale", "unix.missing", "unix.permission"}),
        ),
    ),
    _unix(
        "socket-healthy",
        CONTROL,
        "nothing, on a Unix socket",
        unix_service(),
        expect=HEALTHY,
        tools=("socat",),
    ),
    _unix(
        "socket-healthy-by-url",
        CONTROL,
        "nothing, on a Unix socket of the user's own",
        _given_to_nobody,
        unix_service(mode="600", user=NOBODY),
        typed="unix://{folder}/{host}.sock",
        expect=HEALTHY,
        tools=("socat",),
    ),
)
