"""Plays scenarios, many at the same time, and holds each document against what was expected.

A play that did not go as expected is played again alone, when all others have ended: many at once crowd a small machine, which a
user's is not. What was wrongly confirmed stays so: no crowd excuses it.
"""

import compileall
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tests.lab.bench import Bench, bench
from tests.lab.kernel_state import changes, kernel_state
from tests.lab.network import ROOT
from tests.lab.scenario import Expect, Scenario, User, allowed
from tests.remedy_law import broken, misplaced

AT_ONCE = 10
"""A play is mostly waiting for time-outs; ten of them keep two processors about busy, and not so that answers come late."""
_STATUS = {"confirmed": 1, "likely": 1, "possible": 3}


class Play(Struct, frozen=True, kw_only=True):
    """What came of a scenario for one user."""

    scenario: Scenario
    user: User
    cause: str = "-"
    certainty: str = "-"
    problems: tuple[str, ...] = ()
    """Where the document is not what was expected."""
    wrong_confirmed: tuple[str, ...] = ()
    """The causes that were called confirmed and are not right, or can't be known."""
    seconds: float = 0.0
    """How long `refused check` took, by its own account."""
    document: Any = None
    at_first: tuple[str, ...] = ()
    """The problems of a first play, where this one is the second, alone."""

    @property
    def name(self) -> str:
        """As the table and pytest name it."""
        return f"{self.scenario.name}[{self.user}]"


def play(scenario: Scenario, user: User, seed: int) -> Play:
    """Break it, look, and compare. Never raises: what went wrong with the lab is a problem too."""
    began = time.monotonic()
    try:
        with bench(scenario, seed) as made:
            for step in scenario.steps:
                step(made)
            before = kernel_state(made["client"], made.addresses)
            document = made.check(scenario, user)
            problems, wrong = compared(document, scenario.expected(user), made)
            problems += changes(before, kernel_state(made["client"], made.addresses), made.addresses)
            if scenario.twice:
                again, wrong_again = compared(made.check(scenario, user), scenario.expected(user), made)
                problems += [f"the second time: {problem}" for problem in again]
                wrong += wrong_again
    except Exception as error:  # noqa: BLE001 -- a play that breaks must not take the others with it
        seconds = round(time.monotonic() - began, 1)
        return Play(scenario=scenario, user=user, problems=(f"{type(error).__name__}: {error}",), seconds=seconds)
    verdict = document["verdict"] or {"cause": "-", "certainty": "-"}
    return Play(
        scenario=scenario,
        user=user,
        cause=verdict["cause"],
        certainty=verdict["certainty"],
        problems=tuple(problems),
        wrong_confirmed=wrong,
        seconds=document["elapsed_s"],
        document=document,
    )


@contextmanager
def playing(wanted: Iterable[tuple[Scenario, User]], seed: int, at_once: int = AT_ONCE) -> Iterator[Mapping[str, Future[Play]]]:
    """Play all that is wanted, in order, so many at once; by name, what will come of each.

    What has not begun when the context ends is left out.
    """
    # What is played writes no byte code, and would compile the program anew each time.
    compileall.compile_dir(ROOT / "tui", quiet=2)
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="play")
    try:
        yield {f"{scenario.name}[{user}]": pool.submit(play, scenario, user, seed) for scenario, user in wanted}
    finally:
        pool.shutdown(cancel_futures=True)


def outcome(futures: Mapping[str, Future[Play]], name: str, seed: int) -> Play:
    """What came of one play, the second time if the first one is worth another."""
    first = futures[name].result()
    if not first.problems or first.wrong_confirmed:
        return first
    wait(futures.values())
    return replace(play(first.scenario, first.user, seed), at_first=first.problems)


