"""How sure the verdicts are, against how often they are right: over all plays of a run, by group of causes.

A statement is right where the cause that it names is what is broken: the scenario's own `broken_by`, not what is expected to
be said. A walk that ends without a cause that is likely counts once, as `possible`: it is right where what is broken is among
the causes that it offers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from tests.lab.plays import Play

GROUPS = ("name", "port", "path", "tls", "server", "upstream", "client", "unix")
LEAST = {"confirmed": 1.0, "likely": 0.85, "possible": 0.3}
"""How often each must be right, as a share."""


class Statement(Struct, frozen=True):
    """One cause that a document names, how sure it is, and whether that is what was broken."""

    cause: str
    certainty: str
    right: bool


def statements(plays: Iterable[Play]) -> Iterator[Statement]:
    """What the documents of the plays say: each cause that is confirmed or likely, and what is offered where none is."""
    for play in plays:
        document = play.document or {"verdict": None, "also": (), "alternatives": ()}
        verdict, truth = document["verdict"], play.scenario.broken_by
        said = [one for one in (verdict, *document["also"]) if one and one["certainty"] != "possible"]
        for one in said:
            yield Statement(one["cause"], one["certainty"], one["cause"] in truth)
        if verdict and not said:
            offered = [verdict["cause"], *(one["cause"] for one in document["alternatives"])]
            yield Statement(
                next((cause for cause in offered if cause in truth), offered[0]), "possible", bool(truth & {*offered})
            )


def shares(said: Sequence[Statement]) -> dict[str, tuple[int, int]]:
    """For each certainty how many statements were right, and how many there were."""
    every = Counter(one.certainty for one in said)
    right = Counter(one.certainty for one in said if one.right)
    return {certainty: (right[certainty], every[certainty]) for certainty in LEAST}


def table(plays: Sequence[Play]) -> str:
    """The table in Markdown: a row for each group, and one for all."""
    said = list(statements(plays))
    rows = ["| causes | confirmed | likely | possible |", "|---|---|---|---|"]
    for group in GROUPS:
        own = [one for one in said if one.cause.startswith(f"{group}.")]
        if own:
            rows.append(_row(f"`{group}.*`", own))
    return "\n".join([*rows, _row("all", said)])


def too_sure(plays: Sequence[Play], slack: float = 0.0) -> list[str]:
    """Each certainty that was right less often than it must be.

    `slack` is what chance may take from a single run, of all but confirmed.
    """
    return [
        f"{certainty} was right {right} of {every} times, less than {LEAST[certainty]:.0%}"
        for certainty, (right, every) in shares(list(statements(plays))).items()
        if every and right < (LEAST[certainty] - (0.0 if certainty == "confirmed" else slack)) * every
    ]


def _row(name: str, said: Sequence[Statement]) -> str:
    cells = (f"{right} of {every} ({right / every:.0%})" if every else "–" for right, every in shares(said).values())  # noqa: RUF001 -- an empty cell
    return f"| {name} | {' | '.join(cells)} |"
