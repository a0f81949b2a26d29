"""It answers with its own failure."""

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import commands, outcomes, replies, upstream
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import HttpAnswer, Talk
from tui.model.judgement import Remedy

UNAVAILABLE = 503
"""RFC 9110, 15.6.4: an application's own word, and that of Apache, HAProxy and others for what they forward to."""


def judge(case: Case) -> Finding:
    """An HTTP status from 500, unless it speaks of what stands behind a proxy."""
    nothing = replies.no_http(case)
    if nothing:
        return nothing
    for address, fact, http in replies.with_status(case, *replies.FAILURES):
        if upstream.speaks_of(case, address, fact, http):
            continue
        if upstream.connects_behind(case, address, fact, http):
            return still_open(f"It answers {http.status_line}, in its own words or another's.", *outcomes.ids(fact))
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
    """What is missing where it may pass on another's failure: the status speaks of one, or its settings lead to one."""
    led_to = upstream.led_to(case)
    if led_to:
        return f"Whether it fails itself, or passes on what it forwards to says: `{upstream.check_of(case, led_to[0])}`."
    if http.status not in upstream.GATEWAYS or (http.status == UNAVAILABLE and not upstream.may_be_a_front(http)):
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
    needs=upstream.needs,
    judge=judge,
)
