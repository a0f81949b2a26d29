"""From a request to the probe that answers it, with a deadline, and with a defect contained."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import assert_never

from tui.engine.quiet import with_quiet
from tui.engine.retry import repeat
from tui.model.facts import AnyFact, NotObserved
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    Connect,
    ConnectUnix,
    ExamineProcess,
    ExamineUnixPath,
    FindResetOrigin,
    ListAddresses,
    ListListeners,
    LookElsewhere,
    LookUpNeighbour,
    LookUpRoute,
    MeasureMtu,
    ReadCode,
    ReadConfinement,
    ReadFirewall,
    ReadLimits,
    ReadNameSources,
    ReadProxies,
    ReadService,
    ResolveSystem,
    SendEcho,
    TalkTo,
    TraceHops,
    TryPorts,
    WatchQueue,
)
from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import Surroundings

Tell = Callable[[AnyFact], None]
"""Where facts go, as they are seen."""
Look = Callable[[AnyRequest, Tell], Awaitable[None]]
"""What a session needs of the outside world: take this look and tell what is seen."""

LONGEST_LOOK_S = 20.0
"""No look but a schedule of attempts takes longer; a probe's own deadline comes first, and this one is the net."""


def looks_from(surroundings: Surroundings) -> Look:
    """Real looks, read from `surroundings`."""
    return partial(look, surroundings=surroundings)


async def look(request: AnyRequest, tell: Tell, *, surroundings: Surroundings) -> None:
    """Tell what the probe for `request` sees. Raises nothing but a cancellation: what went wrong is a fact."""
    try:
        async with asyncio.timeout(_deadline_s(request)), aclosing(_probe(request, surroundings)) as seen:
            async for fact in seen:
                tell(fact)
    except TimeoutError:
        tell(NotObserved(request=request, reason="It took too long and was given up."))
    except Exception as error:  # noqa: BLE001 -- a defect in one look must not end the walk; it is shown as a fact
        tell(
            NotObserved(request=request, reason=safe_text(f"The look itself failed: {type(error).__name__}: {error}", limit=300))
        )


def _deadline_s(request: AnyRequest) -> float | None:
    """Schedules bound themselves: number, delay and time of each attempt are their own."""
    return None if isinstance(request, Connect | ConnectUnix) else LONGEST_LOOK_S


def _probe(  # noqa: C901, PLR0912 -- one arm a request, and the type checker sees that none is missing
    request: AnyRequest, surroundings: Surroundings
) -> AsyncGenerator[AnyFact, None]:
    """The facts of the one probe that answers `request`; each is imported when it is first needed."""
    match request:
        case ReadNameSources():
            from tui.probes.names import name_sources

            return name_sources.look(request, surroundings)
        case ResolveSystem():
            from tui.probes.names import system_answer

            return system_answer.look(request, surroundings)
        case AskNameserver():
            from tui.probes.names import nameserver_answer

            return nameserver_answer.look(request, surroundings)
        case Connect():
            from tui.probes.attempts import connect

            return with_quiet(request, repeat(request, partial(connect.attempt, request)))
        case ConnectUnix():
            from tui.probes.attempts import connect_unix

            return repeat(request, partial(connect_unix.attempt, request))
        case TryPorts():
            from tui.probes.attempts import other_ports

            return other_ports.look(request, surroundings)
        case ListListeners():
            return _listeners(request, surroundings)
        case ListAddresses():
            from tui.probes.path import addresses

            return addresses.look(request, surroundings)
        case LookUpRoute():
            from tui.probes.path import route

            return route.look(request, surroundings)
        case LookUpNeighbour():
            from tui.probes.path import neighbour

            return neighbour.look(request, surroundings)
        case SendEcho():
            from tui.probes.path import echo

            return echo.look(request, surroundings)
        case TraceHops():
            from tui.probes.path import hops

            return hops.look(request, surroundings)
        case ReadProxies():
            from tui.probes.proxy import proxy

            return proxy.look(request, surroundings)
        case ExamineUnixPath():
            from tui.probes.sockets import unix_path

            return unix_path.look(request, surroundings)
        case ReadConfinement():
            from tui.probes.sockets import confinement

            return confinement.look(request, surroundings)
        case FindResetOrigin():
            from tui.probes.path import reset_origin

            return reset_origin.look(request, surroundings)
        case MeasureMtu():
            from tui.probes.path import path_mtu

            return path_mtu.look(request, surroundings)
        case TalkTo():
            from tui.probes.talk import talk

            return talk.look(request, surroundings)
        case LookElsewhere():
            from tui.probes.namespaces import other_namespaces

            return other_namespaces.look(request, surroundings)
        case ExamineProcess():
            return _process(request, surroundings)
        case ReadLimits():
            from tui.probes.sockets import limits

            return limits.look(request, surroundings)
        case WatchQueue():
            return _queue(request, surroundings)
        case ReadCode():
            from tui.probes import source_code

            return source_code.look(request, surroundings)
        case ReadFirewall():
            return _firewall(request, surroundings)
        case ReadService():
            return _services(request, surroundings)
        case _:
            assert_never(request)


def _listeners(request: ListListeners, surroundings: Surroundings) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.sockets import listeners

        return listeners.look(request, surroundings)
    from tui.vantage import listeners as far_listeners

    return far_listeners.look(request, surroundings)


def _process(request: ExamineProcess, surroundings: Surroundings) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.sockets import process_state

        return process_state.look(request, surroundings)
    from tui.vantage import process_state as far_process

    return far_process.look(request, surroundings)


def _queue(request: WatchQueue, surroundings: Surroundings) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.sockets import queue_watch

        return queue_watch.look(request, surroundings)
    from tui.vantage import queue_watch as far_queue

    return far_queue.look(request, surroundings)


def _services(request: ReadService, surroundings: Surroundings) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.services import service

        return service.look(request, surroundings)
    from tui.vantage import service as far_services

    return far_services.look(request, surroundings)


def _firewall(request: ReadFirewall, surroundings: Surroundings) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.firewall import firewall

        return firewall.look(request, surroundings)
    from tui.vantage import firewall as far_firewall

    return far_firewall.look(request, surroundings)
