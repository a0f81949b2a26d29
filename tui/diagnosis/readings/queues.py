"""Readings of a case about accept queues: which attempts fit a full one, and what was seen of those that serve an address."""

from tui.diagnosis.readings import hosts, outcomes
from tui.model.address import ip_family, is_unspecified, peer_address
from tui.model.case import Case
from tui.model.facts import AcceptQueue, Listener, Outcome, ProcessState, QueueWatch, TcpAttempt

MOST_WATCHED = 4
"""At most this many addresses have their queues watched; where more of a name stay silent, it is not their queues."""
BUSY_PERCENT = 90.0
"""A thread that leaves less than a tenth of a processor to others does not wait for connections."""


def troubled(case: Case) -> dict[str, tuple[TcpAttempt, ...]]:
    """The addresses with attempts that a full queue would explain, silent or answered late, with these attempts."""
    by_address: dict[str, tuple[TcpAttempt, ...]] = {}
    for address in outcomes.latest(case):
        fitting = tuple(
            attempt for attempt in outcomes.attempts(case, address) if attempt.outcome is Outcome.TIMEOUT or is_late(attempt)
        )
        if fitting:
            by_address[address] = fitting
    return by_address


def is_late(attempt: TcpAttempt) -> bool:
    """Whether it connected only after its SYN was sent again, as behind a queue that had room after a while."""
    return attempt.outcome is Outcome.CONNECTED and attempt.latency_ms >= hosts.AT_ONCE_MS and bool(attempt.retransmits)


def watched(case: Case) -> list[str]:
    """The addresses whose queue is worth watching: troubled or quiet ones, and those whose listener had no room when checked."""
    tables = {address: hosts.tables(case, address) for address in outcomes.addresses(case)}
    full = [
        address
        for address, speaking in tables.items()
        if any(hosts.has_full_queue(row) for table in speaking for row in serving(case, address, list(table.listeners)))
    ]
    return list(dict.fromkeys([*troubled(case), *outcomes.quiet(case), *full]))[:MOST_WATCHED]


def vantages(case: Case, address: str) -> tuple[str | None, ...]:
    """From where the queues of `address` can be seen: here, or through the prefixes that the person gave."""
    if outcomes.is_local(case, address):
        return (None,)
    return tuple(case.options.servers) if outcomes.is_remote(case, address) else ()


def watch(case: Case, address: str) -> QueueWatch | None:
    """The newest watch that speaks for `address`; None where it is not clear which of several servers does."""
    facts = {fact.vantage: fact for fact in case.all(QueueWatch) if fact.address == address and fact.port == case.tcp.port}
    known = [facts[vantage] for vantage in vantages(case, address) if vantage in facts]
    return known[0] if known and len(vantages(case, address)) == 1 else None


def queues(case: Case, address: str, fact: QueueWatch) -> tuple[AcceptQueue, ...]:
    """The watched queues that a connection to `address` would come to; several where workers share the port."""
    served = serving(case, address, [queue.listener for queue in fact.queues])
    return tuple(queue for queue in fact.queues if queue.listener in served)


def never_came(fact: QueueWatch) -> bool:
    """Whether attempts of ours stayed silent although no connection found a full queue meanwhile: they are dropped earlier."""
    return fact.tried is Outcome.TIMEOUT and fact.overflows == 0


def serving(case: Case, address: str, rows: list[Listener]) -> list[Listener]:
    """The listeners that the kernel would choose: those for the address itself come before wildcards (inet_lookup_listener)."""
    here = outcomes.is_local(case, address)
    fitting = [row for row in rows if row.proto == "tcp" and row.port == case.tcp.port and hosts.reaches(row, address, here=here)]
    nearest = min((_distance(row, address) for row in fitting), default=0)
    return [row for row in fitting if _distance(row, address) == nearest]


def process(case: Case, pid: int | None, vantage: str | None) -> ProcessState | None:
    """The newest state of a process, here or there."""
    return next((state for state in reversed(case.all(ProcessState)) if (state.pid, state.vantage) == (pid, vantage)), None)


def why_it_does_not_accept(state: ProcessState | None) -> str:
    """A sentence about a process that would explain why it accepts nothing; empty where its state does not."""
    if state is None:
        return ""
    who = f"{state.name} (pid {state.pid})"
    if state.stopper:
        return f"{who} is stopped by {state.stopped_by}, so it accepts nothing."
    if state.state in {"Z", "X"}:
        return f"{who} has ended; another process still holds its socket."
    if state.is_out_of_descriptors:
        return f"{who} has all of its {state.descriptor_limit} descriptors open, so it can accept no more."
    if set(state.states) == {"D"}:
        where = f" in {state.waits_in}" if state.waits_in else ""
        return f"{who} waits uninterruptibly{where}, for a disk or another device, so it accepts nothing."
    if state.busy_percent is not None and state.busy_percent >= BUSY_PERCENT:
        return f"{who} is busy with something else ({state.busy_percent:.0f}% of a processor)."
    return f"{who} runs, and does not accept them, or not fast enough."


def _distance(row: Listener, address: str) -> int:
    if not is_unspecified(row.address):
        return 0
    return 1 if ip_family(row.address) == ip_family(peer_address(address)) else 2
