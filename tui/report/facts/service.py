"""Service in words."""

from tui.model.facts import Service


def service_words(fact: Service) -> str:
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
