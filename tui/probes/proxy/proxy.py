"""Whether the proxy variables send programs to a proxy instead of the target.

Law: only settings are read; credentials are dropped before anything else. What differs from program to program is
reported for the variable that most of them obey: `honoured_by` names those that go through its proxy. If `applies` is true
and an entry of NO_PROXY is given too, that entry exempts the target for other programs, not for these.
"""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from tui.model.facts import NotObserved, Proxy
from tui.model.requests import ReadProxies
from tui.model.safe_text import safe_text
from tui.model.target import LONGEST_PORT
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.proxy.proxy_files import FileSetting, file_settings, java_exemption, java_setting
from tui.probes.proxy.proxy_programs import PROGRAMS, Destination, Kind, Program, exemption_of, variable_of

COMMAND = "env | grep -i _proxy"
_KINDS: dict[str, Kind] = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_KINDS_BY_PORT: dict[int, Kind] = {80: "http", 443: "https"}
_PROXY_PORTS = {"https": 443, "socks": 1080, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}
"""The port of a proxy setting without one, by its scheme; for http each program has its own."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_SHOWN = 300
_NONE: Mapping[str, FileSetting] = {}
_JAVA = Program(name="Java", http=(), https=())
"""It reads properties and no variable, so it has no row among the programs that do."""


class _Reading(Struct, frozen=True):
    """A program, its proxy, where that is set, and the entry that exempts the target."""

    program: Program
    place: str
    value: str
    exempted_by: str | None = None


class ProxySetting(Struct, frozen=True):
    """A proxy as a variable names it. `value` has no credentials; host and port are None where they can't be parsed."""

    value: str
    scheme: str = "http"
    host: str | None = None
    port: int | None = None
    has_credentials: bool = False


async def check(request: ReadProxies, system: SystemView) -> AsyncGenerator[Proxy | NotObserved, None]:
    """Yield the proxy that applies, or that none does. Only HTTP targets have one."""
    if system.hidden_environ:
        yield NotObserved(request=request, reason=system.hidden_environ, remedy=unless_root("Run as root, or as its user."))
        return
    kind = _kind(request)
    files = await in_thread(file_settings, system, kind) if kind else {}
    yield proxy_for(request, system.variables, files, system.arguments)


def proxy_for(
    request: ReadProxies, environ: Mapping[str, str], files: Mapping[str, FileSetting] = _NONE, arguments: tuple[str, ...] = ()
) -> Proxy:
    """What the variables in `environ`, programs' own `files` and Java's `arguments` mean for the target; raises nothing."""
    scheme = (request.scheme or "").lower()
    kind = _kind(request)
    if kind is None:
        return Proxy(command=COMMAND, applies=False)
    destination = Destination(kind, request.host, request.port, websocket=scheme in {"ws", "wss"})
    through, exempt = _readings(destination, environ, files, arguments)
    variable = _most_common([(reading.place, reading.program) for reading in through]) or _most_common(
        [(reading.place, reading.program) for reading in exempt]
    )
    if variable is None:
        return Proxy(command=COMMAND, applies=False, no_proxy=_no_proxy(environ))
    value = next(reading.value for reading in (*through, *exempt) if reading.place == variable)
    readers = [reading.program for reading in through if reading.place == variable and reading.value == value]
    exempted_by = next((reading.exempted_by for reading in exempt if reading.place == variable), None)
    setting = read_setting(value)
    proxied = {reading.program.name for reading in through}
    return Proxy(
        command=COMMAND,
        applies=bool(readers),
        variable=variable,
        value=setting.value,
        host=setting.host,
        port=setting.port or _portless(setting, readers) if setting.host else None,
        has_credentials=setting.has_credentials,
        no_proxy=_no_proxy(environ),
        exempted_by=safe_text(exempted_by, limit=_SHOWN) if exempted_by else None,
        honoured_by=tuple(program.name for program in readers),
        direct=tuple(program.name for program in PROGRAMS if program.name not in proxied),
    )


def read_setting(text: str) -> ProxySetting:
    """Read `http://user:secret@host:port`, `host:port`, `socks5h://host` and the like. Never raises."""
    scheme, mark, rest = text.strip().partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        scheme, mark, rest = "", "", text.strip()
    has_credentials = "@" in rest
    rest = rest.rpartition("@")[2]  # a password may hold a slash, so before anything is parsed
    value = safe_text(f"{scheme}{mark}{rest}", limit=_SHOWN)
    try:
        url = urlsplit(f"//{rest}")
        host, port = url.hostname, url.port
    except ValueError:
        return ProxySetting(value)
    usable = port is None or 0 < port <= LONGEST_PORT
    known = safe_text(host) if host and usable else None
    return ProxySetting(value, scheme.lower() or "http", known, port, has_credentials)


def _kind(request: ReadProxies) -> Kind | None:
    """Which of the two HTTP schemes the target uses; None for neither."""
    scheme = (request.scheme or "").lower()
    return _KINDS.get(scheme) if scheme else _KINDS_BY_PORT.get(request.port)


def _readings(
    destination: Destination, environ: Mapping[str, str], files: Mapping[str, FileSetting], arguments: tuple[str, ...]
) -> tuple[list[_Reading], list[_Reading]]:
    """The programs that go through a proxy, and those that have one set but connect directly."""
    readings: list[_Reading] = []
    for program in PROGRAMS:
        own = files.get(program.name)
        variable = None if own else variable_of(program, destination, environ)
        own = own or (FileSetting(variable, environ[variable]) if variable else None)
        if own and own.value:
            readings.append(_Reading(program, own.place, own.value, exemption_of(program, destination, environ)))
    java = java_setting(arguments, environ, destination)
    if java:
        readings.append(_Reading(_JAVA, java.place, java.value, java_exemption(arguments, environ, destination)))
    return [item for item in readings if item.exempted_by is None], [item for item in readings if item.exempted_by is not None]


def _most_common(readings: list[tuple[str, Program]]) -> str | None:
    """The variable of most programs; where several have as many, the first."""
    return Counter(variable for variable, _ in readings).most_common()[0][0] if readings else None


def _portless(setting: ProxySetting, readers: list[Program]) -> int:
    """The port of a setting without one: by its scheme; for http the port that most of its readers use (80, or curl's 1080)."""
    if setting.scheme in _PROXY_PORTS:
        return _PROXY_PORTS[setting.scheme]
    return Counter(program.portless for program in readers).most_common()[0][0] if readers else 80


def _no_proxy(environ: Mapping[str, str]) -> str | None:
    value = environ.get("no_proxy") or environ.get("NO_PROXY")
    return safe_text(value, limit=_SHOWN) if value else None
