"""Which units may serve a port: the one that was named, those whose settings name the port, those of its kind.

Law: a unit that only *uses* a port names it as well (`--redis-port 6379`), so only settings that say where the
program itself listens count; and a one-shot unit, or a program that only connects, serves nothing.
"""

import re
from collections.abc import Iterable, Iterator

from tui.model.facts.service import Why
from tui.model.schemes import FAMILIES, Family, family_of_program
from tui.probes.services.units import Unit, stem

MOST_CANDIDATES = 6
"""Units that are reported: a longer list would be no hint."""
_LISTEN_OPTIONS = frozenset(
    (
        *("P", "addr", "address", "b", "bind", "bindaddr", "bindaddress", "hostport", "http", "httpaddr", "httpaddress"),
        *("httpport", "https", "httpsport", "insecurebind", "l", "listen", "listenaddr", "listenaddress", "p", "port"),
        *("serverport", "weblistenaddress"),
    )
)
"""Options that tell a program where to listen, without dashes, dots and underscores."""
_LISTEN_VARIABLES = frozenset(
    (
        *("ADDR", "ADDRESS", "APP_PORT", "BIND", "BIND_ADDR", "BIND_ADDRESS", "BIND_PORT", "HOST_PORT", "HTTPS_PORT"),
        *("HTTP_ADDR", "HTTP_PORT", "LISTEN", "LISTEN_ADDR", "LISTEN_ADDRESS", "LISTEN_PORT", "PORT", "SERVER_ADDR"),
        "SERVER_PORT",
    )
)
"""Environment variables that tell a program the same."""
_CONNECTING = frozenset(
    (
        *("autossh", "curl", "kubectl", "mount", "mysql", "mysqldump", "nc", "ncat", "netcat", "pg_dump", "ping", "psql"),
        *("redis-cli", "socat-client", "ssh", "telnet", "wget"),
    )
)
"""Programs that connect; the port in their arguments is some server's."""
_OPTION = re.compile(r"-{1,2}([A-Za-z][\w.-]*?)(?:=(.*))?")
_SHORT = re.compile(r"-p(\d{1,5})")
_PORT = re.compile(r"(?:.*[:/])?(\d{1,5})/?")
_ASSIGNED = re.compile(r"\"?([A-Z_]+)=([^\"]*)\"?")
_WRAPPERS = frozenset({"true", "echo", "sleep"})
_HIGHEST = 65535


def ports_of(unit: Unit, environment: Iterable[str] = ()) -> tuple[int, ...]:
    """The ports on which its settings make it listen; `environment` has further assignments, of its environment files."""
    if unit.program in _CONNECTING:
        return ()
    assignments = (_ASSIGNED.fullmatch(text) for text in (*unit.environment, *environment))
    variables = {match[1]: match[2] for match in assignments if match}
    arguments = [_expanded(argument, variables) for argument in unit.arguments]
    assigned = (value for name, value in variables.items() if name in _LISTEN_VARIABLES)
    ports = [*_argued(arguments), *map(_port, assigned), *map(_port, unit.listens)]
    return tuple(dict.fromkeys(port for port in ports if port))


def serves_family(unit: Unit, family: Family | None) -> bool:
    """Whether the unit's name or program is one that serves this kind."""
    if family is None:
        return False
    names = {*family.programs, *family.schemes, family.name.lower()}
    return stem(unit.id) in names or family_of_program(unit.program) is family


def family_named(name: str | None) -> Family | None:
    """The kind of service of this name."""
    return next((family for family in FAMILIES if family.name == name), None)


def is_named(unit: Unit, name: str) -> bool:
    """Whether `name`, as a person gives it, means this unit: its name with or without type, an alias, or its template's name."""
    wanted = name.lower()
    own = {alias.lower() for alias in (unit.id, *unit.names)}
    bare = {alias.removesuffix(".service") for alias in own}
    return wanted in own | bare or (wanted == stem(unit.id.lower()) and "@" in unit.id)


def serves(unit: Unit) -> bool:
    """Whether the unit can be what listens: it exists, keeps running, and does not merely start others."""
    return unit.load not in {"not-found", ""} and unit.type != "oneshot" and unit.program not in _WRAPPERS


def chosen(
    units: Iterable[Unit], *, name: str | None, port: int | None, family: Family | None, environments: dict[str, list[str]]
) -> list[tuple[Unit, Why, tuple[int, ...]]]:
    """The units that may serve the port, each with the reason and the ports that its settings name; the surest first.

    With a name, only units of that name; else those that name the port, and those of its kind that name no other port.
    """
    known = list(units)
    if name is not None:
        candidates: list[tuple[Unit, Why, tuple[int, ...]]] = [
            (unit, "named", _ports(unit, known, environments))
            for unit in known
            if is_named(unit, name) and unit.load != "not-found"
        ]
    else:
        candidates = list(_by_port_or_kind(known, port, family, environments))
    candidates.sort(key=lambda item: (_RANK[item[1]], item[0].id.endswith(".socket"), item[0].active == "inactive", item[0].id))
    return candidates[:MOST_CANDIDATES]


_RANK: dict[Why, int] = {"named": 0, "port": 1, "family": 2}


def _by_port_or_kind(
    known: list[Unit], port: int | None, family: Family | None, environments: dict[str, list[str]]
) -> Iterator[tuple[Unit, Why, tuple[int, ...]]]:
    for unit in known:
        if not serves(unit) or unit.apart:
            continue
        ports = _ports(unit, known, environments)
        if port in ports:
            yield unit, "port", ports
        elif not ports and serves_family(unit, family):
            yield unit, "family", ports


def _ports(unit: Unit, known: list[Unit], environments: dict[str, list[str]]) -> tuple[int, ...]:
    """The unit's own ports and those of the socket units that start it."""
    sockets = [other for other in known if other.id in unit.triggered_by]
    own = ports_of(unit, environments.get(unit.id, ()))
    return tuple(dict.fromkeys((*own, *(port for socket in sockets for port in ports_of(socket)))))


def _argued(arguments: list[str]) -> Iterator[int | None]:
    for index, argument in enumerate(arguments):
        option = _OPTION.fullmatch(argument)
        if short := _SHORT.fullmatch(argument):
            yield _port(short[1])
        elif option and _plain(option[1]) in _LISTEN_OPTIONS:
            yield _port(option[2] if option[2] is not None else (arguments[index + 1] if index + 1 < len(arguments) else ""))
        elif argument.lower().startswith(("tcp-listen:", "tcp4-listen:", "tcp6-listen:", "tcp-l:")):  # socat
            yield _port(argument.partition(",")[0])
    # `python3 -m http.server 8080`: a last argument that is a number alone.
    if arguments and arguments[-1].isdigit() and "http.server" in arguments:
        yield _port(arguments[-1])


def _plain(option: str) -> str:
    return option if len(option) == 1 else re.sub(r"[._-]", "", option.lower())


def _port(text: str) -> int | None:
    match = _PORT.fullmatch(text.strip().strip("\"'"))
    number = int(match[1]) if match else 0
    return number if 0 < number <= _HIGHEST else None


def _expanded(argument: str, variables: dict[str, str]) -> str:
    """`$PORT` and `${PORT}` in an argument, as systemd puts them in."""
    return re.sub(r"\$\{?(\w+)\}?", lambda match: variables.get(match[1], match[0]), argument)
