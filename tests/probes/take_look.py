"""Takes one look in the namespace and as the user that it was started in: a request as JSON in, its facts as JSON out."""

import asyncio
import sys
from collections.abc import AsyncIterator

import msgspec

from tui.model.facts import AnyFact
from tui.model.requests import (
    AnyRequest,
    ExamineProcess,
    ExamineUnixPath,
    ListAddresses,
    ListListeners,
    LookElsewhere,
    LookUpNeighbour,
    LookUpRoute,
    ReadConfinement,
    WatchQueue,
)
from tui.probes import (
    addresses,
    confinement,
    elsewhere,
    listeners,
    neighbours,
    process_state,
    queue_watch,
    routes,
    unix_path,
)
from tui.probes.surroundings import Surroundings
from tui.vantage import listeners as far_listeners


def look(request: AnyRequest) -> AsyncIterator[AnyFact]:
    """The look at this machine that `request` asks for."""
    here = Surroundings()
    match request:
        case ListListeners(vantage=None):
            return listeners.look(request, here)
        case ListListeners():
            return far_listeners.look(request, here)
        case LookUpRoute():
            return routes.look(request, here)
        case LookUpNeighbour():
            return neighbours.look(request, here)
        case ListAddresses():
            return addresses.look(request, here)
        case ExamineUnixPath():
            return unix_path.look(request, here)
        case ExamineProcess():
            return process_state.look(request, here)
        case LookElsewhere():
            return elsewhere.look(request, here)
        case WatchQueue():
            return queue_watch.look(request, here)
        case ReadConfinement():
            return confinement.look(request, here)
        case _:
            raise ValueError(request)


async def facts_of(request: AnyRequest) -> list[AnyFact]:
    """All facts of one look."""
    return [fact async for fact in look(request)]


if __name__ == "__main__":
    asked: AnyRequest = msgspec.json.decode(sys.stdin.buffer.read(), type=AnyRequest)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(facts_of(asked))))
