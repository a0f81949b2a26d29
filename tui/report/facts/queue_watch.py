"""QueueWatch in words."""

from tui.model.address import endpoint
from tui.model.facts import AcceptQueue, QueueWatch
from tui.model.requests import WatchQueue
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_queue_watch(request: WatchQueue) -> str:
    where = f" through {request.vantage!r}" if request.vantage else ""
    return f"the accept queue of {endpoint(request.address, request.port)}{where}"


@fact_sentence.register
def _queue(fact: QueueWatch) -> str:
    """What it says, without a full stop."""
    where = f" through {fact.vantage!r}" if fact.vantage else ""
    queues = "; ".join(_queue_words(queue) for queue in fact.queues) or "nothing listens there"
    risen = f"; {fact.overflows} connections found a full queue in this network namespace" if fact.overflows else ""
    return f"accept queue of {endpoint(fact.address, fact.port)}{where}: {queues}{risen}"


def _queue_words(queue: AcceptQueue) -> str:
    low, high = min(queue.lengths, default=0), max(queue.lengths, default=0)
    waited = str(high) if low == high else f"{low} to {high}"
    limit = "an unknown limit" if queue.limit is None else f"a limit of {queue.limit}"
    return f"{waited} waited, with {limit}"
