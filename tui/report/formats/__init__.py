"""One file for each format of a report: its name is the option that asks for it, the first line of its docstring the help.

The options are listed without importing any format, so that --help stays light.
"""

from __future__ import annotations

import importlib
import sys

from tui.by_path import docstring_of, modules_below, tag_of

TYPE_CHECKING = False  # `typing` alone takes a tenth of the time that --help may
if TYPE_CHECKING:
    from tui.report.format import Format

_PACKAGE = sys.modules[__name__]


def options() -> dict[str, str]:
    """The names of all formats in alphabetical order, each with its help."""
    return {tag_of(name): docstring_of(name, _PACKAGE).partition("\n")[0].rstrip(".") for name in modules_below(_PACKAGE)}


def load(name: str) -> Format:
    """The format of this name. Raises ModuleNotFoundError for an unknown one."""
    chosen: Format = importlib.import_module(f"{__name__}.{name.replace('-', '_')}").FORMAT
    return chosen
