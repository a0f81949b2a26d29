"""Modules that are found by their path: adding a file is all that it takes to add what it holds.

Nothing is imported to find them, which takes a millisecond and not twenty: whoever asks loads what it needs.
"""

import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType


@cache
def modules_below(package: ModuleType) -> tuple[str, ...]:
    """The full names of all modules below `package`, its sub-packages' too, in the order of their paths."""
    return tuple(_walked(package.__path__, f"{package.__name__}."))


@cache
def modules_by_name(package: ModuleType) -> dict[str, str]:
    """The same by their own name with dashes for underscores, which is the tag that asks for them."""
    return {tag_of(name): name for name in modules_below(package)}


def tag_of(module: str) -> str:
    """`process-state` for `tui.probes.sockets.process_state`."""
    return module.rpartition(".")[2].replace("_", "-")


def _walked(path: Iterable[str], prefix: str) -> Iterator[str]:
    folders = tuple(path)
    for module in pkgutil.iter_modules(folders, prefix):
        if module.ispkg:
            leaf = module.name.rpartition(".")[2]
            yield from _walked((f"{folder}/{leaf}" for folder in folders), f"{module.name}.")
        else:
            yield module.name
