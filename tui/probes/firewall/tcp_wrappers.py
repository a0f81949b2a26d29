"""The access lists of TCP wrappers, held against one client: /etc/hosts.allow, then /etc/hosts.deny. Pure.

Law: a pattern that is not known makes its line unknown, and a list with an unknown line shows nothing. Source: hosts_access(5),
hosts_options(5).
"""

import ipaddress
import re
from collections.abc import Callable, Iterator

from tui.model.address import parse_address
from tui.model.safe_text import safe_line
from tui.probes.firewall.tristate import Truth

LIBRARY = "libwrap"
"""What a program is linked with that obeys the lists (hosts_access(3)); for any other they mean nothing."""
_WORDS = re.compile(r"[\s,]+")
_SEPARATOR = re.compile(r":(?![^\[]*\])")
"""A colon that is not within the brackets of an IPv6 address."""
_ALL, _EXCEPT = "ALL", "EXCEPT"


def denied(allow: str, deny: str, program: str, client: str) -> str | None:
    """The line of hosts.deny that turns the client away from the program; None where none surely does."""
    for line in _lines(allow):
        if _matches(line, program, client) is not False:
            return None
    for line in _lines(deny):
        truth = _matches(line, program, client)
        if truth is not False:
            return safe_line(line) if truth else None
    return None


def _lines(text: str) -> Iterator[str]:
    """The rules, each as one line."""
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def _matches(line: str, program: str, client: str) -> Truth:
    """Whether a line is about this program and client; None where that can't be told, or it has options."""
    daemons, *rest = (part.strip() for part in _SEPARATOR.split(line))
    if not rest:
        return None
    of_program = _listed(daemons, lambda pattern: _is_program(pattern, program))
    of_client = _listed(rest[0], lambda pattern: _is_client(pattern, client))
    if of_program is False or of_client is False:
        return False
    return None if of_program is None or of_client is None or len(rest) > 1 else True


def _listed(text: str, is_this: Callable[[str], Truth]) -> Truth:
    """Whether one of the patterns is it, and none of those after EXCEPT."""
    words = [word for word in _WORDS.split(text) if word]
    if _EXCEPT in words:
        at = words.index(_EXCEPT)
        return None if _any(words[:at], is_this) is not False else False
    return _any(words, is_this)


def _any(words: list[str], is_this: Callable[[str], Truth]) -> Truth:
    found = [is_this(word) for word in words]
    return True if True in found else None if None in found else False


def _is_program(pattern: str, program: str) -> Truth:
    return None if "@" in pattern else pattern in {_ALL, program}


def _is_client(pattern: str, client: str) -> Truth:
    """Whether a pattern stands for the address; names and wildcards ask a nameserver, which is not done here."""
    address = parse_address(client)
    if pattern == _ALL:
        return True
    try:
        if pattern.endswith(".") and address.version == 4:  # noqa: PLR2004 -- the version of IP
            return f"{address}.".startswith(pattern) if pattern.replace(".", "").isdigit() else None
        if pattern.startswith("["):
            inside, _, length = pattern[1:].partition("]")
            return address in ipaddress.ip_network(f"{inside}{length}", strict=False)
        return address in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return None
