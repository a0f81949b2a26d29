"""What a pasted text says against what is seen here: a sentence for each pair, and no cause of the text's from another place."""

import itertools
from collections.abc import Iterable
from typing import get_args

import pytest
from msgspec.structs import replace

from tui.cli.exit_status import status_of
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import wanted_checks
from tui.diagnosis.ranking import assess
from tui.diagnosis.readings import text
from tui.diagnosis.readings.contradiction import SEEN_HERE, contradiction, sentence
from tui.model.case import Case
from tui.model.facts import (
    AnyFact,
    Container,
    ErrorText,
    Listener,
    Listeners,
    OtherNamespaces,
    Outcome,
    Route,
    SystemAnswer,
    TcpAttempt,
    TextOrigin,
)
from tui.model.facts.error_text import ErrorClass
from tui.model.judgement import Assessment, Status
from tui.model.options import Options
from tui.model.requests import ListOtherNamespaces
from tui.model.target import parse_target

ADDRESS, PORT = "127.0.0.1", 6379
CLASSES: tuple[ErrorClass, ...] = get_args(ErrorClass)
ERRNOS = {Outcome.REFUSED: "ECONNREFUSED", Outcome.BLOCKED: "EPERM", Outcome.UNREACHABLE: "EHOSTUNREACH"}

each_pair = pytest.mark.parametrize(("says", "outcome"), tuple(itertools.product(CLASSES, Outcome)))


def told(says: ErrorClass, origin: TextOrigin | None = None, dialled: tuple[str, ...] = ()) -> ErrorText:
    """A text of this class."""
    return ErrorText(id="error-text-1", says=says, words="its words", origin=origin or TextOrigin(), dialled=dialled)


def case_of(said: ErrorText, outcome: Outcome, target: str = f"{ADDRESS}:{PORT}", facts: Iterable[AnyFact] = ()) -> Case:
    """A walk on this machine whose attempts all ended so; with a name, it gives the address."""
    known = parse_target(target)
    named = SystemAnswer(id="system-answer-1", name=target.partition(":")[0], addresses=(ADDRESS,), took_ms=1.0)
    if outcome is Outcome.NAME_ERROR:
        nothing = replace(named, addresses=(), error="EAI_NONAME", took_ms=1.0)
        return Case(target=parse_target("db:6379"), facts=(said, replace(nothing, name="db"), *facts))
    attempt = TcpAttempt(
        id="attempt-1",
        address=ADDRESS,
        port=PORT,
        outcome=outcome,
        errno=ERRNOS.get(outcome),
        latency_ms=0.2,
        error_queue="empty",
    )
    rows = (Listener(proto="tcp", address=ADDRESS, port=PORT, process="redis-server", pid=812),)
    table = Listeners(id="listeners-1", listeners=rows if outcome in {Outcome.CONNECTED, Outcome.SILENT} else ())
    names = () if target.startswith(ADDRESS) else (named,)
    return Case(target=known, facts=(said, *names, attempt, table, *facts))


def assessed(case: Case) -> Assessment:
    """What all causes say of it."""
    return assess(case, hypotheses())


@each_pair
def test_every_pair_has_its_sentence(says: ErrorClass, outcome: Outcome) -> None:
    """What the text says, what is seen here, and why they may differ: one sentence, whole, for every class and every ending."""
    said = told(says)

    words = sentence(case_of(said, outcome), said, frozenset({outcome}))

    assert words.startswith(f"The text says {text.CLASS_WORDS[says]}")
    assert f"; from here {SEEN_HERE[outcome]}: " in words
    assert words[-1] in ".?"
    assert "  " not in words


@each_pair
def test_no_pair_that_differs_is_called_well_or_explained_from_here(says: ErrorClass, outcome: Outcome) -> None:
    """Where the two differ, the answer begins with that, nothing is confirmed, and no exit status says that all is well."""
    if outcome is Outcome.PENDING:
        return
    case = case_of(told(says), outcome)

    found = assessed(case)

    if found.contradiction is None:
        # TLS comes after the connection, which it does not contradict; but then something must be wrong with it here.
        assert text.fits(case, told(says), frozenset({outcome}), healthy=found.status is Status.REACHABLE)
        assert found.status is not Status.REACHABLE or says == "in-use"
        return
    assert all(one.certainty != "confirmed" for one in (found.verdict, *found.also) if one)
    assert status_of(found) != 0
    assert found.contradiction.places
    assert all(place.do and place.command and place.verify for place in found.contradiction.places)


@pytest.mark.parametrize("outcome", sorted({*Outcome} - {Outcome.CONNECTED, Outcome.PENDING}))
def test_the_same_failure_is_no_contradiction(outcome: Outcome) -> None:
    """Each ending that fails is what some text tells: then the walk goes on as without one."""
    fitting = [says for says in CLASSES if contradiction(case_of(told(says), outcome)) is None]

    assert set(fitting) - {"other", "proxy"}


def test_nothing_is_contradicted_without_a_text_or_before_an_end() -> None:
    """A target alone says nothing, and a text is held against endings, not against silence of the walk."""
    connected = case_of(told("refused"), Outcome.CONNECTED)

    assert contradiction(replace(connected, facts=connected.facts[1:])) is None
    assert contradiction(replace(connected, facts=connected.facts[:1])) is None


