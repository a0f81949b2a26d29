"""HTML: one file, nothing fetched, nothing run, everything escaped."""

from html.parser import HTMLParser

import pytest

from tests.report.hostile import TEXTS, hostile_document
from tui.report.formats.html import as_html

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "strong", "pre", "code",
    "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "footer",
}  # fmt: skip
FETCHING = {"src", "href", "srcset", "action", "data", "background", "poster"}


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def read(page: str) -> Reader:
    """The page as a browser's parser sees it."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_becomes_no_element(text: str) -> None:
    """The elements are the same whatever the text; none runs or fetches, and no attribute comes from outside."""
    found = read(as_html(hostile_document(text)))

    assert set(found.tags) <= ALLOWED
    assert found.tags == read(as_html(hostile_document("harmless"))).tags
    assert not found.attributes & FETCHING
    assert not any(name.startswith("on") for name in found.attributes)


def test_the_text_is_readable() -> None:
    """What was escaped reads as it was."""
    assert "<script>alert(1)</script>" in read(as_html(hostile_document("<script>alert(1)</script>"))).text


def test_the_page_stands_alone() -> None:
    """It is ASCII, names its encoding and title, and forbids itself to fetch anything."""
    page = as_html(hostile_document("täst"))

    assert page.isascii()
    assert '<meta charset="utf-8">' in page
    assert "default-src &#x27;none&#x27;" in page
    assert "<title>t&#228;st:1 fails: refused.</title>" in page
    assert "url(" not in page
    assert "@import" not in page
