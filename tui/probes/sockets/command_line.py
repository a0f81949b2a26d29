"""A process's arguments as they may be shown: which program it is, and its command line without secrets.

Pure. A name is what an operator would type after `systemctl status` or `pgrep`: the name that ps and ss show,
but the script's where that is only an interpreter, and the program's where a thread's name covers it.
"""

import re
from collections.abc import Sequence

from tui.model.safe_text import safe_text
from tui.model.secrets import masked_arguments

LONGEST = 300
"""Characters of a command line; a class path can fill pages."""
_INTERPRETER = re.compile(r"(python|pypy|ruby|perl|php(-cgi)?|node|nodejs|bun|deno|java|lua|luajit)[\d.]*")
_FLAG = re.compile(r"-[BOPqsuv]+|--")
"""Options that take no value in any of these interpreters, so that the script may still follow."""
_READ = 1000
"""Characters of one argument that are read: well beyond what is shown of it."""


def program_name(comm: str, executable: str, arguments: Sequence[str]) -> str:
    """The name of a process, from its /proc/PID/comm, the path in /proc/PID/exe and its arguments.

    `comm` wins over the path, because one file can be many programs (redis-server is a link to
    redis-check-rdb on Debian, everything is busybox on Alpine); as in ps it is cut at 15 characters. It loses
    where neither path nor arguments have that name: then it is a thread's name (Node's MainThread).
    """
    program = _last_part(executable.removesuffix(" (deleted)"))
    script = _script(arguments) if _INTERPRETER.fullmatch(program or comm) else None
    names = (program, *(_last_part(word) for argument in arguments[:3] for word in argument.split()[:3]))
    own = comm if comm and (not program or any(word.startswith(comm) for word in names)) else program
    name = script or own
    return safe_text(name, limit=80)


def shown_command(arguments: Sequence[str]) -> str:
    """The arguments joined by spaces on one safe line of at most `LONGEST` characters, secrets replaced by `…`."""
    return safe_text(masked_arguments(whole[:_READ] for whole in arguments[:LONGEST]), limit=LONGEST)


def _last_part(path: str) -> str:
    return path.rpartition("/")[2]


def _script(arguments: Sequence[str]) -> str | None:
    """What an interpreter was given to run: a file's name, or the module after -m; None where that is not clear."""
    rest = list(arguments[1:])
    while rest and _FLAG.fullmatch(rest[0]):
        rest.pop(0)
    if "-jar" in rest[:-1]:
        return _last_part(rest[rest.index("-jar") + 1])
    if len(rest) > 1 and rest[0] == "-m":
        return rest[1]
    return _last_part(rest[0]) or None if rest and not rest[0].startswith("-") else None
