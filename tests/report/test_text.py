"""Plain text: the verdict first, 80 columns, commands whole, nothing that moves a cursor."""

import unicodedata
from pathlib import Path

import pytest

from tests.casefile import CASES, all_files, load
from tests.documents import documented
from tests.report.hostile import TEXTS, hostile_document
from tui.report.formats.text import as_text


@pytest.mark.parametrize("path", all_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_prose_fits_eighty_columns(path: Path) -> None:
    """No line of prose is longer than 80; a command stays on its line, so that it can be copied."""
    for line in as_text(documented(load(path).case), full=True).splitlines():
        assert len(line) <= 80 or line.lstrip().startswith("$ ") or " " not in line.strip(), line


def test_the_verdict_comes_first() -> None:
    """The first line says how the target does; certainty and cause follow before any fact."""
    text = as_text(hostile_document("x"))

    lines = text.splitlines()
    assert lines[0] == "x:1 fails: refused."
    assert lines[2] == "confirmed: server.not-listening"
    order = [text.index(word) for word in ("culprit:", "It rests on", "What to do", "Still possible", "Not seen", "Started")]
    assert order == sorted(order)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_moves_no_cursor(text: str) -> None:
    """No control, format or surrogate character of a made-up record reaches the terminal."""
    shown = as_text(hostile_document(text), full=True)

    assert {char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} == {"\n"}


def test_the_code_that_asked_is_shown() -> None:
    """A line of code that was read stands in the report with its source, its origin and what is published beside it."""
    text = as_text(documented(load(CASES / "port.wrong-port" / "line-of-code.toml").case))

    assert "The code that asked: /srv/app/client.py:12" in text
    assert "port: 5432, the constant PORT at line 4" in text
    assert "beside it: docker-compose.yml:9 publishes 5433" in text
