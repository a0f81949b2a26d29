"""Lines of text are measured, cut and wrapped in terminal cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.rows.text import Span, Tone, cells, columns, cut, cut_line, fit, labelled, line, plain, wrap

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "Mn", "So")), max_size=60)


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("数据库", 6), ("e\u0301", 1), ("", 0), ("✓", 1)])
def test_cells(text: str, width: int) -> None:
    """Wide characters take two cells, combining ones none."""
    assert cells(text) == width


@given(WORDS, st.integers(1, 40))
def test_cut_never_exceeds_its_width(text: str, width: int) -> None:
    """What is cut fits, and says by an ellipsis that something is missing."""
    shown = cut(text, width)

    assert cells(shown) <= width
    assert shown == text or shown.endswith("…")


@given(WORDS, st.integers(1, 40), st.booleans())
def test_fit_fills_its_width(text: str, width: int, right: bool) -> None:
    """What is fitted takes exactly its cells."""
    assert cells(fit(text, width, right=right)) == width


@given(WORDS, st.integers(2, 40))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """Every character of the text stands in some line, and no line is too long."""
    lines = wrap(text, width)

    assert all(cells(one) <= width for one in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_long_word_is_broken() -> None:
    """A word that is longer than the line goes on in the next one."""
    assert wrap("abcdefgh ij", 5) == ["abcde", "fgh", "ij"]


def test_columns_stand_in_line() -> None:
    """Cells have their widths; numbers can be aligned at the right."""
    assert plain(columns([("tcp", 4), (Span("80", Tone.MUTED), 5), ("nginx", 3)], right=frozenset({1}))) == "tcp     80 ng…"


def test_a_label_has_its_own_gutter() -> None:
    """The lines of a labelled text stand below one another."""
    assert [plain(one) for one in labelled("why", "one two three", 12, gutter=5)] == ["why  one two", "     three"]


def test_a_line_is_cut_across_its_spans() -> None:
    """Cutting a line cuts the span in which it ends, and drops those behind."""
    assert plain(cut_line(line("abc", Span("def", Tone.BAD), "ghi"), 5)) == "abcd…"
