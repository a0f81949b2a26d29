"""The ends of a trail: the environment, a settings file, an option of the command line; and how traces are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from tui.errors.source.types import Sources, Trace

MOST_DIGITS = 9
"""Of a number in a string; a port has five, and Python itself refuses to read some thousands."""


def variable(name: str, sources: Sources, line: int, fallback: Callable[[], Trace] | None) -> Trace:
    """An environment variable: as the process has it, else as a settings file sets it, else the code's default."""
    words = f"the environment variable {name}"
    if name in sources.environ:
        value = sources.environ[name]
        return Trace(value=value, origin="environment", name=name, line=line, words=f"{words}, read at line {line}")
    found = next((one for one in sources.settings if one.key == name), None)
    if found:
        where = f"{words}, set in {found.file}:{found.line}"
        return Trace(value=found.value, origin="environment", name=name, path=found.file, line=found.line, words=where)
    if fallback is not None:
        instead = fallback()
        told = f"the default for {words}, which is not set here: {instead.words}"
        return replace(instead, origin="default", name=name, line=instead.line or line, words=told)
    return Trace(origin="environment", name=name, line=line, words=f"{words}, which is not set here, read at line {line}")


def setting(keys: tuple[str, ...], sources: Sources, line: int) -> Trace:
    """A key of a settings file beside the code; its value is told only where all files that have it agree."""
    wanted = tuple(one.lower() for one in keys)
    found = [one for one in sources.settings if wanted and tuple(key.lower() for key in one.keys)[-len(wanted) :] == wanted]
    name = ".".join(keys)
    if len({one.value for one in found}) == 1:
        one = found[0]
        where = f"the setting {name} in {one.file}:{one.line}"
        return Trace(value=one.value, origin="settings", name=name, path=one.file, line=one.line, words=where)
    places = f", in {' or '.join(f'{one.file}:{one.line}' for one in found[:3])}" if found else ""
    return Trace(origin="settings", name=name, line=line, words=f"the setting {name}, read at line {line}{places}")


def option(flag: str, line: int, default: Trace) -> Trace:
    """An option of the command line, with its default."""
    has = f", by default {default.value!r}" if default.value is not None else ""
    return replace(default, origin="argument", name=flag, line=line, words=f"the option {flag} at line {line}{has}")


def called(found: Trace, name: str, line: int) -> Trace:
    """A literal that bears a name is a constant."""
    if found.origin == "literal":
        return replace(found, origin="constant", name=name, line=line, words=f"the constant {name} at line {line}")
    return found


def given(found: Trace, name: str, words: str, lines: Iterable[int]) -> Trace:
    """What a call gives for an argument."""
    places = " or ".join(dict.fromkeys(map(str, lines)))
    if found.origin == "literal":
        return replace(found, origin="argument", name=name, words=f"{words}, given as {found.value!r} at line {places}")
    if found.words and found.words != words:
        return replace(found, words=f"{words}, given at line {places} as {found.words}")
    return found


def agreed(traces: list[Trace], words: str, line: int, *, name: str | None = None) -> Trace:
    """The one thing that all ways say; else only where they lie."""
    if len(traces) == 1:
        return traces[0] if traces[0].words else replace(traces[0], words=words, line=line, name=name)
    if traces and len({one.value for one in traces}) == 1 and traces[0].value is not None:
        return traces[-1]
    return Trace(name=name, line=line, words=words)


def cast(found: Trace, how: str) -> Trace:
    """The value after `int`, `strip` and the like; None where that can't be."""
    if how == "int" and isinstance(found.value, str):
        digits = found.value.strip()
        return replace(found, value=int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else None)
    change: dict[str, Callable[[str], str]] = {"strip": str.strip, "lower": str.lower}
    if isinstance(found.value, str) and how in change:
        return replace(found, value=change[how](found.value))
    return found
