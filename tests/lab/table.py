"""The lab's tables: what was expected and what came, after a run; and what is broken and what must be said, for the documents."""

from collections.abc import Iterable, Iterator, Sequence

from tests.lab.plays import Play
from tests.lab.scenario import Expect, Scenario

_HEAD = ("", "scenario", "as", "expected", "got", "certainty", "seconds")


def results(plays: Sequence[Play], seed: int) -> str:
    """One line a play, and what it comes to."""
    rows = [_HEAD, *(_row(one) for one in plays)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"   {one.name}, in the crowd: {problem}" for one in plays for problem in one.at_first]
    lines += [f"   {one.name}: {problem}" for one in plays for problem in one.problems]
    return "\n".join([*lines, "", summary(plays, seed)])


def summary(plays: Sequence[Play], seed: int) -> str:
    """How many plays, how many as expected, how many only when alone, how many wrong confirmed."""
    distinct = len({one.scenario.name for one in plays})
    again = sum(bool(one.at_first) for one in plays)
    wrong = sum(bool(one.wrong_confirmed) for one in plays)
    right = sum(not one.problems for one in plays)
    return (
        f"{distinct} scenarios, {len(plays)} plays, {right} as expected"
        f"{f' (* {again} of them played again alone)' if again else ''}, wrong confirmed: {wrong}"
        f" (seed {seed}; set REFUSED_LAB_SEED for another)"
    )


def _row(one: Play) -> tuple[str, ...]:
    expect = one.scenario.expected(one.user)
    mark = ("ok" if not one.problems else "!!" if one.wrong_confirmed else "no") + ("*" if one.at_first else "")
    return mark, one.scenario.name, one.user, _wanted(expect), one.cause, one.certainty, f"{one.seconds:.1f}"


def _wanted(expect: Expect) -> str:
    if expect.verdict is None:
        return "-" if expect.status == "reachable" else "open"
    return expect.verdict if isinstance(expect.verdict, str) else " or ".join(one or "open" for one in expect.verdict)


def for_docs(scenarios: Iterable[Scenario]) -> str:
    """A Markdown table of every scenario."""
    return "\n".join(
        [
            "| what is broken | what is typed | verdict | certainty |",
            "|---|---|---|---|",
            *(_docs_row(one) for one in scenarios),
        ]
    )


def _docs_row(one: Scenario) -> str:
    typed = one.typed.replace("{", "").replace("}", "").replace("|", "\\|")
    cells = list(_docs_cells(one))
    verdict = "; ".join(dict.fromkeys(found for found, _ in cells))
    certainty = "; ".join(dict.fromkeys(found for _, found in cells))
    return f"| {one.broken} | `{typed}` | {verdict} | {certainty} |"


def _docs_cells(one: Scenario) -> Iterator[tuple[str, str]]:
    """Verdict and certainty, and those of the unprivileged user where they differ."""
    for who, expect in (("", one.expect), (" (unprivileged)", one.nobody)):
        if expect is None or (who and "nobody" not in one.users):
            continue
        if expect.verdict is None:
            yield ("reachable, nothing wrong" if expect.status == "reachable" else "open") + who, ""
            continue
        named = [expect.verdict] if isinstance(expect.verdict, str) else list(expect.verdict)
        verdict = " or ".join(f"`{cause}`" if cause else "open" for cause in named)
        sure = expect.certainty if isinstance(expect.certainty, str) else " or ".join(expect.certainty)
        yield f"{verdict}{''.join(f' and `{cause}`' for cause in expect.also)}", f"{sure}{who}"
