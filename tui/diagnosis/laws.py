"""The laws of a cause and of a judgement, in words where one is broken: for the tests, and for causes of other packages."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.readings import outcomes
from tui.diagnosis.tree import GROUPS
from tui.model.case import Case
from tui.model.facts import Attempt
from tui.model.judgement import Judgement, State

LONGEST_TITLE = 18
"""The width of a leaf in the tree, in characters."""


def hypothesis_problems(hypothesis: Hypothesis) -> list[str]:
    """Which laws the prose and the references of a cause break: nothing for a good one."""
    named = {*hypothesis.supersedes, *hypothesis.mistaken_for}
    groups = {group.id for group in GROUPS}
    broken = {
        f"its title is empty or longer than {LONGEST_TITLE} characters": not 0 < len(hypothesis.title) <= LONGEST_TITLE,
        "its question ends without a question mark": not hypothesis.question.endswith("?"),
        "a sentence of its prose ends without a full stop": not all(
            text.endswith(".") for text in (hypothesis.why, hypothesis.meaning, hypothesis.proof)
        ),
        "it names itself as another cause": hypothesis.id in named,
        "it names a cause of no group": not {other.partition(".")[0] for other in named} <= groups,
    }
    return [words for words, is_so in broken.items() if is_so]


def judgement_problems(judgement: Judgement, case: Case) -> list[str]:
    """Which laws a judgement of `case` breaks: nothing for a good one."""
    return list(_broken(judgement, case))


def _broken(judgement: Judgement, case: Case) -> Iterator[str]:
    holds = judgement.state in {State.CONFIRMED, State.LIKELY}
    if judgement.state is State.RULED_OUT and not judgement.evidence:
        yield "it rules out without a fact"
    offered = judgement.state is State.OPEN and bool(judgement.summary)
    unfounded = judgement.explains - symptoms(case)
    if not judgement.reason:
        yield "it gives no reason"
    if not set(judgement.evidence) <= {fact.id for fact in case.facts}:
        yield "it rests on facts that are not there"
    if unfounded:
        yield f"it explains {sorted(unfounded)}, which do not fail"
    if holds and not (judgement.summary and judgement.refuted_by and judgement.evidence and judgement.remedies):
        yield "it lacks a summary, a disproof, evidence or remedies"
    if not all(remedy.do and remedy.verify for remedy in judgement.remedies):
        yield "it has a remedy without its verification"
    if (offered or judgement.state is State.LIKELY) and not judgement.next_check:
        yield "it does not say what would decide"
    if not (holds or offered) and judgement.explains:
        yield "it explains something although it does not hold"


def symptoms(case: Case) -> set[str]:
    """What fails or has failed: the name, addresses, the socket's path, and the endpoint of a proxy or a redirect."""
    failed = {attempt for attempt in case.all(Attempt) if attempt.outcome not in outcomes.WORKING}
    proxies = {attempt.label for attempt in failed if attempt.purpose in {"proxy", "redirect"}}
    targets = {attempt.where for attempt in failed if attempt.purpose in outcomes.TARGET_PURPOSES}
    return {*targets, *proxies, *({outcomes.NAME} if outcomes.name_fails(case) else ())}
