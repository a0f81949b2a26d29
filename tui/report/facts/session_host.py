"""Where the session runs, in words."""

from tui.model.facts import SessionHost
from tui.model.requests import ReadSessionHost
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_session_host(_request: ReadSessionHost) -> str:
    return "who this session is and where it runs"


@fact_sentence.register
def _session_host(fact: SessionHost) -> str:
    """What it says, without a full stop."""
    user = "root" if fact.user == 0 else f"user {fact.user}"
    where = "in a pod" if fact.pod else f"in container {fact.container}" if fact.container else "outside of containers"
    return f"this session runs as {user}, {where}; {'systemd manages' if fact.systemd else 'no systemd manages'} services here"
