"""What is known of one value, and what stands beside the code that is read."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from tui.errors.source.settings import ConfigSetting
from tui.errors.source.syntax import Parsed

Origin = Literal["literal", "constant", "argument", "environment", "settings", "default", "unknown"]
Value = str | int | None


class Trace(Struct, frozen=True, kw_only=True):
    """What is known of one value."""

    value: Value = None
    origin: Origin = "unknown"
    name: str | None = None
    """The constant, argument, variable or key that it bears."""
    path: str | None = None
    """The file where it stands, if that is not the code's own."""
    line: int | None = None
    words: str = ""
    """Where it comes from: `the constant PORT at line 4`."""


class Sources(Struct, frozen=True, kw_only=True):
    """What stands beside the code: the process's environment, settings files, other modules."""

    environ: Mapping[str, str] = {}
    settings: tuple[ConfigSetting, ...] = ()
    modules: Mapping[str, tuple[str, Parsed]] = {}
    """Python files beside it, by module name, with their path."""
    callers: tuple[int, ...] = ()
    """Lines of this file that the stack passed, so that of several calls the right one is followed."""
