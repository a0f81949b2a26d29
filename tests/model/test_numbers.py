"""Numbers of others are read, or are none; never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.numbers import decimal_number


@given(st.integers(min_value=0, max_value=10**20 - 1))
def test_a_plain_number_is_itself(number: int) -> None:
    """Up to twenty digits, as text and as bytes."""
    assert decimal_number(str(number)) == number
    assert decimal_number(str(number).encode()) == number


@pytest.mark.parametrize(
    "text", ["", None, "²", "①", "\u0661", "1 ", " 1", "+1", "-1", "1_0", "1.0", "0x1", "1" * 21, "9" * 5000, b"\xb2"]
)
def test_what_is_no_plain_number_is_none(text: str | bytes | None) -> None:
    """Digits of other scripts, signs, spaces, and more digits than any number here has."""
    assert decimal_number(text) is None


@given(st.text() | st.binary())
def test_no_text_is_an_error(text: str | bytes) -> None:
    """Whatever it is, it is a number from zero or none."""
    number = decimal_number(text)

    assert number is None or number >= 0
