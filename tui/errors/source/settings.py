"""Settings files: which key has which value, and where. One reader for INI, TOML, .env and Procfile; YAML has its own.

Law: a file is read line by line and never run, included or expanded; a value that spans lines is not read. Every
value keeps its line, which the parsers of these formats do not give.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from tui.errors.source.types import ConfigSetting, PortRange, Published, SettingsFile

MOST_LINES = 5_000
"""Lines read of one file; settings files that people write are shorter."""
LONGEST_LINE = 2_000
_YAML = (".yaml", ".yml")
_SECTION = re.compile(r"\s{0,80}\[{1,2}([^\[\]\n]{1,200})\]{1,2}\s{0,80}(?:[#;]|$)")
_PAIR = re.compile(
    r"(?P<indent>\s{0,200})(?P<item>-\s{1,20})?(?:export\s{1,20})?(?P<key>[\w.$/\"'-]{1,200})\s{0,80}(?P<mark>[=:])"
    r"(?:\s{1,80}|(?<==)|(?=\s{0,80}$))(?P<value>.{0,2000})$"
)
_PORT_OPTION = re.compile(r"(?:--?(?:port|p|bind|listen|b|l)[= ]|PORT=)(?:[\w.\[\]:]{0,80}:)?(?P<port>\d{2,5})\b")


def read_settings(file: str, text: str) -> SettingsFile:
    """What the text of one settings file says, in its order. Never raises."""
    name = file.rpartition("/")[2].lower()
    lines = text.splitlines()[:MOST_LINES]
    if name.endswith(_YAML):
        from tui.errors.source.yaml_settings import NotYamlError, read_yaml

        # A template, or a file with a mistake in it, is not YAML; its lines may still say something.
        with suppress(NotYamlError):
            return read_yaml(file, text, compose="compose" in name)
    return SettingsFile(
        settings=tuple(_settings(file, lines)),
        published=tuple(_procfile(file, lines)) if name.startswith("procfile") else (),
    )


def _settings(file: str, lines: Iterable[str]) -> Iterator[ConfigSetting]:
    section: tuple[str, ...] = ()
    nesting: list[tuple[int, str]] = []
    for number, raw in enumerate(lines, start=1):
        line = raw[:LONGEST_LINE]
        if line.lstrip().startswith("//"):  # what follows may look like a key; behind other marks nothing does
            continue
        if header := _SECTION.match(line):
            section, nesting = tuple(header[1].strip().strip("\"'").split(".")), []
            continue
        pair = _PAIR.match(line)
        if pair is None:
            continue
        depth = len(pair["indent"]) + len(pair["item"] or "")
        while nesting and nesting[-1][0] >= depth:
            nesting.pop()
        key, value = pair["key"].strip("\"'"), _plain(pair["value"])
        above = tuple(parent for _, parent in nesting)
        if pair["mark"] == ":" and not value:
            nesting.append((depth, key))
            continue
        yield ConfigSetting(file=file, line=number, keys=(*section, *above, key), value=value)


def _procfile(file: str, lines: list[str]) -> Iterator[Published]:
    for number, raw in enumerate(lines, start=1):
        kind, _, command = raw[:LONGEST_LINE].partition(":")
        option = _PORT_OPTION.search(command) if not kind.strip().startswith("#") else None
        if option:
            port = PortRange(first=int(option["port"]), last=int(option["port"]))
            yield Published(file=file, line=number, service=kind.strip(), outside=port, inside=port)


def _plain(text: str) -> str:
    """A value without its quotes and without the comment after it."""
    stripped = text.strip()
    if stripped[:1] in {'"', "'"}:
        quote = stripped[0]
        end = stripped.find(quote, 1)
        return stripped[1:end] if end > 0 else stripped[1:]
    return re.split(r"\s[#;]|,$", stripped, maxsplit=1)[0].strip()
