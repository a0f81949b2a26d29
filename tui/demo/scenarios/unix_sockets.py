"""A socket in the file system that nobody serves."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tui.demo.directory import demo_directory
from tui.demo.scenario import Scenario, Truth
from tui.demo.scenarios.servers import QUICK
from tui.engine.setup import Setup
from tui.model.target import parse_target
from tui.probes.kernel.system_view import SystemView


@asynccontextmanager
async def stale_socket() -> AsyncIterator[Setup]:
    """The file of a service that ended without removing it."""
    with demo_directory() as directory:
        path = directory / "app.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as service:
            service.bind(str(path))
        yield Setup(parse_target(str(path)), QUICK, SystemView(environ={}))


@asynccontextmanager
async def missing_socket() -> AsyncIterator[Setup]:
    """No such file, although a service listens on one of that name in another directory."""
    with (
        demo_directory() as directory,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as service,
    ):
        (directory / "run").mkdir()
        service.bind(str(directory / "run" / "app.sock"))
        service.listen()
        yield Setup(parse_target(str(directory / "app.sock")), QUICK, SystemView(environ={}))


SCENARIOS = (
    Scenario(
        name="stale-socket",
        title="Connection refused on a Unix socket that is there",
        broken="The service ended and left its socket file behind.",
        truth=Truth(cause="unix.stale", status="failing"),
        opening=stale_socket,
    ),
    Scenario(
        name="missing-socket",
        title="No such file or directory, for a service that runs",
        broken="The service made its socket in another directory.",
        truth=Truth(cause="unix.missing", status="failing"),
        opening=missing_socket,
    ),
)
