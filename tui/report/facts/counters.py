"""Counters in words."""

from tui.model.address import endpoint
from tui.model.facts import Counters, DropWatch
from tui.model.requests import ReadCounters, WatchDrops
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_counters(request: ReadCounters) -> str:
    return f"what the kernel has counted {'after the attempts' if request.again else 'so far'}"


@fact_sentence.register
def _counters(fact: Counters) -> str:
    """What it says, without a full stop."""
    counts = {
        "resets sent by this machine's own TCP": fact.resets_sent,
        "packets dropped by the reverse path filter": fact.reverse_path_drops,
        "connections dropped for a full queue": fact.queue_drops,
        "closed connections forgotten too soon": fact.time_wait_overflows,
        "packets dropped by connection tracking": fact.tracking_drops,
        "neighbours without room in the table": fact.neighbour_overflows,
    }
    words = [f"{count:,} {what}" for what, count in counts.items() if count]
    if fact.tracking_limit:
        words.append(f"{fact.tracked or 0:,} of {fact.tracking_limit:,} connections tracked")
    return f"the kernel has counted so far: {', '.join(words) or 'nothing that it dropped or refused'}"


@check_sentence.register
def _of_drop_watch(request: WatchDrops) -> str:
    where = f" through {request.vantage!r}" if request.vantage else ""
    return f"what the kernel drops{where} while {endpoint(request.address, request.port)} is tried"


@fact_sentence.register
def _drop_watch(fact: DropWatch) -> str:
    """What it says, without a full stop."""
    where = f" through {fact.vantage!r}" if fact.vantage else ""
    counts = {
        "by the reverse path filter": (fact.busy.reverse_path, fact.quiet.reverse_path),
        "by connection tracking": (fact.busy.tracking, fact.quiet.tracking),
    }
    dropped = [f"{busy} {by} ({quiet or 0} in a while without)" for by, (busy, quiet) in counts.items() if busy]
    half_open = f"; {fact.half_open} handshakes from here are half open there" if fact.half_open else ""
    return f"packets dropped{where} during {fact.tried} attempts: {', '.join(dropped) or 'none'}{half_open}"
