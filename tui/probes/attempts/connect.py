"""One attempt to connect to a TCP port: the outcome, its errno, and who sent the error. Nothing is ever sent."""

import shlex
from collections.abc import AsyncGenerator
from math import ceil

from tui.model.address import endpoint
from tui.model.facts import Outcome, TcpAttempt
from tui.model.requests import Connect
from tui.model.safe_text import safe_text
from tui.probes.attempts.observe_connection import Held, hold
from tui.probes.kernel.clock import now
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.kernel_counters import failed_retransmissions, resets_sent, risen
from tui.probes.kernel.system_view import SystemView


async def check(request: Connect, system: SystemView) -> AsyncGenerator[TcpAttempt, None]:  # noqa: ARG001 -- a check's signature
    """Yield one attempt; the engine schedules several."""
    yield await attempt(request, 1)


async def attempt(request: Connect, number: int) -> TcpAttempt:
    """Connect once, hold the connection for a moment, and return how it ended.

    Takes up to `request.timeout_s`, and HOLD_S more when it connects. Raises ValueError if the address is not one.
    """
    at = now()
    held: Held | None = None
    failed_before, resets_before = failed_retransmissions(), resets_sent()
    async with handshake(
        request.address, request.port, timeout_s=request.timeout_s, source=request.source, device=request.device
    ) as ended:
        resets = risen(resets_before, resets_sent()) if ended.outcome is Outcome.REFUSED else None
        if ended.outcome is Outcome.CONNECTED and ended.sock:
            stop_listening(ended.sock)
            held = await hold(ended.sock)
    local_send_failures = risen(failed_before, failed_retransmissions()) if ended.outcome is Outcome.TIMEOUT else None
    return TcpAttempt(
        at=at,
        command=_command(request),
        address=request.address,
        port=request.port,
        purpose=request.purpose,
        number=number,
        total=max(request.attempts, number),
        outcome=held.outcome if held else ended.outcome,
        errno=held.errno if held else ended.errno,
        latency_ms=ended.latency_ms,
        icmp=ended.icmp,
        error_queue=ended.error_queue,
        local_address=ended.local[0] if ended.local else None,
        local_port=ended.local[1] if ended.local else None,
        source=request.source,
        device=request.device,
        retransmits=ended.retransmits,
        local_send_failures=local_send_failures,
        resets_sent=resets,
        held_ms=held.held_ms if held else None,
        first_bytes=held.first_bytes if held else None,
        protocol=held.protocol if held else None,
        rejection=held.rejection if held else "",
    )


def _command(request: Connect) -> str:
    if request.device:  # nc has no option for it
        way = ["curl", "-sv", "--interface", f"if!{request.device}", "-m", str(ceil(request.timeout_s))]
        return safe_text(shlex.join([*way, f"telnet://{endpoint(request.address, request.port)}"]))
    source = ["-s", request.source] if request.source else []
    return safe_text(shlex.join(["nc", "-vz", *source, "-w", str(ceil(request.timeout_s)), request.address, str(request.port)]))
