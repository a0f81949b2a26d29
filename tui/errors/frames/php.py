"""PHP: where the exception was thrown, then the callers innermost first, each with the function that it *calls*."""

import re
from itertools import zip_longest

from tui.errors.language import Language, Stack, frame, last
from tui.errors.types import Frame

_THROWN = re.compile(r"\bin (?P<path>(?:[A-Za-z]:)?[^\s:\"]{1,400}\.(?:php|phtml|inc))(?::| on line |\()(?P<line>\d{1,7})")
_CALLER = re.compile(
    r"#(?P<number>\d{1,4}) (?P<path>[^\s:(\"][^\n:(\"]{0,400}\.(?:php|phtml"
    r"|inc))[(:](?P<line>\d{1,7})\)?:? ?(?P<called>[\w\\:>{}/-]{0,200})"
)
_LIBRARY = re.compile(r"[/\\]vendor[/\\]|[/\\]pear[/\\]|^/usr/share/php/|phar://")


def _stacks(text: str) -> tuple[Stack, ...]:
    callers = last(_CALLER, text)
    begin = max((index for index, match in enumerate(callers) if match["number"] == "0"), default=0)
    callers = callers[begin:]
    thrown = [match for match in last(_THROWN, text) if not callers or match.start() < callers[0].start()][-1:]
    called = [match["called"] for match in callers] + (["{main}"] if "{main}" in text else [])
    if thrown and callers and (thrown[0]["path"], thrown[0]["line"]) == (callers[0]["path"], callers[0]["line"]):
        thrown = []  # thrown by a built-in function, which has no line of its own
    names = called if thrown else called[1:]
    frames = [_frame(match, name) for match, name in zip_longest([*thrown, *callers], names) if match]
    return (tuple(frames),) if frames else ()


def _frame(match: re.Match[str], function: str | None) -> Frame:
    return frame(match, "php", library=bool(_LIBRARY.search(match["path"])), function=function or None)


LANGUAGE = Language("php", (".php", ".phtml", ".inc"), _stacks)
