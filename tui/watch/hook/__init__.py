"""What a watched Python process loads at its start: it notes connections that fail, and the lines of code behind them.

Law: nothing changes that the program can see. Every exception, traceback and class is the same as without it;
whatever goes wrong in here stays in here. It runs in Python 3.9 and later, in any environment, so it imports nothing
of the project and nothing that `socket` does not: the wrapper copies this package, under another name, into a directory
that the process finds through PYTHONPATH. Until the program loads `socket`, this file is the only cost.
"""

import sys

TYPE_CHECKING = False  # `typing` is not for a program that never connects
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def begin(records: str) -> None:
    """Watch this process from now on, or once it loads `socket`; `records` is the file to append to, a JSON object a line."""
    loaded = sys.modules.get("socket")
    if loaded is not None:
        _install(loaded, records)
    else:
        sys.meta_path.insert(0, _Finder(records))


class _Finder:
    """Waits for the import of `socket`, and leaves that to the other finders."""

    def __init__(self, records: str) -> None:
        self._records = records

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """Nothing, so that the other finders answer; for `socket` they are asked here, to know when it is loaded."""
        if name != "socket":
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                self._watch_loading(spec.loader)
                return spec
        return None

    def _watch_loading(self, loader: "Any") -> None:
        """Have this one loader call us once, when it has loaded the module; afterwards nothing of this is left."""

        def exec_module(module: "ModuleType") -> None:
            del loader.exec_module
            loader.exec_module(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            _install(module, self._records)

        loader.exec_module = exec_module


def _install(module: "ModuleType", records: str) -> None:
    try:
        from . import socket_patches

        socket_patches.install(module, records)
    except Exception:  # noqa: BLE001, S110 -- the law of this package
        pass
