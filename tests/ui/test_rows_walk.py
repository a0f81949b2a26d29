"""The walk as a tree, the place where it is, and what each place shows."""

import pytest

from tests.casefile import CASES, load
from tests.ui import checks
from tests.ui.scenes import ELSEWHERE, HERE, REFUSED_HERE
from tests.ui.snapshots import snapshot
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.tree import QUESTIONS
from tui.model.events import Before
from tui.model.facts import AnyFact, NotObserved, Outcome, TcpAttempt
from tui.model.judgement import State
from tui.model.requests import (
    AnyRequest,
    Connect,
    HoldIdle,
    ListListeners,
    LookUpRoute,
    ProbeAddress,
    SendEcho,
    TraceHops,
    TryPorts,
)
from tui.model.target import parse_target
from tui.ui.rows.checks import sends
from tui.ui.rows.header import activity, header, origins, status
from tui.ui.rows.marks import MARKS, together
from tui.ui.rows.path import path
from tui.ui.rows.place import GROUP, QUESTION, VERDICT, current_leaf, followed, group_of_place
from tui.ui.rows.steps import step
from tui.ui.rows.text import cells, plain
from tui.ui.rows.walk import group_marks, tree
from tui.ui.snapshot import Snapshot

CAUSES = hypotheses()
ATTEMPTS = Connect(address="127.0.0.1", port=5432, attempts=3, delay_s=2.0)


NAMED = (("service", "postgres"),)
"""The person's word for what is meant."""


def refused_here() -> list[AnyFact]:
    """Three resets by this machine, and its socket table."""
    requests: tuple[AnyRequest, ...] = (LookUpRoute(address="127.0.0.1"), ATTEMPTS, ListListeners())
    return [
        _numbered(fact, f"fact-{number}-{place}")
        for number, request in enumerate(requests)
        for place, fact in enumerate(REFUSED_HERE[type(request)](request))
    ]


def _numbered(fact: AnyFact, identifier: str) -> AnyFact:
    from msgspec.structs import replace

    return replace(fact, id=identifier)


def words(known: Snapshot, place: str = VERDICT, *, width: int = 32, folds: dict[str, bool] | None = None) -> list[str]:
    """The tree as text."""
    return [plain(node.line) for node in tree(known, CAUSES, (place, place), folds or {}, width)]


def test_every_mark_has_a_glyph_and_words_of_its_own() -> None:
    """No two states look the same, with colours or without, in Unicode or ASCII."""
    from tui.ui.theme import ASCII

    assert set(MARKS) == set(State)
    assert len({mark.glyph for mark in MARKS.values()}) == len(MARKS)
    assert len({mark.glyph.translate(ASCII) for mark in MARKS.values()}) == len(MARKS)
    assert all(mark.glyph.translate(ASCII).isascii() for mark in MARKS.values())
    assert len({mark.state for mark in MARKS.values()}) == len(MARKS)


@pytest.mark.parametrize(
    ("states", "mark"),
    [
        ([State.RULED_OUT, State.CONFIRMED, State.LIKELY], State.CONFIRMED),
        ([State.RULED_OUT, State.LIKELY], State.LIKELY),
        ([State.RULED_OUT, State.RULED_OUT], State.RULED_OUT),
        ([State.RULED_OUT, State.NOT_LOOKED_AT], State.OPEN),
        ([State.NOT_LOOKED_AT], State.NOT_LOOKED_AT),
        ([], State.NOT_LOOKED_AT),
    ],
)
def test_a_group_says_the_most_telling(states: list[State], mark: State) -> None:
    """A group's mark is that of its most telling leaf; it is fine only where all of its leaves are."""
    assert together(states) is mark


def test_the_tree_is_folded_to_where_we_are() -> None:
    """The groups with the place and with what is the cause are open, the others are folded; the verdict stands last."""
    said = words(snapshot(HERE, refused_here()))

    assert [one.split()[0] for one in said if one.split()[2] in {"Name", "Path", "Client"}] == ["▸", "▸", "▸"]
    assert any("listens" in one and one.endswith("no") for one in said)
    assert "Verdict" in said[-1]
    assert said[-1].endswith("confirmed")
    assert {cells(one) for one in said} == {32}


