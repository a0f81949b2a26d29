"""What is claimed of a target that connects: no more than was asked, and what was not asked is said."""

import pytest
from msgspec.structs import replace

from tests.casefile import CASES, load
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.case import Case
from tui.model.facts import (
    AnyFact,
    Certificate,
    HttpAnswer,
    InnerAnswer,
    Outcome,
    SystemAnswer,
    Talk,
    TcpAttempt,
    TlsAnswer,
    UnixAttempt,
)
from tui.model.options import Options
from tui.model.target import parse_target
from tui.report.document import document
from tui.report.outline import headline
from tui.report.proved import proved, proved_words, unproved

HOST = "10.0.3.9"
AT = "2026-11-20T11:02:03Z"
NAMED = SystemAnswer(id="name-1", name="api.example", took_ms=3.0, addresses=(HOST,))


def _connects(port: int, address: str = HOST, **more: str) -> TcpAttempt:
    return TcpAttempt(
        id=f"attempt-{address}",
        address=address,
        port=port,
        outcome=Outcome.CONNECTED,
        latency_ms=0.4,
        first_bytes=more.get("says"),
        protocol=more.get("protocol"),
    )


def _talk(port: int, spoken: str, **more: object) -> Talk:
    known: dict[str, object] = {"protocols": (spoken,), "understood": "yes", "outcome": "answered", "waited_ms": 2.0} | more
    return Talk(id="talk-1", at=AT, address=HOST, port=port, spoken=spoken, **known)  # type: ignore[arg-type]


def _http(status: int, path: str = "/", reason: str = "", wants: str = "", location: str = "") -> HttpAnswer:
    return HttpAnswer(method="GET", path=path, status=status, reason=reason, elapsed_ms=12.0, wants=wants, location=location)


def _tls(**more: object) -> TlsAnswer:
    shown = Certificate(subject="x", issuer="y", not_before="2026-10-01T00:00:00Z", not_after="2027-01-20T12:00:00Z")
    known: dict[str, object] = {"version": "TLSv1.3", "trusted": True, "certificate": shown, "server_name": "api.example"} | more
    return TlsAnswer(**known)  # type: ignore[arg-type]


def _case(target: str, *facts: AnyFact, talk: bool = True) -> Case:
    return Case(target=parse_target(target), facts=facts, options=Options(talk=talk))


def _said(case: Case) -> str:
    made = document(case, assess(case, hypotheses()), started=AT, elapsed_s=1.0, version="1")
    return headline(made)


WELL = _case("https://api.example/health", NAMED, _connects(443), _talk(443, "TLS", tls=_tls(), http=_http(200, "/health")))


def test_each_layer_that_was_asked_is_told_in_words() -> None:
    """Name, TCP, TLS and answer, each with what was asked, what answered, and its facts."""
    proofs = proved(WELL)

    assert [proof.layer for proof in proofs] == ["name", "tcp", "tls", "answer"]
    assert [proof.evidence for proof in proofs] == [("name-1",), (f"attempt-{HOST}",), ("talk-1",), ("talk-1",)]
    assert (proofs[3].asked, proofs[3].answered) == ("GET /health", "200 in 12 ms")
    assert proved_words(proofs) == (
        f"api.example is {HOST} in 3.0 ms; TCP to {HOST}:443 connects in 0.4 ms; "
        "TLS for api.example: TLSv1.3, certificate valid for 61 days; GET /health answered 200 in 12 ms."
    )


@pytest.mark.parametrize(("trusted", "word"), [(False, "accepted"), (None, "verified")])
def test_a_certificate_is_called_not_accepted_only_where_it_was_refused(trusted: bool | None, word: str) -> None:
    """Where the handshake ended before it was verified, that is said, and no more."""
    tls = _tls(version="", trusted=trusted, failure="TLSV1_ALERT_ACCESS_DENIED")
    case = _case("https://api.example", NAMED, _connects(443), _talk(443, "TLS", tls=tls))

    assert f"Its certificate was not {word}." in unproved(case)


