"""Modules that are found by their path: adding a file is all that it takes to add what it holds.

Nothing is imported to find them, so whoever asks loads only what it needs; and the search itself imports next to
nothing, since --help does it too.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder, SourceFileLoader

TYPE_CHECKING = False  # `typing` alone takes a tenth of the time that --help may
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.metadata import EntryPoint
    from types import ModuleType

    Children = Callable[[tuple[str, ...]], Iterator[tuple[str, bool]]]
    """From the folders of a package to the names in them, each with whether it is a package."""


def modules_below(package: ModuleType) -> tuple[str, ...]:
    """The full names of all modules below `package` and its sub-packages, in alphabetical order."""
    return tuple(sorted(_walked(package.__path__, package.__name__, _in_folder if _is_in_files(package) else _by_importer)))


def modules_by_tag(package: ModuleType) -> dict[str, str]:
    """The same, by the tag that asks for each: its own name with dashes for underscores."""
    return {tag_of(name): name for name in modules_below(package)}


def tag_of(module: str) -> str:
    """`process-state` for `tui.probes.sockets.process_state`."""
    return module.rpartition(".")[2].replace("_", "-")


def docstring_of(module: str, package: ModuleType) -> str:
    """The docstring of a module that stands directly in `package`, read from its code without running it; empty without one."""
    spec = PathFinder.find_spec(module, package.__path__)
    code = spec.loader.get_code(module) if spec and spec.loader else None  # type: ignore[attr-defined]  # each loader has it
    docstring = code.co_consts[0] if code else None
    return docstring if isinstance(docstring, str) else ""


def entry_points_of(group: str) -> tuple[EntryPoint, ...]:
    """What other installed packages offer under `group`; nothing is imported of them.

    Most have nothing, and importlib.metadata takes 40 ms to load: it is, only where a file names the group.
    """
    if not any(_names_group(folder, f"[{group}]".encode()) for folder in sys.path):
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


def _names_group(folder: str, heading: bytes) -> bool:
    """Whether a package that is installed in `folder` may offer the group; an archive is not looked into, and may."""
    try:
        with os.scandir(folder or ".") as entries:
            installed = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return any(heading in _bytes_of(f"{path}/entry_points.txt") for path in installed)


def _bytes_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- pathlib takes longer to load than this takes
            return file.read()
    except OSError:
        return b""


def _walked(path: Iterable[str], name: str, children: Children) -> Iterator[str]:
    folders = tuple(path)
    for child, is_package in children(folders):
        if is_package:
            yield from _walked((f"{folder}/{child}" for folder in folders), f"{name}.{child}", children)
        else:
            yield f"{name}.{child}"


def _is_in_files(package: ModuleType) -> bool:
    return package.__spec__ is not None and isinstance(package.__spec__.loader, SourceFileLoader)


def _in_folder(folders: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Modules and packages in folders of source files: ten times faster than by importers, which load `inspect` for it."""
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("__"):
                    continue
                if entry.name.endswith(".py"):
                    yield entry.name.removesuffix(".py"), False
                elif entry.is_dir():
                    yield entry.name, True


def _by_importer(folders: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The same in an archive, or wherever else modules are imported from."""
    import pkgutil

    for module in pkgutil.iter_modules(folders):
        yield module.name, module.ispkg