def test_what_the_person_folds_stays_folded() -> None:
    """A fold of the person's counts more than where the walk is."""
    known = snapshot(HERE, refused_here())

    assert not any("listens" in one for one in words(known, folds={"server": True}))
    assert any("name exists" in one for one in words(known, folds={"name": False}))


def test_only_what_concerns_the_target_is_in_the_tree() -> None:
    """A Unix socket has a group of its own, the server's for its queue and the client's for its limits; TCP all but its own."""
    unix = [key for key, _ in group_marks(snapshot("/run/app.sock"), CAUSES, VERDICT)]
    tcp = [key for key, _ in group_marks(snapshot(HERE), CAUSES, VERDICT)]

    assert unix == ["server", "client", "unix"]
    assert tcp == ["name", "port", "path", "server", "tls", "upstream", "client"]


def test_the_marks_say_where_we_are() -> None:
    """In the line of marks the group of the place is pointed at."""
    said = dict(group_marks(snapshot(HERE, refused_here()), CAUSES, "server.not-listening"))

    assert plain(said["server"]) == "▸● Server"
    assert plain(said["client"]).startswith(" ")


def test_an_answer_stands_in_the_tree() -> None:
    """What the person said is a leaf of its group."""
    known = snapshot(ELSEWHERE, answers=[("consent.ports", "no"), ("ever-worked", "unknown")])
    said = words(known, folds={"port": False, "server": False})

    assert any("you: no" in one for one in said)
    assert any("you: don't know" in one for one in said)


def test_the_walk_is_at_the_first_leaf_that_is_not_settled() -> None:
    """While checks are under way the place is a leaf that needs one of them; where none does, the verdict."""
    busy = snapshot(HERE, under_way=[ATTEMPTS])
    leaf = current_leaf(busy, CAUSES)

    assert leaf is not None
    assert ATTEMPTS.address in {getattr(request, "address", "") for request in leaf.needs(busy.case)}
    assert followed(snapshot(HERE, refused_here()), CAUSES) == VERDICT


@pytest.mark.parametrize(
    ("place", "group"),
    [("server.not-listening", "server"), (f"{GROUP}path", "path"), (f"{QUESTION}consent.ports", "port"), (VERDICT, "")],
)
def test_the_group_of_a_place(place: str, group: str) -> None:
    """Leaves, branches and questions belong to a group, the verdict to none."""
    assert group_of_place(place) == group


def test_a_step_shows_four_things_in_order() -> None:
    """What is asked, why, what was seen with its command, what it means."""
    title, shown = step(snapshot(HERE, refused_here()), CAUSES, "server.not-listening", 60)
    said = [plain(row.line) for row in shown]
    labels = [one.split()[0] for one in said if one and not one.startswith(" ")]

    assert title.startswith("Server: ")
    assert labels == ["asks", "why", "seen", "means"]
    assert any(row.command for row in shown)


def test_a_look_that_could_not_be_taken_is_said() -> None:
    """The step says what was not seen, why, and what would allow it."""
    blind = NotObserved(request=ListListeners(), reason="The table can't be read.", remedy="Run it as root.")
    _, shown = step(snapshot(HERE, [*refused_here()[:4], blind]), CAUSES, "server.not-listening", 200)

    assert any("The table can't be read. Run it as root." in plain(row.line) for row in shown)


def test_a_branch_lists_its_leaves() -> None:
    """A branch says what it asks and what each leaf says."""
    title, shown = step(snapshot(HERE, refused_here()), CAUSES, f"{GROUP}server", 80)
    said = "\n".join(plain(row.line) for row in shown)

    assert title == "Server"
    assert "Does the other end serve?" in said
    assert all(one.title in said for one in CAUSES if one.id.startswith("server."))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.id)
def test_a_question_of_the_past_says_its_answer(question: object) -> None:
    """A question that was answered shows what was said."""
    from tui.diagnosis.tree import Question

    assert isinstance(question, Question)
    title, shown = step(snapshot(ELSEWHERE, answers=[(question.id, "reports")]), CAUSES, f"{QUESTION}{question.id}", 70)

    assert title == "Your answer"
    assert any("reports" in plain(row.line) for row in shown)


