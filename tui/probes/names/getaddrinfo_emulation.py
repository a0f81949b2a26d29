"""The way of getaddrinfo, walked by ourselves: nsswitch order, hosts file, search list, nameservers.

For settings that are not this process's own, and for lookups that libc does not end. As glibc 2.36 was seen to go: a
server that fails is passed over at once, one that is silent after its time; NXDOMAIN leads to the next name of the list, and
so does SERVFAIL, but any other failure ends the list. IPv6 comes before IPv4; the sorting of RFC 6724 by routes is libc's alone.
"""

import asyncio
from enum import Enum

from msgspec import Struct

from tui.model.address import ip_version
from tui.model.facts import NameserverAnswer
from tui.model.requests import AskNameserver
from tui.probes.names import hosts_file, nsswitch, resolver_config
from tui.probes.names.name_settings import NameSettings
from tui.probes.names.nameserver_answer import RecordType, ask
from tui.probes.names.nsswitch import Status

_LOOPBACK = ("::1", "127.0.0.1")
_RESOLVED = frozenset({"127.0.0.53", "127.0.0.54"})
"""Where systemd-resolved answers as a nameserver what it answers as the source `resolve` (nss-resolve(8))."""
_LOCALHOST = frozenset({"localhost", "localhost.localdomain"})
_AGAIN, _NO_NAME = "EAI_AGAIN", "EAI_NONAME"
_NOTHING_ASKED = "EAI_SYSTEM"
"""What getaddrinfo says where no source of the line can be used."""
_RECORD_TYPES: tuple[RecordType, ...] = ("A", "AAAA")


class _End(Enum):
    """How the search for one name ended, without an address."""

    NO_NAME = "NXDOMAIN"
    NO_DATA = "NOERROR"
    SERVFAIL = "SERVFAIL"
    FAILED = "silence, a closed port, REFUSED, nonsense"


_CODES = {_End.NO_NAME: _NO_NAME, _End.NO_DATA: "EAI_NODATA", _End.SERVFAIL: _AGAIN, _End.FAILED: _AGAIN}


class LookupResult(Struct, frozen=True, kw_only=True):
    """What a lookup ends with: addresses, or the code of gai_strerror(3)."""

    addresses: tuple[str, ...] = ()
    canonical: str | None = None
    error: str | None = None
    source: str | None = None
    unasked: tuple[str, ...] = ()
    """Sources before the end of the walk that only libc can ask."""


async def walk(name: str, settings: NameSettings, *, port: int, timeout_s: float | None = None) -> LookupResult:
    """What getaddrinfo gives for `name` with these settings and nameservers on `port`.

    Silence is waited for as the settings say, or `timeout_s` each time. Raises OSError where this machine has no socket to give.
    """
    last, unasked = LookupResult(error=_NOTHING_ASKED), list[str]()
    for source in nsswitch.sources(settings.hosts_line.words):
        match source.name:
            case "files":
                found: LookupResult | None = _from_files(name, settings)
            case "dns":
                found = await _from_dns(name, settings, port, timeout_s)
            case "resolve" if settings.resolver.nameservers[0] in _RESOLVED:
                found = await _from_dns(name, settings, port, timeout_s)
            case "myhostname":
                found = _from_myhostname(name)
            case other:
                found = None
                if not (other.startswith("mdns") and not _is_local(name)):
                    unasked.append(other)
        if found:
            last = found
        if _status(found) in source.ends_at:
            break
    addresses = tuple(sorted(dict.fromkeys(last.addresses), key=ip_version, reverse=True))
    return LookupResult(
        addresses=addresses, canonical=last.canonical, error=last.error, source=last.source, unasked=tuple(unasked)
    )


def _is_local(name: str) -> bool:
    """Whether multicast DNS is asked for such a name (RFC 6762, section 3)."""
    return name.rstrip(".").lower().endswith(".local")


def _status(found: LookupResult | None) -> Status:
    """What the source reports to the switch (nsswitch.conf(5))."""
    if found is None:
        return "UNAVAIL"
    if found.error is None:
        return "SUCCESS"
    return "TRYAGAIN" if found.error == _AGAIN else "NOTFOUND"


def _from_files(name: str, settings: NameSettings) -> LookupResult:
    entries = hosts_file.entries(settings.hosts, name, "")
    if not entries:
        return LookupResult(error=_NO_NAME)
    canonical = hosts_file.canonical_name(entries[0])
    return LookupResult(addresses=tuple(one.address for one in entries), canonical=canonical, source="files")


def _from_myhostname(name: str) -> LookupResult:
    """nss-myhostname(8), as far as it speaks of localhost."""
    plain = name.rstrip(".").lower()
    if plain in _LOCALHOST or plain.endswith((".localhost", ".localhost.localdomain")):
        return LookupResult(addresses=_LOOPBACK, canonical="localhost", source="myhostname")
    return LookupResult(error=_NO_NAME)


async def _from_dns(name: str, settings: NameSettings, port: int, timeout_s: float | None) -> LookupResult:
    """Name after name of the search list (res_search in resolver(3)), until one has an address."""
    plain = name.rstrip(".")
    ends: list[tuple[str, _End]] = []
    for tried in resolver_config.expansions(name, settings.resolver):
        if tried == plain or not any(end is _End.FAILED for full, end in ends if full != plain):
            found, end = await _from_servers(tried, settings, port, timeout_s)
            if found:
                return found
            ends.append((tried, end))
    return LookupResult(error=_told([end for _, end in ends], itself_first=bool(ends) and ends[0][0] == plain))


def _told(ends: list[_End], *, itself_first: bool) -> str:
    """The error that is reported: of the name as it stands if it came first; else an empty answer, a SERVFAIL, the last."""
    if itself_first or not ends:
        return _CODES[ends[0]] if ends else _NO_NAME
    return _CODES[next((end for end in (_End.NO_DATA, _End.SERVFAIL) if end in ends), ends[-1])]


async def _from_servers(
    name: str, settings: NameSettings, port: int, timeout_s: float | None
) -> tuple[LookupResult | None, _End]:
    """Server after server, as often as `attempts` says, until one answers usefully: with what it gives, or with how it ended."""
    config = settings.resolver
    end = _End.FAILED
    for attempt in range(config.attempts):
        # res_send.c: from the second round on the time is doubled, and shared by the servers.
        share = config.timeout if not attempt else max((config.timeout << attempt) // len(config.nameservers), 1)
        for server in config.nameservers:
            request = AskNameserver(server=server, port=port, name=name)
            wait_s = timeout_s or share
            answers = await asyncio.gather(*(ask(request, rtype, timeout_s=wait_s, plain=True) for rtype in _RECORD_TYPES))
            addresses = tuple(address for answer in answers for address in answer.addresses)
            if addresses:
                canonical = next((answer.cnames[-1] for answer in answers if answer.cnames), name)
                return LookupResult(addresses=addresses, canonical=canonical, source="dns"), _End.NO_DATA
            end = _end(answers)
            if end in {_End.NO_NAME, _End.NO_DATA}:
                return None, end
    return None, end


def _end(answers: list[NameserverAnswer]) -> _End:
    """How a server's two answers without an address end the search at it."""
    codes = [answer.rcode for answer in answers if answer.outcome == "answered"]
    if "NXDOMAIN" in codes:
        return _End.NO_NAME
    if "SERVFAIL" in codes:
        return _End.SERVFAIL
    return _End.NO_DATA if "NOERROR" in codes else _End.FAILED
