"""A process's arguments as they may be shown: which program it is, and its command line without secrets.

Pure. A name is what an operator would type after `systemctl status` or `pgrep`: the name that ps and ss show,
but the script's where that is only an interpreter, and the program's where a thread's name covers it.
"""

import re
from collections.abc import Iterator, Sequence

from tui.model.safe_text import safe_name, safe_text

LONGEST = 300
"""Characters of a command line; a class path can fill pages."""
HIDDEN = "…"

_INTERPRETER = re.compile(r"(python|pypy|ruby|perl|php(-cgi)?|node|nodejs|bun|deno|java|lua|luajit)[\d.]*")
_FLAG = re.compile(r"-[BOPqsuv]+|--")
"""Options that take no value in any of these interpreters, so that the script may still follow."""
_READ = 1000
"""Characters of one argument that are searched for secrets: well beyond what is shown of it."""
_CONFIDENTIAL = (
    r"[\w.-]*(?:passw|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|requirepass|masterauth)"
    r"[\w.-]*"
)
_ASSIGNED = re.compile(rf"(-{{0,2}}{_CONFIDENTIAL}=).+", re.IGNORECASE | re.DOTALL)
_OPTION = re.compile(rf"--?{_CONFIDENTIAL}", re.IGNORECASE)
_WITHIN = re.compile(
    rf"(?P<key>\b{_CONFIDENTIAL}[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+"
    rf"|(?P<option>(?:^|\s)--?{_CONFIDENTIAL}\s+)(?!-)\S+"
    r"|(?P<scheme>://)\S*@",
    re.IGNORECASE,
)


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
    return safe_name(name)


def shown_command(arguments: Sequence[str]) -> str:
    """The arguments joined by spaces on one safe line of at most `LONGEST` characters, secrets replaced by `…`.

    The values of options, assignments and keys whose name says password, secret, token or key are hidden, and so
    are credentials in a URL. A secret under a harmless name is not recognized.
    """
    return safe_text(" ".join(_without_secrets(arguments)), limit=LONGEST)


def _without_secrets(arguments: Sequence[str]) -> Iterator[str]:
    secret_follows = False
    for argument in (whole[:_READ] for whole in arguments[:LONGEST]):
        if secret_follows and not argument.startswith("-"):
            yield HIDDEN
            secret_follows = False
            continue
        secret_follows = bool(_OPTION.fullmatch(argument))
        assigned = _ASSIGNED.fullmatch(argument)
        yield f"{assigned[1]}{HIDDEN}" if assigned else _WITHIN.sub(_hidden, argument)


def _hidden(match: re.Match[str]) -> str:
    if match["scheme"]:
        return f"://{HIDDEN}@"
    return f"{match['key'] or match['option']}{HIDDEN}"


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
