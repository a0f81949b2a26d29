"""The document says what the case says, in the contract's form, for every case there is."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.casefile import all_files, load
from tests.documents import documented, validated
from tests.engine.checks import NOTHING_LISTENS, ScriptedChecks, table
from tui.diagnosis.causes import hypotheses
from tui.engine.session import Pace, Session
from tui.model.case import Case
from tui.model.events import AnyEvent, FactSeen
from tui.model.facts import Outcome, TcpAttempt
from tui.model.options import Options
from tui.model.requests import Connect, ListListeners
from tui.model.target import parse_target
from tui.report.document import document_of
from tui.report.formats.html import as_html
from tui.report.formats.json import as_json
from tui.report.formats.markdown import as_markdown
from tui.report.formats.text import as_text


async def walked(check: ScriptedChecks | None = None) -> list[AnyEvent]:
    """The events of a whole walk on scripted checks."""
    session = Session(parse_target("127.0.0.1:8081"), Options(), check or ScriptedChecks(NOTHING_LISTENS), pace=Pace.UNATTENDED)
    await session.run()
    return session.events


@pytest.mark.parametrize("path", all_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_case_makes_a_valid_document_in_every_format(path: Path) -> None:
    """Whatever the case, its document passes the published schema, and each format shows its verdict."""
    found = documented(load(path).case)

    for text in (as_text(found), as_text(found, full=True), as_markdown(found), as_html(found)):
        assert text.endswith("\n")
        if found.verdict:
            assert found.verdict.cause in text


async def test_the_document_has_the_form_of_the_contract() -> None:
    """Target, verdict, culprit, evidence and walk have the keys that the contract writes down."""
    found = validated(as_json(document_of(await walked())))

    assert found["schema"] == "refused/1"
    assert found["target"] == {
        "text": "127.0.0.1:8081",
        "host": "127.0.0.1",
        "port": 8081,
        "transport": "tcp",
        "scheme": None,
        "path": None,
    }
    assert (found["status"], found["outcome"]) == ("failing", "refused")
    assert found["verdict"]["cause"] == "server.not-listening"
    assert found["verdict"]["certainty"] == "confirmed"
    assert found["verdict"]["culprit"] == {"kind": "address", "address": "127.0.0.1", "port": 8081}
    assert found["verdict"]["remedies"][0].keys() == {"do", "command", "changes", "verify"}
    ids = {one["id"] for one in found["evidence"]}
    assert set(found["verdict"]["evidence"]) <= ids
    attempt = next(one for one in found["evidence"] if one["id"] == "attempt-1")
    assert (attempt["kind"], attempt["outcome"]) == ("attempt", "refused")
    assert attempt["at"].endswith("Z")
    assert found["complete"] is True


async def test_the_walk_has_one_step_a_hypothesis_in_tree_order() -> None:
    """Every hypothesis that concerns the target is there once, in the order of the tree, with its sentence."""
    walk = document_of(await walked()).walk

    assert [one.id for one in walk] == [one.id for one in hypotheses() if not one.id.startswith("unix.")]
    assert all(one.reason for one in walk)


def test_a_unix_target_walks_its_own_branch() -> None:
    """For a Unix socket its branch is in the walk, and what any socket can meet; host and port are null, the path is named."""
    found = validated(as_json(documented(Case(target=parse_target("/run/app.sock")))))

    walked = {one["id"] for one in found["walk"]}
    assert walked == {one.id for one in hypotheses() if "unix" in one.transports or one.id.startswith("unix.")}
    assert not {one for one in walked if one.startswith(("name.", "port.", "path."))}
    assert found["target"] == {
        "text": "/run/app.sock",
        "host": None,
        "port": None,
        "transport": "unix",
        "scheme": None,
        "path": "/run/app.sock",
    }


async def test_a_reachable_target_has_no_verdict() -> None:
    """Where everything connects, status is reachable, the verdict null, and nothing stands beside it."""

    def connects(request: object) -> list[TcpAttempt]:
        assert isinstance(request, Connect)
        return [TcpAttempt(address=request.address, port=request.port, outcome=Outcome.CONNECTED, latency_ms=0.1)]

    check = ScriptedChecks({**NOTHING_LISTENS, Connect: connects, ListListeners: table()})
    found = validated(as_json(document_of(await walked(check))))

    assert (found["status"], found["outcome"], found["verdict"], found["also"]) == ("reachable", "connected", None, [])


async def test_a_cut_session_says_that_it_is_cut() -> None:
    """At every length a session's beginning makes a valid document; only the whole one is complete."""
    events = await walked()

    cut = [validated(as_json(document_of(events[:length]))) for length in range(1, len(events))]

    assert not any(one["complete"] for one in cut)
    assert document_of(events).complete
    assert (cut[0]["outcome"], cut[0]["verdict"]) == ("pending", None)
    assert "was not tried" in as_text(document_of(events[:1]))
    assert "was cut short" in as_text(document_of(events[:-1]))


async def test_the_document_is_a_function_of_the_events() -> None:
    """The same events give the same document: start, length and version come from the record."""
    events = await walked()

    assert document_of(events) == document_of(tuple(events))
    assert document_of(events).started == events[0].at
    assert document_of(events).elapsed_s >= 0


async def test_evidence_is_shown_with_its_command() -> None:
    """The plain text names the facts of the verdict, and the command that shows each by hand on a line of its own."""
    events = [_by_hand(one) for one in await walked()]

    lines = as_text(document_of(events)).splitlines()

    assert "      $ nc -vz 127.0.0.1 8081" in lines


def _by_hand(event: AnyEvent) -> AnyEvent:
    """The same event, its fact with a command."""
    return replace(event, fact=replace(event.fact, command="nc -vz 127.0.0.1 8081")) if isinstance(event, FactSeen) else event


def test_json_is_one_line_of_ascii() -> None:
    """A document is one line of ASCII, whatever it holds, and reads back the same."""
    found = documented(load(all_files()[0]).case)
    text = as_json(found)

    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text)["status"] == found.status
