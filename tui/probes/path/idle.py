"""Connections that are held idle, beside one that is kept busy, and which of them still answer at the end.

Law: no byte is sent. TCP's own probes keep the one busy and ask the others at the end: an empty segment below the window, which a
live end acknowledges and no program sees (RFC 9293, 3.8.4; SO_KEEPALIVE, tcp(7)). So a service that closes what is idle closes
all of them, and something on the way that forgets, only the idle ones.
"""

import asyncio
import errno
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from time import monotonic

from msgspec.structs import replace

from tui.model.address import endpoint
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, HeldConnection, HeldEnd, Idle, NotObserved, Outcome
from tui.model.requests import HoldIdle
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import number, text_of

ORDER = (False, True, False)
"""Which of the connections is kept busy. Of idle ones there are two: one that is lost may be an accident. The busy one is made
between them, so that a service which keeps only the first, or the last, of a client is none that forgets the idle ones."""
LINGER_S = 2.0
"""A service whose own limit is just the time that was asked for may close one a moment before the end, and another after it."""
CONNECT_S = 3.5
BUSY_PARTS = 5
LONGEST_PAUSE_S = 30
"""The busy one is asked so often in the time, and at least every half minute: what forgets sooner forgets whatever rests."""
ASK_EVERY_S, MOST_ASKED = 1, 3
"""At the end: three probes, a second apart; then it is silence."""
_LAST_ACK = struct.Struct("=56xI")  # tcpi_last_ack_recv, milliseconds (struct tcp_info in linux/tcp.h)
_POLL_S = 0.1
_SLACK_S = 1.5
"""The kernel's timers of a second or more may fire this much later (its timer wheel, and a busy machine)."""
_SETTINGS = "sys/net/ipv4/tcp_keepalive_"
_ENDS: dict[int, HeldEnd] = {errno.ECONNRESET: "reset", errno.EPIPE: "reset", errno.ETIMEDOUT: "silent"}


async def check(request: HoldIdle, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Idle, or why no connection could be held. Takes the time that was asked for, and some seconds more."""
    at, every = now(), max(1, min(int(request.idle_s / BUSY_PARTS), LONGEST_PAUSE_S))
    command = safe_text(f"nc {quoted(request.address)} {request.port}; sysctl net.ipv4.tcp_keepalive_time")
    async with AsyncExitStack() as opened:
        made: list[tuple[bool, socket.socket, float]] = []
        for busy in ORDER:
            ended = await opened.enter_async_context(
                handshake(request.address, request.port, timeout_s=CONNECT_S, source=request.source)
            )
            if ended.outcome is Outcome.CONNECTED and ended.sock:
                stop_listening(ended.sock)
                made.append((busy, ended.sock, monotonic()))
        if len(made) < len(ORDER):
            where = endpoint(request.address, request.port)
            yield NotObserved(at=at, request=request, reason=f"Not all connections to {where} were made.", command=command)
            return
        connections = await asyncio.gather(*(_held(busy, sock, began, request.idle_s, every) for busy, sock, began in made))
        if any(one.end != "answers" for one in connections):
            later = (_lingered(one, sock, began) for one, (_, sock, began) in zip(connections, made, strict=True))
            connections = await asyncio.gather(*later)
    settings = [number(text_of(system.proc / f"{_SETTINGS}{name}")) for name in ("time", "intvl", "probes")]
    yield Idle(
        at=at,
        command=command,
        address=request.address,
        port=request.port,
        idle_s=request.idle_s,
        busy_every_s=every,
        connections=tuple(connections),
        keepalive_time_s=settings[0],
        keepalive_interval_s=settings[1],
        keepalive_probes=settings[2],
    )


async def _held(busy: bool, sock: socket.socket, began: float, idle_s: float, every: int) -> HeldConnection:
    """Hold one for the time, then ask whether it still answers."""
    if busy:
        _ask(sock, every, MOST_ASKED)
    end = await _ended(sock, until=began + idle_s)
    if end is None:
        _ask(sock, ASK_EVERY_S, MOST_ASKED)
        asked = monotonic()
        end = await _ended(sock, until=asked + ASK_EVERY_S * (MOST_ASKED + 1) + _SLACK_S, answered_since=asked)
    return HeldConnection(busy=busy, end=end or "silent", after_s=round(monotonic() - began, 1))


async def _lingered(held: HeldConnection, sock: socket.socket, began: float) -> HeldConnection:
    """The same, or its end where one that answered ends a moment later."""
    end = await _ended(sock, until=monotonic() + LINGER_S) if held.end == "answers" else None
    return replace(held, end=end, after_s=round(monotonic() - began, 1)) if end else held


def _ask(sock: socket.socket, every: int, most: int) -> None:
    """Have the kernel ask whether the other end is still there, from now on."""
    for option, value in ((socket.TCP_KEEPIDLE, every), (socket.TCP_KEEPINTVL, every), (socket.TCP_KEEPCNT, most)):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0)  # the new times count from the switch
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


async def _ended(sock: socket.socket, *, until: float, answered_since: float | None = None) -> HeldEnd | None:
    """How it ends by then, `answers` where an acknowledgement has come since; None where nothing happens. Words are read away."""
    while monotonic() < until:
        try:
            if sock.recv(65536) == b"":
                return "closed"
            continue
        except BlockingIOError:
            pass
        except OSError as error:
            return _ENDS.get(error.errno or 0, "unreachable")
        if answered_since is not None and _since_last_ack_s(sock) < monotonic() - answered_since:
            return "answers"
        await asyncio.sleep(min(_POLL_S, max(until - monotonic(), 0)))
    return None


def _since_last_ack_s(sock: socket.socket) -> float:
    (milliseconds,) = _LAST_ACK.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_ACK.size))
    return float(milliseconds) / 1000
