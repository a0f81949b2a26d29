"""The walk's screen by its keys and its mouse: what each does, and what is shown then."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.ui import checks, scenes
from tests.ui.scenes import ELSEWHERE, HERE, Clock, Scripted
from tests.ui.stage import LARGE, USUAL, app_on, asks, done, flat, line, playing, shown, steps, to_the_end, until, walk, words
from tui.engine.runner import OnFact
from tui.engine.session import Pace, Session
from tui.model.facts import AnyFact, Listener, Listeners, Outcome, TcpAttempt
from tui.model.options import Options
from tui.model.requests import AnyRequest, Connect, ListListeners, SendEcho, TryPorts
from tui.model.target import parse_target
from tui.ui.panels.panel import Panel
from tui.ui.rows.place import VERDICT
from tui.ui.screens.help import HelpScreen
from tui.ui.widgets.bar import ActionBar


def checks_of(session: Session) -> Scripted:
    """The scripted checks of a session."""
    check = session._check
    assert isinstance(check, Scripted)
    return check


async def test_a_confirmed_cause_is_shown_without_a_question() -> None:
    """The walk that needs nobody ends with the verdict in the step, its tree unfolded, its panels filled."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)

        assert "● confirmed  port.wrong-port" in words(app, "step")
        assert "right port" in words(app, "tree")
        assert "5433  postgres" in words(app, "sockets")
        assert "refused by reset" in words(app, "attempts")
        assert "no name to resolve" in flat(app, "resolver")
        assert "confirmed: port.wrong-port" in line(app, "status")
        assert "done" in line(app, "title")


async def test_enter_takes_the_step_that_waits() -> None:
    """Nothing more than the attempts is sent before Enter; then it is."""
    session = scenes.session(ELSEWHERE, scenes.SILENT)
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, steps)
        assert "3 echo requests to 10.0.3.9" in words(app, "step")
        assert not any(isinstance(request, SendEcho) for request in checks_of(session).asked)

        await pilot.press("enter")
        await shown(pilot, lambda now: not now.steps)
        assert any(isinstance(request, SendEcho) for request in checks_of(session).asked)


async def test_enter_never_consents_to_what_is_not_shown() -> None:
    """While another leaf is shown, Enter goes back to what waits, and only the next Enter takes it."""
    session = scenes.session(ELSEWHERE, scenes.SILENT)
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, steps)
        await pilot.press("d")
        await until(pilot, lambda: walk(app).selected == VERDICT)

        await pilot.press("enter")
        await until(pilot, lambda: walk(app).selected is None)
        assert not any(isinstance(request, SendEcho) for request in checks_of(session).asked)
        await pilot.press("enter")
        await shown(pilot, lambda now: not now.steps)


@pytest.mark.parametrize(("keys", "answer"), [(["enter"], "yes"), (["down", "enter"], "no"), (["s"], "unknown")])
async def test_answering(keys: list[str], answer: str) -> None:
    """Enter gives the answer under the cursor, the default first; s says that one does not know."""
    session = scenes.session(ELSEWHERE, scenes.REFUSED_ELSEWHERE, pace=Pace.AUTO)
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, asks)
        await pilot.press(*keys)
        await until(pilot, lambda: session.case.answers)

        assert session.case.answer("consent.ports") == answer
        assert any(isinstance(request, TryPorts) for request in checks_of(session).asked) == (answer == "yes")


async def test_a_click_answers() -> None:
    """An answer can be clicked."""
    session = scenes.session(ELSEWHERE, scenes.REFUSED_ELSEWHERE, pace=Pace.AUTO)
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, asks)
        row = next(place for place, one in enumerate(walk(app).step.items) if one.choice == "no")
        await pilot.click("#step", offset=(5, 1 + row))
        await until(pilot, lambda: session.case.answers)

        assert session.case.answer("consent.ports") == "no"


async def test_an_answer_in_words() -> None:
    """A question that takes any words opens a line to type into; Enter gives it, and the keys are commands again."""
    session = scenes.session(HERE, scenes.UNSEEN_HERE)
    app = app_on(session)
    async with playing(app, USUAL) as pilot:
        await shown(pilot, asks)
        await pilot.press("i", *"quark", "enter")
        await until(pilot, lambda: session.case.answers and not app.screen.query(Input))

        assert session.case.answer("service") == "quark"
        assert app.is_running
        assert isinstance(app.screen.focused, Panel)


