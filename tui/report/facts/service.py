"""Service in words."""

from tui.model.facts import Service
from tui.model.requests import ReadService
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_service(request: ReadService) -> str:
    return f"the service {request.name}" if request.name else f"the service that belongs on port {request.port}"


@fact_sentence.register
def _service(fact: Service) -> str:
    """What it says, without a full stop."""
    if fact.load == "not-found":
        return f"there is no unit {fact.name}"
    if fact.manager == "none":
        return f"{fact.name}: process {fact.main_pid} is gone, its pid file {fact.path} is still there"
    return f"{fact.name} is {', '.join(_parts(fact))}"


def _parts(fact: Service) -> list[str]:
    state = fact.active or "in an unknown state"
    parts = [f"{state} ({fact.sub})" if fact.sub and fact.sub != fact.active else state]
    if fact.active != "active":
        parts += [f"result {fact.result}"] if fact.result and fact.result != "success" else []
        parts += [f"exit status {fact.exit_status}"] if fact.exit_status else []
        parts += [f"signal {fact.signal}"] if fact.signal else []
    parts += ["killed for lack of memory"] if fact.oom_killed else []
    parts += ["restarted once" if fact.restarts == 1 else f"restarted {fact.restarts} times"] if fact.restarts else []
    return parts
