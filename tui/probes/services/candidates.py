"""Which units have to do with a port: the one that was named, those whose settings name it, those of its kind.

Law: a unit that only *uses* a port names it as well (`--redis-port 6379`), so only settings that say where the
program itself listens count; and a one-shot unit, or a program that only connects, serves nothing.
"""

import re
from collections.abc import Iterable, Iterator

from tui.model.facts.service import Why
from tui.model.schemes import FAMILIES, Family, family_of_program
from tui.probes.services.units import Unit, stem

MOST_CANDIDATES = 6
"""Units that are told: more is no hint any longer."""
_LISTEN_OPTIONS = frozenset(
    (
        *("P", "addr", "address", "b", "bind", "bindaddr", "bindaddress", "hostport", "http", "httpaddr", "httpaddress"),
        *("httpport", "https", "httpsport", "insecurebind", "l", "listen", "listenaddr", "listenaddress", "p", "port"),
        *("serverport", "weblistenaddress"),
    )
)
"""Options by which programs are told where to listen, without dashes, dots and underscores."""
_LISTEN_VARIABLES = frozenset(
    (
        *("ADDR", "ADDRESS", "APP_PORT", "BIND", "BIND_ADDR", "BIND_ADDRESS", "BIND_PORT", "HOST_PORT", "HTTPS_PORT"),
        *("HTTP_ADDR", "HTTP_PORT", "LISTEN", "LISTEN_ADDR", "LISTEN_ADDRESS", "LISTEN_PORT", "PORT", "SERVER_ADDR"),
        "SERVER_PORT",
    )
)
"""Environment variables by which programs are told the same."""
_CONNECTING = frozenset(
    (
        *("autossh", "curl", "kubectl", "mount", "mysql", "mysqldump", "nc", "ncat", "netcat", "pg_dump", "ping", "psql"),
        *("redis-cli", "socat-client", "ssh", "telnet", "wget"),
    )
)
"""Programs that connect; the port in their arguments is another's."""
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
    assignments = (_ASSIGNED.fullmatch(one) for one in (*unit.environment, *environment))
    variables = {one[1]: one[2] for one in assignments if one}
    arguments = [_expanded(one, variables) for one in unit.arguments]
    assigned = (value for name, value in variables.items() if name in _LISTEN_VARIABLES)
    found_ports = [*_argued(arguments), *map(_port, assigned), *map(_port, unit.listens)]
    return tuple(dict.fromkeys(port for port in found_ports if port))


def serves_family(unit: Unit, family: Family | None) -> bool:
    """Whether the unit's name or program is one that serves this kind."""
    if family is None:
        return False
    names = {*family.programs, *family.schemes, family.name.lower()}
    return stem(unit.id) in names or family_of_program(unit.program) is family


def family_named(name: str | None) -> Family | None:
    """The kind of service of this name."""
    return next((one for one in FAMILIES if one.name == name), None)


def is_named(unit: Unit, name: str) -> bool:
    """Whether a person who says `name` means this unit: by its name with or without type, an alias, or an instance of it."""
    wanted = name.lower()
    own = {one.lower() for one in (unit.id, *unit.names)}
    bare = {one.removesuffix(".service") for one in own}
    return wanted in own | bare or (wanted == stem(unit.id.lower()) and "@" in unit.id)


def serves(unit: Unit) -> bool:
    """Whether it can be what listens: it exists, stays, and is no mere wrapper around others."""
    return unit.load not in {"not-found", ""} and unit.type != "oneshot" and unit.program not in _WRAPPERS


def chosen(
    units: Iterable[Unit], *, name: str | None, port: int | None, family: Family | None, environments: dict[str, list[str]]
) -> list[tuple[Unit, Why, tuple[int, ...]]]:
    """The units that have to do with it, with why and the ports that their settings name; the surest first.

    With a name only what bears it; else what names the port, and what is of its kind unless its settings name other ports.
    """
    known = list(units)
    if name is not None:
        found: list[tuple[Unit, Why, tuple[int, ...]]] = [
            (one, "named", _ports(one, known, environments)) for one in known if is_named(one, name) and one.load != "not-found"
        ]
    else:
        found = list(_by_port_or_kind(known, port, family, environments))
    found.sort(key=lambda one: (_RANK[one[1]], one[0].id.endswith(".socket"), one[0].active == "inactive", one[0].id))
    return found[:MOST_CANDIDATES]


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
    """Its own ports and those of the socket units that start it."""
    sockets = [one for one in known if one.id in unit.triggered_by]
    own = ports_of(unit, environments.get(unit.id, ()))
    return tuple(dict.fromkeys((*own, *(port for one in sockets for port in ports_of(one)))))


def _argued(arguments: list[str]) -> Iterator[int | None]:
    for at, one in enumerate(arguments):
        option = _OPTION.fullmatch(one)
        if short := _SHORT.fullmatch(one):
            yield _port(short[1])
        elif option and _plain(option[1]) in _LISTEN_OPTIONS:
            yield _port(option[2] if option[2] is not None else (arguments[at + 1] if at + 1 < len(arguments) else ""))
        elif one.lower().startswith(("tcp-listen:", "tcp4-listen:", "tcp6-listen:", "tcp-l:")):  # socat
            yield _port(one.partition(",")[0])
    # `python3 -m http.server 8080`: a last argument that is a number alone.
    if arguments and arguments[-1].isdigit() and "http.server" in arguments:
        yield _port(arguments[-1])


def _plain(option: str) -> str:
    return option if len(option) == 1 else re.sub(r"[._-]", "", option.lower())


def _port(text: str) -> int | None:
    found = _PORT.fullmatch(text.strip().strip("\"'"))
    number = int(found[1]) if found else 0
    return number if 0 < number <= _HIGHEST else None


def _expanded(argument: str, variables: dict[str, str]) -> str:
    """`$PORT` and `${PORT}` in an argument, as systemd puts them in."""
    return re.sub(r"\$\{?(\w+)\}?", lambda found: variables.get(found[1], found[0]), argument)
