"""The hosts file, read as glibc's `files` source reads it (hosts(5), nss/nss_files/files-hosts.c).

Law: pure, and quick on blocklists of hundreds of thousands of lines: only lines that contain the name are parsed.
A name matches in either case; a trailing dot counts, so `db-1.` is not `db-1`.
"""

import re
import socket
from collections.abc import Iterator

from tui.model.facts import HostsEntry
from tui.model.safe_text import safe_text

MOST_BYTES = 64_000_000
"""Bytes of a hosts file; the largest public blocklists have 10 to 30 MB."""
MOST_ENTRIES = 256
"""Lines for one name; more addresses of one name are not tried."""
_SHOWN = 200
"""Characters of a line that are shown."""


def entries(data: bytes, name: str, path: str) -> tuple[HostsEntry, ...]:
    """The lines of `data`, the content of `path`, that give `name` an address, in order; the first MOST_ENTRIES."""
    wanted = name.lower().encode(errors="surrogateescape")
    matches: list[HostsEntry] = []
    for number, line in _lines_with(data, wanted) if wanted else ():
        address, names = _fields(line)
        if address and wanted in names:
            text = safe_text(b" ".join(line.split()), limit=_SHOWN)
            matches.append(HostsEntry(path=path, line=number, address=address, text=text))
        if len(matches) == MOST_ENTRIES:
            break
    return tuple(matches)


def canonical_name(entry: HostsEntry) -> str:
    """The first name of an entry's line, which getaddrinfo gives as the canonical one."""
    return entry.text.split()[1]


def names(data: bytes, most: int) -> Iterator[tuple[str, int]]:
    """Names that have an address, each with its line number, from the first `most` lines."""
    for number, line in enumerate(data.split(b"\n", most)[:most], 1):
        address, _ = _fields(line)
        if address:
            yield from ((safe_text(word), number) for word in line.partition(b"#")[0].split()[1:])


def _lines_with(data: bytes, wanted: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that have `wanted` (lower case, not empty) as a word, each with its number."""
    word = re.escape(wanted)
    lowered = data.lower()
    number, counted, end = 1, 0, -1
    # The literal comes first, so that the search for it is a plain one; only then is the character before it checked.
    for match in re.finditer(word + rb"(?<=\s" + word + rb")(?![^\s#])", lowered):
        if match.start() > end:
            start = lowered.rfind(b"\n", 0, match.start()) + 1
            end = lowered.find(b"\n", match.end())
            end = len(data) if end < 0 else end
            number, counted = number + lowered.count(b"\n", counted, start), start
            yield number, data[start:end]


def _fields(line: bytes) -> tuple[str | None, list[bytes]]:
    """The address in its usual spelling (None where there is none) and the names, in lower case."""
    words = line.partition(b"#")[0].split()
    return (_address(words[0]), [word.lower() for word in words[1:]]) if words else (None, [])


def _address(word: bytes) -> str | None:
    """The address as inet_pton(3) reads it, so without a zone: glibc accepts no other."""
    text = word.decode("ascii", "replace")
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_ntop(family, socket.inet_pton(family, text))
        except (OSError, ValueError):  # no such address; a zero byte
            continue
    return None
