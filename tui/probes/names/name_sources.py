"""How this machine turns one name into addresses: hosts file, nsswitch line, nameservers, search list."""

import shlex
from collections.abc import AsyncGenerator, Iterator
from itertools import chain
from pathlib import Path

from tui.model.facts import HostsEntry, NameSources, NearName, NotObserved
from tui.model.requests import ReadNameSources
from tui.model.safe_text import safe_text
from tui.model.target import LONGEST_NAME, endpoint
from tui.probes.kernel.clock import now
from tui.probes.kernel.system_view import Surroundings
from tui.probes.kernel.text_file import read_text_file
from tui.probes.kernel.threads import in_thread
from tui.probes.names import hosts_file, resolver_config
from tui.probes.names.name_settings import NameSettings, read_settings
from tui.probes.names.near_names import in_known_hosts, near_names

DNS_PORT = 53
MOST_LINES_COMPARED = 5000
"""Of the hosts file: the names that a person wrote; what comes after so many is a blocklist's."""
MOST_KNOWN_HOSTS = 1_000_000
"""Bytes of known_hosts: some thousand hosts."""


async def look(request: ReadNameSources, surroundings: Surroundings) -> AsyncGenerator[NameSources | NotObserved, None]:
    """Yield the sources as far as they concern the name, and then what could not be read of them."""
    at = now()
    settings, entries, near = await in_thread(_read, request.name, surroundings)
    line, resolver = settings.hosts_line, settings.resolver
    yield NameSources(
        at=at,
        by_hand=_by_hand(request.name, surroundings),
        name=request.name,
        hosts=entries,
        nsswitch=line.words,
        nsswitch_line=f"{surroundings.nsswitch}:{line.number}" if line.number else "",
        nameservers=tuple(_with_port(server, surroundings.nameserver_port) for server in resolver.nameservers),
        nameservers_unused=resolver.listed[len(resolver.nameservers) :],
        resolv_conf=str(surroundings.resolv_conf),
        search=resolver.search,
        ndots=resolver.ndots,
        expansions=resolver_config.expansions(request.name, resolver),
        near_names=near,
    )
    if surroundings.hidden_files:
        yield NotObserved(at=now(), request=request, reason=surroundings.hidden_files, remedy="Run as root, or as its user.")
    for problem in settings.problems:
        yield NotObserved(at=now(), request=request, reason=problem.problem, remedy=problem.remedy)


def _read(name: str, surroundings: Surroundings) -> tuple[NameSettings, tuple[HostsEntry, ...], tuple[NearName, ...]]:
    settings = read_settings(surroundings)
    entries = hosts_file.entries(settings.hosts, name, str(surroundings.hosts))
    near = () if entries else near_names(name, _known(name, settings, surroundings))
    return settings, entries, near


def _known(name: str, settings: NameSettings, surroundings: Surroundings) -> Iterator[tuple[str, str]]:
    """Names that this machine knows, and where: hosts file, known_hosts, the search list behind the name's first label."""
    own = hosts_file.names(settings.hosts, MOST_LINES_COMPARED)
    label = name.partition(".")[0]
    resolver = settings.resolver
    searched = ((f"{label}.{domain}", _search_place(settings, surroundings)) for domain in resolver.search if domain)
    return chain(
        ((other.rstrip("."), f"{surroundings.hosts}:{line}") for other, line in own),
        _known_hosts(surroundings),
        searched if "." in name.rstrip(".") else (),  # a short name is completed with them anyway
    )


def _known_hosts(surroundings: Surroundings) -> Iterator[tuple[str, str]]:
    home = surroundings.environ.get("HOME")
    if home:
        path = Path(home, ".ssh", "known_hosts")
        found = in_known_hosts(read_text_file(path, MOST_KNOWN_HOSTS).data, "~/.ssh/known_hosts")
        yield from ((safe_text(host, limit=LONGEST_NAME), where) for host, where in found)


def _search_place(settings: NameSettings, surroundings: Surroundings) -> str:
    place = settings.resolver.search_from
    return f"{surroundings.resolv_conf}:{place}" if place.isdigit() else place or "this machine's host name"


def _with_port(server: str, port: int) -> str:
    return server if port == DNS_PORT else endpoint(server, port)


def _by_hand(name: str, surroundings: Surroundings) -> str:
    shown = shlex.quote(name)
    if surroundings.own_names:
        return f"getent ahosts {shown}; cat {surroundings.resolv_conf}"
    files = " ".join(shlex.quote(str(path)) for path in (surroundings.nsswitch, surroundings.resolv_conf))
    return f"grep -nwiF -e {shown} {shlex.quote(str(surroundings.hosts))}; cat {files}"