async def test_escape_leaves_the_answer_unsaid() -> None:
    """Esc closes the line without an answer; so does an empty one, which says that one does not know."""
    session = scenes.session(HERE, scenes.UNSEEN_HERE)
    app = app_on(session)
    async with playing(app, USUAL) as pilot:
        await shown(pilot, asks)
        await pilot.press("i", "x", "escape")
        await until(pilot, lambda: not app.screen.query(Input))
        assert session.case.answers == ()

        await pilot.press("i", "enter")
        await until(pilot, lambda: session.case.answers)
        assert session.case.answer("service") == "unknown"


async def test_back_takes_the_last_answer_back() -> None:
    """B asks the last question again."""
    session = scenes.session(ELSEWHERE, scenes.REFUSED_ELSEWHERE, pace=Pace.AUTO)
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, asks)
        await pilot.press("s")
        await shown(pilot, lambda now: now.case.answers)
        await pilot.press("b")

        again = await shown(pilot, lambda now: not now.case.answers and now.question)
        assert again.question is not None
        assert again.question.id == "consent.ports"


async def test_auto_goes_on_by_itself() -> None:
    """A takes the steps without asking, and stops at questions."""
    session = scenes.session(ELSEWHERE, scenes.SILENT)
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, steps)
        await pilot.press("a")

        await shown(pilot, lambda now: now.question or now.concluded)
        assert any(isinstance(request, SendEcho) for request in checks_of(session).asked)
        assert session.pace is Pace.AUTO


async def test_any_leaf_can_be_shown_tested_and_set_aside() -> None:
    """Moving in the tree shows each step; t tests the leaf at once; x takes the person's word for it."""
    session = scenes.session(ELSEWHERE, scenes.SILENT)
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, steps)
        walk(app).show("path.filtered")
        await pilot.pause()
        assert walk(app).step.title == "Path: packets arrive"

        await pilot.press("t")
        await until(pilot, lambda: any(isinstance(request, SendEcho) for request in checks_of(session).asked))
        walk(app).show("path.filtered")
        await pilot.press("x")
        await shown(pilot, lambda now: now.case.set_aside)
        assert session.assessment.judgements["path.filtered"].reason == "Set aside by you."


async def test_the_tree_folds() -> None:
    """Left and right fold and unfold the group under the cursor, Enter does either; moving shows the step there."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        await pilot.press("2", "home")
        await until(pilot, lambda: walk(app).selected == "group:name")
        assert walk(app).step.title == "Name"
        assert "name exists" not in words(app, "tree")

        await pilot.press("right")
        assert "name exists" in words(app, "tree")
        await pilot.press("left")
        assert "name exists" not in words(app, "tree")
        await pilot.press("enter")
        assert "name exists" in words(app, "tree")
        await pilot.press("down")
        await until(pilot, lambda: walk(app).selected == "name.not-found")
        await pilot.press("escape")
        await until(pilot, lambda: walk(app).selected is None)


async def test_a_mark_leads_to_its_group() -> None:
    """In a small terminal the marks can be clicked."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, USUAL) as pilot:
        await shown(pilot, done)
        await pilot.click("#marks", offset=(3, 0))
        await until(pilot, lambda: walk(app).selected == "group:name")

        assert walk(app).tab == "tree"


