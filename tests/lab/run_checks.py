"""Takes looks in the namespace it was started in: requests as JSON on standard input, lists of facts on standard output."""

import asyncio
import sys

import msgspec

from tui.engine.runner import check
from tui.model.facts import AnyFact
from tui.model.requests import AnyRequest
from tui.probes.kernel.system_view import SystemView


async def take(requests: list[AnyRequest]) -> list[list[AnyFact]]:
    """The facts of each request, all looked for at the same time."""
    seen: list[list[AnyFact]] = [[] for _ in requests]
    pairs = zip(requests, seen, strict=True)
    await asyncio.gather(*(check(request, facts.append, system=SystemView()) for request, facts in pairs))
    return seen


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=list[AnyRequest])
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(take(asked))))
