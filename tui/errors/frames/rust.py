"""Rust: where it panicked, and a backtrace of two lines for each frame, innermost first."""

import re

from tui.errors.language import Language, Stack, frame, last

_PANIC = re.compile(r"panicked at (?:'[^\0]{0,2000}?', )?(?P<path>[^\s':,]{1,300}\.rs):(?P<line>\d{1,7}):\d{1,5}")
_FRAME = re.compile(
    r"^ {0,6}\d{1,4}: (?:0x[0-9a-f]{1,16} - )?(?P<function>[^\n]{1,300})\n {1,40}at "
    r"(?P<path>[^\n:]{1,400}\.rs):(?P<line>\d{1,7})",
    re.MULTILINE,
)
_LIBRARY = re.compile(
    r"^/rustc/|[/\\]\.cargo[/\\]registry[/\\]|[/\\]\.cargo[/\\]git[/\\]|^src/lib(?:core|std|alloc|collections)/|^library/|[/\\]rustlib[/\\]|^/checkout/|^<::"
)


def _stacks(text: str) -> tuple[Stack, ...]:
    stack = tuple(frame(match, "rust", library=bool(_LIBRARY.search(match["path"]))) for match in last(_FRAME, text))
    panics = tuple(frame(match, "rust", library=bool(_LIBRARY.search(match["path"]))) for match in last(_PANIC, text))
    alone = tuple(
        panic
        for panic in panics
        if not any((other.path or "").endswith(panic.path or "") and other.line == panic.line for other in stack)
    )
    return tuple(frames for frames in (stack, alone) if frames)


LANGUAGE = Language("rust", (".rs:",), _stacks)
