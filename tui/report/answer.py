"""The answer to an error text that names no endpoint to walk, but says itself what went wrong."""

from collections.abc import Iterator

from tui.errors.meaning import meaning_of
from tui.errors.types import ErrorReading
from tui.model.safe_text import safe_text
from tui.report.format import Format
from tui.report.outline import Block, Heading, Labelled, Paragraph, remedy_items
from tui.report.parsed import as_json

NOT_WALKED = "The text names no endpoint, so nothing was looked at here; give HOST:PORT to have it walked."


def answer(reading: ErrorReading, chosen: Format) -> str:
    """The answer in this format, or where the format has no blocks the `refused-parse/1` document. For texts with a meaning."""
    return chosen.draw(blocks(reading)) if chosen.draw else as_json(reading)


def blocks(reading: ErrorReading) -> Iterator[Block]:
    """What the text says means, whose limit it is, and what shows it; nothing of this machine."""
    meaning = meaning_of(reading)
    if meaning is None:
        return
    yield Heading(safe_text(meaning.sentence), 1)
    if meaning.cause:
        yield Labelled("by its own words", f"likely: {meaning.cause}")
    yield Paragraph(NOT_WALKED)
    yield Heading("What to do, on the machine that wrote it")
    yield remedy_items(meaning.remedies)
