"""A whole run is shared by two workers, as `tests/workers.py` says; a part of it, or `-n0`, runs here as it always did."""

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.approved import updating

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

    from tests.workers import Sharing

LAB_TABLE = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Share a run of everything, where there are two processors; a part of it would only wait for the workers to start."""
    option = config.option
    if hasattr(config, "workerinput") or not config.pluginmanager.hasplugin("xdist"):
        return
    whole = config.args == config.getini("testpaths") and not (option.keyword or option.markexpr)
    if updating():
        option.numprocesses = 0  # two writers of one document would undo each other's sections
    elif whole and option.numprocesses is None and not option.usepdb and len(os.sched_getaffinity(0)) > 1:
        from tests.workers import WORKERS

        option.numprocesses = WORKERS
    option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "Sharing":
    """Who runs what."""
    from tests.workers import Sharing

    return Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests in the order in which workers take them."""
    if hasattr(config, "workerinput"):
        from tests.workers import turn_of

        items.sort(key=lambda item: turn_of(item.nodeid))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker that played in the lab hands the lab's table over."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        from tests.lab.conftest import PLAYED, SEED
        from tests.lab.table import results

        if plays := session.config.stash.get(PLAYED, []):
            output["lab"] = results(plays, SEED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: "WorkerController") -> None:
    """Keep the lab's table for the summary."""
    if table := getattr(node, "workeroutput", {}).get("lab"):
        node.config.stash[LAB_TABLE] = table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of what a worker played; without workers the lab writes it itself."""
    if table := config.stash.get(LAB_TABLE, ""):
        terminalreporter.section("lab")
        terminalreporter.write_line(table)
