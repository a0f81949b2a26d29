"""The resolver's settings (resolv.conf(5)) and the full names that it makes from a short one.

Pure. As glibc reads them (resolv/res_init.c, resolv/res_query.c): a keyword is at the very start of its line, a line that
makes no sense is ignored, the last `search` or `domain` counts, options add up, the environment has the last word.
"""

import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tui.model.address import literal_address
from tui.model.safe_text import safe_text
from tui.model.target import LONGEST_NAME

MOST_ASKED = 3
"""Nameservers that glibc asks; those after the third are never asked (MAXNS, resolv.conf(5))."""
LOCAL = "127.0.0.1"
"""The nameserver where none is configured (resolv.conf(5))."""
MOST_BYTES = 100_000
_MOST_LISTED = 32
"""Nameservers and search domains kept; six was glibc's own limit for domains until 2.26."""
_LONGEST_LABEL = 63
_COMMENT = (";", "#")
_MOST_NDOTS, _MOST_TIMEOUT, _MOST_ATTEMPTS = 15, 30, 5  # RES_MAXNDOTS, RES_MAXRETRANS, RES_MAXRETRY


@dataclass(frozen=True, slots=True)
class ResolverConfig:
    """What resolv.conf and the environment prescribe. `listed` holds every nameserver, in order."""

    listed: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    search_from: str = ""
    """Where the search list comes from: a line number, `LOCALDOMAIN`, or empty for the default."""
    ndots: int = 1
    timeout: int = 5
    """Seconds that one nameserver is waited for."""
    attempts: int = 2
    tld_query: bool = True
    """Whether a name without a dot is also asked for as it is."""

    @property
    def nameservers(self) -> tuple[str, ...]:
        """The nameservers that are asked."""
        return self.listed[:MOST_ASKED] or (LOCAL,)


def parse(text: str, environ: Mapping[str, str], *, hostname: str = "") -> ResolverConfig:
    """The settings in `text`, the content of resolv.conf; `hostname` gives the search domain where nothing else does."""
    config = ResolverConfig()
    for number, line in enumerate(text.split("\n"), 1):
        keyword, *values = line.split() if line[:1].strip() and not line.startswith(_COMMENT) else [""]
        match keyword:
            case "nameserver" if values:
                config = replace(config, listed=(*config.listed, *_address(values[0]))[:_MOST_LISTED])
            case "search" | "domain":
                chosen = values if keyword == "search" else values[:1]
                config = replace(config, search=_domains(chosen), search_from=str(number))
            case "options":
                config = _with_options(config, values)
    if "LOCALDOMAIN" in environ:
        config = replace(config, search=_domains(environ["LOCALDOMAIN"].split()), search_from="LOCALDOMAIN")
    if not config.search_from and "." in hostname:
        config = replace(config, search=_domains([hostname.partition(".")[2]]))
    return _with_options(config, environ.get("RES_OPTIONS", "").split())


def expansions(name: str, config: ResolverConfig) -> tuple[str, ...]:
    """The full names that a lookup of `name` asks the DNS for, in order and without root dot; none for an address.

    A trailing dot makes it absolute. With `ndots` dots or more the name itself comes first, else last.
    """
    if literal_address(name):
        return ()
    plain = name.rstrip(".")
    if name.endswith("."):
        tried = [plain]
    else:
        completed = [f"{plain}.{domain}" if domain else plain for domain in config.search]
        itself = [plain] if config.tld_query or "." in plain else []
        tried = [*itself, *completed] if plain.count(".") >= config.ndots else [*completed, *itself]
    return tuple(full_name for full_name in dict.fromkeys(tried) if _can_be_asked(full_name))


def _can_be_asked(name: str) -> bool:
    """Whether the DNS can carry the name (RFC 1035, section 2.3.4) as it is written: without escapes, in ASCII."""
    plain = name.isascii() and "\\" not in name
    return plain and len(name) <= LONGEST_NAME and all(0 < len(label) <= _LONGEST_LABEL for label in name.split("."))


def _address(word: str) -> Iterator[str]:
    """The address in its usual spelling, as inet_aton(3) or as IPv6 with a zone; nothing for anything else."""
    literal = literal_address(word)
    if literal:
        yield safe_text(literal)
        return
    try:
        yield socket.inet_ntoa(socket.inet_aton(word))
    except (OSError, ValueError):
        return


def _domains(words: list[str]) -> tuple[str, ...]:
    """The domains without root dot; the root itself is the empty one."""
    return tuple(dict.fromkeys(safe_text(word.rstrip(".")) for word in words[:_MOST_LISTED]))


def _with_options(config: ResolverConfig, words: list[str]) -> ResolverConfig:
    for word in words:
        name, _, value = word.partition(":")
        match name:
            case "ndots":
                config = replace(config, ndots=min(_leading_number(value), _MOST_NDOTS))
            case "timeout":
                config = replace(config, timeout=min(max(_leading_number(value), 1), _MOST_TIMEOUT))
            case "attempts":
                config = replace(config, attempts=min(max(_leading_number(value), 1), _MOST_ATTEMPTS))
            case "no-tld-query":
                config = replace(config, tld_query=False)
    return config


def _leading_number(text: str) -> int:
    """The number as atoi(3) reads it: 0 where no digit comes first; negative numbers make no sense here and count as 0."""
    match = re.match(r"[0-9]{1,9}", text)
    return int(match[0]) if match else 0
