"""A walk goes on at what a proxy of this machine forwards to, in the same session; each target has its verdict."""

from collections.abc import Callable, Iterable

import msgspec
import pytest

from tests.engine.checks import ScriptedChecks, local_route, no_rules, table
from tui.cli.exit_status import ExitStatus, status_of
from tui.diagnosis.readings.onward import MOST_STRETCHES, onward
from tui.engine.journey import Journey
from tui.engine.replay import Replay
from tui.engine.session import Pace, Session
from tui.model.case import fold_all
from tui.model.events import AnyEvent, Opened
from tui.model.facts import AnyFact, HttpAnswer, Listener, Outcome, Talk, TcpAttempt, Upstream, Upstreams
from tui.model.options import Options
from tui.model.requests import AnyRequest, Connect, FindUpstreams, ListListeners, LookUpRoute, ReadFirewall, TalkTo
from tui.model.target import parse_target
from tui.report.document import document_of
from tui.report.formats import load
from tui.ui.closing import closing_lines

FRONT, NEXT, LAST = 8080, 3000, 3001


def attempts(request: AnyRequest) -> Iterable[AnyFact]:
    """The fronts connect; the last port refuses."""
    assert isinstance(request, Connect)
    refused = request.port == LAST
    for number in range(1, request.attempts + 1):
        yield TcpAttempt(
            address=request.address,
            port=request.port,
            number=number,
            total=request.attempts,
            purpose=request.purpose,
            outcome=Outcome.REFUSED if refused else Outcome.CONNECTED,
            errno="ECONNREFUSED" if refused else None,
            error_queue="empty",
            latency_ms=0.1,
        )


def answers(request: AnyRequest) -> Iterable[AnyFact]:
    """Each front answers 502."""
    assert isinstance(request, TalkTo)
    http = HttpAnswer(method="GET", path="/app", status=502, reason="Bad Gateway", server="nginx", words="502 Bad Gateway nginx")
    yield Talk(
        address=request.address,
        port=request.port,
        spoken="HTTP",
        outcome="answered",
        understood="yes",
        protocols=("HTTP",),
        http=http,
        at="2026-11-20T11:02:03Z",
    )


def behind(leads: dict[int, int]) -> object:
    """The log of the front on each port names the next one, as refusing."""

    def facts(request: AnyRequest) -> Iterable[AnyFact]:
        assert isinstance(request, FindUpstreams)
        port = leads[request.port]
        line = Upstream(
            host="127.0.0.1", port=port, scheme="http", failure="refused", at=1795172523.0, line="refused", source="log"
        )
        yield Upstreams(port=request.port, program="nginx", pid=request.pid or 0, logs=("log",), logged=(line,))

    return facts


def by_settings(leads: dict[int, int]) -> object:
    """The settings of the front on each port name the next one; no log can be read."""

    def facts(request: AnyRequest) -> Iterable[AnyFact]:
        assert isinstance(request, FindUpstreams)
        setting = Upstream(host="127.0.0.1", port=leads[request.port], scheme="http", line="proxy_pass", source="nginx.conf")
        yield Upstreams(port=request.port, program="nginx", pid=request.pid or 0, configured=(setting,))

    return facts


def checks(leads: dict[int, int], names: Callable[[dict[int, int]], object] = behind) -> ScriptedChecks:
    """Fronts on this machine that lead from port to port, as `names` tells it."""
    rows = [Listener(proto="tcp", address="0.0.0.0", port=port, process="nginx", pid=812) for port in leads]
    script = {
        Connect: attempts,
        LookUpRoute: local_route,
        ListListeners: table(*rows),
        ReadFirewall: no_rules,
        TalkTo: answers,
        FindUpstreams: names(leads),
    }
    return ScriptedChecks(script)  # type: ignore[arg-type]  # a mapping of the same shape


def journey(leads: dict[int, int], names: Callable[[dict[int, int]], object] = behind) -> Journey:
    """A walk on the first front."""
    session = Session(
        parse_target(f"http://127.0.0.1:{FRONT}/app"),
        Options(attempts=1, service="nginx"),
        checks(leads, names),
        pace=Pace.UNATTENDED,
        vantage="web",
    )
    return Journey(session)


async def test_the_walk_goes_on_to_the_end() -> None:
    """From front to front to the port where nothing listens; each stretch has its verdict."""
    walk = journey({FRONT: NEXT, NEXT: LAST})

    found = await walk.run()

    verdicts = [session.assessment.verdict for session in walk.sessions]
    assert [verdict.cause for verdict in verdicts if verdict] == ["upstream.refused", "upstream.refused", "server.not-listening"]
    assert found is walk.assessment
    assert walk.case.label == f"127.0.0.1:{FRONT} > 127.0.0.1:{NEXT} > 127.0.0.1:{LAST}"
    assert walk.case.target.text == f"http://127.0.0.1:{LAST}/app"


