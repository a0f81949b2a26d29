"""Readings of a case about workers that share a port, each with a socket of its own (SO_REUSEPORT, socket(7)).

The kernel gives each socket its share of the connections, whatever its process does (reuseport_select_sock in
net/core/sock_reuseport.c): where one of N is stuck, about one connection in N hangs, and the others are served.
Law: a worker is stuck by the kernel's word on its process, or where its queue keeps connections while the others' get empty.
"""

from collections.abc import Iterator

from msgspec import Struct

from tui.diagnosis.readings import hosts, outcomes, queues, talk
from tui.model.case import Case
from tui.model.facts import AcceptQueue, AnyFact, Listener, ProcessState, QueueWatch
from tui.model.requests import AnyRequest, ExamineProcess, WatchQueue

MOST_WORKERS = 8
"""Processes that are looked at; a machine with more cores may have more workers."""


class Stuck(Struct, frozen=True):
    """One worker that takes no connections, of those that share its port."""

    row: Listener
    number: int
    """How many sockets share the port."""
    state: ProcessState | None
    watch: QueueWatch | None
    """The watch in which its queue kept connections and the others' did not."""

    @property
    def share(self) -> str:
        """`1 of 4 workers`."""
        return f"1 of {self.number} workers"

    @property
    def facts(self) -> tuple[AnyFact, ...]:
        """What shows it."""
        return tuple(fact for fact in (self.state, self.watch) if fact is not None)


def sharing(case: Case, address: str) -> tuple[Listener, ...]:
    """The sockets that share the target's port of `address`; none where there is only one."""
    table = hosts.table(case, address)
    rows = queues.serving(case, address, list(table.listeners)) if table else []
    alike = [row for row in rows if row.address == rows[0].address and not row.is_systemds]
    return tuple(alike) if len(alike) > 1 else ()


def checks(case: Case) -> Iterator[AnyRequest]:
    """The process of each worker; and the queues, where a connection waits in one of them or was not answered."""
    for address in outcomes.latest(case):
        rows, vantage = sharing(case, address), hosts.vantage(case, address)
        pids = list(dict.fromkeys(row.pid for row in rows if row.pid))[:MOST_WORKERS]
        if len(pids) > 1:
            yield from (ExamineProcess(pid=pid, vantage=vantage) for pid in pids)
        if rows and (any(row.queue for row in rows) or address in talk.mute(case, ended=False)):
            yield WatchQueue(address=address, port=case.tcp.port, vantage=vantage)


def stuck(case: Case, address: str) -> Stuck | None:
    """The worker of `address` that takes no connections, while another one does."""
    rows, vantage = sharing(case, address), hosts.vantage(case, address)
    states = {row.pid: state for row in rows if (state := queues.process(case, row.pid, vantage))}
    bad = [row for row in rows if row.pid in states and states[row.pid].holds_still]
    if bad and any(not state.holds_still for state in states.values()):
        return Stuck(bad[0], len(rows), states[bad[0].pid], None)
    watch = queues.watch(case, address)
    kept = [queue for queue in queues.queues(case, address, watch) if _keeps(queue)] if watch else []
    others = [queue for queue in queues.queues(case, address, watch) if 0 in queue.lengths] if watch else []
    if rows and len(kept) == 1 and others:
        row = kept[0].listener
        return Stuck(row, len(rows), states.get(row.pid), watch)
    return None


def _keeps(queue: AcceptQueue) -> bool:
    """Whether connections waited in it all the time and none was taken."""
    return len(queue.lengths) > 1 and min(queue.lengths) > 0 and list(queue.lengths) == sorted(queue.lengths)
