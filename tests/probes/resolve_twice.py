"""Resolves names by getaddrinfo and by our own walk, in a namespace whose settings are the test's: the names are arguments.

Prints one line of JSON a name: [name, [addresses, error, source] of getaddrinfo, [addresses, error, source] of the walk].
"""

import asyncio
import json
import sys

from tests.probes.names import seen
from tui.demo.nameserver import FakeNameserver
from tui.model.facts import SystemAnswer
from tui.model.requests import ResolveSystem
from tui.probes.kernel.system_view import SystemView
from tui.probes.names import getaddrinfo_emulation, system_answer
from tui.probes.names.name_settings import read_settings

ADDRESSES = {
    "web.test": ["10.1.1.1", "2001:db8::1"],
    "v4.test": ["10.1.1.2"],
    "empty.test": [],
    "empty.corp.test": [],
    "short.corp.test": ["10.1.1.3"],
    "real.test": ["10.1.1.4"],
    "a.short.test": ["10.1.1.5"],
    "cut.test": ["10.1.1.6"],
    "many.test": [f"10.2.0.{number}" for number in range(60)],
}


async def resolve(names: list[str]) -> None:
    """Resolve each name both ways, at a nameserver with every fault."""
    async with FakeNameserver(
        ADDRESSES,
        port=53,
        aliases={"www.test": "real.test", "dangling.test": "nowhere.test"},
        servfail={"fail.test", "fail.corp.test"},
        refused={"no.test", "no.corp.test"},
        silent={"quiet.test", "quiet.corp.test"},
        referred={"lame.test", "lame.corp.test"},
        garbled={"junk.test", "junk.corp.test"},
        truncated={"cut.test"},
    ):
        for name in names:
            *_, real = await seen(system_answer.check(ResolveSystem(name=name), SystemView()))
            assert isinstance(real, SystemAnswer)
            assert not real.emulated
            walked = await getaddrinfo_emulation.walk(name, read_settings(SystemView()), port=53)
            sys.stdout.write(json.dumps([name, *([one.addresses, one.error, one.source] for one in (real, walked))]) + "\n")


if __name__ == "__main__":
    asyncio.run(resolve(sys.argv[1:]))
