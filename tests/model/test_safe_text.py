"""The one gate for text from outside: nothing that leaves it can move a cursor, change a colour or reorder what is read."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.safe_text import LIMIT, safe_line, safe_name, safe_text

DANGEROUS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format, surrogate, private and undefined characters, line and paragraph separators."""
ANYTHING = st.one_of(st.text(), st.text(st.characters()), st.binary())


def dangerous(text: str) -> set[str]:
    """The characters of `text` that could do something."""
    return {char for char in text if unicodedata.category(char) in DANGEROUS}


@given(ANYTHING)
def test_no_dangerous_character_leaves(text: str | bytes) -> None:
    """On one line nothing is left that could do something, whatever came in."""
    assert dangerous(safe_text(text)) == set()


@given(ANYTHING)
def test_of_many_lines_only_line_ends_and_tabs_are_left(text: str | bytes) -> None:
    """With `one_line` off, line ends and tabs stay and nothing else that could do something."""
    assert dangerous(safe_text(text, one_line=False)) <= {"\n", "\t"}


@given(ANYTHING)
def test_what_is_safe_stays_as_it_is(text: str | bytes) -> None:
    """Passing the gate twice changes nothing."""
    once = safe_text(text)

    assert safe_text(once, limit=len(once)) == once


@given(ANYTHING, st.integers(1, 50))
def test_it_is_never_longer_than_its_limit(text: str | bytes, limit: int) -> None:
    """The result has at most `limit` characters and the mark that says that it was cut."""
    assert len(safe_text(text, limit=limit)) <= limit + 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b2J", "\\x9b2J"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u200b", "\\u200b"),
        ("\ud800", "\\ud800"),
        (b"\xff\xfeok", "\\xff\\xfeok"),
        ("plain ü …", "plain ü …"),
    ],
)
def test_what_is_dangerous_is_spelled_out(text: str | bytes, shown: str) -> None:
    """Control, format and broken characters become their escapes; everything else stays."""
    assert safe_text(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    """What is longer than the limit ends with an ellipsis."""
    assert safe_text("x" * (LIMIT + 1)) == "x" * LIMIT + "…"
    assert safe_text("x" * LIMIT) == "x" * LIMIT


def test_every_control_character_is_spelled_out() -> None:
    """No character of Unicode's control and format categories passes."""
    everything = [chr(number) for number in range(0x3000)]

    assert [char for char in everything if dangerous(char) and char in safe_text(char)] == []


@pytest.mark.parametrize(("gate", "longest"), [(safe_name, 80), (safe_line, 300)])
def test_names_and_lines_have_their_own_length(gate: Callable[[str | bytes], str], longest: int) -> None:
    """A name is kept up to 80 characters and a quoted line up to 300; what is longer says so, and controls are spelled out."""
    assert gate("x" * longest) == "x" * longest
    assert gate("x" * (longest + 1)) == "x" * longest + "…"
    assert gate(b"\x1b[1m") == "\\x1b[1m"
