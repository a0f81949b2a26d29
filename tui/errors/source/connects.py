"""Which call of a file makes the connection, and which of its arguments are host, port and URL.

Law: a table, not a guess. A call that is not in it counts only if its keywords name host and port.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from tui.errors.source.syntax import Parsed, constant, dotted, last_name
from tui.errors.source.trace import Tracer

Part = Literal["host", "port", "url", "path"]
_HOSTS = frozenset({"host", "hostname", "server", "remote_host", "bind_host", "address", "broker", "db_host"})
_PORTS = frozenset({"port", "remote_port", "db_port", "service_port"})
_URLS = frozenset(
    {"url", "uri", "dsn", "conninfo", "base_url", "bootstrap_servers", "hosts", "nodes", "target", "endpoint", "broker_url"}
)
_ADDRESSES = frozenset({"address", "addr", "peer", "remote", "sockaddr"})

_PAIR_FIRST = frozenset({"connect", "connect_ex", "create_connection", "sendto"})
"""The first argument is an address: a tuple of host and port, or the path of a Unix socket."""
_PAIR_SECOND = frozenset({"sock_connect"})
_HOST_PORT = frozenset(
    {
        "open_connection", "HTTPConnection", "HTTPSConnection", "Redis", "StrictRedis", "SMTP", "SMTP_SSL",
        "LMTP", "FTP", "FTP_TLS", "IMAP4", "IMAP4_SSL", "POP3", "POP3_SSL", "Telnet", "MongoClient",
        "AsyncIOMotorClient", "getaddrinfo", "ConnectionParameters", "NNTP", "Client", "Transport",
        "connect_tcp", "open_tcp_stream", "gethostbyname", "SSHTunnelForwarder", "Memcache", "InfluxDBClient",
    }
)  # fmt: skip
_SHIFTED = frozenset({"create_connection"})
"""On an event loop the protocol factory comes first, then host and port."""
_URL_FIRST = frozenset(
    {
        "get", "post", "put", "delete", "head", "patch", "options", "urlopen", "Request", "from_url",
        "create_engine", "create_async_engine", "ws_connect", "create_pool", "insecure_channel",
        "secure_channel", "KafkaProducer", "KafkaConsumer", "Elasticsearch", "AsyncClient",
        "ServerProxy", "URLConnection", "get_client", "urlretrieve", "initialize", "Database", "connect_robust",
    }
)  # fmt: skip
_URL_SECOND = frozenset({"request", "stream", "fetch"})
_OF_HTTP = frozenset({"get", "post", "put", "delete", "head", "patch", "options", "request", "stream", "fetch", "ws_connect"})
_NAMES: tuple[Part, Part] = ("host", "port")
NOT_CONNECTS = frozenset({"settimeout", "sleep", "print", "close", "super", "len", "range", "format", "join", "getenv"})


class ConnectCall(Struct, frozen=True):
    """The call, and the expressions that say what it connects to."""

    call: ast.Call
    parts: tuple[tuple[Part, ast.expr], ...]

    @property
    def line(self) -> int:
        """The line where it begins."""
        return self.call.lineno


def connect_at(parsed: Parsed, tracer: Tracer, line: int) -> ConnectCall | None:
    """The call on `line`, or the one that made the object used there; None if neither is known to connect."""
    here = [call for call in parsed.calls if call.lineno <= line <= (call.end_lineno or call.lineno)]
    here.sort(key=lambda call: ((call.end_lineno or 0) - call.lineno, -call.col_offset))
    connects = [connect for call in here if (connect := connect_of(parsed, tracer, call))]
    if connects:
        return max(connects, key=lambda connect: len({part for part, _ in connect.parts}))
    for call in here:
        made = _maker(tracer, call)
        if made is not None and (connect := connect_of(parsed, tracer, made)):
            return connect
    return None


def connect_of(parsed: Parsed, tracer: Tracer, call: ast.Call) -> ConnectCall | None:
    """What the call connects to, if it is one that connects."""
    parts = tuple(dict.fromkeys(_parts(tracer, call)))
    if not parts:
        return None
    based = _base(tracer, call) if [part for part, _ in parts] == ["url"] and last_name(call.func) in _OF_HTTP else None
    path = constant(parts[0][1])
    if based is not None and (not isinstance(path, str) or "://" not in path):
        return connect_of(parsed, tracer, based)
    return ConnectCall(call, parts)


def all_connects(parsed: Parsed, tracer: Tracer) -> Iterator[ConnectCall]:
    """Every call of the file that connects."""
    for call in parsed.calls:
        if connect := connect_of(parsed, tracer, call):
            yield connect


def _parts(tracer: Tracer, call: ast.Call) -> Iterator[tuple[Part, ast.expr]]:
    if last_name(call.func) not in NOT_CONNECTS:
        yield from _of_keywords(tracer, call)
        yield from _of_arguments(tracer, call)


def _of_keywords(tracer: Tracer, call: ast.Call) -> Iterator[tuple[Part, ast.expr]]:
    for keyword in call.keywords:
        if keyword.arg in _HOSTS and not isinstance(tracer.expression(keyword.value), ast.Tuple):
            yield "host", keyword.value
        elif keyword.arg in _PORTS:
            yield "port", keyword.value
        elif keyword.arg in _URLS:
            yield from _of_url(keyword.value)
        elif keyword.arg in _ADDRESSES and last_name(call.func) in _PAIR_FIRST:
            yield from _of_address(tracer, keyword.value)


def _of_arguments(tracer: Tracer, call: ast.Call) -> Iterator[tuple[Part, ast.expr]]:
    name, last, arguments = dotted(call.func), last_name(call.func), call.args
    several = len(arguments) > 1
    if last in _SHIFTED and several and _is_factory(arguments[0]):
        yield from zip(_NAMES, arguments[1:], strict=False)
    elif last in _PAIR_FIRST and arguments:
        plain = several and last not in _SHIFTED
        yield from zip(_NAMES, arguments, strict=False) if plain else _of_address(tracer, arguments[0])
    elif last in _PAIR_SECOND and several:
        yield from _of_address(tracer, arguments[1])
    elif last in _URL_SECOND and several:
        yield from _of_url(arguments[1])
    elif last in _URL_FIRST and arguments and (last not in _OF_HTTP or _asks_http(name, call)):
        yield from _of_url(arguments[0])
    elif last in _HOST_PORT:
        yield from _host_port(call)


def _host_port(call: ast.Call) -> Iterator[tuple[Part, ast.expr]]:
    for part, value in zip(_NAMES, call.args, strict=False):
        text = constant(value)
        if part == "host" and isinstance(text, str) and "://" in text:
            yield "url", value
            return
        if part == "host" and isinstance(value, ast.Tuple):
            return
        yield part, value


def _of_url(value: ast.expr) -> Iterator[tuple[Part, ast.expr]]:
    """A URL, or the first one of a list."""
    if isinstance(value, ast.List | ast.Tuple) and value.elts:
        yield "url", value.elts[0]
    else:
        yield "url", value


def _of_address(tracer: Tracer, value: ast.expr) -> Iterator[tuple[Part, ast.expr]]:
    made = tracer.expression(value)
    if isinstance(made, ast.Tuple) and len(made.elts) >= 2:  # noqa: PLR2004 -- host and port; IPv6 has two more
        yield "host", made.elts[0]
        yield "port", made.elts[1]
        return
    text = tracer.trace(value).value
    if isinstance(text, str):
        yield ("path" if text.startswith(("/", "\0", "@")) else "url"), value


def _is_factory(value: ast.expr) -> bool:
    """Whether a first argument is a protocol factory, as an event loop's create_connection takes it."""
    return isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id[:1].isupper() and not value.id.isupper())