def test_a_refusal_of_a_name_that_does_not_exist_here() -> None:
    """A name that was refused existed there: the name error here is at most possible, and the first words are about that."""
    case = replace(case_of(told("refused"), Outcome.NAME_ERROR), target=parse_target("host.docker.internal:6379"))
    case = replace(
        case, facts=(case.facts[0], SystemAnswer(id="s", name="host.docker.internal", error="EAI_NONAME", took_ms=1.0))
    )

    found = assessed(case)

    assert found.contradiction is not None
    assert found.contradiction.sentence == (
        "The text says refused; from here the name does not exist: it was written somewhere else, in a container?"
    )
    assert found.verdict is None or found.verdict.certainty == "possible"


def test_a_name_that_can_not_be_looked_up_is_not_said_to_be_absent() -> None:
    """EAI_AGAIN denies no name."""
    case = case_of(told("refused"), Outcome.NAME_ERROR)
    case = replace(case, facts=(case.facts[0], SystemAnswer(id="s", name="db", error="EAI_AGAIN", took_ms=1.0)))

    found = contradiction(case)

    assert found is not None
    assert "the name does not resolve" in found.sentence


def test_a_failure_on_the_same_stretch_stays_likely() -> None:
    """Silence there and a refusal here may have one cause, so what refuses here is likely, and no more."""
    found = assessed(case_of(told("timeout"), Outcome.REFUSED))

    assert found.verdict is not None
    assert (found.verdict.cause, found.verdict.certainty) == ("server.not-listening", "likely")


def test_what_comes_and_goes_is_what_the_text_tells() -> None:
    """An address that was refused in this session, and connects now, is no contradiction to a refusal."""
    case = case_of(told("refused"), Outcome.CONNECTED)
    first = TcpAttempt(id="attempt-0", address=ADDRESS, port=PORT, outcome=Outcome.REFUSED, latency_ms=0.2)

    assert contradiction(replace(case, facts=(case.facts[0], first, *case.facts[1:]))) is None


def test_the_name_led_elsewhere_there() -> None:
    """The text's address of the name is not among those here: that is said, and nothing about it is sure."""
    found = assessed(case_of(told("refused", dialled=("10.0.3.9",)), Outcome.REFUSED, "db:6379"))

    assert found.contradiction is not None
    assert "there the name led to 10.0.3.9, here it leads to 127.0.0.1" in found.contradiction.sentence
    assert found.verdict is not None
    assert found.verdict.certainty != "confirmed"


@pytest.mark.parametrize(
    ("origin", "says", "expected"),
    [
        (TextOrigin(container="web-1"), "in the container web-1.", "refused check 127.0.0.1:6379 --container web-1"),
        (TextOrigin(host="web7"), "on web7.", "ssh web7 refused check 127.0.0.1:6379"),
        (TextOrigin(pid=812), "", "refused check 127.0.0.1:6379 --pid 812"),
        (TextOrigin(at="11:02:03"), "The text of 11:02:03 says", "docker ps"),
    ],
)
def test_the_places_that_the_text_names_are_offered(origin: TextOrigin, says: str, expected: str) -> None:
    """Container, machine, process and time of the line are said, and the command that looks from there is given."""
    found = contradiction(case_of(told("refused", origin), Outcome.CONNECTED))

    assert found is not None
    assert says in found.sentence
    assert expected in [place.command for place in found.places]


def test_a_container_that_runs_is_named() -> None:
    """Compose prints `web-1` for the container `shop-web-1`; where that runs, the command has its name."""
    listed = OtherNamespaces(
        id="other-namespaces-1",
        containers=(
            Container(engine="docker", id="a" * 12, name="shop-web-1", state="running"),
            Container(engine="docker", id="b" * 12, name="shop-web-1-old", state="exited"),
            Container(engine="docker", id="c" * 12, name="shop-db-1", state="running"),
        ),
    )
    found = contradiction(case_of(told("refused", TextOrigin(container="web-1")), Outcome.CONNECTED, facts=(listed,)))

    assert found is not None
    commands = [place.command for place in found.places if "--container" in place.command]
    assert commands == ["refused check 127.0.0.1:6379 --container shop-web-1"]


def test_the_containers_are_asked_for_only_where_one_may_have_written_it() -> None:
    """The list of containers is wanted where a text of loopback is contradicted, and not without a contradiction."""
    request = ListOtherNamespaces(port=PORT)

    assert request in wanted_checks(case_of(told("refused"), Outcome.CONNECTED), ())
    assert request not in wanted_checks(case_of(told("refused"), Outcome.REFUSED), ())
    inside = replace(case_of(told("refused"), Outcome.CONNECTED), options=Options(container="web"))
    assert request not in wanted_checks(inside, ())


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("host.docker.internal", "a container?"),
        ("host.containers.internal", "a container?"),
        ("api.shop.svc.cluster.local", "a pod?"),
        ("kubernetes.default.svc", "a pod?"),
        ("redis", "a container?"),
        ("db.corp.example", "before something changed."),
    ],
)
def test_a_name_tells_of_its_place(host: str, place: str) -> None:
    """Names that engines and Kubernetes give, and names of one label that do not exist here, tell of a container or pod."""
    facts = (told("refused"), SystemAnswer(id="s", name=host, error="EAI_NONAME", took_ms=1.0))
    found = contradiction(Case(target=parse_target(f"{host}:6379"), facts=facts))

    assert found is not None
    assert found.sentence.endswith(place)


def test_a_name_of_one_label_that_resolves_here_tells_of_nothing() -> None:
    """Short names are common in an office too."""
    route = Route(id="route-1", address=ADDRESS, type="local", device="lo")
    found = contradiction(case_of(told("timeout"), Outcome.REFUSED, "db:6379", (route,)))

    assert found is not None
    assert "container" not in found.sentence
