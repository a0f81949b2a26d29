"""The source around one frame of an error, and the settings files near it. Read as text; none of it is run.

Law: a file counts as the frame's own if it is at the frame's path, or if the end of that path leads to it from here and
its line is the one that the error text shows. Every text is masked before it leaves here.
"""

import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path, PurePath

from msgspec.structs import replace

from tui.errors.source import imports_of, read_python
from tui.errors.source.masking import masked
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, Code, NotObserved
from tui.model.requests import ReadCode
from tui.model.safe_text import safe_line
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import read_text_file
from tui.probes.kernel.threads import in_thread

AROUND = 5
"""Lines shown before and after the frame's own."""
LONGEST_SOURCE = 1_000_000
LONGEST_SETTINGS = 200_000
"""Bytes; a longer file is data, not settings."""
MOST_BESIDE = 24
"""Files that are read near it."""
MOST_LISTED = 2_000
"""Entries of one directory that are searched."""
LEVELS_UP = 3
"""How far above the code its settings may be, unless the project's root comes first."""
_ROOTS = frozenset({".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg"})
_NAMES = ("procfile", ".env", "docker-compose", "compose")
_ENDINGS = (".ini", ".cfg", ".toml", ".yaml", ".yml", ".env", ".conf", ".properties")
_OF_TOOLS = frozenset({"pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "mypy.ini"})
"""Settings of tools, which name no endpoint of the program."""


async def check(request: ReadCode, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Code at the request's path and line, or why it could not be read."""
    yield await in_thread(read, request, system)


def read(request: ReadCode, system: SystemView) -> Code | NotObserved:
    """The Code at the request's path and line, or why it could not be read. Blocks."""
    path = find(request.path, request.shown, request.line)
    file = read_text_file(path, LONGEST_SOURCE)
    if not file.data:
        reason = file.problem or f"{safe_line(request.path)} is not on this machine, or empty."
        return NotObserved(request=request, reason=reason, remedy=file.remedy or "Run refused on the machine that has the code.")
    lines = file.data.decode(errors="replace").splitlines()
    if request.line > len(lines) or (request.shown and not _is_same(request.shown, lines, request.line)):
        return _fact(request, path, lines, changed=True)
    fact = _fact(request, path, lines, changed=False)
    if request.language != "python" and path.suffix != ".py":
        return fact
    text = "\n".join(lines)
    reading = read_python(
        text, request.line, callers=request.callers, beside=dict(beside(path, imports_of(text))), environ=system.environ
    )
    if reading is None:
        return fact
    return replace(fact, call_line=reading.line, values=reading.values, elsewhere=reading.elsewhere, advice=reading.advice)


def find(path: str, shown: str | None, line: int) -> Path:
    """The file of a frame: at its path, else at the end of that path from here, if the shown line proves it."""
    given = Path(path.removeprefix("file://"))
    if _is_there(given) or not shown:
        return given
    parts = [part for part in PurePath(path.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    for start in range(1, len(parts)):
        candidate = Path(*parts[start:])
        if _is_same(shown, read_text_file(candidate, LONGEST_SOURCE).data.decode(errors="replace").splitlines(), line):
            return candidate
    return given


def beside(path: Path, imports: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Settings files and imported modules near a file: pairs of path, as it will be shown, and text."""
    count = 0
    wanted = {f"{name}.py" for name in imports}
    for folder in _folders(path):
        for name in _listed(folder):
            if not _is_settings(name) and not (folder == path.parent and name in wanted and name != path.name):
                continue
            read = read_text_file(folder / name, LONGEST_SETTINGS)
            if not read.data or read.problem:
                continue
            yield _shown(folder / name), read.data.decode(errors="replace")
            count += 1
            if count == MOST_BESIDE:
                return


def _folders(path: Path) -> Iterator[Path]:
    """The file's folder, its `config` folders, and those above up to the project's root, at most three."""
    folder = path.absolute().parent
    for _ in range(LEVELS_UP + 1):
        yield folder
        for name in ("config", "conf", "settings", "deploy"):
            if _is_there(folder / name):
                yield folder / name
        if any(_is_there(folder / name) for name in _ROOTS) or folder == folder.parent:
            return
        folder = folder.parent


def _is_there(path: Path) -> bool:
    """Whether the path exists; one that may not be read, or is too long, counts as missing."""
    try:
        return path.exists()
    except OSError:
        return False


def _listed(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for _, entry in zip(range(MOST_LISTED), entries, strict=False))
    except OSError:
        return []


def _is_settings(name: str) -> bool:
    low = name.lower()
    return low not in _OF_TOOLS and (low.startswith(_NAMES) or low.endswith(_ENDINGS))


def _shown(path: Path) -> str:
    """The path relative to here if it is below, else the whole path."""
    here = Path.cwd()
    return safe_line(str(path.relative_to(here)) if path.is_relative_to(here) else str(path))


def _is_same(shown: str, lines: list[str], line: int) -> bool:
    """Whether the line, or the first lines of a call that begins or ends there, is the one that was shown."""
    wanted = " ".join(shown.split())
    near = lines[max(line - 1, 0) : line]
    return any(
        " ".join(text.split()).startswith(wanted[:200]) or wanted.startswith(" ".join(text.split()))
        for text in near
        if text.strip()
    )


def _fact(request: ReadCode, path: Path, lines: list[str], *, changed: bool) -> Code:
    first, last = max(request.line - AROUND, 1), request.line + AROUND
    around = () if changed else tuple((number, text) for number, text in enumerate(lines, start=1) if first <= number <= last)
    written = [number for number, text in around if text.strip() or number == request.line]
    if written:
        first, last = written[0], written[-1]
    source = tuple((number, masked(text)) for number, text in around if first <= number <= last)
    shown = safe_line(str(path))
    return Code(
        command=f"sed -n '{first},{last}p' {quoted(str(path))}",
        path=safe_line(request.path),
        line=request.line,
        function=request.function,
        language=request.language,
        found=True,
        read_as=None if shown == request.path else shown,
        changed=changed,
        source=source,
    )
