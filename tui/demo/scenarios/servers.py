"""A service that is not where the client looks for it, or not all the time."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import psutil
from msgspec.structs import replace

from tui.demo.fake_service import FakeService, fake_services
from tui.demo.scenario import NotPossibleError, Scenario, Truth
from tui.diagnosis.readings.likely_ports import slips
from tui.engine.setup import Setup
from tui.model.address import endpoint
from tui.model.events import AnyEvent, FactSeen
from tui.model.facts import Attempt
from tui.model.options import Options
from tui.model.target import Target, parse_target
from tui.probes.kernel.system_view import SystemView

HERE = "127.0.0.1"
QUICK = Options(delay_s=0.3)
"""Three attempts in a second: on loopback nothing is gained by waiting longer."""
CHANGING = Options(attempts=5, delay_s=0.3)


def _at(address: str, port: int) -> Target:
    return parse_target(endpoint(address, port))


def _setup(target: Target, options: Options = QUICK) -> Setup:
    """This machine's own files, without its proxy variables: the demonstration is the same for everybody."""
    return Setup(target, options, SystemView(environ={}))


def _own_name() -> str:
    """What the socket table calls this process, which holds the fake services."""
    return psutil.Process().name()


@asynccontextmanager
async def nothing_listens() -> AsyncIterator[Setup]:
    """A port that is held, and shut."""
    with fake_services(HERE) as (service,):
        yield _setup(_at(HERE, service.port))


@asynccontextmanager
async def neighbouring_port() -> AsyncIterator[Setup]:
    """The port beside it is open; no other port that could be meant is in use. The person has named the service: this process."""
    with fake_services(HERE, also_free=slips) as (shut,), FakeService(HERE, shut.port + 1) as service:
        service.open()
        yield _setup(_at(HERE, shut.port), replace(QUICK, service=_own_name()))


@asynccontextmanager
async def udp_only() -> AsyncIterator[Setup]:
    """The port is bound for UDP."""
    with fake_services(HERE) as (shut,), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as service:
        service.bind((HERE, shut.port))
        yield _setup(_at(HERE, shut.port))


@contextmanager
def both_families() -> Iterator[tuple[FakeService, ...]]:
    """Shut doors on one port of 127.0.0.1 and ::1. Raises NotPossibleError where there is no IPv6."""
    with ExitStack() as held:
        try:
            services = held.enter_context(fake_services(HERE, "::1"))
        except OSError as error:
            raise NotPossibleError(f"this scenario needs the IPv6 loopback address ::1 ({error.strerror})") from None
        yield services


@asynccontextmanager
async def other_family() -> AsyncIterator[Setup]:
    """The service is bound to ::1 alone."""
    with both_families() as (shut, service):
        service.open()
        yield _setup(_at(HERE, shut.port))


@asynccontextmanager
async def late_start() -> AsyncIterator[Setup]:
    """It opens after the third attempt."""
    with fake_services(HERE) as (service,):

        def on_event(event: AnyEvent) -> None:
            if isinstance(event, FactSeen) and isinstance(event.fact, Attempt) and event.fact.number == 3:  # noqa: PLR2004 -- the third
                service.open()

        target = _at(HERE, service.port)
        yield Setup(target, CHANGING, SystemView(environ={}), on_event)


@asynccontextmanager
async def flapping() -> AsyncIterator[Setup]:
    """It shuts after each attempt that connected, and opens after each that did not."""
    with fake_services(HERE) as (service,):
        service.open()

        def on_event(event: AnyEvent) -> None:
            if isinstance(event, FactSeen) and isinstance(event.fact, Attempt):
                (service.shut if service.is_open else service.open)()

        yield Setup(_at(HERE, service.port), CHANGING, SystemView(environ={}), on_event)


@asynccontextmanager
async def closes_early() -> AsyncIterator[Setup]:
    """It accepts, and closes at once."""
    with fake_services(HERE, hangs_up=True) as (service,):
        service.open()
        yield _setup(_at(HERE, service.port))


@asynccontextmanager
async def healthy() -> AsyncIterator[Setup]:
    """It simply works."""
    with fake_services(HERE) as (service,):
        service.open()
        yield _setup(_at(HERE, service.port))


SCENARIOS = (
    Scenario(
        name="nothing-listens",
        title="Connection refused, on this machine",
        broken="Nothing listens on the port.",
        truth=Truth(cause="server.not-listening", status="failing"),
        opening=nothing_listens,
    ),
    Scenario(
        name="neighbouring-port",
        title="Connection refused, and the service says that it runs",
        broken="The service, which is named by --service, listens one port higher than the client was told.",
        truth=Truth(cause="port.wrong-port", status="failing"),
        opening=neighbouring_port,
    ),
    Scenario(
        name="udp-only",
        title="Connection refused, and the port is in use",
        broken="The port is bound for UDP only.",
        truth=Truth(cause="port.udp-only", status="failing"),
        opening=udp_only,
    ),
    Scenario(
        name="other-family",
        title="Connection refused on 127.0.0.1, and the service listens on that very port",
        broken="The service is bound to ::1 alone.",
        truth=Truth(cause="server.bound-elsewhere", status="failing"),
        opening=other_family,
    ),
    Scenario(
        name="late-start",
        title="Connection refused, right after a restart",
        broken="The service begins to listen after the third attempt.",
        truth=Truth(cause="server.starting", status="degraded"),
        opening=late_start,
    ),
    Scenario(
        name="flapping",
        title="It connects every other time",
        broken="The service comes and goes.",
        truth=Truth(cause="server.flapping", status="intermittent"),
        opening=flapping,
    ),
    Scenario(
        name="closes-early",
        title="It connects, and the connection is closed at once",
        broken="The service accepts and hangs up before a byte.",
        truth=Truth(cause="server.closes-early", status="failing"),
        opening=closes_early,
    ),
    Scenario(
        name="healthy",
        title="Nothing is wrong",
        broken="Nothing: this is how a good target looks.",
        truth=Truth(cause=None, status="reachable"),
        opening=healthy,
    ),
)
