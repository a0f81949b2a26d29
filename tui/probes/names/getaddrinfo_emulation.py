"""getaddrinfo, emulated: nsswitch order, hosts file, search list, nameservers.

For settings that are not this process's own, and for lookups that libc does not finish. As observed with glibc 2.36: a
server that fails is left at once, a silent one after its time; after NXDOMAIN the next name of the list is tried, and after
SERVFAIL too, but any other failure ends the list. IPv6 comes before IPv4; only libc sorts by routes (RFC 6724).
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
"""The nameservers that systemd-resolved offers; they answer what its source `resolve` answers (nss-resolve(8))."""
_LOCALHOST = frozenset({"localhost", "localhost.localdomain"})
_AGAIN, _NO_NAME = "EAI_AGAIN", "EAI_NONAME"
_NOTHING_ASKED = "EAI_SYSTEM"
"""What getaddrinfo reports where no source of the line can be used."""
_RECORD_TYPES: tuple[RecordType, ...] = ("A", "AAAA")


class _End(Enum):
    """How the search for a name ended without an address."""

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
    """Sources on the way that only libc can ask."""


async def walk(name: str, settings: NameSettings, *, port: int, timeout_s: float | None = None) -> LookupResult:
    """What getaddrinfo gives for `name` with these settings and nameservers on `port`.

    A silent server is waited for as the settings say, or `timeout_s` each time. Raises OSError where no socket is left.
    """
    last, unasked = LookupResult(error=_NOTHING_ASKED), list[str]()
    for source in nsswitch.sources(settings.hosts_line.words):
        match source.name:
            case "files":
                result: LookupResult | None = _from_files(name, settings)
            case "dns":
                result = await _from_dns(name, settings, port, timeout_s)
            case "resolve" if settings.resolver.nameservers[0] in _RESOLVED:
                result = await _from_dns(name, settings, port, timeout_s)
            case "myhostname":
                result = _from_myhostname(name)
            case other:
                result = None
                if not (other.startswith("mdns") and not _is_local(name)):
                    unasked.append(other)
        if result:
            last = result
        if _status(result) in source.ends_at:
            break
    addresses = tuple(sorted(dict.fromkeys(last.addresses), key=ip_version, reverse=True))
    return LookupResult(
        addresses=addresses, canonical=last.canonical, error=last.error, source=last.source, unasked=tuple(unasked)
    )


def _is_local(name: str) -> bool:
    """Whether multicast DNS is used for such a name (RFC 6762, section 3)."""
    return name.rstrip(".").lower().endswith(".local")


def _status(result: LookupResult | None) -> Status:
    """The status of the source (nsswitch.conf(5))."""
    if result is None:
        return "UNAVAIL"
    if result.error is None:
        return "SUCCESS"
    return "TRYAGAIN" if result.error == _AGAIN else "NOTFOUND"


def _from_files(name: str, settings: NameSettings) -> LookupResult:
    entries = hosts_file.entries(settings.hosts, name, "")
    if not entries:
        return LookupResult(error=_NO_NAME)
    canonical = hosts_file.canonical_name(entries[0])
    return LookupResult(addresses=tuple(entry.address for entry in entries), canonical=canonical, source="files")


def _from_myhostname(name: str) -> LookupResult:
    """nss-myhostname(8), only its answers for localhost."""
    plain = name.rstrip(".").lower()
    if plain in _LOCALHOST or plain.endswith((".localhost", ".localhost.localdomain")):
        return LookupResult(addresses=_LOOPBACK, canonical="localhost", source="myhostname")
    return LookupResult(error=_NO_NAME)


async def _from_dns(name: str, settings: NameSettings, port: int, timeout_s: float | None) -> LookupResult:
    """The names of the search list (res_search in resolver(3)) one after another, until one has an address."""
    plain = name.rstrip(".")
    ends: list[tuple[str, _End]] = []
    for tried in resolver_config.expansions(name, settings.resolver):
        if tried == plain or not any(end is _End.FAILED for full, end in ends if full != plain):
            result, end = await _from_servers(tried, settings, port, timeout_s)
            if result:
                return result
            ends.append((tried, end))
    return LookupResult(error=_reported([end for _, end in ends], itself_first=bool(ends) and ends[0][0] == plain))


def _reported(ends: list[_End], *, itself_first: bool) -> str:
    """The error that is reported: that of the name as given if it came first; else an empty answer, a SERVFAIL, the last."""
    if itself_first or not ends:
        return _CODES[ends[0]] if ends else _NO_NAME
    return _CODES[next((end for end in (_End.NO_DATA, _End.SERVFAIL) if end in ends), ends[-1])]


async def _from_servers(
    name: str, settings: NameSettings, port: int, timeout_s: float | None
) -> tuple[LookupResult | None, _End]:
    """Ask server after server, `attempts` times, until one answers usefully; gives its result, or how the search ended."""
    config = settings.resolver
    end = _End.FAILED
    for attempt in range(config.attempts):
        # res_send.c: from the second round on the time is doubled, and divided among the servers.
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
