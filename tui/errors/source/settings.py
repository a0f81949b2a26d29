"""Settings files as lines: which key has which value, and where. INI, TOML, .env, YAML, compose, Procfile, all alike.

Law: a file is read line by line and never run, included or expanded; a value that spans lines is not read. Every
value keeps its line, which the parsers of these formats do not tell.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

MOST_LINES = 5_000
"""Of one file; a settings file that people write is shorter."""
LONGEST_LINE = 2_000
_SECTION = re.compile(r"\s{0,80}\[{1,2}([^\[\]\n]{1,200})\]{1,2}\s{0,80}(?:[#;]|$)")
_PAIR = re.compile(
    r"(?P<indent>\s{0,200})(?P<item>-\s{1,20})?(?:export\s{1,20})?(?P<key>[\w.$/\"'-]{1,200})\s{0,80}(?P<mark>[=:])"
    r"(?:\s{1,80}|(?<==)|(?=\s{0,80}$))(?P<value>.{0,2000})$"
)
_ITEM = re.compile(r"(?P<indent>\s{0,200})-\s{1,20}(?P<value>.{0,2000})$")
_PUBLISHED = re.compile(
    r"(?:(?P<address>\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]{2,45}\]):)?(?P<outside>\d{1,5})(?:-\d{1,5})?"
    r":(?P<inside>\d{1,5})(?:-\d{1,5})?(?:/tcp)?"
)
_PORT_OPTION = re.compile(r"(?:--?(?:port|p|bind|listen|b|l)[= ]|PORT=)(?:[\w.\[\]:]{0,80}:)?(?P<port>\d{2,5})\b")


class ConfigSetting(Struct, frozen=True, kw_only=True):
    """One key with its value, and where it stands."""

    file: str
    line: int
    keys: tuple[str, ...]
    """The sections and mappings that it stands in, outermost first, its own key last."""
    value: str

    @property
    def key(self) -> str:
        """Its own key."""
        return self.keys[-1]


class Published(Struct, frozen=True, kw_only=True):
    """A port that a compose file publishes, or that a Procfile's command names."""

    file: str
    line: int
    service: str
    outside: int
    inside: int


def settings_in(file: str, text: str) -> tuple[ConfigSetting, ...]:
    """The settings in the text of one file, in its order."""
    return tuple(_settings(file, text.splitlines()[:MOST_LINES]))


def published_in(file: str, text: str) -> tuple[Published, ...]:
    """The ports that a compose file publishes or a Procfile's commands name; none for another file."""
    name = file.rpartition("/")[2].lower()
    lines = text.splitlines()[:MOST_LINES]
    if "compose" in name:
        return tuple(_compose(file, lines))
    return tuple(_procfile(file, lines)) if name.startswith("procfile") else ()


def _settings(file: str, lines: Iterable[str]) -> Iterator[ConfigSetting]:
    section: tuple[str, ...] = ()
    nesting: list[tuple[int, str]] = []
    for number, raw in enumerate(lines, start=1):
        line = raw[:LONGEST_LINE]
        if not line.strip() or line.lstrip().startswith(("#", ";", "//")):
            continue
        if found := _SECTION.match(line):
            section, nesting = tuple(found[1].strip().strip("\"'").split(".")), []
            continue
        pair = _PAIR.match(line)
        if pair is None:
            continue
        depth = len(pair["indent"]) + len(pair["item"] or "")
        while nesting and nesting[-1][0] >= depth:
            nesting.pop()
        key, value = pair["key"].strip("\"'"), _plain(pair["value"])
        above = tuple(one for _, one in nesting)
        if pair["mark"] == ":" and not value:
            nesting.append((depth, key))
            continue
        yield ConfigSetting(file=file, line=number, keys=(*section, *above, key), value=value)


def _compose(file: str, lines: list[str]) -> Iterator[Published]:
    """`ports:` lists, the short form `- "8080:80"` and the long one with `target` and `published`."""
    nesting: list[tuple[int, str]] = []
    for number, raw in enumerate(lines, start=1):
        line = raw[:LONGEST_LINE]
        if item := _ITEM.match(line):
            # A list may stand at its key's own depth.
            within = [one for at, one in nesting if at <= len(item["indent"])]
            found = _PUBLISHED.fullmatch(_plain(item["value"]))
            if found and within and within[-1] == "ports":
                service = within[-2] if len(within) > 1 else ""
                yield Published(
                    file=file, line=number, service=service, outside=int(found["outside"]), inside=int(found["inside"])
                )
                continue
        pair = _PAIR.match(line)
        if pair is None or not line.strip() or line.lstrip().startswith("#"):
            continue
        depth = len(pair["indent"])
        while nesting and nesting[-1][0] >= depth:
            nesting.pop()
        key, value = pair["key"].strip("\"'"), _plain(pair["value"])
        if key == "published" and value.isdecimal():
            names = [one for _, one in nesting if one != "ports"]
            yield Published(file=file, line=number, service=names[-1] if names else "", outside=int(value), inside=int(value))
        if not value:
            nesting.append((depth, key))


def _procfile(file: str, lines: list[str]) -> Iterator[Published]:
    for number, raw in enumerate(lines, start=1):
        kind, colon, command = raw[:LONGEST_LINE].partition(":")
        found = _PORT_OPTION.search(command) if colon and not kind.strip().startswith("#") else None
        if found:
            port = int(found["port"])
            yield Published(file=file, line=number, service=kind.strip(), outside=port, inside=port)


def _plain(text: str) -> str:
    """A value without its quotes, and without the comment behind it."""
    stripped = text.strip()
    if stripped[:1] in {'"', "'"}:
        quote = stripped[0]
        end = stripped.find(quote, 1)
        return stripped[1:end] if end > 0 else stripped[1:]
    return re.split(r"\s[#;]|,$", stripped, maxsplit=1)[0].strip()
