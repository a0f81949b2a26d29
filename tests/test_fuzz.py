"""Mangled texts for everything that reads what others write: the short form of `python -m tests.fuzz`."""

import re
from random import Random

import pytest

from tests.fuzz.attack import attack
from tests.fuzz.readers import Reader, readers
from tests.fuzz.slow_texts import attacks

READERS = {reader.name: reader for reader in readers()}
TEXTS = 60
"""For each reader; the long form makes as many as one likes."""


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_text_breaks_its_reader(reader: Reader) -> None:
    """Cut, repeated, grafted and spiteful texts end in a result, or in an error that the reader announces."""
    assert list(attack(reader, Random(reader.name), TEXTS)) == []  # noqa: S311 -- mistakes, not secrets


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_true_texts_are_read(reader: Reader) -> None:
    """What the mistakes are made in is read without any error: the attack begins where the reader goes all the way."""
    for text in reader.texts:
        reader.read(text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"start_time=\[([^\]]+)\]", ("", "start_time=[ ")),
        (r"(\d+):([\d ]+):(.*)", ("", "1")),
        (r"^\s*proxy\s*=[ \t]*(?P<value>\S*)", ("", " ")),
    ],
)
def test_a_pattern_is_attacked_where_it_repeats(source: str, text: tuple[str, str]) -> None:
    """Among the texts made for a pattern is what it tries again from each place of: its beginning, and what its repeat takes."""
    assert text in attacks(re.compile(source))
