"""Counters in words."""

from tui.model.facts import Counters
from tui.model.requests import ReadCounters
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
