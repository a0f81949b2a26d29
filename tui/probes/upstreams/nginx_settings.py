"""Where nginx leads a port, by its configuration: pure but for what `included` reads.

Law: `include`, `server`, `listen`, `server_name`, `location`, `upstream`, `try_files` and the `*_pass` directives are read. What
is rewritten, answered or chosen by more than that leads nowhere here: rather nothing than a guess. Bounded in depth, files
and words. Source: nginx's "Configuration file's structure" and "How nginx processes a request".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from tui.model.address import is_unspecified, same_address
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
_ENDING = frozenset({"return", "rewrite"})
"""Directives with which a block answers itself, or asks for another path."""
_BARE = 2
"""Words of `location /path`."""
_PLAIN = re.compile(r"(?P<begins>\^?)(?P<words>(?:[\w/%~@:,=-]|\\[./-])*+)(?P<ends>\$?)")
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


class ProxiedRequest(NamedTuple):
    """A request as it reaches the proxy."""

    address: str
    """That it was sent to."""
    port: int
    host: str
    """By its `Host:`, without port."""
    path: str
    """Without query."""


def upstreams_of(text: str, source: str, asked: ProxiedRequest, included: Included) -> tuple[Upstream, ...]:
    """What a request is led to, each service once; none where the settings do not lead it on, or by more than is read here.

    `source` is the path of the text.
    """
    known = _directives(_Text(_words(text), source), included, 0)
    groups = {each.words[1]: each.block for each in _named(known, "upstream") if len(each.words) > 1}
    server = _server(list(_named(known, "server")), asked)
    leading = _leading(server.block, asked.path, server.block) if server else []
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


def _named(directives: Iterable[Directive], name: str) -> Iterator[Directive]:
    for each in directives:
        if each.name == name:
            yield each
        yield from _named(each.block, name)


def _server(servers: Iterable[Directive], asked: ProxiedRequest) -> Directive | None:
    """The server that takes the request: of those that listen most exactly, by its name, else the default one.

    Source: nginx's "How nginx processes a request"; names with patterns are passed over.
    """
    exact: list[tuple[Directive, _Listen]] = []
    every: list[tuple[Directive, _Listen]] = []
    for server in servers:
        for listen in _listens(server):
            if listen.port == asked.port:
                (exact if listen.address and same_address(listen.address, asked.address) else every).append((server, listen))
    taking = exact or [(server, listen) for server, listen in every if not listen.address]
    named = [server for server, _ in taking if asked.host.lower() in _names(server)]
    default = [server for server, listen in taking if listen.is_default]
    return next(iter((*named, *default, *(server for server, _ in taking))), None)


class _Listen(NamedTuple):
    """A `listen` directive; the address is empty for every one."""

    address: str
    port: int
    is_default: bool


def _listens(server: Directive) -> Iterator[_Listen]:
    """Where a server listens; without a word on it that is port 80."""
    listens = [each.words[1:] for each in server.block if each.name == "listen" and len(each.words) > 1] or [(str(_HTTP),)]
    for where, *flags in listens:
        match = None if where.startswith("unix:") else _WHERE.fullmatch(where)
        alone = decimal_number(where)
        if match:
            host = "" if alone is not None or match["host"] == "*" else match["host"].strip("[]")
            port = alone or decimal_number(match["port"] or "") or _HTTP
            yield _Listen("" if is_unspecified(host or "*") else host, port, "default_server" in flags)


def _names(server: Directive) -> set[str]:
    return {name.lower() for each in server.block if each.name == "server_name" for name in each.words[1:]}


def _leading(block: Sequence[Directive], path: str, server: Sequence[Directive]) -> list[Directive]:
    """The `*_pass` directives by which a block leads on a request for this path; its server has the named locations."""
    if _ENDING & {each.name for each in block}:
        return []
    chosen = _location(_locations(block), path)
    if chosen is not None:
        return _leading(chosen.block, path, server)
    fallbacks = {each.words[-1] for each in block if each.name == "try_files"}
    named = [each for each in _locations(server) if each.words[1] in fallbacks]
    return [each for each in (*block, *(inner for one in named for inner in one.block)) if _leads(each)]


def _locations(block: Iterable[Directive]) -> list[Directive]:
    return [each for each in block if each.name == "location" and len(each.words) > 1]


def _leads(directive: Directive) -> bool:
    return directive.name in _PASS and len(directive.words) > 1


def _location(locations: Sequence[Directive], path: str) -> Directive | None:
    """The location that takes a path (ngx_http_core_find_location); None where none does, or a pattern is not read here."""
    prefixes = [(each.words[-1], each) for each in locations if len(each.words) == _BARE or each.words[1] in {"=", "^~"}]
    exact = next((each for prefix, each in prefixes if each.words[1] == "=" and prefix == path), None)
    fitting = [(prefix, each) for prefix, each in prefixes if each.words[1] != "=" and path.startswith(prefix)]
    longest = max(fitting, key=lambda pair: len(pair[0]), default=("", None))[1]
    if exact or (longest and longest.words[1] == "^~"):
        return exact or longest
    for each in locations:
        if each.words[1] in {"~", "~*"}:
            takes = _takes(each.words[-1], path, ignore_case=each.words[1] == "~*")
            if takes is None:
                return Directive(("location",), each.source)  # nothing is known to lead on
            if takes:
                return each
    return longest


def _takes(pattern: str, path: str, *, ignore_case: bool) -> bool | None:
    """Whether a pattern of plain characters between `^` and `$` takes a path; None for any other, which may be slow to try."""
    plain = _PLAIN.fullmatch(pattern)
    if plain is None:
        return None
    words = re.sub(r"\\(.)", r"\1", plain["words"])
    words, path = (words.lower(), path.lower()) if ignore_case else (words, path)
    match bool(plain["begins"]), bool(plain["ends"]):
        case True, True:
            return path == words
        case True, False:
            return path.startswith(words)
        case False, True:
            return path.endswith(words)
        case _:
            return words in path


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