def compared(document: Mapping[str, Any], expect: Expect, made: Bench) -> tuple[list[str], tuple[str, ...]]:
    """Every way in which the document is not as expected, and the causes that are wrongly confirmed."""
    verdict = document["verdict"] or {"cause": None, "certainty": None, "culprit": None, "summary": ""}
    said = {one["cause"]: one["certainty"] for one in (verdict, *document["also"])}
    named = {one["cause"]: one["certainty"] for one in document["alternatives"]}
    wrong = tuple(cause for cause, sure in said.items() if sure == "confirmed" and cause not in allowed(expect))
    problems = [f"wrong confirmed: {cause}" for cause in wrong]
    problems += [f"overclaims: {cause} is {said[cause]}" for cause in expect.never & said.keys() if said[cause] != "possible"]
    problems += [f"overclaims: {cause} is likely" for cause in expect.never if named.get(cause) in {"likely", "confirmed"}]
    problems += [f"a probe failed: {one}" for one in document["unseen"] if "failed" in one]
    wanted = {
        "verdict": (verdict["cause"], expect.verdict),
        "status": (document["status"], expect.status),
        "outcome": (document["outcome"], expect.outcome),
        "exit status": (document["exit status"], _exit_status(document)),
    }
    if expect.verdict is not None and verdict["cause"]:
        wanted["certainty"] = (verdict["certainty"], expect.certainty)
    for what, (got, right) in wanted.items():
        if got not in right if isinstance(right, tuple) else got != right:
            problems.append(f"{what}: {got}, expected {right}")
    for cause, sure in expect.also.items():
        if said.get(cause) != sure:
            problems.append(f"as or beside the verdict: {cause} {said.get(cause)}, expected {sure}")
    problems += [f"not named as an alternative: {cause}" for cause in sorted(expect.alternatives - named.keys())]
    problems += _against_the_law_of_remedies(document)
    problems += _unnamed(verdict, expect, made)
    problems += _not_contradicted(document, expect, made)
    wrong_behind = tuple(_wrong_behind(document["next"], expect))
    problems += [f"wrong confirmed behind it: {cause}" for cause in wrong_behind]
    wrong += wrong_behind
    problems += _not_as_behind(document["next"], expect)
    return problems, wrong


def _behind(following: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """The documents of the further stretches."""
    while following:
        yield following
        following = following["next"]


def _wrong_behind(following: Mapping[str, Any] | None, expect: Expect) -> Iterator[str]:
    """Causes that are confirmed of what stands behind, and are not those that are expected there."""
    for document in _behind(following):
        verdicts = (*([document["verdict"]] if document["verdict"] else []), *document["also"])
        causes = {one["cause"] for one in verdicts if one["certainty"] == "confirmed"}
        yield from sorted(causes - {*expect.behind, *allowed(expect)})


def _not_as_behind(following: Mapping[str, Any] | None, expect: Expect) -> Iterator[str]:
    named = tuple(document["verdict"]["cause"] if document["verdict"] else "-" for document in _behind(following))
    if named != expect.behind:
        yield f"behind it: {named}, expected {expect.behind}"


def _against_the_law_of_remedies(document: Mapping[str, Any]) -> Iterator[str]:
    """Remedies that look and change at once, that are to be filled in first, or that do not fit who looked and where."""
    verdicts = ([document["verdict"]] if document["verdict"] else []) + document["also"]
    places = document["contradiction"]["places"] if document["contradiction"] else []
    ways = {fact["vantage"] for fact in document["evidence"] if fact.get("vantage")}
    for remedy in (*places, *(one for verdict in verdicts for one in verdict["remedies"])):
        yield from (f"a remedy {fault}" for fault in broken([remedy], json.dumps(document["evidence"]), ways))
    hosts = [fact for fact in document["evidence"] if fact["kind"] == "session-host"]
    offered = [remedy["command"] for verdict in verdicts for remedy in verdict["remedies"] if remedy["command"]]
    if offered and not hosts:
        yield "remedies are offered, and where they are typed was not looked at"
    for host in hosts:
        for line in offered:
            yield from (f"a remedy {fault}" for fault in misplaced(line, root=host["user"] == 0, systemd=host["systemd"]))


def _unnamed(verdict: Mapping[str, Any], expect: Expect, made: Bench) -> Iterator[str]:
    """What the verdict had to name, and does not."""
    culprit = verdict["culprit"] or {}
    for key, text in expect.culprit.items():
        if str(culprit.get(key)) != made.text(text):
            yield f"culprit's {key}: {culprit.get(key)}, expected {made.text(text)}"
    for word in expect.words:
        if made.text(word) not in verdict["summary"]:
            yield f"the sentence lacks {made.text(word)!r}: {verdict['summary']}"


def _not_contradicted(document: Mapping[str, Any], expect: Expect, made: Bench) -> Iterator[str]:
    """How the typed text and what is seen differ, by the document and by what is expected."""
    differs = document["contradiction"]
    sentence = differs["sentence"] if differs else ""
    if bool(sentence) != bool(expect.contradiction):
        yield f"contradiction: {sentence or 'none'}"
    for word in expect.contradiction:
        if made.text(word) not in sentence:
            yield f"the contradiction lacks {made.text(word)!r}: {sentence}"


def _exit_status(document: Mapping[str, Any]) -> int:
    """As the contract has it."""
    if document["status"] == "reachable":
        return 3 if document["contradiction"] else 0
    return _STATUS[document["verdict"]["certainty"]] if document["verdict"] else 3
