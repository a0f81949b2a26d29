"""From numbers, names and phrases to the class of an error. What the kernel said outweighs the words wrapped around it.

Numbers: Linux (asm-generic/errno.h), macOS and the BSDs (sys/errno.h), Windows (winerror.h, WSA*), libuv (uv/errno.h) and
the resolver's EAI codes (netdb.h). Linux's also occur as negative numbers (libuv), and Linux's and Windows' in hexadecimal.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from msgspec import Struct

from tui.errors import own_machine
from tui.errors.phrases import INNER, OUTER, PROXY, SYMBOLS, TROUBLE
from tui.errors.phrases_localized import INNER_ABROAD, TROUBLE_ABROAD
from tui.errors.types import ErrorClass

WORD, OUTSIDE, INSIDE, CHAIN = range(4)
"""How much a mention weighs, from the least: only trouble; a wrapper's word; errno or its text; that the proxy failed."""

MOST_MENTIONS = 256
"""How many mentions of one phrase are kept, counted from the end: more say nothing new."""

NUMBERS: dict[ErrorClass, frozenset[int]] = {
    "refused": frozenset({111, 61, 10061, 4078}),
    "timeout": frozenset({110, 60, 10060, 4039}),
    "unreachable": frozenset({113, 101, 112, 65, 51, 64, 10065, 10051, 10064, 4073, 4062, 4063, 4031}),
    "reset": frozenset({104, 54, 32, 103, 53, 10054, 10053, 4077, 4079, 4047}),
    "dns": frozenset({11001, 11002, 11003, 11004, 3008, 3001, 3007, 3004}),
    **own_machine.NUMBERS,
}
RESOLVER_NUMBERS = frozenset({-2, -3, -4, -5})
"""EAI_NONAME, EAI_AGAIN, EAI_FAIL and EAI_NODATA of glibc, when given as an errno."""

CURL_STATUS: dict[int, ErrorClass] = {
    5: "proxy", 6: "dns", 28: "timeout", 35: "tls", 51: "tls", 52: "reset", 58: "tls", 59: "tls", 60: "tls", 77: "tls",
    80: "tls", 83: "tls", 90: "tls", 91: "tls", 97: "proxy",
}  # fmt: skip
"""libcurl-errors(3). Its 7 is left out: it can mean refused, unreachable or timed out."""

ORACLE: dict[int, ErrorClass] = {
    12170: "timeout", 12535: "timeout", 12606: "timeout", 12537: "reset", 12547: "reset", 3113: "reset", 3135: "reset",
    12541: "refused", 12543: "unreachable", 12545: "dns",
}  # fmt: skip
"""From Oracle's error help, chapters ORA and TNS: the codes that say how the connection failed."""

_ORACLE = re.compile(r"\b(?:ora|tns)-(\d{5})(?!\d)")
_CURL = re.compile(r"curl(?:: \(| error:? | returned error code |[ _]?errno[: =]{1,3}|\(\) failed with code )(\d{1,2})(?!\d)")
_NUMBER = re.compile(
    r"""(?: \[ (?:errno|winerror) \s | errno [\s:=(]{1,3} | \bos\ error\s | error\s(?:code)?[\s:=]{0,2} | \berrorcode\s?=\s?
      | [_ ]error[:_ ]{1,2} | socketexception\s\( | \bcode:\s | ['"]\s\( | \(reason\s | \w{3,20}error\(
      | \( (?=\d{2,5}:\s | 0x | \d{5}\)) | / (?=\d{5}\)) )
    (?P<number> -?\d{1,5} | 0x[0-9a-f]{2,8} ) (?= [\s:;,)\]}'"|_/] | \.(?!\d) | \Z )""",
    re.VERBOSE,
)
_TELLING = ("errno", "os error", "'", '"', "(reason")
_SMALLEST_PLAIN = 100
"""Numbers below this, such as macOS' errnos, may count anything unless they follow one of `_TELLING`."""


class Mention(Struct, frozen=True):
    """A place where the text says what went wrong; `error_class` is None if it says only that something did."""

    start: int
    end: int
    error_class: ErrorClass | None
    weight: int


def lowered(text: str) -> str:
    """`text` in lower case, with every character at the same position (some lower-case letters are two characters)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(small if len(small := char.lower()) == 1 else char for char in text)


def mentions(low: str) -> tuple[Mention, ...]:
    """Where a text, in lower case, says what went wrong, in order."""
    mentioned = [
        Mention(at, at + len(phrase), kind, weight) for phrase, kind, weight in _phrases() for at in last_positions(low, phrase)
    ]
    mentioned += [
        Mention(at, at + len(name), kind, INSIDE)
        for kind, names in SYMBOLS.items()
        for name in names
        for at in last_positions(low, name)
        if _stands_alone(low, at)
    ]
    mentioned += [Mention(start, end, kind, INSIDE) for start, end, kind in own_machine.phrases(low)][-MOST_MENTIONS:]
    mentioned += _numbers(low)
    return tuple(sorted(mentioned, key=lambda mention: (mention.start, -mention.weight)))


def last_positions(low: str, phrase: str, most: int = MOST_MENTIONS) -> Iterator[int]:
    """The positions of `phrase`, from the end, at most `most` of them."""
    at = low.rfind(phrase)
    while at >= 0 and most:
        yield at
        most -= 1
        at = low.rfind(phrase, 0, at)


def decisive(candidates: Iterable[Mention], near: int) -> Mention | None:
    """The mention that states the class: the weightiest, and among those the nearest to the position `near`."""
    named = [mention for mention in candidates if mention.error_class]
    return min(named, key=lambda mention: (-mention.weight, _distance(mention, near)), default=None)


def class_of_number(number: int) -> ErrorClass | None:
    """The class of an errno of any of these systems; None for any other number."""
    if number in RESOLVER_NUMBERS:
        return "dns"
    return next((kind for kind, numbers in NUMBERS.items() if abs(number) in numbers), None)


@cache
def _phrases() -> tuple[tuple[str, ErrorClass | None, int], ...]:
    table: list[tuple[str, ErrorClass | None, int]] = [(phrase, "proxy", CHAIN) for phrase in PROXY]
    for weight, phrases in ((INSIDE, INNER), (INSIDE, INNER_ABROAD), (OUTSIDE, OUTER)):
        table += [(phrase, kind, weight) for kind, group in phrases.items() for phrase in group]
    table += [(phrase, None, WORD) for phrase in (*TROUBLE, *TROUBLE_ABROAD)]
    return tuple(table)


def _stands_alone(low: str, at: int) -> bool:
    return not low[at - 1 : at].isalpha() or low[max(0, at - 3) : at] == "wsa"


def _numbers(low: str) -> Iterator[Mention]:
    for match in _CURL.finditer(low):
        kind = CURL_STATUS.get(int(match[1]))
        yield Mention(match.start(), match.end(), kind, OUTSIDE)
    for match in _ORACLE.finditer(low):
        if kind := ORACLE.get(int(match[1])):
            yield Mention(match.start(), match.end(), kind, OUTSIDE)
    for match in _NUMBER.finditer(low):
        number = int(match["number"], 16 if match["number"].startswith("0x") else 10)
        kind = class_of_number(number)
        telling = (
            abs(number) >= _SMALLEST_PLAIN
            or match[0].lstrip("[").startswith(_TELLING)
            or low.startswith(" connecting", match.end())
        )
        if kind and telling and "curl" not in low[max(0, match.start() - 5) : match.start() + 5]:
            yield Mention(match.start("number"), match.end("number"), kind, INSIDE)


def _distance(mention: Mention, near: int) -> int:
    return max(mention.start - near, near - mention.end, 0)
