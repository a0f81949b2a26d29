"""Node's stacks: innermost frame first; causes are printed below what they caused."""

import re

from tui.errors.language import Language, Stack, frame, last
from tui.errors.types import Frame

_FRAME = re.compile(
    r"(?:^|(?<=\s\s)|(?<=\t))at (?:async )?(?:(?P<function>[^()\n]{1,200}?) \()?"
    r"(?P<path>(?:node:|internal/)[\w/.-]{1,100}"
    r"|(?:file://|webpack[\w-]{0,20}:/|[A-Za-z]:[\\/]|\.{0,2}/)?[^()\n:]{1,400}?\.(?:[cm]?[jt]sx?|vue|svelte))"
    r":(?P<line>\d{1,7}):\d{1,7}\)?",
    re.MULTILINE,
)
_HEADER = re.compile(
    r"^(?P<path>(?:file://)?/[^\n:]{1,400}\.[cm]?[jt]sx?):(?P<line>\d{1,7})\n(?P<source>[^\n]{1,500})\n\s{0,500}\^", re.MULTILINE
)
_LIBRARY = re.compile(
    r"^node:|^internal/|[/\\]node_modules[/\\]|^webpack-internal:|^(?:net|events|dns|_http_client|timers|_tls_wrap|domain|util|fs)\.js$"
)
_FAR = 300
"""Characters between two frames of one stack: the rest of a line and the next line's indent."""


def _stacks(text: str) -> tuple[Stack, ...]:
    sources = {(match["path"], match["line"]): match["source"].strip() for match in last(_HEADER, text)}
    stacks: list[list[Frame]] = []
    end = -1
    for match in last(_FRAME, text):
        if (
            not stacks
            or "\n" not in text[end : match.start()]
            or match.start() - end > _FAR
            or text.count("\n", end, match.start()) > 1
        ):
            stacks.append([])
        node_frame = frame(match, "node", library=bool(_LIBRARY.search(match["path"])))
        shown = sources.get((match["path"], match["line"]))
        stacks[-1].append(_with(node_frame, shown) if shown and node_frame.role == "user" else node_frame)
        end = match.end()
    return tuple(tuple(frames) for frames in reversed(stacks))


def _with(base: Frame, source: str) -> Frame:
    return Frame(path=base.path, line=base.line, function=base.function, language=base.language, source=source, role=base.role)


LANGUAGE = Language("node", ("at ",), _stacks)
