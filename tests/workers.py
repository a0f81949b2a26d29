"""Who runs which test when a whole run is shared by two workers, so that none sees what another does.

Law: what reads or changes the machine (sockets, processes, counters of the kernel, namespaces) is run by a single worker,
in order. Beside it runs only what stays within its process. The lab is run last and alone: its plays fill the machine.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

WORKERS = 2
"""One for the machine, one for the rest; a third would have nothing to do."""
LAB, MACHINE = "tests/lab", "the machine"
WITHIN = frozenset(
    {
        *("tests/diagnosis", "tests/errors", "tests/model", "tests/report", "tests/ui"),
        *(
            "tests/test_docs.py",
            "tests/test_lab.py",
            "tests/test_messages.py",
            "tests/test_mutate.py",
            "tests/test_static.py",
            "tests/test_workers.py",
        ),
    }
)
"""Folders and files whose tests stay within their process, or only start one that asks nothing of the machine."""
LONG = frozenset({"tests/ui", "tests/test_static.py"})
"""Begun before the others, so that at the end no worker waits for them."""


def share_of(nodeid: str) -> str:
    """What a test is run together with, in order: the lab, all of the machine, or its own file."""
    path = PurePosixPath(nodeid.partition("::")[0])
    top = "/".join(path.parts[:2])
    if top == LAB:
        return LAB
    return path.as_posix() if top in WITHIN else MACHINE


def turn_of(nodeid: str) -> int:
    """When it is run: the machine's tests first, since they are one worker's alone, and the lab last."""
    share = share_of(nodeid)
    if share in {MACHINE, LAB}:
        return 0 if share == MACHINE else 3
    return 1 if share.startswith(tuple(LONG)) else 2


class Sharing(LoadScopeScheduling):
    """Gives out the shares in their turn, and the lab when every other worker has gone home."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        others = [other for other in self.nodes if other is not node]
        if list(self.workqueue) == [LAB] and others:
            # A worker runs its last test only when it has got another one or is told to end: all but one are told.
            if not all(other.shutting_down for other in others):
                node.shutdown()
            return
        super()._reschedule(node)

    def remove_node(self, node: WorkerController) -> str | None:
        """As the base does, and the one who waited for it goes on."""
        crashed = super().remove_node(node)
        for other in self.nodes:
            self._reschedule(other)
        return crashed
