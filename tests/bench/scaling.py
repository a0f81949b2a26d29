"""How the cost grows: facts, addresses, targets, and sockets of the machine. Each curve is printed with its own ratio.

Law: a curve is read from its first point to its last: what it costs there, against how much more there is.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.bench.networks import sockets
from tests.bench.programs import processor_seconds, seconds
from tests.bench.rows.attempts import CHECK
from tests.bench.rows.thinking import documented, judged, timed
from tui.probes.sockets.socket_table import bound_sockets

RUNS = 7
FACTS = (100, 1_000, 10_000)
ADDRESSES = (1, 50, 250)
TARGETS = (1, 50, 200)
CONNECTIONS = (0, 5_000, 20_000)
"""Both ends of each are on this machine: twice as many sockets."""


def curves() -> Iterator[str]:
    """A line for each curve, as it is measured."""
    yield _curve("one judgement, by facts", FACTS, lambda count: timed(count, judged))
    yield _curve("the document, by facts", FACTS, lambda count: timed(count, documented))
    many = "one judgement of 2,000 facts, by addresses"
    yield _curve(many, ADDRESSES, lambda count: timed(2_000, judged, count))
    yield _curve("check, by targets (processor time)", TARGETS, _targets, runs=1)
    yield from _sockets()


def _curve(name: str, counts: Sequence[int], cost_s: Callable[[int], float], *, runs: int = RUNS) -> str:
    costs = [median(cost_s(count) for _ in range(runs)) for count in counts]
    points = ", ".join(f"{count:,}: {cost * 1000:.1f} ms" for count, cost in zip(counts, costs, strict=True))
    return f"{costs[-1] / costs[0]:6.1f} x  {name}, for {counts[-1] / max(counts[0], 1):.0f} x as many  ({points})"


def _targets(count: int) -> float:
    """The processor time of one check of so many closed ports of loopback, one attempt each, in seconds."""
    targets = [f"127.0.0.{number % 250 + 1}:1" for number in range(count)]
    return processor_seconds(*CHECK, "--attempts", "1", *targets)


def _sockets() -> Iterator[str]:
    """Our look at the listening sockets and ss's, beside more and more connections of the machine."""
    for count in CONNECTIONS:
        with sockets(0, count)():
            pairs = [(_timed(lambda: list(bound_sockets(Path("/proc")))), seconds("ss", "-ltn")) for _ in range(RUNS)]
        ours, theirs = (median(each) * 1000 for each in zip(*pairs, strict=True))
        times = f"({ours:.1f} ms / {theirs:.1f} ms, {RUNS} pairs)"
        yield f"{ours / theirs:6.3f} x  listening sockets / ss -ltn, beside {count:,} connections  {times}"


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
