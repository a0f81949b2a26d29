"""What programs here get for a name: getaddrinfo's own answer, in its order.

Law: nothing waits beyond DEADLINE_S; a thread in which getaddrinfo still runs is left behind. Where the settings are
not this process's own, getaddrinfo is emulated (`getaddrinfo_emulation`), and the answer says so; the same happens,
together with a NotObserved, where libc does not finish. It is called without AI_ADDRCONFIG, as most
programs call it and getent does not: IPv6 addresses are shown even on a machine that has only IPv4.
"""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from dataclasses import replace as with_changes
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tui.model.address import literal_address
from tui.model.command_line import quoted
from tui.model.facts import NotObserved, SystemAnswer
from tui.model.requests import ResolveSystem
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.failures import errno_name, resolver_error_name
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.names import answer_source
from tui.probes.names.name_settings import NameSettings, read_settings

if TYPE_CHECKING:  # it loads dnspython
    from tui.probes.names.getaddrinfo_emulation import LookupResult

DEADLINE_S = 11.0
"""glibc gives up on one silent nameserver after 10.0 s (5 s, twice); several, or a search list, take 20 s and longer."""
FORESEE_AFTER_S = 3.0
"""If a lookup has not ended by then, we begin to find out how it will end."""
_FORESEE_WAIT_S = 1.2
"""How long each silent nameserver is waited for then: three of them, for two names, are done before the deadline."""
MOST_ADDRESSES = 1000
_LONGEST_TEXT = 300
_WORDS = {  # gai_strerror(3), glibc
    "EAI_AGAIN": "Temporary failure in name resolution",
    "EAI_NODATA": "No address associated with hostname",
    "EAI_NONAME": "Name or service not known",
    "EAI_SYSTEM": "System error",
}


class _LookupEnd(Struct, frozen=True, kw_only=True):
    """How a lookup ended."""

    addresses: tuple[str, ...] = ()
    canonical: str | None = None
    error: str | None = None
    error_text: str = ""
    source: str | None = None
    took_ms: float


async def check(request: ResolveSystem, system: SystemView) -> AsyncGenerator[SystemAnswer | NotObserved, None]:
    """Yield the answer, and once more with its source where that takes longer to find than the answer itself."""
    at = now()
    literal = literal_address(request.name)
    if literal:
        yield SystemAnswer(at=at, name=safe_text(request.name), addresses=(literal,), source="literal", took_ms=0.0)
        return
    settings = await in_thread(read_settings, system)
    lookup = asyncio.create_task(_lookup(request.name, system, settings))
    foresight = asyncio.create_task(_foresee(request.name, system, settings))
    try:
        await asyncio.wait({lookup}, timeout=DEADLINE_S)
        if lookup.done():
            answer = _answer(request, system, settings, lookup.result(), at, emulated=not system.own_names)
            yield answer
            source = None if answer.source else await _source(answer, system, settings)
            if source:
                yield replace(answer, source=source)
        else:
            yield _unfinished(request, settings)
            foreseen = foresight.result() if foresight.done() else None
            if foreseen:
                yield _answer(request, system, settings, foreseen, at, emulated=True)
    except OSError as error:  # from the emulation, which needs sockets
        yield NotObserved(request=request, reason=f"No socket could be opened ({errno_name(error.errno)}).")
    finally:
        for task in (lookup, foresight):
            task.cancel()
        await asyncio.gather(lookup, foresight, return_exceptions=True)


async def _lookup(name: str, system: SystemView, settings: NameSettings) -> _LookupEnd:
    """The lookup as programs make it, or would make it with these settings. Takes as long as theirs."""
    return await (in_thread(_getaddrinfo, name) if system.own_names else _walk(name, system, settings))


async def _foresee(name: str, system: SystemView, settings: NameSettings) -> _LookupEnd | None:
    """How a lookup that takes long will end; None where only libc can ask a source on its way."""
    await asyncio.sleep(FORESEE_AFTER_S)
    once = with_changes(settings, resolver=with_changes(settings.resolver, attempts=1))
    result = await _walked(name, system, once, timeout_s=_FORESEE_WAIT_S)
    return None if result.unasked else _from_walk(result, took_ms=DEADLINE_S * 1000)


