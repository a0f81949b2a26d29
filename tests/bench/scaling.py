"""How the cost grows: facts, addresses, targets, and sockets of the machine. Each curve is printed with its own ratio.

Law: a curve is read from its first point to its last: what it costs there, against how much more there is.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.diagnosis.test_cost import case_of
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.case import Case
from tui.probes.sockets.socket_table import bound_sockets
from tui.report.document import document

RUNS = 7
FACTS = (100, 1_000, 10_000)
ADDRESSES = (1, 50, 250)
TARGETS = (1, 50, 200)
CONNECTIONS = (0, 5_000, 20_000)
"""Both ends of each are on this machine: twice as many sockets."""
_ROOM = 8_000
"""Connections that one process holds; the hard limit of descriptors is 20,000 where nobody raised it."""
_HOLDS = """
import resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
server = socket.create_server((sys.argv[1], 0), backlog=1024)
held = []
for _ in range(int(sys.argv[2])):
    held.append(socket.create_connection(server.getsockname()))
    held.append(server.accept()[0])
print("ready", flush=True)
sys.stdin.read()
"""


def curves() -> Iterator[str]:
    """A line for each curve, as it is measured."""
    known = hypotheses()
    yield _curve("one judgement, by facts", FACTS, lambda count: _facts(count, 1, lambda case: assess(case, known)))
    yield _curve("the document, by facts", FACTS, lambda count: _facts(count, 1, _documented))
    many = "one judgement of 2,000 facts, by addresses"
    yield _curve(many, ADDRESSES, lambda count: _facts(2_000, count, lambda case: assess(case, known)))
    yield _curve("check, by targets (processor time)", TARGETS, _targets, runs=1)
    yield from _sockets()


def _curve(name: str, counts: Sequence[int], cost_s: Callable[[int], float], *, runs: int = RUNS) -> str:
    costs = [median(cost_s(count) for _ in range(runs)) for count in counts]
    points = ", ".join(f"{count:,}: {cost * 1000:.1f} ms" for count, cost in zip(counts, costs, strict=True))
    return f"{costs[-1] / costs[0]:6.1f} x  {name}, for {counts[-1] / max(counts[0], 1):.0f} x as many  ({points})"


def _facts(attempts: int, addresses: int, work: Callable[[Case], object]) -> float:
    case = case_of(attempts, addresses)
    begin = time.perf_counter()
    work(case)
    return time.perf_counter() - begin


def _documented(case: Case) -> object:
    judged = assess(case, hypotheses())
    return document(case, judged, started="2026-11-20T11:00:00Z", elapsed_s=1.0, version="0", complete=True)


def _targets(count: int) -> float:
    """The processor time of one check of so many closed ports of loopback, one attempt each, in seconds."""
    targets = [f"127.0.0.{number % 250 + 1}:1" for number in range(count)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "tui", "check", "--attempts", "1", "--no-session", *targets]
    subprocess.run(command, capture_output=True, check=False, cwd=Path(__file__).parent.parent.parent)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _sockets() -> Iterator[str]:
    """Our look at the listening sockets and ss's, beside more and more connections of the machine."""
    for count in CONNECTIONS:
        with _held(count):
            pairs = [(_timed(lambda: list(bound_sockets(Path("/proc")))), _timed(_ss)) for _ in range(RUNS)]
        ours, theirs = (median(each) * 1000 for each in zip(*pairs, strict=True))
        times = f"({ours:.1f} ms / {theirs:.1f} ms, {RUNS} pairs)"
        yield f"{ours / theirs:6.3f} x  listening sockets / ss -ltn, beside {count:,} connections  {times}"


def _ss() -> None:
    subprocess.run(["ss", "-ltn"], capture_output=True, check=False)


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@contextmanager
def _held(count: int) -> Iterator[None]:
    """So many connections on loopback, held by processes of our own until the end."""
    with ExitStack() as stack:
        for number, begun in enumerate(range(0, count, _ROOM)):
            words = [sys.executable, "-c", _HOLDS, f"127.7.0.{number + 1}", str(min(_ROOM, count - begun))]
            holder = stack.enter_context(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            assert holder.stdin
            assert holder.stdout
            stack.callback(holder.stdin.close)
            assert holder.stdout.readline() == b"ready\n"
        yield
