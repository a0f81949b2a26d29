"""The resolver: who says what of the name, and who differs."""

import pytest

from tests.ui import checks
from tests.ui.checks import at
from tests.ui.snapshots import snapshot
from tui.model.facts import AnyFact, NameserverAnswer, SystemAnswer
from tui.model.requests import AskNameserver, ReadNameSources, ResolveSystem
from tui.ui.rows.resolver import ResolverRow, empty_words, notes, resolver, rooms_for, source_line
from tui.ui.rows.text import cells, plain

NAME = "db-1.example.org"


def facts() -> list[AnyFact]:
    """A short name with two nameservers, of which the second has an old address."""
    asked = [AskNameserver(server=server, name=NAME) for server in ("10.0.0.2", "10.0.0.3")]
    return [
        *checks.named(ReadNameSources(name="db-1")),
        *checks.resolved(ResolveSystem(name="db-1")),
        *(fact for request in asked for fact in checks.answered(request)),
    ]


def told(rows: list[ResolverRow], width: int = 78) -> list[str]:
    """The rows as text."""
    rooms = rooms_for(rows)
    return [plain(source_line(row, width, rooms)) for row in rows]


def test_each_source_has_its_row() -> None:
    """Hosts, the system and every nameserver by type, below the name that they were asked for."""
    rows = resolver(snapshot("db-1:5432", facts()))

    assert [(row.who, row.kind, row.answer) for row in rows] == [
        ("hosts", "", "no entry"),
        ("system", "", "10.0.3.9"),
        (NAME, "", ""),
        ("10.0.0.2", "A", "10.0.3.9"),
        ("10.0.0.2", "AAAA", "no such record"),
        ("10.0.0.3", "A", "10.0.3.4"),
        ("10.0.0.3", "AAAA", "no such record"),
    ]


def test_the_difference_is_pointed_at() -> None:
    """Only the server whose addresses programs here do not get is marked."""
    rows = resolver(snapshot("db-1:5432", facts()))

    assert [row.who for row in rows if row.differs] == ["10.0.0.3"]
    assert [one for one in told(rows) if "← differs" in one] == [one for one in told(rows) if "10.0.3.4" in one]


@pytest.mark.parametrize("width", [37, 56, 78, 140])
def test_rows_fill_their_width(width: int) -> None:
    """Every row takes exactly the cells that it is given."""
    assert {cells(one) for one in told(resolver(snapshot("db-1:5432", facts())), width)} == {width}


@pytest.mark.parametrize(
    ("outcome", "rcode", "words"),
    [
        ("timeout", None, "no answer"),
        ("refused", None, "port closed"),
        ("unreachable", None, "unreachable"),
        ("malformed", None, "malformed"),
        ("answered", "SERVFAIL", "SERVFAIL"),
        ("answered", "NXDOMAIN", "NXDOMAIN"),
    ],
)
def test_failures_in_words(outcome: str, rcode: str | None, words: str) -> None:
    """How a nameserver failed, in words or by the DNS's own code."""
    answer = NameserverAnswer(server="10.0.0.9", name="db-1", rtype="A", outcome=outcome, rcode=rcode, rtt_ms=2000)  # type: ignore[arg-type]  # from the table above
    rows = resolver(snapshot("db-1:5432", [answer]))

    assert [row.answer for row in rows] == [words]


def test_a_server_that_is_being_asked_has_a_row() -> None:
    """While an answer is waited for, the row says so."""
    rows = resolver(snapshot("db-1:5432", under_way=[AskNameserver(server="10.0.0.2", name="db-1"), ResolveSystem(name="db-1")]))

    assert [(row.who, row.answer) for row in rows] == [("system", "asking"), ("10.0.0.2", "asking")]


def test_an_address_has_no_name() -> None:
    """A literal target says that there is nothing to resolve, and so does a Unix socket."""
    assert resolver(snapshot("10.0.3.9:5432")) == []
    assert "no name" in empty_words(snapshot("10.0.3.9:5432"))
    assert "no name" in empty_words(snapshot("/run/app.sock"))
    assert empty_words(snapshot("db-1:5432")) == "Nothing has been asked yet."


def test_the_settings_are_said() -> None:
    """The order of sources and the search list stand below the rows."""
    assert [plain(one) for one in notes(snapshot("db-1:5432", facts()))] == ["order: files dns, search example.org, ndots 1"]


def test_a_hosts_entry_names_its_line() -> None:
    """The entry's address is shown, and its file and line are at hand."""
    row = resolver(snapshot("db-1:5432", checks.in_hosts(ReadNameSources(name="db-1"))))[0]

    assert (row.who, row.answer) == ("hosts", "10.0.3.9")
    assert "/etc/hosts line 12" in row.detail


def test_a_name_that_does_not_resolve() -> None:
    """The system's error stands in its row."""
    failed = SystemAnswer(name="db-1", error="EAI_NONAME", error_text="Name or service not known", took_ms=12, at=at(0))
    row = resolver(snapshot("db-1:5432", [failed]))[0]

    assert (row.answer, row.round_trip) == ("EAI_NONAME", "12 ms")
    assert "Name or service not known" in row.detail
