"""Where haproxy leads a port, by its configuration.

Law: pure; sections, `mode`, `bind`, `default_backend`, `use_backend` and `server` are read, all else is passed over. What
speaks HTTP is a proxy and no forwarder: it is asked for by its mode. Source: haproxy's configuration.txt, 2.1 and 4.2.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

from tui.probes.forwarders.arguments import Forwarding

MOST_LINES = 20_000
_SECTION = re.compile(r"(global|defaults|listen|frontend|backend)\b\s*(\S*)")
_ENDPOINT = re.compile(r"(?:ipv[46]@|tcp@)?(?P<host>\[[^\]]+\]|[^:\s]*|[0-9a-fA-F:]+):(?P<port>\d{1,5})")


class _Section(Struct):
    """One section, with the mode that it inherits."""

    kind: str
    name: str
    mode: str
    binds: list[tuple[str, int]] = field(default_factory=list)
    backends: list[str] = field(default_factory=list)
    servers: list[tuple[str | None, int | None]] = field(default_factory=list)


Mode = Literal["tcp", "http"]


def forwardings_in(text: str, mode: Mode = "tcp") -> Iterator[Forwarding]:
    """What the configuration forwards in this mode."""
    sections = list(_sections(text))
    for section in sections:
        if section.kind in {"listen", "frontend"} and section.mode == mode:
            wanted = set(section.backends)
            servers = section.servers + [
                server
                for other in sections
                if other.kind in {"backend", "listen"} and other.name in wanted
                for server in other.servers
            ]
            for address, port in section.binds:
                yield Forwarding(address=address or None, port=port, leads_to=tuple(dict.fromkeys(servers)))


def _sections(text: str) -> Iterator[_Section]:
    inherited = "tcp"  # what haproxy assumes without a word
    current: _Section | None = None
    for line in text.split("\n")[:MOST_LINES]:
        words = line.partition("#")[0].split()
        opened = _SECTION.match(line.partition("#")[0])
        if opened is not None:
            if current is not None:
                yield current
                inherited = current.mode if current.kind == "defaults" else inherited
            current = _Section(kind=opened[1], name=opened[2], mode="tcp" if opened[1] == "defaults" else inherited)
        elif current is not None and words:
            _take(current, words)
    if current is not None:
        yield current


def _take(section: _Section, words: list[str]) -> None:
    """Take one line of a section."""
    match words:
        case ["mode", mode, *_]:
            section.mode = mode
        case ["bind", where, *_]:
            for part in where.split(","):
                if (match := _ENDPOINT.fullmatch(part)) is not None:
                    section.binds.append((_bound(match["host"]), int(match["port"])))
        case ["default_backend" | "use_backend", name, *_]:
            section.backends.append(name)
        case ["server", _, where, *_]:
            if (match := _ENDPOINT.fullmatch(where)) is not None:
                section.servers.append((match["host"].strip("[]") or None, int(match["port"])))


def _bound(host: str) -> str:
    return "" if host in {"*", "0.0.0.0", "[::]", "::"} else host.strip("[]")  # noqa: S104 -- compared, not bound
