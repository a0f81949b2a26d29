"""Settings in YAML, with their lines, and the ports that a compose file publishes (docs.docker.com/reference/compose-file).

Law: the text becomes a graph of nodes, never objects. How much of it is walked is bounded in depth and number, so that
aliases of aliases cost no more than what is written.
"""

import re
from collections.abc import Iterator

import yaml

from tui.errors.patterns import valid_port
from tui.errors.source.types import ConfigSetting, PortRange, Published, SettingsFile

LONGEST_TEXT = 50_000
"""Characters. Without libyaml, PyYAML takes up to two seconds for this many; hardly any settings are longer."""
MOST_NODES = 20_000
"""Nodes walked, counted again at each alias."""
DEEPEST = 40
LONGEST_VALUE = 2_000
LONGEST_KEY = 200
# libyaml is ten times as fast, and not in every build of PyYAML.
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ASSIGNMENT = re.compile(r"(?P<key>[A-Za-z_][\w.]{0,199})=(?P<value>.{0,2000})")
_SHORT = re.compile(
    r"(?:(?:[0-9.]{7,15}|\[[0-9A-Fa-f:.]{2,45}\]):)?(?P<outside>[0-9]{1,5}(?:-[0-9]{1,5})?)"
    r":(?P<inside>[0-9]{1,5}(?:-[0-9]{1,5})?)(?:/(?P<protocol>[a-z]{1,10}))?"
)


class NotYamlError(ValueError):
    """The text is not YAML, or too long to be read."""


def read_yaml(file: str, text: str, *, compose: bool) -> SettingsFile:
    """The settings in the text of a YAML file, and with `compose` the ports that it publishes. Raises only NotYamlError."""
    if len(text) > LONGEST_TEXT:
        raise NotYamlError("too long to be read")
    try:
        roots = list(yaml.compose_all(text, Loader=_LOADER))
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:  # the last two: an escape beyond Unicode
        raise NotYamlError(str(error)) from None
    walk = _Walk(file)
    settings = tuple(setting for root in roots for setting in walk.settings(root, ()))
    published = tuple(port for root in roots for port in walk.published(root)) if compose else ()
    return SettingsFile(settings=settings, published=published)


class _Walk:
    """A walk through the graph of one file, which ends after MOST_NODES."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._left = MOST_NODES

    def settings(self, node: yaml.Node, keys: tuple[str, ...]) -> Iterator[ConfigSetting]:
        """The settings at and below a node that is in `keys`."""
        match node:
            case yaml.MappingNode():
                for key, line, value in self._pairs(node):
                    if isinstance(value, yaml.ScalarNode):
                        yield from self._setting((*keys, key), line, value)
                    elif len(keys) < DEEPEST:
                        yield from self.settings(value, (*keys, key))
            case yaml.SequenceNode():
                for item in self._items(node):
                    if isinstance(item, yaml.MappingNode):
                        yield from self.settings(item, keys)
                    elif isinstance(item, yaml.ScalarNode) and (assignment := _ASSIGNMENT.fullmatch(_text(item))):
                        yield self._made((*keys, assignment["key"]), _line(item), assignment["value"])

    def published(self, root: yaml.Node) -> Iterator[Published]:
        """The ports of each service; services are below `services`, or at the top as in the first version of the format."""
        top = {key: value for key, _, value in self._pairs(root)}
        for service, _, body in self._pairs(top.get("services", root)):
            for key, _, ports in self._pairs(body):
                for item in self._items(ports) if key == "ports" else ():
                    publication = self._long(service, item) if isinstance(item, yaml.MappingNode) else self._short(service, item)
                    if publication:
                        yield publication

    def _short(self, service: str, item: yaml.Node) -> Published | None:
        match = _SHORT.fullmatch(_text(item))
        if match is None or match["protocol"] not in {None, "tcp"}:
            return None
        return self._publication(service, _line(item), match["outside"], match["inside"])

    def _long(self, service: str, item: yaml.MappingNode) -> Published | None:
        pairs = list(self._pairs(item))
        lines, texts = {key: line for key, line, _ in pairs}, {key: _text(value) for key, _, value in pairs}
        if "published" not in texts or texts.get("protocol", "tcp") != "tcp":
            return None
        outside = texts["published"]
        return self._publication(service, lines["published"], outside, texts.get("target", outside))

    def _publication(self, service: str, line: int, outside: str, inside: str) -> Published | None:
        there, within = _range(outside), _range(inside)
        if there is None or within is None:
            return None
        return Published(file=self._file, line=line, service=service, outside=there, inside=within)

    def _setting(self, keys: tuple[str, ...], line: int, value: yaml.ScalarNode) -> Iterator[ConfigSetting]:
        text = _text(value)
        if text:
            yield self._made(keys, line, text)

    def _made(self, keys: tuple[str, ...], line: int, value: str) -> ConfigSetting:
        return ConfigSetting(file=self._file, line=line, keys=keys, value=value)

    def _items(self, node: yaml.Node) -> Iterator[yaml.Node]:
        for item in node.value if isinstance(node, yaml.SequenceNode) else ():
            if self._left <= 0:
                return
            self._left -= 1
            yield item

    def _pairs(self, node: yaml.Node, depth: int = 0) -> Iterator[tuple[str, int, yaml.Node]]:
        """The key, its line and the value of each pair in a mapping, with those that it merges in (`<<: *base`)."""
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if self._left <= 0:
                return
            self._left -= 1
            name = _text(key)[:LONGEST_KEY]
            if name == "<<" and depth < DEEPEST:
                for base in (value,) if isinstance(value, yaml.MappingNode) else self._items(value):
                    yield from self._pairs(base, depth + 1)
            elif name:
                yield name, _line(key), value


def _text(node: yaml.Node) -> str:
    """The text of a scalar on one line, cut off if it is long; empty for any other node."""
    if not isinstance(node, yaml.ScalarNode) or node.start_mark.line != node.end_mark.line:
        return ""
    return str(node.value)[:LONGEST_VALUE].strip()


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _range(text: str) -> PortRange | None:
    """`8080` or `8080-8090` as ports; None for anything else."""
    first, dash, last = text.partition("-")
    begin, end = valid_port(first), valid_port(last if dash else first)
    return PortRange(first=begin, last=end) if begin and end and begin <= end else None
