"""A service whose owner nobody may see is known by its own words."""

import pytest

from tui.diagnosis.readings import spoken
from tui.model.case import Case
from tui.model.facts import AnyFact, HttpAnswer, InnerAnswer, Outcome, Talk, TcpAttempt
from tui.model.options import Options
from tui.model.requests import TalkTo
from tui.model.target import parse_target

HERE = "127.0.0.1"


def _talk(port: int, asked: str, *protocols: str, **more: object) -> Talk:
    return Talk(id=f"talk-{port}", address=HERE, port=port, spoken=asked, outcome="answered", protocols=protocols, **more)  # type: ignore[arg-type]


def _greeting(port: int, protocol: str) -> TcpAttempt:
    return TcpAttempt(
        id=f"attempt-{port}",
        address=HERE,
        port=port,
        outcome=Outcome.CONNECTED,
        latency_ms=1.0,
        protocol=protocol,
        purpose="other-port",
    )


def _case(target: str, *facts: AnyFact, talk: bool = True) -> Case:
    return Case(target=parse_target(target), facts=facts, options=Options(talk=talk))


@pytest.mark.parametrize(
    ("target", "fact", "family", "meant"),
    [
        (f"{HERE}:5432", _talk(5433, "PostgreSQL", "PostgreSQL", detail="offers no TLS"), "PostgreSQL", True),
        (f"{HERE}:8080", _talk(80, "HTTP", "HTTP", http=HttpAnswer(method="HEAD", path="/", status=200)), "HTTP", True),
        (f"https://{HERE}:8443", _talk(443, "TLS", "TLS", http=HttpAnswer(method="HEAD", path="/", status=404)), "HTTP", True),
        (
            f"rediss://{HERE}:6380",
            _talk(6390, "TLS", "TLS", inner=InnerAnswer(outcome="answered", protocols=("Redis",))),
            "Redis",
            True,
        ),
        (f"ssh://{HERE}:2222", _greeting(22, "SSH"), "SSH", True),
        (f"{HERE}:5432", _talk(8000, "PostgreSQL", "HTTP"), "HTTP", False),
        (f"smtp://{HERE}:587", _greeting(25, "SMTP or FTP"), None, False),
        (f"{HERE}:443", _talk(8443, "TLS", "TLS"), None, False),
    ],
)
def test_words_name_a_kind_that_no_other_says(target: str, fact: Talk | TcpAttempt, family: str | None, *, meant: bool) -> None:
    """Its words on another port tell what it is, and whether that is what the target means; shared ones tell neither."""
    case = _case(target, fact)

    known = spoken.family(case, HERE, fact.port)
    assert (known.name if known else None, spoken.is_what_was_meant(case, HERE, fact.port)) == (family, meant)
    assert spoken.evidence(case, HERE, fact.port) == (fact.id,)
    assert spoken.protocols(case, HERE, 9999) == ()


def test_few_ports_are_asked_in_the_protocol_that_is_meant() -> None:
    """Each once, no more than four, and none where nothing may be said or nobody knows what to say."""
    asked = list(spoken.questions(_case(f"{HERE}:5432"), HERE, (5433, 5433, 5434, 5435, 5436, 5437)))

    assert [(one.port, one.protocol) for one in asked if isinstance(one, TalkTo)] == [
        (port, "PostgreSQL") for port in (5433, 5434, 5435, 5436)
    ]
    assert list(spoken.questions(_case(f"{HERE}:5432", talk=False), HERE, (5433,))) == []
    assert list(spoken.questions(_case(f"{HERE}:18930"), HERE, (5433,))) == []