def test_what_waits_for_consent_says_what_it_sends() -> None:
    """Each check that sends more than the attempts is put in a sentence with its numbers."""
    assert sends(SendEcho(address="10.0.3.9")) == "3 echo requests to 10.0.3.9, as ping sends them."
    assert "up to 20" in sends(TraceHops(address="10.0.3.9", port=5432))
    assert sends(TryPorts(address="10.0.3.9", ports=(22, 80))).startswith("One attempt on each of 2 other ports")
    assert sends(ProbeAddress(address="10.0.3.9", device="eth0")).startswith("Two ARP probes on eth0, which claim no address")
    assert "Three connections to 10.0.3.9:5432, held for 400 seconds" in sends(
        HoldIdle(address="10.0.3.9", port=5432, idle_s=400.0)
    )
    assert sends(LookUpRoute(address="10.0.3.9")) == "A check of the route to 10.0.3.9."


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_header_fills_its_line(width: int) -> None:
    """The first line is never longer than the screen, whatever the target is called."""
    from tests.ui.checks import BEGIN

    for target in ("db-1:5432", f"{'a' * 60}.{'b' * 60}.example.org:5432"):
        known = snapshot(target, checks.attempts(Outcome.REFUSED)(ATTEMPTS), under_way=[ATTEMPTS])
        said = plain(header(known.case.target, known, "Does anything listen on this port?", BEGIN, width))

        assert cells(said) <= width
        assert "00:00" in said


def test_the_header_shows_the_whole_way() -> None:
    """Where the walk went on behind a proxy, the first line names both, and what kind of target it has come to."""
    from tests.ui.checks import BEGIN

    front = parse_target("http://web:8080")
    known = snapshot("/run/app.sock", behind=(Before(target=front, cause="upstream.refused"),))

    assert "web:8080 > /run/app.sock · unix" in plain(header(front, known, "", BEGIN, 80))


def test_what_the_session_does() -> None:
    """Testing, waiting for the person, done, or a recording: the header says it in words."""
    assert activity(snapshot(HERE, under_way=[ATTEMPTS]), "Why?") == "• testing: Why?"
    assert activity(snapshot(HERE, refused_here(), progress=(3, 9)), "") == "replay 3 of 9"


def test_where_the_looks_are_taken_from() -> None:
    """This machine's name, with the address that the kernel chose."""
    assert origins(snapshot(HERE, checks.attempts(Outcome.REFUSED)(ATTEMPTS))) == ["from web-3 (10.0.5.7)", "from web-3"]
    assert origins(snapshot(HERE)) == ["from web-3"]


def test_the_verdict_so_far_is_one_line() -> None:
    """The line at the bottom has certainty, cause and sentence, cut to the screen."""
    said = plain(status(snapshot(HERE, refused_here(), answers=NAMED), 70))

    assert said.startswith(" ● confirmed: port.wrong-port postgres")
    assert cells(said) <= 70


def test_a_route_into_a_bridge_is_shown() -> None:
    """The path names a bridge of this machine that the route leads into, and no card."""
    into = load(CASES / "path.route-overlap" / "nothing-else-can-be-meant.toml").case
    card = load(CASES / "path.route-overlap" / "a-card-is-no-bridge.toml").case

    assert "docker0 is a bridge inside this machine" in " ".join(plain(row.line) for row in path(into, 200))
    assert "eth0 is an interface" not in " ".join(plain(row.line) for row in path(card, 200))


def test_an_attempt_by_another_way_is_no_origin() -> None:
    """Where checks come from is the address that programs have on the way that they take."""
    usual, around = (
        TcpAttempt(address="10.0.3.9", port=5432, outcome=Outcome.TIMEOUT, latency_ms=1.0, local_address=own, device=device)
        for own, device in (("10.0.3.1", None), ("192.0.2.7", "eth0"))
    )

    assert origins(snapshot("10.0.3.9:5432", [usual, around])) == ["from web-3 (10.0.3.1)", "from web-3"]
