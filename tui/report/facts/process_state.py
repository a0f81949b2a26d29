"""ProcessState in words."""

from tui.model.facts import ProcessState
from tui.model.requests import ExamineProcess
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_process_state(request: ExamineProcess) -> str:
    return f"process {request.pid} through {request.vantage!r}" if request.vantage else f"process {request.pid}"


@fact_sentence.register
def _process(fact: ProcessState) -> str:
    """What it says, without a full stop."""
    where = f" through {fact.vantage!r}" if fact.vantage else ""
    stopped = f" by {fact.stopped_by}" if fact.stopped_by else ""
    busy = f", {fact.busy_percent:.0f}% of a processor" if fact.busy_percent is not None else ""
    files = f", {fact.descriptors} of {fact.descriptor_limit or 'unlimited'} descriptors" if fact.descriptors is not None else ""
    return f"{fact.name}, pid {fact.pid}{where}: {fact.state_words or 'state unknown'}{stopped}{busy}{files}"
