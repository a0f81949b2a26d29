"""What stands on the terminal already is not written again, and the terminal looks the same as if it were."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.ui.screen_memory import ScreenMemory

LINES, COLUMNS = 4, 12
RUNS = st.tuples(
    st.integers(1, LINES), st.integers(1, COLUMNS), st.text("ab 数", max_size=6), st.sampled_from(["", "1", "38;5;9"])
)
Screen = dict[tuple[int, int], str]


def drawn(screen: Screen, written: str) -> None:
    """Draw as a terminal does: each run at its place, each cell with its style; half a wide letter is none."""
    for line, column, text in re.findall(r"\x1b\[(\d+);(\d+)H((?:(?!\x1b\[\d+;\d+H)[^\n])*)", written):
        at, style = (int(line), int(column)), ""
        for mark, letter in re.findall(r"(\x1b\[[\d;]*m)|(.)", text):
            if mark:
                style = mark
                continue
            for cell in range(at[1], at[1] + cell_len(letter)):
                other = screen.get((at[0], cell), "")
                for beside in (cell - 1, cell + 1):
                    if "数" in other and screen.get((at[0], beside)) == other:
                        screen[at[0], beside] = " "
                screen[at[0], cell] = f"{style}{letter}{at[1]}"
            at = (at[0], at[1] + cell_len(letter))


def run(line: int, column: int, text: str, style: str = "") -> str:
    """A run of text as Textual writes it."""
    return f"\x1b[{line};{column}H" + (f"\x1b[{style}m{text}\x1b[0m" if style else text)


@given(st.lists(st.lists(RUNS, min_size=1, max_size=5), max_size=8))
def test_the_terminal_looks_as_if_all_were_written(updates: list[list[tuple[int, int, str, str]]]) -> None:
    """Whatever is drawn over whatever else, wide letters and styles too."""
    memory, expected, real = ScreenMemory(), Screen(), Screen()
    for update in updates:
        written = "\n".join(run(*each) for each in update)
        drawn(expected, written)
        drawn(real, memory.only_new(written))
        assert {at: cell for at, cell in real.items() if cell != " "} == {at: c for at, c in expected.items() if c != " "}


def test_a_line_that_stands_there_is_written_once() -> None:
    """Of a panel that is drawn anew, only the line that changed is written, and where the cursor ends."""
    memory = ScreenMemory()
    first = run(1, 1, "head", "1") + "\n" + run(2, 1, "00:01") + run(1, 1, "")

    assert memory.only_new(first) == first.replace("\n", "")
    assert memory.only_new(run(1, 1, "head", "1") + "\n" + run(2, 1, "00:02") + run(1, 1, "")) == run(2, 1, "00:02") + run(
        1, 1, ""
    )


@pytest.mark.parametrize("unknown", ["\x1b[2J", "a\rb", "\x9b2J", "\x1b]8;;x\x1b\\link"])
def test_what_is_not_understood_is_written_and_nothing_is_left_out_after_it(unknown: str) -> None:
    """It may have drawn over everything."""
    memory, line = ScreenMemory(), run(1, 1, "head")
    memory.only_new(line)

    assert memory.only_new(run(2, 1, unknown)) == run(2, 1, unknown)
    assert memory.only_new(line + run(1, 1, "")) == line + run(1, 1, "")


def test_a_mode_draws_nothing() -> None:
    """What does not move the cursor is passed on, and what stands there stands there still."""
    memory = ScreenMemory()
    memory.only_new(run(1, 1, "head"))

    assert memory.only_new("\x1b[?2026h") == "\x1b[?2026h"
    assert memory.only_new(run(1, 1, "head") + run(1, 1, "")) == run(1, 1, "")


def test_what_is_forgotten_is_written_again() -> None:
    """After a stop, or on another size."""
    memory, line = ScreenMemory(), run(1, 1, "head")
    memory.only_new(line)
    memory.forget()

    assert memory.only_new(line) == line
