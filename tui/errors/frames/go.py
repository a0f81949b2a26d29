"""Go's panics, two lines for each frame, innermost first; and the file and line that package log puts before a message."""

import re

from tui.errors.language import Language, Stack, frame, last
from tui.errors.types import Frame

_FRAME = re.compile(
    r"^(?:created by )?(?P<function>[\w./*()\[\]{}%·-]{1,300}?)(?:\([^\n()]{0,300}\)"
    r"| in goroutine \d{1,9})?\n[ \t]{1,8}(?P<path>[^\n:]{1,400}\.(?:go|s)):(?P<line>\d{1,7})",
    re.MULTILINE,
)
_LOGGED = re.compile(
    r"^(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? )(?P<path>[\w./-]{1,300}\.go):(?P<line>\d{1,7}): ", re.MULTILINE
)
_LIBRARY = re.compile(
    r"/go/pkg/mod/|/vendor/|/(?:usr/)?(?:local/)?(?:lib/)?go(?:-?\d[\d.]{0,8})?/src/|/libexec/src/|/toolchain@|/golang/[\d.]{1,8}/|^_testmain\.go|/sdk/go"
)
_STANDARD = re.compile(
    r"^(?:runtime|net|net/http|panic|internal/[\w/]{1,60}|os|syscall|testing|bufio|io|sync|context|crypto/\w{1,20}|database/sql)(?:\.|$)"
)


def _stacks(text: str) -> tuple[Stack, ...]:
    stack = [_frame(match) for match in last(_FRAME, text)]
    logged = [frame(match, "go", library=bool(_LIBRARY.search(match["path"]))) for match in last(_LOGGED, text)]
    return tuple(frames for frames in (tuple(stack), tuple(logged[-1:])) if frames)


def _frame(match: re.Match[str]) -> Frame:
    name = match["function"]
    return frame(match, "go", library=bool(_LIBRARY.search(match["path"]) or _STANDARD.match(name)))


LANGUAGE = Language("go", (".go:", ".s:"), _stacks)
