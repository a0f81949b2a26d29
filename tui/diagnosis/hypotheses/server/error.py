"""It answers with its own failure."""

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import commands, outcomes, replies, talk, upstream
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import HttpAnswer, Talk
from tui.model.judgement import Remedy

FAILURES = frozenset(range(500, 600))
"""RFC 9110, 15.6."""
_GATEWAYS = frozenset({502, 504})
"""Bad Gateway and Gateway Timeout (RFC 9110, 15.6.3 and 15.6.5), which an application can say too."""


def judge(case: Case) -> Finding:
    """An HTTP status from 500, unless it speaks of what stands behind a proxy."""
    nothing = replies.no_http(case)
    if nothing:
        return nothing
    for address, fact, http in replies.with_status(case, *FAILURES):
        if upstream.speaks_of(case, address, fact, http):
            continue
        works = f"`refused check {quoted(case.target.text)}` is reachable."
        who = replies.server_words(case, address, http)
        return claim(
            f"{who} answers {http.asked} with a failure of its own: {replies.quoted(http)}.",
            *outcomes.ids(fact),
            reason=f"It answers {http.status_line} in its own words.",
            missing=_of_another(case, address, http) or replies.same_for_a_client(case),
            culprit=replies.culprit(case, address),
            refuted_by=f"Another answer to {http.asked}.",
            remedies=(
                Remedy(
                    do=commands.opening(
                        commands.on(case, address),
                        "Read what the application logs at the moment of the request: the failure is in it, not on the way.",
                    ),
                    command=replies.log(case, address, "--since '-1 min'"),
                    verify="The log names the reason.",
                ),
                Remedy(do="Ask again once it is mended.", command=fact.command, verify=works),
            ),
        )
    answered = outcomes.ids(*(fact for fact, _ in replies.https(case).values()))
    return ruled_out("It does not answer with a failure of its own.", *answered)


def _of_another(case: Case, address: str, http: HttpAnswer) -> str:
    """What is missing where the status speaks of another service: the application may say so of one that it asks."""
    if http.status not in _GATEWAYS:
        return ""
    return f"Whether it fails itself, or a service that it asks: `{replies.log(case, address, '-n 20')}`."


HYPOTHESIS = Hypothesis(
    place=85,
    onset="change",
    title="no own failure",
    question="Does the server answer without a failure of its own?",
    why="A connection that is made and an answer that comes do not mean that the application works.",
    meaning="It answers with its own failure.",
    proof="An HTTP status from 500 to 599 to the path that was asked for, which no proxy's words put on what is behind it.",
    mistaken_for=("upstream.refused", "upstream.timeout"),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
