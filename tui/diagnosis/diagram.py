"""The tree and the catalogue of causes as text for the documents; both come from the tables that the walk uses."""

from collections.abc import Iterable

from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.tree import GROUPS, QUESTIONS


def tree_diagram(causes: Iterable[Hypothesis]) -> str:
    """The guided tree, as the walk goes through it: groups, the questions of their leaves, what only a person knows."""
    known = tuple(causes)
    lines = ["target"]
    for group in GROUPS:
        lines.append(f"├─ {group.title}: {group.question}")
        leaves = [f"{hypothesis.question}  [{hypothesis.id}]" for hypothesis in known if hypothesis.id.startswith(f"{group.id}.")]
        asked = [f"asks you: {question.why}  [{question.id}]" for question in QUESTIONS if question.group == group.id]
        rows = [*leaves, *asked]
        lines += [f"│  {'└─' if number == len(rows) else '├─'} {row}" for number, row in enumerate(rows, start=1)]
    return "\n".join([*lines, "└─ verdict: the cause, its proof, the remedy"])


def catalogue(causes: Iterable[Hypothesis]) -> str:
    """Every cause as a Markdown table: id, meaning, proof, what it is mistaken for."""
    rows = map(_catalogue_row, causes)
    return "\n".join(["| cause | means | proved by | easily mistaken for |", "|---|---|---|---|", *rows])


def _catalogue_row(cause: Hypothesis) -> str:
    mistaken_for = ", ".join(f"`{other}`" for other in cause.mistaken_for) or "none"
    return f"| `{cause.id}` | {cause.meaning} | {cause.proof} | {mistaken_for} |"
