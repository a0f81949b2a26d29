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
    ListOtherNamespaces,
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
from tui.probes.kernel.system_view import SystemView

Tell = Callable[[AnyFact], None]
"""Where facts go, as they are seen."""
Check = Callable[[AnyRequest, Tell], Awaitable[None]]
"""What a session needs of the outside world: take this look and tell what is seen."""

LONGEST_CHECK_S = 20.0
"""No look but a schedule of attempts takes longer; a probe's own deadline comes first, and this one is the net."""


def checks_on(system: SystemView) -> Check:
    """Real looks, read from `surroundings`."""
    return partial(check, system=system)


async def check(request: AnyRequest, tell: Tell, *, system: SystemView) -> None:
    """Tell what the probe for `request` sees. Raises nothing but a cancellation: what went wrong is a fact."""
    try:
        async with asyncio.timeout(_deadline_s(request)), aclosing(_probe(request, system)) as seen:
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
    return None if isinstance(request, Connect | ConnectUnix) else LONGEST_CHECK_S


def _probe(  # noqa: C901, PLR0912 -- one arm a request, and the type checker sees that none is missing
    request: AnyRequest, system: SystemView
) -> AsyncGenerator[AnyFact, None]:
    """The facts of the one probe that answers `request`; each is imported when it is first needed."""
    match request:
        case ReadNameSources():
            from tui.probes.names import name_sources

            return name_sources.check(request, system)
        case ResolveSystem():
            from tui.probes.names import system_answer

            return system_answer.check(request, system)
        case AskNameserver():
            from tui.probes.names import nameserver_answer

            return nameserver_answer.check(request, system)
        case Connect():
            from tui.probes.attempts import connect

            return with_quiet(request, repeat(request, partial(connect.attempt, request)))
        case ConnectUnix():
            from tui.probes.attempts import connect_unix

            return repeat(request, partial(connect_unix.attempt, request))
        case TryPorts():
            from tui.probes.attempts import other_ports

            return other_ports.check(request, system)
        case ListListeners():
            return _listeners(request, system)
        case ListAddresses():
            from tui.probes.path import addresses

            return addresses.check(request, system)
        case LookUpRoute():
            from tui.probes.path import route

            return route.check(request, system)
        case LookUpNeighbour():
            from tui.probes.path import neighbour

            return neighbour.check(request, system)
        case SendEcho():
            from tui.probes.path import echo

            return echo.check(request, system)
        case TraceHops():
            from tui.probes.path import hops

            return hops.check(request, system)
        case ReadProxies():
            from tui.probes.proxy import proxy

            return proxy.check(request, system)
        case ExamineUnixPath():
            from tui.probes.sockets import unix_path

            return unix_path.check(request, system)
        case ReadConfinement():
            from tui.probes.sockets import confinement

            return confinement.check(request, system)
        case FindResetOrigin():
            from tui.probes.path import reset_origin

            return reset_origin.check(request, system)
        case MeasureMtu():
            from tui.probes.path import path_mtu

            return path_mtu.check(request, system)
        case TalkTo():
            from tui.probes.talk import talk

            return talk.check(request, system)
        case ListOtherNamespaces():
            from tui.probes.namespaces import other_namespaces

            return other_namespaces.check(request, system)
        case ExamineProcess():
            return _process(request, system)
        case ReadLimits():
            from tui.probes.sockets import limits

            return limits.check(request, system)
        case WatchQueue():
            return _queue(request, system)
        case ReadCode():
            from tui.probes import source_code

            return source_code.check(request, system)
        case ReadFirewall():
            return _firewall(request, system)
        case ReadService():
            return _services(request, system)
        case _:
            assert_never(request)


def _listeners(request: ListListeners, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.sockets import listeners

        return listeners.check(request, system)
    from tui.vantage import listeners as far_listeners

    return far_listeners.check(request, system)


def _process(request: ExamineProcess, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.sockets import process_state

        return process_state.check(request, system)
    from tui.vantage import process_state as far_process

    return far_process.check(request, system)


def _queue(request: WatchQueue, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.sockets import queue_watch

        return queue_watch.check(request, system)
    from tui.vantage import queue_watch as far_queue

    return far_queue.check(request, system)


def _services(request: ReadService, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.services import service

        return service.check(request, system)
    from tui.vantage import service as far_services

    return far_services.check(request, system)


def _firewall(request: ReadFirewall, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    if request.vantage is None:
        from tui.probes.firewall import firewall

        return firewall.check(request, system)
    from tui.vantage import firewall as far_firewall

    return far_firewall.check(request, system)