def _asks_http(name: str, call: ast.Call) -> bool:
    """Whether `x.get(…)` is an HTTP request, not a lookup in a mapping: by its object's name or its argument."""
    text = constant(call.args[0])
    root = name.partition(".")[0].lower()
    known = {"requests", "httpx", "aiohttp", "session", "client", "http", "s", "api", "niquests", "curl_cffi", "pool"}
    return (
        root in known or root.endswith(("session", "client")) or (isinstance(text, str) and "://" in text) or _is_url_name(call)
    )


def _is_url_name(call: ast.Call) -> bool:
    first = call.args[0]
    if isinstance(first, ast.JoinedStr):
        return bool(first.values) and "://" in str(constant(first.values[0]) or "")
    return "url" in last_name(first).lower() or "endpoint" in last_name(first).lower()


def _base(tracer: Tracer, call: ast.Call) -> ast.Call | None:
    """The constructor that gave an HTTP client its base URL."""
    made = _maker(tracer, call)
    return made if made is not None and any(keyword.arg == "base_url" for keyword in made.keywords) else None


def _maker(tracer: Tracer, call: ast.Call) -> ast.Call | None:
    """The call that made the object whose method is called."""
    owner = call.func
    while isinstance(owner, ast.Attribute):
        owner = owner.value
        made = tracer.expression(owner)
        if isinstance(made, ast.Call) and made is not call:
            return made
    if isinstance(owner, ast.Call):
        return owner
    return None
