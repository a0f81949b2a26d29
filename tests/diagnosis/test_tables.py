"""Readings of one fact held by tables: how a talk ended, the program of an image, what a distance that is not known leaves."""

import pytest
from msgspec.structs import replace

from tests.casefile import CASES, load
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.hypotheses.server.backlog_full import _rank
from tui.diagnosis.hypothesis import Finding, claim, ruled_out, still_open
from tui.diagnosis.ranking import judged
from tui.diagnosis.readings import hosts, namespaces, rules, talk
from tui.model.case import Case
from tui.model.facts import Addresses, AnyFact, Container, InnerAnswer, Outcome, ResetOrigin, Route, Service, Talk, TcpAttempt
from tui.model.facts.attempt import IcmpError
from tui.model.facts.reset_origin import Reference
from tui.model.judgement import Judgement, State
from tui.model.target import parse_target

ADDRESS = "10.0.3.9"


def _judged(cause: str, case: Case) -> Judgement:
    return judged(next(hypothesis for hypothesis in hypotheses() if hypothesis.id == cause), case)


def _attempt(outcome: Outcome, port: int = 80, address: str = ADDRESS) -> TcpAttempt:
    return TcpAttempt(address=address, port=port, outcome=outcome, latency_ms=0.3, error_queue="empty")


def _case(target: str, *facts: AnyFact) -> Case:
    return Case(target=parse_target(target), facts=(*facts, Route(address=ADDRESS, type="unicast", gateway="10.0.1.1")))


@pytest.mark.parametrize(
    ("outcome", "inner", "ending"),
    [
        ("answered", None, "answered"),
        ("silent", None, "silent"),
        ("closed", None, "closed"),
        ("answered", "silent", "silent"),
        ("answered", "answered", "answered"),
        ("answered", "closed", "answered"),
        ("answered", "reset", "answered"),
    ],
)
def test_silence_inside_tls_is_silence(outcome: str, inner: str | None, ending: str) -> None:
    """A front that agrees on TLS and says nothing in it has not answered; and it was waited for as long as that took."""
    answer = InnerAnswer(outcome=inner, waited_ms=2000.0) if inner else None  # type: ignore[arg-type]
    ended = Talk(address=ADDRESS, port=443, spoken="TLS", outcome=outcome, waited_ms=5.0, inner=answer)  # type: ignore[arg-type]

    assert talk.ending(ended) == ending
    assert talk.waited_ms(ended) == (2000.0 if inner else 5.0)


@pytest.mark.parametrize(
    "written",
    ["{}", "{}:16-alpine", "docker.io/library/{}:16", "registry:5000/team/{}:1", "{}@sha256:0a1b", "quay.io/a/{}:1@sha256:0a1b"],
)
@pytest.mark.parametrize(
    ("image", "program"),
    [
        ("postgres", "postgres"),
        ("nginx", "nginx"),
        ("redis", "redis-server"),
        ("mysql", "mysqld"),
        ("mariadb", "mariadbd"),
        ("mongo", "mongod"),
        ("httpd", "apache2"),
        ("valkey", "valkey-server"),
    ],
)
def test_an_image_is_known_by_its_program(image: str, program: str, written: str) -> None:
    """However an image is written, with a registry, a tag or a digest, it is that of its program."""
    container = Container(engine="docker", id="0a1b", name="shop", image=written.format(image))

    assert namespaces._image_name(container) == program


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (None, "A reset came; from how far away was not measured."),
        (ResetOrigin(address=ADDRESS, port=80), "A reset came; its distance could not be measured."),
        (
            ResetOrigin(address=ADDRESS, port=80, references=(Reference(kind="echo", received_ttl=60),)),
            "A reset came; its distance could not be measured.",
        ),
        (
            ResetOrigin(address=ADDRESS, port=80, received_ttl=62),
            "Nothing else answers from 10.0.3.9, so its distance can't be compared",
        ),
        (
            ResetOrigin(address=ADDRESS, port=80, smallest_ttl=3),
            "Nothing else answers from 10.0.3.9, so its distance can't be compared",
        ),
        (
            ResetOrigin(address=ADDRESS, port=80, received_ttl=62, references=(Reference(kind="echo", received_ttl=250),)),
            "The measurements do not agree",
        ),
    ],
)
def test_a_distance_that_is_not_known_leaves_the_sender_open(measured: ResetOrigin | None, words: str) -> None:
    """Not measured, not measurable, nothing to compare with, and no agreement are four different sentences, and no claim."""
    case = _case(f"{ADDRESS}:80", _attempt(Outcome.REFUSED), *([measured] if measured else []))

    judgement = _judged("path.reset-by-middlebox", case)

    assert judgement.state is State.OPEN
    assert judgement.reason.startswith(words)


