"""The table: told the rows that should stand there, it keeps cursor and scroll, and draws only what is visible."""

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.ui.rows.text import Line, line
from tui.ui.widgets.keyed_table import KeyedTable


class Numbers(KeyedTable[int]):
    """Rows that are numbers; those below zero can't be picked. It counts what it draws."""

    drawn = 0
    lines = 0

    def name_of(self, item: int) -> str:
        """A number is its own name."""
        return str(item)

    def draw(self, item: int, width: int) -> Line:  # noqa: ARG002 -- short enough
        """The number in words."""
        self.drawn += 1
        return line(f"row {item}")

    def can_pick(self, item: int) -> bool:
        """Headings are below zero."""
        return item >= 0

    def render_line(self, y: int):  # type: ignore[no-untyped-def]  # noqa: ANN201 -- as in the base
        """Count the lines that are really drawn."""
        self.lines += 1
        return super().render_line(y)


class Stage(App[None]):
    """One table on an otherwise empty screen."""

    moved: list[int]

    def compose(self) -> ComposeResult:
        """The table."""
        self.moved = []
        yield Numbers(id="numbers")

    def on_keyed_table_moved(self, message: KeyedTable.Moved) -> None:
        """Remember where the cursor went."""
        self.moved.append(message.table.cursor)

    @property
    def table(self) -> Numbers:
        """The table."""
        return self.query_one(Numbers)


async def told(pilot: Pilot[None], items: Sequence[int]) -> Numbers:
    """Tell the rows and wait for the screen."""
    assert isinstance(pilot.app, Stage)
    pilot.app.table.set_rows(items)
    await pilot.pause()
    return pilot.app.table


async def test_the_cursor_stays_on_its_row() -> None:
    """Rows that come and go above it do not move the cursor to another row."""
    async with Stage().run_test(size=(40, 10)) as pilot:
        table = await told(pilot, range(5))
        await pilot.press("down", "down", "down")
        assert table.picked == 3

        await told(pilot, [9, 8, 7, *range(5)])
        assert table.picked == 3
        await told(pilot, [3])
        assert table.picked == 3
        await told(pilot, [7, 8])
        assert table.picked == 7
        await told(pilot, [])
        assert table.picked is None


async def test_scrolling_survives() -> None:
    """Telling the same rows again leaves the view where it was."""
    async with Stage().run_test(size=(40, 10)) as pilot:
        table = await told(pilot, range(100))
        await pilot.press("pagedown", "pagedown", "down")
        where = table.scroll_y
        assert where > 0

        await told(pilot, [*range(100), 100])
        assert table.scroll_y == where


async def test_only_changed_lines_are_drawn() -> None:
    """The same rows draw nothing; one changed row draws one line."""
    async with Stage().run_test(size=(40, 10)) as pilot:
        table = await told(pilot, range(8))
        before = table.lines

        await told(pilot, list(range(8)))
        assert table.lines == before
        await told(pilot, [0, 1, 2, 3, 44, 5, 6, 7])
        assert table.lines == before + 1


async def test_twenty_thousand_rows_cost_what_is_visible() -> None:
    """Of very many rows only the visible ones are drawn, at the top and at the end."""
    async with Stage().run_test(size=(40, 10)) as pilot:
        table = await told(pilot, range(20_000))
        assert table.drawn < 100

        await pilot.press("end")
        await pilot.pause()
        assert table.picked == 19_999
        assert table.drawn < 300


async def test_headings_are_passed_over() -> None:
    """The cursor stands only on rows that can be picked; where none is near, the arrows scroll."""
    async with Stage().run_test(size=(40, 10)) as pilot:
        table = await told(pilot, [-1, 0, -2, -3, 1, *range(-40, -4)])
        assert table.picked == 0
        await pilot.press("down")
        assert table.picked == 1
        await pilot.press("down", "down")
        assert table.picked == 1
        assert table.scroll_y == 2
        await pilot.press("up")
        assert table.picked == 0


async def test_a_click_picks_its_row() -> None:
    """The row under the mouse gets the cursor; a heading does not."""
    async with Stage().run_test(size=(40, 10)) as pilot:
        table = await told(pilot, [0, 1, -1, 3])
        await pilot.click(Numbers, offset=(2, 1))
        assert table.picked == 1
        await pilot.click(Numbers, offset=(2, 2))
        assert table.picked == 1
        await pilot.click(Numbers, offset=(2, 7))
        assert table.picked == 1
        assert isinstance(pilot.app, Stage)
        assert pilot.app.moved == [1]


async def test_head_and_foot_stay() -> None:
    """The fixed lines stand still while the rows scroll between them."""
    async with Stage().run_test(size=(40, 6)) as pilot:
        assert isinstance(pilot.app, Stage)
        table = pilot.app.table
        table.set_rows(range(50), head=[line("HEAD")], foot=[line("FOOT")])
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()

        shown = [table.render_line(y).text.strip() for y in range(6)]
        assert shown == ["HEAD", "row 46", "row 47", "row 48", "row 49", "FOOT"]


@pytest.mark.parametrize("keys", [["j", "j", "k"], ["pagedown", "pageup"], ["space", "home"], ["end", "home"]])
async def test_keys_of_the_hand(keys: list[str]) -> None:
    """Letters, pages and ends move as they do elsewhere, and never leave the rows."""
    async with Stage().run_test(size=(40, 10)) as pilot:
        table = await told(pilot, range(30))
        await pilot.press(*keys)

        assert table.picked is not None
        assert 0 <= table.scroll_y <= table.max_scroll_y