async def _walk(name: str, system: SystemView, settings: NameSettings) -> _LookupEnd:
    started = perf_counter()
    result = await _walked(name, system, settings)
    return _from_walk(result, took_ms=(perf_counter() - started) * 1000)


async def _walked(name: str, system: SystemView, settings: NameSettings, *, timeout_s: float | None = None) -> "LookupResult":
    await in_thread(import_module, "tui.probes.names.dns_message")  # in a thread, so that the screen stays responsive
    from tui.probes.names.getaddrinfo_emulation import walk

    return await walk(name, settings, port=system.nameserver_port, timeout_s=timeout_s)


def _from_walk(result: "LookupResult", *, took_ms: float) -> _LookupEnd:
    unasked = f"; not asked: {', '.join(result.unasked)}" if result.unasked else ""
    return _LookupEnd(
        addresses=result.addresses,
        canonical=result.canonical,
        error=result.error,
        error_text=f"{_WORDS[result.error]}{unasked}" if result.error else "",
        source=result.source,
        took_ms=took_ms,
    )


def _getaddrinfo(name: str) -> _LookupEnd:
    """What getaddrinfo(3) answers. Blocks, in the worst case for minutes."""
    started = perf_counter()
    addresses, canonical, error, text = tuple[str, ...](), None, None, ""
    try:
        addresses, canonical = _addresses(name.encode(), socket.AI_CANONNAME)
    except socket.gaierror as failure:
        error, text = resolver_error_name(failure), failure.strerror or ""
    except OSError as failure:  # EAI_SYSTEM: Python raises the errno behind it
        error, text = "EAI_SYSTEM", f"{errno_name(failure.errno)}, {os.strerror(failure.errno or 0)}"
    took_ms = (perf_counter() - started) * 1000
    return _LookupEnd(addresses=addresses, canonical=canonical, error=error, error_text=text, took_ms=took_ms)


def _addresses(name: bytes, flags: int) -> tuple[tuple[str, ...], str | None]:
    """Addresses, each once and in order, and the canonical name if it was asked for and is text."""
    try:
        rows = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=flags)
    except UnicodeDecodeError:  # a hosts file may have any bytes for the canonical name
        return _addresses(name, 0)
    addresses = tuple(dict.fromkeys(str(row[4][0]) for row in rows))[:MOST_ADDRESSES]
    return addresses, next((row[3] for row in rows if row[3]), None)


async def _source(answer: SystemAnswer, system: SystemView, settings: NameSettings) -> str | None:
    """The source, found with getent where the settings do not show it; None where it stays unknown."""
    if not answer.addresses or answer.emulated:
        return None
    _, candidates = answer_source.known_source(answer.name, answer.addresses, settings)
    return await answer_source.ask_each(answer.name, answer.addresses, candidates, system.environ)


def _answer(
    request: ResolveSystem, system: SystemView, settings: NameSettings, end: _LookupEnd, at: str, *, emulated: bool
) -> SystemAnswer:
    source = end.source
    if end.addresses and not emulated:
        source, _ = answer_source.known_source(request.name, end.addresses, settings)
    return SystemAnswer(
        at=at,
        command=_command(request.name, system, settings),
        name=safe_text(request.name),
        addresses=end.addresses,
        canonical=safe_text(end.canonical) if end.canonical else None,
        error=end.error,
        error_text=safe_text(end.error_text, limit=_LONGEST_TEXT),
        source=source,
        took_ms=end.took_ms,
        emulated=emulated,
    )


def _unfinished(request: ResolveSystem, settings: NameSettings) -> NotObserved:
    sources = ", ".join(word for word in settings.hosts_line.words if not word.startswith("["))
    servers = ", ".join(settings.resolver.nameservers)
    return NotObserved(
        request=request,
        reason=f"The lookup had not ended after {DEADLINE_S:g} s; it waits for a source ({sources}; nameservers: {servers}).",
        remedy=f"time getent ahosts {quoted(request.name)}",
    )


def _command(name: str, system: SystemView, settings: NameSettings) -> str:
    shown = quoted(safe_text(name))
    if system.own_names:
        return f"getent ahosts {shown}"
    server = f"{quoted(f'@{settings.resolver.nameservers[0]}')} -p {system.nameserver_port}"
    return f"grep -nwiF -e {shown} {quoted(str(system.hosts))}; dig {server} {shown} A {shown} AAAA"