@pytest.mark.parametrize(
    ("outcomes", "troubled"),
    [
        ((Outcome.CONNECTED,), []),
        ((Outcome.REFUSED,), [ADDRESS]),
        ((Outcome.TIMEOUT, Outcome.REFUSED), [ADDRESS]),
        ((Outcome.REFUSED, Outcome.CONNECTED), [ADDRESS]),
        ((Outcome.CONNECTED, Outcome.TIMEOUT), [ADDRESS]),
    ],
)
def test_an_address_that_fails_at_times_is_looked_up_in_the_rules(outcomes: tuple[Outcome, ...], troubled: list[str]) -> None:
    """A rule that fails some of the attempts is asked for, though the last of them connected."""
    case = _case(f"{ADDRESS}:80", *(_attempt(outcome) for outcome in outcomes))

    assert rules.troubled(case) == troubled


def test_of_several_addresses_the_one_about_which_most_is_known_decides() -> None:
    """Confirmed comes before likely, likely before what is open, and that before what is ruled out."""
    sure = claim("Its queue is full.", "a", reason="It was seen full.", refuted_by="An empty queue.")
    likely = replace(sure, missing="A look at its queue.")
    findings: list[Finding] = [ruled_out("Its queue is not full.", "a"), still_open("It was not seen.", "a"), likely, sure]

    assert sorted(findings, key=_rank) == findings[::-1]


OWN = Addresses(addresses=(("lo", "127.0.0.1"), ("eth0", "10.0.1.2"), ("eth0", "fe80::2")))


@pytest.mark.parametrize(
    ("sender", "facts", "here"),
    [
        (None, (OWN,), None),
        ("?", (OWN,), None),
        ("10.0.1.2", (), True),
        ("127.0.0.1", (), True),
        ("10.0.1.1", (), None),
        ("10.0.1.1", (OWN,), False),
        ("10.0.1.2", (OWN,), True),
        ("fe80::2", (OWN,), None),
        ("fe80::1", (OWN,), False),
    ],
)
def test_whose_icmp_error_it_is(sender: str | None, facts: tuple[AnyFact, ...], here: bool | None) -> None:
    """This machine's by the address that was left from, by loopback or by its own addresses; no error is nobody's."""
    icmp = IcmpError(type=3, code=1, meaning="host unreachable", sender=sender) if sender else None
    attempt = replace(_attempt(Outcome.UNREACHABLE), icmp=icmp, local_address="10.0.1.2")

    assert hosts.sent_here(_case(f"{ADDRESS}:80", attempt, *facts), attempt) is here


@pytest.mark.parametrize(("active", "again"), [("failed", True), ("activating", False)])
def test_only_what_has_failed_is_reset_before_it_is_started(active: str, again: bool) -> None:
    """A unit that systemd has given up is reset first; another one is just started."""
    file = load(CASES / "server.port-taken" / "holder-is-gone.toml")
    facts = [replace(fact, active=active, restarts=3) if isinstance(fact, Service) else fact for fact in file.facts]

    commands = [remedy.command for remedy in _judged("server.port-taken", replace(file, facts=facts).case).remedies]

    assert any("systemctl start" in command for command in commands)
    assert any("systemctl reset-failed" in command for command in commands) is again