def test_nothing_is_wrong_where_everything_was_asked_and_answered() -> None:
    """The words are said of a target whose every layer answered as asked."""
    assert unproved(WELL) == ()
    assert _said(WELL) == "api.example:443 connects, and nothing is wrong."


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (_case(f"http://{HOST}:8080", _connects(8080), talk=False), "Nothing was asked of it: --no-talk."),
        (_case(f"{HOST}:9999", _connects(9999)), "which protocol port 9999 speaks is not known"),
        (_case(f"redis://{HOST}", _connects(6379)), f"{HOST} was not asked anything in Redis."),
        (
            _case(f"http://{HOST}:8080/x", _connects(8080), _talk(8080, "HTTP", http=_http(404, "/x", "Not Found"))),
            "GET /x was answered 404 Not Found.",
        ),
        (
            _case(
                f"http://{HOST}:8080", _connects(8080), _talk(8080, "HTTP", http=_http(401, reason="Unauthorized", wants="Basic"))
            ),
            "GET / was answered 401 Unauthorized: it wants credentials (Basic), and none were sent.",
        ),
        (
            _case(f"http://{HOST}:8080", _connects(8080), _talk(8080, "HTTP", http=_http(302, location="/login"))),
            "GET / leads to /login, where nothing was asked.",
        ),
        (
            _case(f"https://{HOST}:8443", _connects(8443), _talk(8443, "TLS", tls=_tls())),
            "nothing was asked inside TLS: HTTP is not spoken here",
        ),
        (
            _case(f"{HOST}:443", _connects(443), _talk(443, "TLS", tls=_tls(), http=_http(200))),
            "The names of the certificate were not compared with any.",
        ),
        (
            _case(
                "http://api.example:8080",
                SystemAnswer(name="api.example", took_ms=1.0, addresses=(HOST, "10.0.3.8")),
                _connects(8080),
                _connects(8080, "10.0.3.8"),
                _talk(8080, "HTTP", http=_http(200)),
            ),
            "10.0.3.8 was not asked anything in HTTP.",
        ),
    ],
)
def test_what_was_not_asked_is_said_instead(case: Case, words: str) -> None:
    """Nothing is claimed of a layer that was not asked, or did not answer as asked; the target only connects."""
    said = _said(case)

    assert "nothing is wrong" not in said
    assert " connects. " in said
    assert words.lower() in said.lower()


@pytest.mark.parametrize(
    ("case", "answered"),
    [
        (_case(f"{HOST}:22", _connects(22, says="SSH-2.0-x", protocol="SSH")), "`SSH-2.0-x`"),
        (_case(f"{HOST}:5432", _connects(5432), _talk(5432, "PostgreSQL", detail="offers TLS")), "`offers TLS` in 2.0 ms"),
        (
            _case(
                "rediss://api.example",
                NAMED,
                _connects(6379),
                _talk(
                    6379,
                    "TLS",
                    tls=_tls(),
                    inner=InnerAnswer(outcome="answered", protocols=("Redis",), words="+PONG", waited_ms=1.0),
                ),
            ),
            "`+PONG` in 1.0 ms",
        ),
    ],
)
def test_other_protocols_answer_too(case: Case, answered: str) -> None:
    """A greeting that came unasked, a database's answer, and one inside TLS are answers as good as HTTP's."""
    assert proved(case)[-1].answered == answered
    assert unproved(case) == ()


def test_a_socket_in_the_file_system_only_connects() -> None:
    """Nothing is ever asked of it, so nothing more is claimed."""
    case = _case("/run/app.sock", UnixAttempt(id="u", path="/run/app.sock", outcome=Outcome.CONNECTED, latency_ms=0.1))

    assert [proof.layer for proof in proved(case)] == ["unix"]
    assert "nothing was asked of it" in _said(case).lower()


def test_a_name_that_was_completed_is_said() -> None:
    """A search domain made another name of the one that was typed: that it was meant is not known."""
    case = load(CASES / "name.search-domain" / "short-name-as-intended.toml").case
    facts = [fact for fact in case.facts if not isinstance(fact, TcpAttempt)]
    case = replace(case, facts=(*facts, _connects(5432, "10.0.0.5")))

    assert any("was completed to" in sentence for sentence in unproved(case))
    assert any(": " in proof.answered for proof in proved(case) if proof.layer == "name")


def test_a_target_that_fails_is_claimed_nothing_of() -> None:
    """Only what answered is there, and the layers above are missing."""
    refused = TcpAttempt(id="r", address=HOST, port=443, outcome=Outcome.REFUSED, latency_ms=0.4)
    case = _case("https://api.example", NAMED, refused)

    assert [proof.layer for proof in proved(case)] == ["name"]
    assert unproved(case) == ("No attempt has connected.",)
