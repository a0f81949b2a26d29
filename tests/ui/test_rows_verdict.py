"""The verdict, what is said instead of one, and whether a repair holds."""

import pytest

from tests.ui.checks import at
from tests.ui.scenes import HERE
from tests.ui.snapshots import snapshot
from tests.ui.test_rows_walk import NAMED, refused_here
from tui.model.events import Before
from tui.model.facts import AnyFact, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.target import parse_target
from tui.report.outline import culprit_words
from tui.ui.rows.recovery import recovery_words, verifying
from tui.ui.rows.text import plain
from tui.ui.rows.verdict import verdict

TARGET = "10.0.3.9:5432"


def attempt(outcome: Outcome, seconds: float, *, purpose: str = "verify", address: str = "10.0.3.9") -> TcpAttempt:
    """An attempt at this time of the scene."""
    return TcpAttempt(address=address, port=5432, outcome=outcome, latency_ms=1, purpose=purpose, at=at(seconds), number=1)  # type: ignore[arg-type]  # a purpose


def said(target: str, facts: list[AnyFact], width: int = 78, answers: tuple[tuple[str, str], ...] = ()) -> str:
    """The verdict as text."""
    return "\n".join(plain(row.line) for row in verdict(snapshot(target, facts, answers=answers), width))


def test_the_verdict_has_all_its_parts() -> None:
    """Certainty and cause, the sentence, the culprit, what to do with its command, the facts, and what would disprove it."""
    words = said(HERE, refused_here(), answers=NAMED)

    for part in ("● confirmed  port.wrong-port", "culprit", "look 1", "$ ", "Then: ", "seen", "unless"):
        assert part in words, part
    assert words.index("look 1") < words.index("seen") < words.index("unless")


def test_a_verdict_behind_a_proxy_says_so() -> None:
    """The card begins with what the walk came by, and what was wrong there."""
    before = Before(target=parse_target("http://web:8080"), cause="upstream.refused")
    rows = verdict(snapshot(HERE, refused_here(), answers=NAMED, behind=(before,)), 78)

    assert plain(rows[0].line).strip() == "Behind web:8080 (upstream.refused):"


def test_looking_and_changing_are_told_apart() -> None:
    """What is to be done is labelled by what its command does: it looks, it changes something, or there is none."""
    kinds = [Remedy(do="a", command="ss -ltn"), Remedy(do="b", command="kill 7", changes=True), Remedy(do="c")]

    assert [remedy.kind for remedy in kinds] == ["look", "change", "do"]
    words = said(HERE, refused_here(), answers=NAMED)
    assert "look 1" in words
    assert "do 1" not in words


def test_a_command_is_copied_whole() -> None:
    """A command that is broken over lines is one command to copy."""
    commands = [row.command for row in verdict(snapshot(HERE, refused_here(), answers=NAMED), 40) if row.command]

    assert "systemctl cat postgresql@16-main.service" in commands


def test_nothing_is_certain_yet() -> None:
    """Without facts there is no verdict, and that is said."""
    assert "Nothing is certain yet" in said(TARGET, [])


def test_it_connects() -> None:
    """A target that connects is said to, without a cause; that nothing is wrong is not said of what was not asked."""
    words = said(TARGET, [attempt(Outcome.CONNECTED, 1, purpose="target")])

    assert "connects." in words
    assert "nothing is wrong" not in words


@pytest.mark.parametrize(
    ("culprit", "words"),
    [
        (Culprit(kind="address", address="10.0.3.9", port=5432), "address 10.0.3.9:5432"),
        (Culprit(kind="listener", address="::1", port=80, name="nginx", pid=9), "listener nginx, pid 9, [::1]:80"),
        (Culprit(kind="file", path="/etc/hosts", line=12), "file /etc/hosts line 12"),
        (Culprit(kind="proxy", variable="https_proxy", port=3128), "proxy https_proxy, port 3128"),
        (Culprit(kind="route", route="blackhole 10.0.0.0/8", device="eth0"), "route blackhole 10.0.0.0/8, eth0"),
    ],
)
def test_the_culprit_by_name(culprit: Culprit, words: str) -> None:
    """The thing at fault is named by the keys of its kind."""
    assert culprit_words(culprit) == words


def test_a_repair_that_holds() -> None:
    """After three connections in a row: since when it is reachable, and for how long it was not."""
    facts = [attempt(Outcome.REFUSED, 0, purpose="target"), attempt(Outcome.REFUSED, 200)]
    facts += [attempt(Outcome.CONNECTED, 252 + second) for second in range(3)]
    case = snapshot(TARGET, facts).case

    assert recovery_words(case) == "10.0.3.9:5432 has been reachable since 11:06:15; before that refused for 4 min 12 s."
    assert not verifying(case)


def test_a_repair_that_does_not_hold_yet() -> None:
    """Before that it says how far it is, and attempts go on."""
    failing = snapshot(TARGET, [attempt(Outcome.REFUSED, 0)]).case
    connecting = snapshot(TARGET, [attempt(Outcome.REFUSED, 0), attempt(Outcome.CONNECTED, 1)]).case

    assert recovery_words(failing) == "Verifying 10.0.3.9:5432: not yet reachable, attempt 1."
    assert recovery_words(connecting) == "Verifying 10.0.3.9:5432: connected 1 of 3 times in a row."
    assert verifying(failing)
    assert verifying(connecting)
    assert recovery_words(snapshot(TARGET, [attempt(Outcome.REFUSED, 0, purpose="target")]).case) == ""


def test_every_address_is_verified() -> None:
    """One address that works does not hide another one that does not."""
    facts = [attempt(Outcome.CONNECTED, second) for second in range(3)]
    case = snapshot(TARGET, [*facts, attempt(Outcome.REFUSED, 3, address="10.0.3.8")]).case

    assert verifying(case)
    assert len(recovery_words(case).splitlines()) == 2
