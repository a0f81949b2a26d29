"""Mentions of what the machine or the process that wrote a text lacked: a permission, a descriptor, a free address, space.

None of them is an answer of the other end. Sources: errno(3), strerror of glibc, musl, macOS and Windows, and the words
that Go, Node, Java, Docker and Python's servers put in their place.
"""

import re
from collections.abc import Iterator

from tui.model.facts.error_text import ErrorClass

_PATTERNS: dict[ErrorClass, str] = {
    # ssh, SQL and HTTP say "permission denied" of a login or of a table, which is no errno.
    "permission": r"(?:permission denied|access permissions)(?! \((?!os error|errno|\d)|, please try| for \w| to access"
    r"|: \w{1,32} user)|operation not permitted|\beacces\b|\beperm\b|forbidden by its access permissions",
    "descriptors": r"too many open files(?: in system)?|no file descriptors available|\bemfile\b|\benfile\b"
    r"|file table overflow|file descriptor limit",
    "in-use": r"address (?:is )?already in use|\beaddrinuse\b|port is already allocated|only one usage of each socket address"
    r"|port \d{1,5} is (?:already )?in use|port is already in use|connection in use: \(",
    "no-address": r"can(?:no|')t assign requested address|\beaddrnotavail\b|requested address is not valid in its context",
    "no-space": r"no space left on device|\benospc\b|disk quota exceeded|no buffer space available|\benobufs\b",
}
_ALL = re.compile("|".join(f"(?P<{kind.replace('-', '_')}>{pattern})" for kind, pattern in _PATTERNS.items()))

NUMBERS: dict[ErrorClass, frozenset[int]] = {
    "permission": frozenset({13, 10013, 4092, 4048}),
    "descriptors": frozenset({24, 23, 10024, 4066}),
    "in-use": frozenset({98, 48, 10048, 4091}),
    "no-address": frozenset({99, 49, 10049, 4090}),
    "no-space": frozenset({105, 55, 10055, 4060}),
}
"""Linux, macOS, Windows and libuv, as in `tui.errors.classes`. EPERM (1) and ENOSPC (28) are too small to be told from counts."""


def phrases(low: str) -> Iterator[tuple[int, int, ErrorClass]]:
    """Where a text, in lower case, names one of them, in order: start, end and class."""
    for match in _ALL.finditer(low):
        kind = (match.lastgroup or "").replace("_", "-")
        yield match.start(), match.end(), next(known for known in _PATTERNS if known == kind)
