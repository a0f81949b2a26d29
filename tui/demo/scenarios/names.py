"""A name that does not lead to the service: hosts entries and nameservers of the demonstration's own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from msgspec.structs import replace

from tui.demo.fake_service import fake_services
from tui.demo.names import files, two_nameservers
from tui.demo.nameserver import FakeNameserver
from tui.demo.scenario import Scenario, Truth
from tui.demo.scenarios.servers import HERE, QUICK, both_families
from tui.demo.zone import EVERY
from tui.engine.setup import Setup
from tui.model.nameserver import Nameserver
from tui.model.target import Target, parse_target
from tui.probes.kernel.system_view import SystemView

NAME = "db.example.test"
"""A name that no public nameserver gives an address (RFC 6761, section 6.2); nobody is asked but our own."""
ELSEWHERE = "127.0.0.66"
"""Another address of loopback, as the machine that the name should not lead to."""


def _named(port: int, name: str = NAME) -> Target:
    return parse_target(f"{name}:{port}")


def _setup(port: int, system: SystemView) -> Setup:
    return Setup(_named(port), QUICK, system)


@asynccontextmanager
async def two_families() -> AsyncIterator[Setup]:
    """The name gives ::1 and 127.0.0.1, and the service has only the latter."""
    with both_families() as (service, _shut):
        service.open()
        async with FakeNameserver({NAME: ("::1", HERE)}) as server, files(nameservers=(server,)) as system:
            yield _setup(service.port, system)


@asynccontextmanager
async def dead_address() -> AsyncIterator[Setup]:
    """The name gives two addresses, and the service is on one of them."""
    with fake_services(HERE, ELSEWHERE) as (service, _shut):
        service.open()
        async with FakeNameserver({NAME: (ELSEWHERE, HERE)}) as server, files(nameservers=(server,)) as system:
            yield _setup(service.port, system)


@asynccontextmanager
async def name_not_found() -> AsyncIterator[Setup]:
    """The nameserver knows another name, one letter away."""
    with fake_services(HERE) as (service,):
        service.open()
        async with FakeNameserver({"db.exampel.test": (HERE,)}) as server, files(nameservers=(server,)) as system:
            yield _setup(service.port, system)


@asynccontextmanager
async def nameserver_fails() -> AsyncIterator[Setup]:
    """The nameserver says SERVFAIL."""
    with fake_services(HERE) as (service,):
        service.open()
        async with FakeNameserver(servfail={EVERY}) as server, files(nameservers=(server,)) as system:
            yield _setup(service.port, system)


@asynccontextmanager
async def nameserver_silent() -> AsyncIterator[Setup]:
    """The nameserver takes every question and answers none."""
    with fake_services(HERE) as (service,):
        service.open()
        async with FakeNameserver(silent={EVERY}, silent_tcp=True) as server, files(nameservers=(server,)) as system:
            yield _setup(service.port, system)


@asynccontextmanager
async def nameservers_differ() -> AsyncIterator[Setup]:
    """The first nameserver still has the old address; the second one has the right one, and the person has named it."""
    old: Mapping[str, tuple[str, ...]] = {NAME: (ELSEWHERE,)}
    with fake_services(HERE, ELSEWHERE) as (service, _shut):
        service.open()
        async with two_nameservers(old, {NAME: (HERE,)}) as servers, files(nameservers=servers) as system:
            right = Nameserver(address=servers[1].address, port=servers[1].port)
            yield Setup(_named(service.port), replace(QUICK, nameservers=(right,)), system)


@asynccontextmanager
async def hosts_override() -> AsyncIterator[Setup]:
    """A forgotten line in the hosts file sends the name elsewhere. The person has named the nameserver that is right."""
    with fake_services(HERE, ELSEWHERE) as (service, _shut):
        service.open()
        async with (
            FakeNameserver({NAME: (HERE,)}) as server,
            files(hosts={ELSEWHERE: NAME}, nameservers=(server,)) as system,
        ):
            right = Nameserver(address=server.address, port=server.port)
            yield Setup(_named(service.port), replace(QUICK, nameservers=(right,)), system)


@asynccontextmanager
async def dead_proxy() -> AsyncIterator[Setup]:
    """The environment sends the client to a proxy where nothing listens; directly it would connect."""
    with fake_services(HERE) as (service,), fake_services(HERE) as (proxy,):
        service.open()
        environ = {"http_proxy": f"http://{HERE}:{proxy.port}"}
        async with (
            FakeNameserver({NAME: (HERE,)}) as server,
            files(nameservers=(server,), environ=environ) as system,
        ):
            yield Setup(parse_target(f"http://{NAME}:{service.port}"), QUICK, system)


SCENARIOS = (
    Scenario(
        name="two-families",
        title="It connects in one program and is refused in another",
        broken="The name gives ::1 and 127.0.0.1, and the service listens on 127.0.0.1 only.",
        truth=Truth(cause="name.family-mismatch", status="degraded"),
        opening=two_families,
    ),
    Scenario(
        name="dead-address",
        title="It connects, but not always at once",
        broken="The name has two addresses, and nothing listens on one of them.",
        truth=Truth(cause="name.dead-address", status="degraded", also=frozenset({"server.bound-elsewhere"})),
        opening=dead_address,
    ),
    Scenario(
        name="name-not-found",
        title="Name or service not known",
        broken="The nameserver has no such name (NXDOMAIN).",
        truth=Truth(cause="name.not-found", status="failing"),
        opening=name_not_found,
    ),
    Scenario(
        name="nameserver-fails",
        title="Temporary failure in name resolution, at once",
        broken="The nameserver answers with a failure (SERVFAIL).",
        truth=Truth(cause="name.nameserver-error", status="failing"),
        opening=nameserver_fails,
    ),
    Scenario(
        name="nameserver-silent",
        title="Temporary failure in name resolution, after a long wait",
        broken="The nameserver does not answer.",
        truth=Truth(cause="name.nameserver-down", status="failing"),
        opening=nameserver_silent,
    ),
    Scenario(
        name="nameservers-differ",
        title="Connection refused here, and it works elsewhere",
        broken="One of two nameservers still has the service's old address.",
        truth=Truth(cause="name.answers-differ", status="failing", also=frozenset({"server.not-listening"})),
        opening=nameservers_differ,
    ),
    Scenario(
        name="hosts-override",
        title="Connection refused here alone",
        broken="A forgotten line in the hosts file sends the name elsewhere.",
        truth=Truth(cause="name.hosts-override", status="failing", also=frozenset({"server.not-listening"})),
        opening=hosts_override,
    ),
    Scenario(
        name="dead-proxy",
        title="Connection refused, by an address that nobody asked for",
        broken="A proxy variable sends the client to a port where nothing listens.",
        truth=Truth(cause="path.proxy", status="degraded"),
        opening=dead_proxy,
    ),
)
