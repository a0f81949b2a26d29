"""What is noticed beside the verdict about the nameservers' answers."""

from typing import Literal

import pytest

from tui.diagnosis.readings.signs import signs
from tui.model.case import Case
from tui.model.facts import AnyFact, NameserverAnswer, NameSources, SystemAnswer
from tui.model.target import parse_target

NAME = "db.corp.example"


def _answer(
    rtype: Literal["A", "AAAA"] = "A", *, name: str = NAME, rcode: str = "NOERROR", edns: bool | None = True, ms: float = 1.0
) -> NameserverAnswer:
    addresses = ("10.0.0.5",) if rtype == "A" and rcode == "NOERROR" and name == NAME else ()
    return NameserverAnswer(
        server="192.0.2.53",
        name=name,
        rtype=rtype,
        outcome="answered",
        rcode=rcode,
        addresses=addresses,
        rtt_ms=ms,
        with_edns=edns,
    )


def _said(*answers: NameserverAnswer, took_ms: float = 5.0, expansions: tuple[str, ...] = (NAME,)) -> str:
    facts: tuple[AnyFact, ...] = (
        SystemAnswer(name=NAME, addresses=("10.0.0.5",), took_ms=took_ms),
        NameSources(name=NAME, nsswitch=("files", "dns"), expansions=expansions),
        *answers,
    )
    return " ".join(sign.text for sign in signs(Case(target=parse_target(f"{NAME}:80"), facts=facts)))


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP"])
def test_a_failure_for_one_family_alone_is_said(rcode: str) -> None:
    """The name resolves here, and fails for a program that insists on the other family's records."""
    assert f"answers {rcode} for the AAAA records" in _said(_answer(), _answer("AAAA", rcode=rcode))
    assert not _said(_answer(), _answer("AAAA"))


def test_a_server_that_answers_only_without_edns_is_said() -> None:
    """Resolvers that ask with it wait, or fail."""
    assert "without EDNS" in _said(_answer(edns=False, ms=1001.0), _answer("AAAA", edns=False, ms=1001.0))
    assert "EDNS" not in _said(_answer(edns=None))


def test_a_long_search_list_with_a_slow_server_is_said() -> None:
    """Each completion that does not exist costs an answer; a quick server, or a short list, is not worth a word."""
    tried = tuple(f"{NAME}.{domain}.test" for domain in ("a", "b", "c"))
    slow = [_answer(name=name, rcode="NXDOMAIN", ms=400.0) for name in tried]
    quick = [_answer(name=name, rcode="NXDOMAIN", ms=2.0) for name in tried]

    assert "3 names of the search list" in _said(*slow, _answer(), took_ms=1700.0, expansions=(*tried, NAME))
    assert not _said(*quick, _answer(), took_ms=1700.0, expansions=(*tried, NAME))
    assert not _said(*slow[:1], _answer(), took_ms=1700.0, expansions=(*tried[:1], NAME))