async def test_copying_a_command() -> None:
    """C copies the command under the cursor and says which."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        await pilot.press("c")
        assert app.clipboard == "refused check 127.0.0.1:5433"

        await pilot.press("down", "c")
        await pilot.pause()
        assert app.clipboard == "systemctl cat postgresql@16-main.service"
        assert "Copied: systemctl cat postgresql@16-main.service" in {one.message for one in app._notifications}


async def test_the_report(tmp_path: Path) -> None:
    """R writes the report, says where, and hands its text to the clipboard."""
    file = tmp_path / "report.md"

    def write(_walk: object) -> Path:
        file.write_text("# A report", encoding="utf-8")
        return file

    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE), write_report=write)
    async with playing(app) as pilot:
        await shown(pilot, done)
        await pilot.press("r")
        await pilot.pause()

        assert app.clipboard == "# A report"
        assert any(str(file) in one.message for one in app._notifications)


async def test_a_report_that_can_not_be_written() -> None:
    """A full disk is said in one calm sentence, and the walk goes on."""

    def write(_walk: object) -> Path:
        raise OSError(28, "No space left on device")

    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE), write_report=write)
    async with playing(app) as pilot:
        await shown(pilot, done)
        await pilot.press("r")
        await pilot.pause()

        assert [one.message for one in app._notifications] == ["The report could not be written: No space left on device"]


async def test_verifying_a_repair() -> None:
    """V attempts until it connects and stays so, and says since when; a second v does not attempt twice as often."""
    repaired = asyncio.Event()
    made: list[Outcome] = []

    def connect(request: AnyRequest) -> Iterable[AnyFact]:
        assert isinstance(request, Connect)
        outcome = Outcome.CONNECTED if repaired.is_set() else Outcome.REFUSED
        if request.purpose == "verify":
            made.append(outcome)
        return [
            TcpAttempt(
                address=request.address, port=5432, purpose=request.purpose, outcome=outcome, latency_ms=1, error_queue="empty"
            )
        ]

    session = scenes.session(HERE, {**scenes.REFUSED_HERE, Connect: connect})
    app = app_on(session)
    async with playing(app) as pilot:
        await shown(pilot, done)
        await pilot.press("v")
        await until(pilot, lambda: "not yet reachable" in flat(app, "step"))
        await pilot.press("v")
        assert any("already" in one.message for one in app._notifications)
        repaired.set()

        await until(pilot, lambda: "has been reachable since" in flat(app, "step"))
        assert made.count(Outcome.CONNECTED) == 3


async def test_the_sockets_are_looked_at_again() -> None:
    """A listener that comes later appears by itself, and is a fact of the session; once the tab is hidden nobody looks."""
    late = checks.listener(5432, "postgres", 4711)
    tables = [Listeners(listeners=checks.OTHERS), Listeners(listeners=(*checks.OTHERS, late))]
    session = scenes.session(HERE, {**scenes.REFUSED_HERE, ListListeners: lambda _request: [tables[0]]})
    app = app_on(session)
    async with playing(app, USUAL) as pilot:
        await shown(pilot, done)
        checks_of(session).asked.clear()
        for _ in range(4):
            walk(app)._tick()
        await pilot.pause()
        assert checks_of(session).asked == []

        tables.pop(0)
        await pilot.press("3")
        await until(pilot, lambda: "postgres, pid 4711" in words(app, "sockets"))
        assert any(isinstance(request, ListListeners) for request in checks_of(session).asked)
        assert len(session.case.all(Listeners)) == 2


async def test_filtering_and_sorting() -> None:
    """/ filters while one types, Esc clears; o and a click on a column sort."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        await pilot.press("slash", *"redis")
        await until(pilot, lambda: "filter 'redis': 1 of 13" in words(app, "sockets"))
        await pilot.press("enter")
        assert "filter 'redis'" in words(app, "sockets")
        await pilot.press("escape")
        await until(pilot, lambda: "filter" not in words(app, "sockets"))

        await pilot.press("o")
        assert "who▾" in words(app, "sockets")
        await pilot.click("#sockets", offset=(8, 1))
        await until(pilot, lambda: "address▾" in words(app, "sockets"))


