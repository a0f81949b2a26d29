"""How this machine turns one name into addresses: hosts file, nsswitch line, nameservers, search list."""

from collections.abc import AsyncGenerator, Iterator
from itertools import chain
from pathlib import Path

from tui.model.command_line import quoted
from tui.model.facts import HostsEntry, NameSources, NearName, NotObserved
from tui.model.nameserver import Nameserver
from tui.model.requests import ReadNameSources
from tui.model.safe_text import safe_text
from tui.model.target import LONGEST_NAME
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import bytes_of
from tui.probes.kernel.threads import in_thread
from tui.probes.names import hosts_file, resolver_config
from tui.probes.names.name_settings import NameSettings, read_settings
from tui.probes.names.near_names import in_known_hosts, near_names

MOST_LINES_COMPARED = 5000
"""Lines of the hosts file: those that a person wrote; after so many, a blocklist begins."""
MOST_KNOWN_HOSTS = 1_000_000
"""Bytes of known_hosts: some thousand hosts."""


async def check(request: ReadNameSources, system: SystemView) -> AsyncGenerator[NameSources | NotObserved, None]:
    """Yield the sources as far as they concern the name, and then what could not be read."""
    settings, entries, near = await in_thread(_read, request.name, system)
    line, resolver = settings.hosts_line, settings.resolver
    yield NameSources(
        command=_command(request.name, system),
        name=request.name,
        hosts=entries,
        nsswitch=line.words,
        nsswitch_line=f"{system.nsswitch}:{line.number}" if line.number else "",
        servers=tuple(Nameserver(address=server, port=system.nameserver_port) for server in resolver.nameservers),
        nameservers_unused=resolver.listed[len(resolver.nameservers) :],
        resolv_conf=str(system.resolv_conf),
        search=resolver.search,
        ndots=resolver.ndots,
        expansions=resolver_config.expansions(request.name, resolver),
        near_names=near,
    )
    if system.hidden_files:
        yield NotObserved(request=request, reason=system.hidden_files, remedy=unless_root("Run as root, or as its user."))
    for problem in settings.problems:
        yield NotObserved(request=request, reason=problem.problem, remedy=problem.remedy)


def _read(name: str, system: SystemView) -> tuple[NameSettings, tuple[HostsEntry, ...], tuple[NearName, ...]]:
    settings = read_settings(system)
    entries = hosts_file.entries(settings.hosts, name, str(system.hosts))
    near = () if entries else near_names(name, _known(name, settings, system))
    return settings, entries, near


def _known(name: str, settings: NameSettings, system: SystemView) -> Iterator[tuple[str, str]]:
    """Names that this machine knows, and where: hosts file, known_hosts, the name's first label with the search list."""
    own = hosts_file.names(settings.hosts, MOST_LINES_COMPARED)
    label = name.partition(".")[0]
    resolver = settings.resolver
    searched = ((f"{label}.{domain}", _search_origin(settings, system)) for domain in resolver.search if domain)
    return chain(
        ((other.rstrip("."), f"{system.hosts}:{line}") for other, line in own),
        _known_hosts(system),
        searched if "." in name.rstrip(".") else (),  # a short name is completed with them anyway
    )


def _known_hosts(system: SystemView) -> Iterator[tuple[str, str]]:
    home = system.environ.get("HOME")
    if home:
        path = Path(home, ".ssh", "known_hosts")
        hosts = in_known_hosts(bytes_of(path, MOST_KNOWN_HOSTS) or b"", "~/.ssh/known_hosts")
        yield from ((safe_text(host, limit=LONGEST_NAME), where) for host, where in hosts)


def _search_origin(settings: NameSettings, system: SystemView) -> str:
    origin = settings.resolver.search_from
    return f"{system.resolv_conf}:{origin}" if origin.isdigit() else origin or "this machine's host name"


def _command(name: str, system: SystemView) -> str:
    shown = quoted(name)
    if system.own_names:
        return f"getent ahosts {shown}; cat {quoted(str(system.resolv_conf))}"
    files = f"{quoted(str(system.nsswitch))} {quoted(str(system.resolv_conf))}"
    return f"grep -nwiF -e {shown} {quoted(str(system.hosts))}; cat {files}"
