"""Python's tracebacks: outermost frame first, root cause first, chained by two sentences. Notebooks print them their own way."""

import re

from tui.errors.language import Language, Stack, frame, last
from tui.errors.types import Frame
from tui.model.safe_text import safe_text

_FRAME = re.compile(
    r"File \"(?P<path>[^\"\n]{1,400})\", line (?P<line>\d{1,7})(?:, in (?P<function>[^\n]{1,300}))?"
    r"(?:\n(?![ \t|+]{0,40}File \")[ \t|+]{1,40}(?P<source>[^\n]{1,500}))?"
)
_CELL = re.compile(
    r"^(?:File (?P<path>[^\"\n]{1,400}?)(?::(?P<line>\d{1,7}))?(?:, in (?P<function>[^\n]{1,300}))?"
    r"|(?P<cell>(?:Cell |Input )?In ?\[\d{1,6}\])[^\n]{0,100}"
    r"|(?P<old><ipython-input-[\w-]{1,60}>|[~/][^\n]{1,400}?\.pyx?) in [^\n]{1,300})\n"
    r"(?:[^\n]{0,300}\n){0,12}?-{1,8}> (?P<arrow>\d{1,7}) (?P<source>[^\n]{1,500})",
    re.MULTILINE,
)
_BEGIN = "Traceback (most recent call last)"
_CHAINED = ("direct cause of the following exception", "During handling of the above exception")
_LIBRARY = re.compile(
    r"[/\\](?:site|dist)-packages[/\\]|[/\\]lib(?:64)?[/\\](?:python|pypy)\d|[/\\]Lib[/\\](?!.{0,200}[/\\]scripts[/\\])|^<frozen "
    r"|[/\\]Python\d[\w.-]{0,12}[/\\]lib[/\\]|\.zip[/\\]|\.asar[/\\]"
)
_CARETS = re.compile(r"[\s~^]{1,500}")


def _stacks(text: str) -> tuple[Stack, ...]:
    classic = _chained(text, [(match, _frame(match)) for match in last(_FRAME, text)])
    return classic or _chained(text, [(match, _cell(match)) for match in last(_CELL, text)])


def _chained(text: str, matched: list[tuple[re.Match[str], Frame]]) -> tuple[Stack, ...]:
    """The stacks of the last chain of exceptions, root cause first."""
    chain: list[list[Frame]] = []
    end = -1
    for match, entry in matched:
        between = text[max(end, match.start() - 4000) : match.start()] if end >= 0 else _BEGIN
        chained = any(sentence in between for sentence in _CHAINED)
        if _BEGIN in between or chained or not chain:
            if end >= 0 and not chained:
                chain = []
            chain.append([])
        chain[-1].append(entry)
        end = match.end()
    return tuple(tuple(reversed(frames)) for frames in chain)


def is_library(path: str) -> bool:
    """Whether the file of this path is the standard library's or an installed package's."""
    return bool(_LIBRARY.search(path))


def _frame(match: re.Match[str]) -> Frame:
    path = match["path"]
    module = re.sub(r"\.pyx?$", "", path).replace("/", ".")
    compiled = "/" in path and (match["function"] or "").startswith(f"{module}.")  # a Cython module names itself so
    base = frame(match, "python", library=is_library(path) or compiled)
    if base.source and _CARETS.fullmatch(base.source):
        return Frame(path=base.path, line=base.line, function=base.function, language=base.language, role=base.role)
    return base


def _cell(match: re.Match[str]) -> Frame:
    path = match["path"] or match["old"] or match["cell"]
    base = frame(match, "python", library=is_library(path))
    return Frame(
        path=safe_text(path),
        line=int(match["arrow"]),
        function=base.function,
        language=base.language,
        source=base.source,
        role=base.role,
    )


LANGUAGE = Language("python", ('File "', "-> "), _stacks)
