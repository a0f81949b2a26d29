"""A service that is not where the client looks for it, or not all the time."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from tui.demo.fake_service import Door, doors
from tui.demo.scenario import NotPossibleError, Scenario, Truth
from tui.diagnosis.readings.likely_ports import slips
from tui.engine.setup import Situation
from tui.model.events import AnyEvent, FactSeen
from tui.model.facts import Attempt
from tui.model.options import Options
from tui.model.target import Target, endpoint, parse_target
from tui.probes.kernel.system_view import Surroundings

HERE = "127.0.0.1"
QUICK = Options(delay_s=0.3)
"""Three attempts in a second: on loopback nothing is gained by waiting longer."""
CHANGING = Options(attempts=5, delay_s=0.3)


def _at(address: str, port: int) -> Target:
    return parse_target(endpoint(address, port))


def _situation(target: Target, options: Options = QUICK) -> Situation:
    """This machine's own files, without its proxy variables: the demonstration is the same for everybody."""
    return Situation(target, options, Surroundings(environ={}))


@asynccontextmanager
async def nothing_listens() -> AsyncIterator[Situation]:
    """A port that is held, and shut."""
    with doors(HERE) as (door,):
        yield _situation(_at(HERE, door.port))


@asynccontextmanager
async def neighbouring_port() -> AsyncIterator[Situation]:
    """The port beside it is open; no other port that could be meant is in use."""
    with doors(HERE, also_free=slips) as (shut,), Door(HERE, shut.port + 1) as service:
        service.open()
        yield _situation(_at(HERE, shut.port))


@asynccontextmanager
async def udp_only() -> AsyncIterator[Situation]:
    """The port is bound for UDP."""
    with doors(HERE) as (door,), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as service:
        service.bind((HERE, door.port))
        yield _situation(_at(HERE, door.port))


@contextmanager
def both_families() -> Iterator[tuple[Door, ...]]:
    """Shut doors on one port of 127.0.0.1 and ::1. Raises NotPossibleError where there is no IPv6."""
    with ExitStack() as held:
        try:
            found = held.enter_context(doors(HERE, "::1"))
        except OSError as error:
            raise NotPossibleError(f"this scenario needs the IPv6 loopback address ::1 ({error.strerror})") from None
        yield found


@asynccontextmanager
async def other_family() -> AsyncIterator[Situation]:
    """The service is bound to ::1 alone."""
    with both_families() as (shut, service):
        service.open()
        yield _situation(_at(HERE, shut.port))


@asynccontextmanager
async def late_start() -> AsyncIterator[Situation]:
    """It opens after the third attempt."""
    with doors(HERE) as (door,):

        def heard(event: AnyEvent) -> None:
            if isinstance(event, FactSeen) and isinstance(event.fact, Attempt) and event.fact.number == 3:  # noqa: PLR2004 -- the third
                door.open()

        target = _at(HERE, door.port)
        yield Situation(target, CHANGING, Surroundings(environ={}), heard)


@asynccontextmanager
async def flapping() -> AsyncIterator[Situation]:
    """It shuts after each attempt that connected, and opens after each that did not."""
    with doors(HERE) as (door,):
        door.open()

        def heard(event: AnyEvent) -> None:
            if isinstance(event, FactSeen) and isinstance(event.fact, Attempt):
                (door.shut if door.is_open else door.open)()

        yield Situation(_at(HERE, door.port), CHANGING, Surroundings(environ={}), heard)


@asynccontextmanager
async def closes_early() -> AsyncIterator[Situation]:
    """It accepts, and closes at once."""
    with doors(HERE, hangs_up=True) as (door,):
        door.open()
        yield _situation(_at(HERE, door.port))


@asynccontextmanager
async def healthy() -> AsyncIterator[Situation]:
    """It simply works."""
    with doors(HERE) as (door,):
        door.open()
        yield _situation(_at(HERE, door.port))


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
        broken="The service listens one port higher than the client was told.",
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
