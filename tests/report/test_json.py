"""JSON: the same bytes everywhere, harmless on a terminal, and still the text that it was."""

import json

import pytest

from tests.documents import validated
from tests.report.hostile import TEXTS, hostile_document
from tui.report.formats.json import as_json


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_survives_as_text(text: str) -> None:
    """The output has no control character but its line end, and reads back to what was said."""
    shown = as_json(hostile_document(text))

    assert shown.isascii()
    assert shown[:-1].isprintable()
    assert shown.endswith("\n")
    assert validated(shown)["verdict"]["refuted_by"] == text


def test_characters_beyond_the_first_plane_survive() -> None:
    """A character that UTF-16 needs two units for is written as both."""
    assert json.loads(as_json(hostile_document("\U0001f40d ü")))["verdict"]["refuted_by"] == "\U0001f40d ü"
