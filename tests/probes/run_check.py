"""Takes one look in the namespace and as the user that it was started in: a request as JSON in, its facts as JSON out."""

import asyncio
import sys

import msgspec

from tui.engine.runner import checks_on
from tui.model.facts import AnyFact
from tui.model.requests import AnyRequest
from tui.probes.kernel.system_view import SystemView


async def facts_of(request: AnyRequest) -> list[AnyFact]:
    """All facts of one look."""
    seen: list[AnyFact] = []
    await checks_on(SystemView())(request, seen.append)
    return seen


if __name__ == "__main__":
    asked: AnyRequest = msgspec.json.decode(sys.stdin.buffer.read(), type=AnyRequest)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(facts_of(asked))))
