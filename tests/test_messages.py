"""The page of messages is held against this machine's own texts, the reader of errors, and the catalogue of causes."""

import ctypes
import errno
import os
import re
import socket

import pytest

from tests.approved import ROOT
from tui.diagnosis.causes import hypotheses
from tui.errors import read_error
from tui.errors.types import ErrorClass

PAGE = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
CLASSES: dict[str, ErrorClass] = {
    "ECONNREFUSED": "refused",
    "ETIMEDOUT": "timeout",
    "EHOSTUNREACH": "unreachable",
    "ENETUNREACH": "unreachable",
    "ECONNRESET": "reset",
    "EAI_NONAME": "dns",
    "EAI_AGAIN": "dns",
}
"""What a line with nothing but the message is read as; the other messages name no failure of a connection by themselves."""


def rows() -> list[tuple[str, ...]]:
    """The table of messages, cell by cell."""
    section = PAGE.partition("<!-- messages -->")[2].partition("<!-- /messages -->")[0]
    lines = [line for line in section.strip().splitlines() if line.startswith("|")][2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[1])
def test_a_message_is_the_systems_own(row: tuple[str, ...]) -> None:
    """The text beside a symbol is the one that this machine's library gives for it."""
    message, symbol, *_ = row
    if symbol.startswith("EAI_"):
        words = ctypes.CDLL(None).gai_strerror
        words.restype = ctypes.c_char_p
        assert words(getattr(socket, symbol)).decode() == message
        return

    assert os.strerror(getattr(errno, symbol)) == message


@pytest.mark.parametrize("row", [row for row in rows() if row[1] in CLASSES], ids=lambda row: row[1])
def test_a_message_is_read_as_the_page_says(row: tuple[str, ...]) -> None:
    """The reader of error texts gives each message the class of its symbol."""
    assert read_error(f"connect to db-1:5432 failed: {row[0]}").error_class == CLASSES[row[1]]


def test_the_causes_on_the_page_are_those_of_the_catalogue() -> None:
    """Every cause that the page names exists."""
    named = set(re.findall(r"`((?:name|port|path|server|client|unix)\.[a-z-]+)`", PAGE))

    assert named
    assert named - {one.id for one in hypotheses()} == set()
