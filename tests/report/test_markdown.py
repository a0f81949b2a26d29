"""Markdown: what comes from outside stays text, by the word of a CommonMark parser with GitHub's extensions."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.report.hostile import TEXTS, hostile_document
from tui.model.safe_text import safe_text
from tui.report.formats.markdown import as_markdown, code, prose

PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": True})
OURS = {"heading", "paragraph", "bullet_list", "ordered_list", "list_item", "table", "thead", "tbody", "tr", "th", "td", "strong"}
HARMLESS = {"text", "code_inline", "inline", "fence", "hr", "softbreak"}


def tokens(markdown: str) -> Iterator[Token]:
    """Every token of the parsed text, inline ones too."""
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()


def kinds(markdown: str) -> set[str]:
    """The kinds of tokens in it, opening and closing ones as one."""
    return {token.type.removesuffix("_open").removesuffix("_close") for token in tokens(markdown)}


def read(markdown: str) -> str:
    """What a reader sees of one paragraph."""
    return "".join(token.content for token in tokens(markdown) if token.type in {"text", "code_inline"})


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_becomes_no_markup(text: str) -> None:
    """Links, pictures, HTML, headings and lists in outside text are not seen as such; the outline is always the same."""
    found = as_markdown(hostile_document(text))

    assert kinds(found) <= OURS | HARMLESS
    shape = [token.type for token in PARSER.parse(as_markdown(hostile_document("harmless")))]
    assert [token.type for token in PARSER.parse(found)] == shape


@pytest.mark.parametrize("text", TEXTS)
def test_mentions_and_links_stand_only_in_code(text: str) -> None:
    """What a forge would turn into a mention, an issue or a link stands in code, where it does not."""
    for token in tokens(as_markdown(hostile_document(text))):
        if token.type == "text":
            assert not {"@", "#", "<", ">", "[", "]", "\\", "|", "*", "_", "~", "&"} & set(token.content)
            assert "://" not in token.content
            assert "www." not in token.content


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)  # the parser's first call is slow
def test_any_line_reads_as_it_was(text: str) -> None:
    """Whatever the line, it is one paragraph of text and code, and a reader sees its words."""
    line = safe_text(" ".join(text.split()))
    shown = prose(line)

    if line:
        assert kinds(shown) <= {"paragraph", "inline", "text", "code_inline"}
        assert _letters(read(shown)) == _letters(line)


def test_code_holds_any_backticks() -> None:
    """A span's fence is longer than any row of backticks within."""
    for inner in ("a", "`", "``", "a`b", "`a`", "```"):
        (paragraph,) = [token for token in PARSER.parse(code(inner)) if token.type == "inline"]
        assert [token.content for token in paragraph.children or ()] == [inner]


def test_plain_words_stay_plain() -> None:
    """An ordinary sentence is not littered with code; addresses, paths and options are code."""
    assert prose("Nothing listens on 10.0.3.9:5432, it's closed.") == "Nothing listens on `10.0.3.9:5432`, it's closed."
    assert prose("See `ss -ltn`.") == "See `ss -ltn`."


def _letters(text: str) -> str:
    """What can't be lost: everything but space and backticks, which are written otherwise."""
    return "".join(text.replace("`", "").replace("'", "").split())
