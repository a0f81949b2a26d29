"""A proxy answers, and what it forwards to does not answer in time."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import checks, outcomes, replies, talk, upstream
from tui.model.case import Case
from tui.model.facts import Talk
from tui.model.judgement import Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, and the question that the target asks."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from talk.checks(case)


def judge(case: Case) -> Finding:
    """504."""
    nothing = replies.no_http(case)
    if nothing:
        return nothing
    answers = replies.https(case)
    address = next((address for address, (_, http) in answers.items() if upstream.kind(http) == "timeout"), None)
    if address is None:
        return ruled_out(
            "No proxy says that what is behind it is too slow.", *outcomes.ids(*(fact for fact, _ in answers.values()))
        )
    fact, http = answers[address]
    log = upstream.log(case, address, http)
    return claim(
        f"{replies.server_words(case, address, http)} answers {http.asked} with {replies.quoted(http)}: "
        "it is a proxy, and what it forwards to has not answered in time.",
        *outcomes.ids(fact),
        reason=f"It answers {http.status_line}, which speaks of what it forwards to.",
        missing=f"Its own log of that moment, which names the upstream and how it failed: `{log}`.",
        culprit=replies.culprit(case, address),
        refuted_by=f"A line of its log that says otherwise, or another answer to {http.asked}.",
        remedies=(
            Remedy(
                do="Read the proxy's log: it names the upstream, as in `upstream timed out (110: Connection timed out)`.",
                command=log,
                verify="The line names an address and a port.",
            ),
            Remedy(
                do="Then go on there, from the machine that the proxy runs on.",
                command="refused check UPSTREAM:PORT",
                verify=f"`refused check {case.target.text}` is reachable.",
            ),
        ),
    )


HYPOTHESIS = Hypothesis(
    place=20,
    onset="change",
    title="backend in time",
    question="Does what stands behind the proxy answer in time?",
    why="A proxy waits for what it forwards to, and gives up: the connection to the proxy itself is fine.",
    meaning="A proxy answers, and what it forwards to is too slow or silent.",
    proof="A 504 with the proxy's own log line of that moment; by status and `Server:` alone it is likely.",
    mistaken_for=("server.unresponsive", "upstream.refused", "server.error"),
    shown_by=(Talk,),
    looks=(),
    needs=needs,
    judge=judge,
)
