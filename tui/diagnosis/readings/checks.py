"""The checks that several hypotheses need, built from what is known so far."""

from collections.abc import Iterator

from tui.diagnosis.readings import counters, outcomes
from tui.model.case import Case, remembered
from tui.model.facts import Outcome
from tui.model.frame import frame_to_read
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    Connect,
    ConnectUnix,
    ListListeners,
    LookUpRoute,
    ReadNameSources,
    ResolveSystem,
    SendEcho,
    TraceHops,
)
from tui.model.target import TcpTarget, UnixTarget

MOST_ADDRESSES = 256
"""More addresses of one name are not tried: no real name has more, and every one costs a socket."""


def names(case: Case) -> Iterator[AnyRequest]:
    """The system's answer, its sources, and each nameserver's own answer for each name it would be asked."""
    if not isinstance(case.target, TcpTarget) or case.target.is_literal:
        return
    host = case.target.host
    yield ResolveSystem(name=host)
    yield ReadNameSources(name=host)
    sources = outcomes.name_sources(case)
    if sources is None:
        return
    for expansion in sources.expansions or (host,):
        for server in sources.servers:
            yield AskNameserver(server=server.address, port=server.port, name=expansion)
        for server in case.options.nameservers:
            yield AskNameserver(server=server.address, port=server.port, name=expansion, configured=False)


def connects(case: Case) -> Iterator[AnyRequest]:
    """The scheduled attempts on every address, or on the socket's path."""
    options = case.options
    if isinstance(case.target, UnixTarget):
        yield ConnectUnix(
            path=case.target.path,
            attempts=options.attempts,
            delay_s=options.delay_s,
            backoff=options.backoff,
            jitter_s=options.jitter_s,
            timeout_s=options.timeout_s,
        )
    for address in outcomes.addresses(case)[:MOST_ADDRESSES]:
        yield connect_to(case, address)


def connect_to(case: Case, address: str) -> Connect:
    """The scheduled attempts on one address of the target."""
    options = case.options
    return Connect(
        address=address,
        port=case.tcp.port,
        attempts=options.attempts,
        delay_s=options.delay_s,
        backoff=options.backoff,
        jitter_s=options.jitter_s,
        timeout_s=options.timeout_s,
        source=options.source,
    )


def code(case: Case) -> Iterator[AnyRequest]:
    """The source around the user's own innermost frame, where it is known which code asked for the target."""
    asked = frame_to_read(case.code)
    if asked:
        yield asked


def routes(case: Case) -> Iterator[AnyRequest]:
    """The kernel's route to every address."""
    for address in outcomes.addresses(case)[:MOST_ADDRESSES]:
        yield LookUpRoute(address=address)


def tables(case: Case) -> Iterator[AnyRequest]:
    """The socket table here, and on the other end where a command prefix leads there."""
    if isinstance(case.target, TcpTarget):
        yield ListListeners()
        for prefix in case.options.servers:
            yield ListListeners(vantage=prefix)


def life_signs(case: Case) -> Iterator[AnyRequest]:
    """Echo and hops towards addresses of other machines that stay silent or out of reach, or have been quiet for a while."""
    for address in (*outcomes.failing(case, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.REJECTED), *outcomes.quiet(case)):
        if outcomes.is_remote(case, address):
            yield SendEcho(address=address)
            yield TraceHops(address=address, port=case.tcp.port)


@remembered
def basics(case: Case) -> tuple[AnyRequest, ...]:
    """What every hypothesis about a TCP target rests on: names, routes, the kernel's counters, attempts."""
    return (*names(case), *routes(case), *counters.checks(case), *connects(case))
