"""By which names a program is known: its process's, its file's, and the script's that an interpreter was given to run.

A process is called as ps and ss call it (/proc/PID/comm, proc_pid_comm(5)): at most 15 characters, of the main thread, and
as the process itself may have changed it (prctl(2), PR_SET_NAME). What else it is known by only tells programs apart.
"""

import re
from collections.abc import Sequence

LONGEST_COMM = 15
"""Characters of a process's name in the kernel (TASK_COMM_LEN less its end)."""
_INTERPRETER = re.compile(r"(python|pypy|ruby|perl|php(-cgi)?|node|nodejs|bun|deno|java|lua|luajit)[\d.]*")
_FLAG = re.compile(r"-[BOPqsuv]+|--")
"""Options that take no value in any of these interpreters, so that the script may still follow."""


def is_interpreter(program: str | None) -> bool:
    """Whether a program of this name runs others, so that it says little of the service."""
    return bool(program and _INTERPRETER.fullmatch(program))


def script(arguments: Sequence[str]) -> str | None:
    """What an interpreter was given to run: a file's name, or the module after -m; None where that is not clear."""
    if not arguments or not is_interpreter(last_part(arguments[0])):
        return None
    rest = list(arguments[1:])
    while rest and _FLAG.fullmatch(rest[0]):
        rest.pop(0)
    if "-jar" in rest[:-1]:
        return last_part(rest[rest.index("-jar") + 1])
    if len(rest) > 1 and rest[0] == "-m":
        return rest[1]
    return last_part(rest[0]) or None if rest and not rest[0].startswith("-") else None


def known_as(comm: str | None, executable: str | None, command: str | None) -> tuple[str, ...]:
    """Every name of a program: its process's first, then those of its script, its command line and its file."""
    arguments = (command or "").split()
    names = (comm, script(arguments), last_part(arguments[0].rstrip(":")) if arguments else None, last_part(executable or ""))
    return tuple(dict.fromkeys(name for name in names if name))


def last_part(path: str) -> str:
    """The name of a file by its path; a file that was replaced meanwhile keeps its name."""
    return path.removesuffix(" (deleted)").rpartition("/")[2]
