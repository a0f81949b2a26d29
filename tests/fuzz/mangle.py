"""Mistakes and malice in bytes: cut, repeated, swapped, and with what has broken readers before put in."""

from collections.abc import Callable
from random import Random

LONGEST = 20_000
"""Bytes that a mangled text may have; the growth of the cost is measured elsewhere."""
SPITEFUL = (
    *(b"\x00", b"\xff\xfe", b"\xe9", b"\xc2\xb2", b"\xe2\x91\xa0", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\x1b[2J", b"\r", b"\n\n"),
    *(b"[" * 2000, b"{" * 2000, b'{"a":' * 2000, b"(" * 200, b"\\" * 99, b"%" * 99, b'"', b"'", b"`", b"$(id)", b";", b"|"),
    *(b"9" * 5000, b"-1", b"0", b"65536", b"99999999999999999999", b"1e999", b"NaN", b"null", b"true", b"[]", b"{}", b'""'),
    *(b"::", b"::1%eth0", b"[::]", b"0.0.0.0", b"*", b":", b"@", b"/", b"../", b"=", b",", b" ", b"\t", b"==="),
)


def mangled(whole: bytes, random: Random, others: tuple[bytes, ...] = ()) -> bytes:
    """`whole` with one to six changes, some of them taken from `others`; the same for the same state of `random`."""
    text = whole
    for _ in range(random.randint(1, 6)):
        text = random.choice(_CHANGES)(text, random, others)[:LONGEST]
    return text


def _cut(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    return text[: random.randint(0, len(text))]


def _without(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    start, end = _span(text, random)
    return text[:start] + text[end:]


def _again(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    start, end = _span(text, random)
    return text[:end] + text[start:end] * random.randint(1, 4) + text[end:]


def _flipped(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    at = random.randint(0, len(text))
    return text[:at] + bytes([random.randint(0, 255)]) + text[at + 1 :]


def _spiteful(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    start, end = _span(text, random)
    return text[:start] + random.choice(SPITEFUL) + text[random.choice((start, end)) :]


def _word_for_spite(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    words = text.split(b" ")
    words[random.randrange(len(words))] = random.choice(SPITEFUL)
    return b" ".join(words)


def _number_for_spite(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    digits = [at for at, byte in enumerate(text) if chr(byte).isdigit()]
    if not digits:
        return text
    at = random.choice(digits)
    return text[:at] + random.choice(SPITEFUL) + text[at + 1 :]


def _lines_mixed(text: bytes, random: Random, _others: tuple[bytes, ...]) -> bytes:
    lines = text.split(b"\n")
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def _grafted(text: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    other = random.choice(others) if others else text
    start, end = _span(other, random)
    at = random.randint(0, len(text))
    return text[:at] + other[start:end] + text[at:]


def _span(text: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(text))
    return start, min(len(text), start + random.randint(0, 200))


_CHANGES: tuple[Callable[[bytes, Random, tuple[bytes, ...]], bytes], ...] = (
    *(_cut, _without, _again, _flipped, _spiteful, _word_for_spite, _number_for_spite, _lines_mixed, _grafted),
)
