"""Where nginx leads a port, by its configuration: pure but for what `included` reads.

Law: only `include`, `server`, `listen`, `upstream` and the `*_pass` directives are read; which location takes a path is not
worked out. Bounded in depth, files and words. Source: nginx's "Configuration file's structure", ngx_conf_file.c (ngx_conf_read_token).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct, field

from tui.model.facts import Upstream
from tui.model.numbers import decimal_number

MOST_WORDS = 200_000
DEEPEST = 40
"""Blocks within blocks, files within files."""
_WORD = re.compile(
    r"#[^\n]*|\"(?P<double>(?:[^\"\\]|\\.){0,10000}+)\"|'(?P<single>(?:[^'\\]|\\.){0,10000}+)'|(?P<mark>[{};])|[^\s{};#\"']++"
)
_PASS = {"proxy_pass": None, "grpc_pass": "grpc", "fastcgi_pass": "fastcgi", "uwsgi_pass": "uwsgi", "scgi_pass": "scgi"}
"""Directives that lead on, each with the protocol where it names none itself."""
_URL = re.compile(r"(?:(?P<scheme>[a-z]{2,10})://)?(?P<where>unix:[^:$]+|[^/$]+)(?:[/:].*)?", re.DOTALL)
_WHERE = re.compile(r"(?P<host>\[[^\]]+\]|[^:\s]+)(?::(?P<port>\d{1,5}))?")
_HTTP, _HTTPS = 80, 443
"""Where nothing names a port (ngx_http_upstream.c, `uscf->default_port`)."""
Included = Callable[[str], Iterable[tuple[str, str]]]
"""For the words of an `include`: path and text of each file."""


class Directive(Struct, frozen=True):
    """A directive, with the block that it opens."""

    words: tuple[str, ...]
    source: str
    block: "list[Directive]" = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its first word."""
        return self.words[0]


class _Text(NamedTuple):
    words: Iterator[tuple[str, bool]]
    source: str


def upstreams_of(text: str, source: str, port: int, included: Included) -> tuple[Upstream, ...]:
    """What the servers that listen on `port` lead to, each once; `source` is the path of the text."""
    known = _directives(_Text(_words(text), source), included, 0)
    groups = {each.words[1]: each.block for each in _named(known, "upstream") if len(each.words) > 1}
    leading = [
        each
        for server in _named(known, "server")
        if server.block and _listens(server, port)
        for each in _within(server.block)
        if each.name in _PASS and len(each.words) > 1
    ]
    return tuple(dict.fromkeys(upstream for each in leading for upstream in _led_to(each, groups)))


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """The words, each with whether it is one of the marks that end or open a directive."""
    for number, match in enumerate(_WORD.finditer(text)):
        if number > MOST_WORDS:
            return
        quoted = match["double"] if match["double"] is not None else match["single"]
        if quoted is not None or not match[0].startswith("#"):
            yield (quoted if quoted is not None else match[0], match["mark"] is not None)


def _directives(text: _Text, included: Included, depth: int) -> list[Directive]:
    """The directives up to the end of the block, or of the text."""
    known: list[Directive] = []
    words: list[str] = []
    for word, is_mark in text.words:
        if not is_mark:
            words.append(word)
            continue
        block = _directives(text, included, depth + 1) if word == "{" and depth < DEEPEST else []
        if words[:1] == ["include"] and len(words) > 1 and depth < DEEPEST:
            for path, inner in included(words[1]):
                known += _directives(_Text(_words(inner), path), included, depth + 1)
        elif words:
            known.append(Directive(tuple(words), text.source, block))
        words = []
        if word == "}":
            break
    return known


def _within(directives: Iterable[Directive]) -> Iterator[Directive]:
    for each in directives:
        yield each
        yield from _within(each.block)


def _named(directives: Iterable[Directive], name: str) -> Iterator[Directive]:
    return (each for each in _within(directives) if each.name == name)


def _listens(server: Directive, port: int) -> bool:
    """Whether a server takes this port; without a word on it that is 80."""
    listens = [each.words[1] for each in server.block if each.name == "listen" and len(each.words) > 1]
    return any(_port(word) == port for word in listens or [str(_HTTP)])


def _port(word: str) -> int | None:
    if word.startswith("unix:"):
        return None
    number = decimal_number(word if word.isdecimal() else word.rpartition(":")[2])
    return _HTTP if number is None else number


def _led_to(directive: Directive, groups: dict[str, list[Directive]]) -> Iterator[Upstream]:
    """The services behind a `*_pass`: those of the group that it names, or the one that it names itself."""
    match = _URL.fullmatch(directive.words[1])
    if match is None:  # a variable, worked out for each request
        return
    scheme = match["scheme"] or _PASS[directive.name]
    wheres = [each.words[1] for each in groups.get(match["where"], ()) if each.name == "server" and len(each.words) > 1]
    for where in wheres or [match["where"]]:
        yield from _upstream(where, scheme, directive)


def _upstream(where: str, scheme: str | None, directive: Directive) -> Iterator[Upstream]:
    line = " ".join(directive.words)
    if where.startswith("unix:"):
        yield Upstream(path=where.removeprefix("unix:"), scheme=scheme, line=line, source=directive.source)
        return
    match = _WHERE.fullmatch(where)
    port = decimal_number(match["port"]) if match and match["port"] else _HTTPS if scheme == "https" else _HTTP
    if match and port:
        yield Upstream(host=match["host"].strip("[]"), port=port, scheme=scheme, line=line, source=directive.source)
