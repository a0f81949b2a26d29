"""Command lines as text: what comes from outside is one quoted word, and a command may be run behind a prefix.

Law: whatever goes into a command passes `quoted`, numbers and a program's own words apart. A name can say much to a shell, and
much to a program that takes it for an option.
"""

import re
import shlex
from collections.abc import Callable

from tui.model.safe_text import safe_text

_PLAIN = re.compile(r"[\w@%+=:,./ -]*", re.ASCII)
"""A command that every shell takes as it is, however often it is read."""
_SIMPLE = re.compile(r"""(?:'[^']*'|"[^"$`\\]*"|[\w@%+=:,./ -])*""", re.ASCII)
"""One command without anything that only a shell does."""
_ENDPOINT = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d+)?")
_PART = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\;&|])+""")
"""A command of a line: up to a `;`, `&&`, `||` or `|` that is not quoted."""


LEFT_OUT = "'…'"
"""Stands for a name that no command can take: nothing has this name, so that nothing is done to anything else."""
LONGEST_WORD = 4096
"""Characters; the longest path that Linux takes (PATH_MAX), and far beyond other names."""


def quoted(text: str) -> str:
    """One word of a command line, whatever is in it, for a shell and for the program; an IPv6 endpoint is as people type it.

    A name that a program would take for an option, that a terminal would act on, or that is longer than names can be is left
    out.
    """
    if _ENDPOINT.fullmatch(text):
        return text
    if text.startswith("-") or len(text) > LONGEST_WORD or safe_text(text, limit=LONGEST_WORD) != text:
        return LEFT_OUT
    return shlex.quote(text)


def behind(prefix: str | None, command: str) -> str:
    """The command behind a prefix that runs it at the other end.

    `ssh` hands its words to a shell there, so that they are quoted once more, for each `ssh` on the way; other prefixes run a
    program, and a shell is named for what only a shell does.
    """
    if not prefix:
        return command
    shells = sum(word.rpartition("/")[2] == "ssh" for word in prefix.split())
    if _PLAIN.fullmatch(command) or (not shells and _SIMPLE.fullmatch(command)):
        return f"{prefix} {command}"
    for _ in range(shells or 1):
        command = _whole(command)
    return f"{prefix} {'' if shells else 'sh -c '}{command}"


def _whole(command: str) -> str:
    """A command line as one word; in double quotes where it has single ones and nothing that acts within the others."""
    return f'"{command}"' if "'" in command and not set(command) & set('"$`\\!') else shlex.quote(command)


def each(line: str, change: Callable[[str], str]) -> str:
    """The line with every command of it changed."""
    return _PART.sub(lambda match: match[0].replace(match[0].strip(), change(match[0].strip())), line)
