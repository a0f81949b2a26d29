"""A process's arguments as they may be shown: its command line without secrets. Pure."""

import re
from collections.abc import Iterator, Sequence

from tui.model.safe_text import safe_text

LONGEST = 300
"""Characters of a command line; a class path can fill pages."""
HIDDEN = "…"

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