async def test_a_row_under_the_cursor_is_told_in_full() -> None:
    """What a narrow row has no room for stands in the line at the bottom."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        await pilot.press("3")
        await until(pilot, lambda: "user postgres" in line(app, "status"))
        await pilot.press("5")
        await until(pilot, lambda: "ECONNREFUSED" in line(app, "status"))
        await pilot.press("1")
        await until(pilot, lambda: "port.wrong-port" in line(app, "status"))


async def test_the_countdown_moves_on() -> None:
    """While an attempt is waited for, clock and countdown go on; when the walk is done, nothing moves."""
    clock = Clock()
    app = app_on(scenes.session(HERE, scenes.WAITING, held=[Connect], clock=clock), clock=clock)
    async with playing(app) as pilot:
        await shown(pilot, lambda now: now.under_way)
        assert "attempt 2 of 3: in 2.1 s" in words(app, "attempts")
        clock.pass_s(1.0)
        await until(pilot, lambda: "attempt 2 of 3: in 1.1 s" in words(app, "attempts"))
        clock.pass_s(3.0)
        await until(pilot, lambda: "attempt 2 of 3: trying for 1.9 s" in words(app, "attempts"))
        assert "00:04" in line(app, "title")


async def test_help_explains_the_panel_with_the_focus() -> None:
    """? shows what this panel is and every key; Esc and ? close it again."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        for key, title in (("4", "Resolver"), ("5", "Attempts")):
            await pilot.press(key, "question_mark")
            await until(pilot, lambda: isinstance(app.screen, HelpScreen))
            assert "\n".join(app.screen.query_one("#help").words).startswith(title)  # type: ignore[attr-defined]  # a KeyedTable
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(app.screen, HelpScreen))


async def test_nobody_looks_behind_the_help() -> None:
    """While something covers the walk, its timers rest."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        timer = walk(app)._timer
        assert timer is not None
        assert timer._active.is_set()
        await pilot.press("question_mark")
        await until(pilot, lambda: not timer._active.is_set())
        await pilot.press("escape")
        await until(pilot, timer._active.is_set)


async def test_the_footer_can_be_clicked() -> None:
    """A key in the footer does what it says."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        at = line(app, "keys").index("help")
        await pilot.click("#keys", offset=(at, 0))

        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_every_command_is_in_the_palette() -> None:
    """The palette offers what would do something now, by name and key."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app) as pilot:
        await shown(pilot, done)
        titles = {command.title for command in app.get_system_commands(app.screen)}

        assert {"Verify (v)", "Copy (c)", "Sockets (3)", "Quit (q)", "Help (?)", "Theme"} <= titles
        assert "Type (i)" not in titles


async def test_a_defect_ends_the_walk_and_not_the_screen() -> None:
    """If the engine itself fails, the screen says so, and what was seen stays readable."""

    async def broken(request: AnyRequest, tell: OnFact) -> None:
        if isinstance(request, ListListeners):
            raise RuntimeError("a check may not raise")  # noqa: TRY004 -- any defect
        await Scripted(scenes.REFUSED_HERE)(request, tell)

    app = app_on(Session(parse_target(HERE), Options(), broken, clock=Clock()))
    async with playing(app) as pilot:
        await until(pilot, lambda: app.walks and walk(app).failure)

        assert "The walk itself failed: RuntimeError: a check may not raise" in line(app, "status")
        assert app.is_running


@pytest.mark.parametrize("size", [USUAL, LARGE])
async def test_one_goes_round_the_panels(size: tuple[int, int]) -> None:
    """Right and left lead through all panels and back to the first."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, size) as pilot:
        await shown(pilot, done)
        seen = []
        for _ in range(6):
            await pilot.press("l")
            await pilot.pause()
            seen.append(walk(app).tab)
        assert seen == ["sockets", "resolver", "attempts", "path", "code", "tree"]
        await pilot.press("left")
        await pilot.pause()
        assert walk(app).tab == "code"


async def test_a_short_footer_keeps_help_and_quit() -> None:
    """However narrow it is, the way to help and out is shown."""
    app = app_on(scenes.session(ELSEWHERE, scenes.SILENT))
    async with playing(app, (42, 14)) as pilot:
        await shown(pilot, steps)
        said = app.screen.query_one("#keys", ActionBar).words

        assert "? help" in said
        assert "q quit" in said
        assert len(said.rstrip()) <= 42


async def test_a_socket_of_nobody_known() -> None:
    """Owners that can't be seen are shown as unknown, and the panel says what would show them."""
    unknown = checks.table(Listener(proto="tcp", address="::", port=9, inode=1), hidden=1)
    app = app_on(scenes.session(HERE, {**scenes.REFUSED_HERE, ListListeners: unknown}))
    async with playing(app) as pilot:
        await to_the_end(pilot)

        assert "9     ?" in words(app, "sockets")
        assert "1 owner hidden: root may see it" in words(app, "sockets")
