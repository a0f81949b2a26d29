"""Command lines as text: what comes from outside is one quoted word, and a command may be run behind a prefix."""

import re
import shlex
from collections.abc import Callable

_PLAIN = re.compile(r"[\w@%+=:,./ -]*", re.ASCII)
"""A command that every shell takes as it is."""
_ENDPOINT = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d+)?")
_PART = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\;&|])+""")
"""A command of a line: up to a `;`, `&&`, `||` or `|` that is not quoted."""


def quoted(text: str) -> str:
    """One word of a command line, whatever is in it; an IPv6 endpoint is as it is, as people type it."""
    return text if _ENDPOINT.fullmatch(text) else shlex.quote(text)


def behind(prefix: str | None, command: str) -> str:
    """The command behind a prefix that runs it at the other end, quoted once more where a shell there reads it again.

    `ssh` hands its words to a shell; other prefixes run a program, so that a shell is named for what only a shell reads.
    """
    if not prefix:
        return command
    if _PLAIN.fullmatch(command):
        return f"{prefix} {command}"
    program = prefix.split()[0].rpartition("/")[2]
    return f"{prefix} {quoted(command)}" if program == "ssh" else f"{prefix} sh -c {quoted(command)}"


def parts(line: str) -> tuple[str, ...]:
    """The commands of a line, each as it is written there, with the spaces around it."""
    return tuple(_PART.findall(line))


def each(line: str, change: Callable[[str], str]) -> str:
    """The line with every command of it changed."""
    return _PART.sub(lambda match: match[0].replace(match[0].strip(), change(match[0].strip())), line)
