"""What is printed on the normal screen at the end: the verdict in one line, and where the session is kept in another."""

from tui.model.case import Case
from tui.model.judgement import Assessment, Status
from tui.model.safe_text import safe_text
from tui.report.proved import state_words, unproved


def closing_lines(case: Case, assessment: Assessment, record: str, *, under_way: str = "") -> tuple[str, str]:
    """Two lines of plain text for the walk's end; `record` says where the session is kept, or why it is not.

    `under_way`: words for attempts that had not all been made, such as `so far (attempt 1 of 3)`; then nothing is confirmed.
    """
    verdict = assessment.verdict
    if assessment.contradiction:
        ending = assessment.contradiction.sentence
    elif verdict:
        ending = f"{under_way or verdict.certainty}: {verdict.cause}: {verdict.summary}"
    elif assessment.status is Status.REACHABLE:
        ending = state_words(unproved(case), mute=bool(assessment.alternatives))
    else:
        ending = "the cause is open."
    return safe_text(f"{case.label}: {ending}"), safe_text(f"Session: {record}")