async def test_what_was_said_of_the_first_target_is_not_said_of_the_next() -> None:
    """The service that was named belongs to the front; schedule and place stay."""
    walk = journey({FRONT: LAST})
    await walk.run()

    first, second = (event for event in walk.events if isinstance(event, Opened))
    assert (first.options.service, second.options.service) == ("nginx", None)
    assert (second.options.attempts, second.vantage) == (1, "web")
    assert [(before.target.label, before.cause) for before in second.behind] == [(f"127.0.0.1:{FRONT}", "upstream.refused")]


async def test_what_is_found_behind_tells_how_it_failed() -> None:
    """By the front's status alone it is one of three; the document says which one the walk behind found, and rests on it."""
    walk = journey({FRONT: LAST}, by_settings)
    await walk.run()

    alone, known = walk.first.assessment.verdict, document_of(walk.events).verdict

    assert alone is not None
    assert known is not None
    assert "breaks it off, or is not found" in alone.summary
    assert f"127.0.0.1:{LAST}, refuses the connection." in known.summary
    assert (known.cause, known.certainty) == ("upstream.refused", "likely")


async def test_a_walk_behind_that_was_cut_tells_nothing() -> None:
    """A document of an interrupted session takes nothing from the part behind."""
    walk = journey({FRONT: LAST}, by_settings)
    await walk.run()

    cut = document_of(walk.events[:-1]).verdict

    assert cut is not None
    assert "breaks it off, or is not found" in cut.summary


async def test_a_circle_ends() -> None:
    """A front that leads back to one that was walked is not walked again."""
    walk = journey({FRONT: NEXT, NEXT: FRONT})
    await walk.run()

    assert [session.case.target.label for session in walk.sessions] == [f"127.0.0.1:{FRONT}", f"127.0.0.1:{NEXT}"]


async def test_a_long_way_ends() -> None:
    """More fronts in a row than anybody has are not followed."""
    walk = journey({FRONT: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6})
    await walk.run()

    assert len(walk.sessions) == MOST_STRETCHES


async def test_a_healthy_target_ends_the_walk() -> None:
    """Where nothing is known to fail behind it, the walk stays where it is."""
    session = journey({FRONT: LAST}).first

    assert onward(session.case, session.assessment) is None


async def test_listeners_hear_every_stretch() -> None:
    """What is recorded and shown has the header of each stretch before its events."""
    walk = journey({FRONT: LAST})
    heard: list[AnyEvent] = []
    walk.subscribe(heard.append)
    await walk.run()

    assert heard == walk.events
    assert [event.target.port for event in heard if isinstance(event, Opened)] == [FRONT, LAST]  # type: ignore[union-attr]


async def test_the_document_of_the_first_has_the_next_in_it() -> None:
    """The result is about the target that was given; its exit status too. What stands behind is its `next`."""
    walk = journey({FRONT: LAST})
    await walk.run()

    document = document_of(walk.events)

    assert document.target.port == FRONT
    assert document.verdict is not None
    assert document.verdict.cause == "upstream.refused"
    assert document.next is not None
    assert document.next.verdict is not None
    assert (document.next.target.port, document.next.verdict.cause, document.next.next) == (LAST, "server.not-listening", None)
    assert document.complete
    assert document.next.complete
    assert status_of(document_of(walk.events)) is ExitStatus.CAUSE_FOUND
    assert msgspec.json.decode(msgspec.json.encode(document))["next"]["verdict"]["cause"] == "server.not-listening"


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
async def test_every_report_goes_on(name: str) -> None:
    """The cause behind stands in each format, below a heading of its own, after the first verdict."""
    walk = journey({FRONT: LAST})
    await walk.run()

    text = load(name).render(document_of(walk.events))

    assert text.index("upstream.refused") < text.index("Behind it") < text.index("server.not-listening")
    assert text.count("Started ") == 1


async def test_a_recording_goes_the_same_way() -> None:
    """Replayed to its end, a session stands at the last stretch; before that, at the first."""
    walk = journey({FRONT: LAST})
    await walk.run()

    at_end, at_start = Replay(walk.events), Replay(walk.events, at_end=False)

    assert at_end.case.label == walk.case.label == fold_all(walk.events).label
    assert at_end.assessment.verdict is not None
    assert at_end.assessment.verdict.cause == "server.not-listening"
    assert at_start.case.label == f"127.0.0.1:{FRONT}"


async def test_the_last_line_names_the_whole_way() -> None:
    """What is printed at the end says how the walk came to the cause."""
    walk = journey({FRONT: LAST})
    await walk.run()

    line, _ = closing_lines(walk.case, walk.assessment, "kept")

    assert line.startswith(f"127.0.0.1:{FRONT} > 127.0.0.1:{LAST}: confirmed: server.not-listening")
