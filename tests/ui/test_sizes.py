"""Every size of terminal: what is shown where, and that resizing loses nothing."""

import pytest

from tests.ui import scenes
from tests.ui.scenes import ELSEWHERE, HERE
from tests.ui.stage import LARGE, SMALL, USUAL, app_on, done, playing, rows, shown, steps, until, walk
from tui.ui.panels.panel import Panel

PANELS = ("step", "tree", "sockets", "resolver", "attempts", "path")


@pytest.mark.parametrize("size", [LARGE, (160, 50), (300, 100)])
async def test_a_large_terminal_shows_all_panels(size: tuple[int, int]) -> None:
    """From 120 by 36 on all panels stand side by side; the path takes turns with the attempts."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, size) as pilot:
        await shown(pilot, done)
        seen = {name for name in PANELS if walk(app).panel(name).visible_now}
        assert seen == set(PANELS) - {"path"}
        assert not app.screen.query_one("#tabs").display

        await pilot.press("6")
        await until(pilot, lambda: walk(app).panel("path").visible_now)
        assert not walk(app).panel("attempts").visible_now


@pytest.mark.parametrize("size", [USUAL, SMALL, (119, 40), (200, 24), (40, 12)])
async def test_a_smaller_terminal_shows_one_panel_at_a_time(size: tuple[int, int]) -> None:
    """Below that the panels are tabs, and every one can be reached."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, size) as pilot:
        await shown(pilot, done)
        for key, name in enumerate(PANELS, start=1):
            await pilot.press(str(key))
            await until(pilot, lambda name=name: walk(app).panel(name).has_focus)  # type: ignore[misc]  # mypy infers no default here
            assert [one for one in PANELS if walk(app).panel(one).visible_now] == [name]


@pytest.mark.parametrize("size", [(39, 24), (80, 11), (20, 5), (2, 1)])
async def test_a_terminal_that_is_too_small_says_so(size: tuple[int, int]) -> None:
    """Below 40 by 12 one line says what is needed, and the walk goes on behind it."""
    session = scenes.session(HERE, scenes.REFUSED_HERE)
    app = app_on(session)
    async with playing(app, size) as pilot:
        await shown(pilot, done)
        assert rows(app)[0].startswith("refused needs 40 columns and 12 rows"[: max(size[0] - 1, 0)])
        assert not any(walk(app).panel(name).visible_now for name in PANELS)

        await pilot.resize_terminal(*USUAL)
        await until(pilot, lambda: walk(app).panel("step").visible_now)
        assert any("confirmed" in row for row in rows(app))


async def test_resizing_loses_nothing() -> None:
    """Through all sizes and back, place, focus, fold, filter and text are what they were."""
    app = app_on(scenes.session(ELSEWHERE, scenes.SILENT))
    async with playing(app, LARGE) as pilot:
        await shown(pilot, steps)
        walk(app).sockets.filter("redis")
        walk(app).show("path.filtered")
        await pilot.press("5")
        await until(pilot, lambda: walk(app).panel("attempts").has_focus)
        before = {name: walk(app).panel(name).words for name in PANELS}

        for size in (USUAL, SMALL, (30, 8), (200, 20), LARGE):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await until(pilot, lambda: walk(app).panel("step").visible_now)

        assert {name: walk(app).panel(name).words for name in PANELS} == before
        assert walk(app).selected == "path.filtered"
        assert isinstance(app.screen.focused, Panel)
        assert app.screen.focused.id == "attempts"
        assert walk(app).tab == "attempts"


async def test_resizing_while_the_walk_goes_on() -> None:
    """Resizing between the events of a walk changes nothing of its end."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, LARGE) as pilot:
        for size in (USUAL, (30, 8), SMALL, LARGE, USUAL):
            await pilot.resize_terminal(*size)
        found = await shown(pilot, done)

        assert found.assessment.verdict is not None
        assert any("port.wrong-port" in row for row in rows(app))


@pytest.mark.parametrize("size", [SMALL, USUAL, LARGE], ids=str)
async def test_the_screen_is_filled_to_its_edges(size: tuple[int, int]) -> None:
    """Every row of every panel has the width of the screen: nothing is torn."""
    app = app_on(scenes.session(ELSEWHERE, scenes.SILENT))
    async with playing(app, size) as pilot:
        await shown(pilot, steps)
        for key in "123456":
            await pilot.press(key)
            await pilot.pause()
            drawn = app.screen._compositor.render_strips()

            assert {strip.cell_length for strip in drawn} == {size[0]}
            assert len(drawn) == size[1]
