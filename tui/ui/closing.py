"""What stands on the normal screen after leaving: the verdict in one line, and where the session lies in another."""

from tui.model.judgement import Assessment, Status
from tui.model.safe_text import safe_text
from tui.model.target import Target


def closing_lines(target: Target, assessment: Assessment, record: str) -> tuple[str, str]:
    """Two lines of plain text for `target`; `record` says where the session is kept, or why it is not."""
    found = assessment.verdict
    if found:
        said = f"{found.certainty}: {found.cause}: {found.summary}"
    elif assessment.status is Status.REACHABLE:
        said = (
            "connects, but does not talk as its port suggests." if assessment.alternatives else "connects, and nothing is wrong."
        )
    else:
        said = "the cause is open."
    return safe_text(f"{target.label}: {said}"), safe_text(f"Session: {record}")
