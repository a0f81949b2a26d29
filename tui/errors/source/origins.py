"""Where a trail ends: the environment, a settings file, a command-line option; and how traces are combined."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from tui.errors.source.types import Sources, Trace

MOST_DIGITS = 9
"""Digits read of a number in a string; a port has five, and Python itself refuses to read some thousands."""


def variable(name: str, sources: Sources, line: int, fallback: Callable[[], Trace] | None) -> Trace:
    """An environment variable: as the process has it, else as a settings file sets it, else the code's default."""
    words = f"the environment variable {name}"
    if name in sources.environ:
        value = sources.environ[name]
        return Trace(value=value, origin="environment", name=name, line=line, words=f"{words}, read at line {line}")
    entry = next((entry for entry in sources.settings if entry.key == name), None)
    if entry:
        where = f"{words}, set in {entry.file}:{entry.line}"
        return Trace(value=entry.value, origin="environment", name=name, path=entry.file, line=entry.line, words=where)
    if fallback is not None:
        instead = fallback()
        described = f"the default for {words}, which is not set here: {instead.words}"
        return replace(instead, origin="default", name=name, line=instead.line or line, words=described)
    return Trace(origin="environment", name=name, line=line, words=f"{words}, which is not set here, read at line {line}")


def setting(keys: tuple[str, ...], sources: Sources, line: int) -> Trace:
    """A key of a settings file beside the code; its value is given only if all files that have it agree."""
    wanted = tuple(key.lower() for key in keys)
    entries = [
        entry for entry in sources.settings if wanted and tuple(key.lower() for key in entry.keys)[-len(wanted) :] == wanted
    ]
    name = ".".join(keys)
    if len({entry.value for entry in entries}) == 1:
        entry = entries[0]
        where = f"the setting {name} in {entry.file}:{entry.line}"
        return Trace(value=entry.value, origin="settings", name=name, path=entry.file, line=entry.line, words=where)
    places = f", in {' or '.join(f'{entry.file}:{entry.line}' for entry in entries[:3])}" if entries else ""
    return Trace(origin="settings", name=name, line=line, words=f"the setting {name}, read at line {line}{places}")


def option(flag: str, line: int, default: Trace) -> Trace:
    """A command-line option, with its default."""
    has = f", by default {default.value!r}" if default.value is not None else ""
    return replace(default, origin="argument", name=flag, line=line, words=f"the option {flag} at line {line}{has}")


def called(trace: Trace, name: str, line: int) -> Trace:
    """A literal that has a name is a constant."""
    if trace.origin == "literal":
        return replace(trace, origin="constant", name=name, line=line, words=f"the constant {name} at line {line}")
    return trace


def given(trace: Trace, name: str, words: str, lines: Iterable[int]) -> Trace:
    """What a call passes for an argument."""
    places = " or ".join(dict.fromkeys(map(str, lines)))
    if trace.origin == "literal":
        return replace(trace, origin="argument", name=name, words=f"{words}, given as {trace.value!r} at line {places}")
    if trace.words and trace.words != words:
        return replace(trace, words=f"{words}, given at line {places} as {trace.words}")
    return trace


def agreed(traces: list[Trace], words: str, line: int, *, name: str | None = None) -> Trace:
    """The value that all ways agree on; otherwise only where they are."""
    if len(traces) == 1:
        return traces[0] if traces[0].words else replace(traces[0], words=words, line=line, name=name)
    values = {trace.value for trace in traces}
    if len(values) == 1 and None not in values:
        return traces[-1]
    return Trace(name=name, line=line, words=words)


def cast(trace: Trace, how: str) -> Trace:
    """The value after `int`, `strip` and the like; None if that is impossible."""
    if how == "int" and isinstance(trace.value, str):
        digits = trace.value.strip()
        return replace(trace, value=int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else None)
    change: dict[str, Callable[[str], str]] = {"strip": str.strip, "lower": str.lower}
    if isinstance(trace.value, str) and how in change:
        return replace(trace, value=change[how](trace.value))
    return trace
