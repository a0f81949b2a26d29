"""Command lines as text: what comes from outside is one quoted word, and a command may be run behind a prefix."""

import re
import shlex
from collections.abc import Callable

_PLAIN = re.compile(r"[\w@%+=:,./ -]*", re.ASCII)
"""A command that every shell takes as it is, however often it is read."""
_SIMPLE = re.compile(r"""(?:'[^']*'|"[^"$`\\]*"|[\w@%+=:,./ -])*""", re.ASCII)
"""One command without anything that only a shell does."""
_ENDPOINT = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d+)?")
_PART = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\;&|])+""")
"""A command of a line: up to a `;`, `&&`, `||` or `|` that is not quoted."""


def quoted(text: str) -> str:
    """One word of a command line, whatever is in it; an IPv6 endpoint is as it is, as people type it."""
    return text if _ENDPOINT.fullmatch(text) else shlex.quote(text)


def behind(prefix: str | None, command: str) -> str:
    """The command behind a prefix that runs it at the other end.

    `ssh` hands its words to a shell there, so that they are quoted once more; other prefixes run a program, and a shell is
    named for what only a shell does.
    """
    if not prefix:
        return command
    is_ssh = prefix.split()[0].rpartition("/")[2] == "ssh"
    if _PLAIN.fullmatch(command) or (not is_ssh and _SIMPLE.fullmatch(command)):
        return f"{prefix} {command}"
    return f"{prefix} {'' if is_ssh else 'sh -c '}{_whole(command)}"


def _whole(command: str) -> str:
    """A command line as one word; in double quotes where it has single ones and nothing that acts within the others."""
    return f'"{command}"' if "'" in command and not set(command) & set('"$`\\!') else shlex.quote(command)


def each(line: str, change: Callable[[str], str]) -> str:
    """The line with every command of it changed."""
    return _PART.sub(lambda match: match[0].replace(match[0].strip(), change(match[0].strip())), line)
