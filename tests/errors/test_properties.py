"""What holds for every text: no exception, nothing that the text does not say, and the same answer each time."""

import importlib
import pkgutil

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from tests.errors.corpus import samples
from tui import errors
from tui.errors import read_error, target_of
from tui.errors.view import unwrapped, view_of

_WORDS = [
    "connect ECONNREFUSED ",
    "Connection refused",
    " port ",
    "dial tcp ",
    "lookup ",
    " on ",
    "host=",
    "upstream: ",
    "client: ",
    "proxy ",
]
_PLACES = [
    "127.0.0.1",
    "[::1]",
    "::1",
    "db.example",
    "db",
    "5432",
    "http://",
    "socket /run/a.sock",
    "1.2.3.4.5",
    "[Errno 111]",
    "(111)",
]
_MARKS = [
    ":",
    "'",
    '"',
    "(",
    ")",
    "\n",
    "\r\n",
    "\t",
    ", ",
    "/",
    "@",
    "|",
    "%",
    "\x1b[31m",
    "&quot;",
    "\\n",
    "api_1 | ",
    "\x00",
    "\u202e",
]
_CODE = ['File "a.py", line 3\n', "    at f (a.js:1:2)\n", "ß", "İ", "端口", "Port"]
PIECES = st.sampled_from([*_WORDS, *_PLACES, *_MARKS, *_CODE])
TEXTS = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str) -> None:
    """No text raises; ports are ports; hosts stand in the text; spans lie in it and hold what was read."""
    reading = read_error(text)

    for one in reading.endpoints:
        start, end = one.span
        assert 0 <= start < end <= len(text)
        assert one.host or one.port or one.path
        assert one.port is None or 0 < one.port < 1 << 16
        assert one.host is None or one.host.isascii()
    assert read_error(text) == reading
    target_of(reading)


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read(given_bytes: bytes) -> None:
    """No bytes raise."""
    read_error(given_bytes)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_view_leads_back_to_the_text(text: str) -> None:
    """Every character in sight that is not put in for another stands in the text as given, where the view says."""
    view = view_of(text)
    for at, char in enumerate(view.text):
        start, end = view.given(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert text[start] == char or char in "\n '\"&<>/" or text[start] in "&\\"


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_unwrapping_takes_nothing_but_line_ends(text: str) -> None:
    """Joined lines hold the same characters, line ends apart."""
    view = view_of(text)
    joined = unwrapped(view)
    if joined:
        assert joined.text.replace("\n", "") == view.text.replace("\n", "")
        assert joined.text.count("\n") < view.text.count("\n")


@given(st.sampled_from([sample for sample in samples() if sample.endpoints]), st.text("abcdefghij \n", max_size=60))
@settings(max_examples=150, deadline=None)
def test_idle_words_before_a_text_change_nothing(sample_text: object, words: str) -> None:
    """Lines that speak of nothing, pasted above an error, leave its endpoints as they are."""
    text = getattr(sample_text, "text", "")
    before = read_error(text).endpoints
    after = read_error(f"{words}\n{text}").endpoints

    assert [(one.host, one.port, one.role, one.path) for one in after] == [
        (one.host, one.port, one.role, one.path) for one in before
    ]


def test_what_is_read_can_not_be_changed() -> None:
    """Every value that the reader makes is frozen: what one reader of it does, no other sees."""
    classes = [
        value
        for module in pkgutil.walk_packages(errors.__path__, f"{errors.__name__}.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, type) and issubclass(value, Struct) and value is not Struct
    ]

    assert classes
    assert all(one.__struct_config__.frozen for one in classes)
