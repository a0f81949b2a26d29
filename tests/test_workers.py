"""How a whole run is shared: the machine for one worker alone, the lab last and for itself, everything run once."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from xdist.remote import Producer

from tests.approved import ROOT
from tests.workers import LAB, LONG, MACHINE, WITHIN, Sharing, share_of, turn_of

PURE = ("tests/ui/test_a.py", "tests/ui/test_b.py", "tests/diagnosis/test_a.py", "tests/test_docs.py")
MACHINES = ("tests/probes/test_a.py", "tests/test_check.py", "tests/watch/test_a.py")


@dataclass
class Worker:
    """A worker as xdist drives it: it runs a test only when it has a further one, or is told to end."""

    name: str
    collected: list[str]
    shutting_down: bool = False
    waiting: list[str] = field(default_factory=list)
    running: str = ""

    @property
    def gateway(self) -> SimpleNamespace:
        """What has its name."""
        return SimpleNamespace(id=self.name)

    def send_runtest_some(self, indices: list[int]) -> None:
        """Take further tests."""
        assert not self.shutting_down
        self.waiting += [self.collected[index] for index in indices]

    def shutdown(self) -> None:
        """Run what is waiting, and end."""
        self.shutting_down = True

    def begin(self) -> None:
        """Go on with the next test, if it may."""
        if not self.running and len(self.waiting) >= (1 if self.shutting_down else 2):
            self.running = self.waiting.pop(0)

    def __hash__(self) -> int:
        return hash(self.name)


def items(tests_each: int, *files: str) -> list[str]:
    """So many tests in each file, in the order of their turn."""
    return sorted((f"{name}::test_{number}" for name in files for number in range(tests_each)), key=turn_of)


def play(collected: list[str], often: int) -> list[tuple[str, str, frozenset[str]]]:
    """Run all with two workers, the first so many times as quick as the second; each test's worker, and what ran beside it."""
    first, second = workers = [Worker(name, collected) for name in ("first", "second")]
    asked: Any = SimpleNamespace(getvalue=lambda _name: ["popen", "popen"], option=SimpleNamespace(loadscopereorder=False))
    sharing: Any = Sharing(asked, Producer("quiet", enabled=False))
    for worker in workers:
        sharing.add_node(worker)
        sharing.add_node_collection(worker, collected)
    sharing.schedule()
    ended: list[tuple[str, str, frozenset[str]]] = []
    for moment in range(10 * len(collected) * often):
        for worker in workers:
            worker.begin()
        worker = second if moment % (often + 1) == often else first
        if worker.running:
            beside = frozenset(other.running for other in workers if other is not worker and other.running)
            ended.append((worker.running, worker.name, beside))
            test, worker.running = worker.running, ""
            sharing.mark_test_complete(worker, collected.index(test))
        if worker.shutting_down and not worker.waiting and worker in sharing.nodes:
            sharing.remove_node(worker)
    assert not sharing.nodes
    return ended


@pytest.mark.parametrize("often", [1, 2, 5, 40])
@pytest.mark.parametrize("each", [1, 2, 3, 7])
def test_a_whole_run_is_shared(often: int, each: int) -> None:
    """Whoever is quicker, each test is run once, the machine's by one worker, and no other test beside the lab's."""
    collected = items(each, *PURE, *MACHINES, "tests/lab/test_a.py", "tests/lab/test_b.py")

    ended = play(collected, often)

    assert sorted(test for test, _, _ in ended) == sorted(collected)
    assert len({worker for test, worker, _ in ended if share_of(test) == MACHINE}) == 1
    assert all(share_of(test) == LAB for test, _, _ in ended[-2 * each :])
    assert all(not beside for test, _, beside in ended if share_of(test) == LAB)


def test_shares_are_by_file_but_for_the_machine() -> None:
    """What is not known to stay within its process belongs to the machine; the long ones come before the short ones."""
    assert {share_of(f"{name}::test_a[x/y::z]") for name in MACHINES} == {MACHINE}
    assert share_of("tests/new/test_a.py::test_a") == MACHINE
    assert share_of("tests/ui/test_a.py::test_a") == "tests/ui/test_a.py"
    assert share_of("tests/lab/test_a.py::test_a") == LAB
    assert [turn_of(f"{name}::test") for name in (*MACHINES[:1], *PURE, LAB)] == [0, 1, 1, 2, 2, 3]


def test_what_is_shared_exists() -> None:
    """Each folder and file that is named is there."""
    assert [name for name in WITHIN | LONG if not (ROOT / name).exists()] == []
