"""Which source of the hosts line gave an answer of getaddrinfo, which does not say.

Law: a source is named only where there is no doubt: the hosts file has the address, no other source is left, or getent(1),
asked for one source alone, gives the address.
"""

import asyncio
from collections.abc import Mapping

from tui.model.address import ip_family
from tui.probes.kernel.tool import run_tool
from tui.probes.names import hosts_file, nsswitch
from tui.probes.names.name_settings import NameSettings

DEADLINE_S = 2.0
"""For one source; the answer has been shown long before."""
LONGEST_S = 4.0
"""For all of them."""
_NOT_FOUND = 2  # getent(1)


def known_source(name: str, addresses: tuple[str, ...], settings: NameSettings) -> tuple[str | None, tuple[str, ...]]:
    """The source, or None and the possible ones, in order. Nobody is asked."""
    left = [source.name for source in nsswitch.sources(settings.hosts_line.words)]
    if "files" in left and settings.hosts_whole:
        has_it = {entry.address for entry in hosts_file.entries(settings.hosts, name, "")} & set(addresses)
        if has_it and left[0] == "files":
            return "files", ()
        if not has_it:
            left = [source for source in left if source != "files"]
    return (left[0], ()) if len(left) == 1 else (None, tuple(left))


async def ask_each(name: str, addresses: tuple[str, ...], candidates: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    """The first of `candidates` that gives one of the addresses, each asked alone; None where one of them could not be asked."""
    if all(ip_family(address) == "IPv6" for address in addresses):  # getent leaves out IPv6 on a machine that has only IPv4
        return None
    try:
        async with asyncio.timeout(LONGEST_S):
            for source in candidates[:-1]:
                done = await run_tool(["getent", "-s", source, "ahosts", name], environ=environ, deadline_s=DEADLINE_S)
                given = {line.split()[0] for line in done.output.decode(errors="replace").splitlines() if line.strip()}
                if given & set(addresses):
                    return source
                if done.status != _NOT_FOUND:
                    return None
    except (OSError, ValueError):  # not started, or TimeoutError
        return None
    return candidates[-1] if candidates else None
