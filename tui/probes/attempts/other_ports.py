"""Other ports of the target's host, one attempt each. Made only if the person agreed.

The ICMP errors of a box that rejects are limited to about one a second after a short burst. With faster attempts its
rejections would look like silence, for these ports and for the target's own; so from the first ICMP error on the ports
are tried one a second, and those that do not fit into the time are reported as not observed.
"""

import asyncio
from collections.abc import AsyncGenerator
from time import perf_counter

from msgspec.structs import replace

from tui.model.facts import NotObserved, TcpAttempt
from tui.model.requests import Connect, TryPorts
from tui.probes.attempts import connect
from tui.probes.kernel.system_view import SystemView

MOST_PORTS = 12
"""A few likely ports are tried; this is not a port scan."""
PACE_S = 0.1
"""From one attempt to the next while no answer has come; an answer makes it shorter. Even if a rejection takes four times
as long, fewer attempts are under way than the burst of ICMP errors that Linux allows one peer (six), so that the target's
own attempts get theirs; and twelve silent ports take no more than a second longer than one."""
ICMP_PACE_S = 1.1
"""Between two attempts once an ICMP error has come."""
LONGEST_PACED_S = 4.0
"""How long, from the beginning, attempts are started at that pace."""


async def check(request: TryPorts, system: SystemView) -> AsyncGenerator[TcpAttempt | NotObserved, None]:  # noqa: ARG001 -- a check's signature
    """Yield an attempt for each port as it ends, and one NotObserved for the ports that were left out, if any.

    Takes up to `timeout_s` and MOST_PORTS times PACE_S, or LONGEST_PACED_S and `timeout_s`. Raises ValueError if the
    address is not one.
    """
    paced_until = perf_counter() + LONGEST_PACED_S
    ports = list(dict.fromkeys(request.ports))
    waiting, left_out = ports[:MOST_PORTS], ports[MOST_PORTS:]
    under_way: set[asyncio.Task[TcpAttempt]] = set()
    limited = False
    try:
        while under_way or (waiting and not limited):
            if waiting and not limited:
                under_way.add(asyncio.create_task(_attempt(request, waiting.pop(0))))
            pace_s = PACE_S if waiting and not limited else None
            done, under_way = await asyncio.wait(under_way, timeout=pace_s, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                limited |= ended.result().icmp is not None
                yield ended.result()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    while waiting and perf_counter() + ICMP_PACE_S < paced_until:
        await asyncio.sleep(ICMP_PACE_S)
        yield await _attempt(request, waiting.pop(0))
    if waiting or left_out:
        why = f"A box on the way limits its rejections to one a second, and the {LONGEST_PACED_S:g} s were over"
        yield NotObserved(
            request=replace(request, ports=tuple(waiting + left_out)),
            reason=f"{why}." if waiting else f"No more than {MOST_PORTS} ports are tried.",
            remedy="Try them one by one.",
        )


async def _attempt(request: TryPorts, port: int) -> TcpAttempt:
    single = Connect(address=request.address, port=port, timeout_s=request.timeout_s, purpose="other-port")
    return await connect.attempt(single, 1)
