"""From a call to host and port with their origins; a URL is taken apart, and each part keeps the piece that it came from.

Law: a piece that is not known stays unknown, and the pieces around it are still reported.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from tui.errors.source.connects import ConnectCall
from tui.errors.source.masking import SECRET_NAME, without_credentials
from tui.errors.source.trace import Tracer
from tui.errors.source.types import Trace, Value
from tui.model.facts.code import CodeValue
from tui.model.safe_text import safe_text
from tui.model.schemes import default_port

_HOLE = "\x00"
"""Stands for a piece that is not known; no URL has this character."""
_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][\w+.-]{0,30})://)?(?:[^/@?#\s]{0,200}@)?(?P<host>\[[^\]]{0,100}\]|[^:/?#\s,]{0,253})"
    r"(?::(?P<port>[^/?#,\s]{0,100}))?"
)
_CONNINFO = re.compile(r"\b(?P<key>host|hostaddr|port)\s{0,5}=\s{0,5}'?(?P<value>[^\s']{1,253})")
LONGEST_VALUE = 200


class _Piece(Struct, frozen=True):
    text: str
    trace: Trace


def values_of(tracer: Tracer, connect: ConnectCall) -> tuple[CodeValue, ...]:
    """Host and port (or the path) of a call, each with where it comes from."""
    by_part: dict[str, CodeValue] = {}
    for part, node in connect.parts:
        made = _of_url(tracer, node) if part == "url" else [code_value(part, tracer.trace(node))]
        for value in made:
            by_part.setdefault(value.part, value)
    return tuple(by_part.values())


def code_value(part: str, trace: Trace, value: Value = None) -> CodeValue:
    """One part as the fact states it; secrets are masked, credentials dropped."""
    known = trace.value if value is None else value
    name = trace.name
    shown = None if known is None else safe_text(without_credentials(str(known)), limit=LONGEST_VALUE)
    if name and SECRET_NAME.search(name) and shown is not None:
        shown = "***"
    return CodeValue(
        part="host" if part == "host" else "port" if part == "port" else "path" if part == "path" else "url",
        value=shown,
        origin=trace.origin,
        name=safe_text(name, limit=LONGEST_VALUE) if name else None,
        path=trace.path,
        line=trace.line,
        sentence=safe_text(without_credentials(trace.words), limit=2 * LONGEST_VALUE),
    )


def _of_url(tracer: Tracer, node: ast.expr) -> Iterator[CodeValue]:
    pieces = list(_pieces(tracer, node))
    text = "".join(piece.text for piece in pieces)
    if "=" in text and "://" not in text and (pairs := list(_CONNINFO.finditer(text))):
        for pair in pairs:
            key = "port" if pair["key"] == "port" else "host"
            yield _part(key, pieces, pair.start("value"), pair["value"])
        return
    match = _URL.match(text)
    if match is None or not match["host"]:
        whole = tracer.trace(node)
        if whole.words:
            yield code_value("url", whole)
        return
    yield _part("host", pieces, match.start("host"), match["host"].strip("[]"))
    if match["port"]:
        yield _part("port", pieces, match.start("port"), match["port"])
    elif match["scheme"] and _HOLE not in match["scheme"] and (port := default_port(match["scheme"])):
        at = _piece_at(pieces, match.start("scheme"))
        words = f"the default port of {match['scheme']}, {at.trace.words}"
        yield code_value("port", replace(at.trace, origin="default", words=words), port)


def _part(part: str, pieces: list[_Piece], start: int, text: str) -> CodeValue:
    trace = _piece_at(pieces, start).trace
    return code_value(part, replace(trace, value=None), None if _HOLE in text else text)


def _piece_at(pieces: list[_Piece], position: int) -> _Piece:
    ends = itertools.accumulate(len(piece.text) for piece in pieces)
    return next(piece for piece, end in zip(pieces, ends, strict=True) if position < end)


def _pieces(tracer: Tracer, node: ast.expr) -> Iterator[_Piece]:
    """The parts of a string, each by itself: of an f-string, a sum or a format."""
    match tracer.expression(node) if isinstance(node, ast.Name | ast.Attribute) else node:
        case ast.JoinedStr(values=values):
            for value in values:
                if isinstance(value, ast.FormattedValue):
                    yield _piece(tracer.trace(value.value))
                else:
                    yield from _pieces(tracer, value)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from _pieces(tracer, left)
            yield from _pieces(tracer, right)
        case ast.BinOp(op=ast.Mod(), left=left, right=right):
            arguments = list(right.elts) if isinstance(right, ast.Tuple) else [right]
            yield from _filled(tracer, left, re.compile(r"%[sdr]"), arguments)
        case ast.Call(func=ast.Attribute(attr="format", value=pattern), args=arguments):
            yield from _filled(tracer, pattern, re.compile(r"\{\d*\}"), arguments)
        case ast.Call(func=ast.Name(id="Request") | ast.Attribute(attr="Request"), args=[first, *_]):
            yield from _pieces(tracer, first)
        case _:
            yield _piece(tracer.trace(node))


def _filled(tracer: Tracer, pattern: ast.expr, hole: re.Pattern[str], arguments: list[ast.expr]) -> Iterator[_Piece]:
    """A pattern with its holes filled in order; if their number does not match the arguments, one unknown piece."""
    text, whole = tracer.trace(pattern).value, tracer.trace(pattern)
    texts = hole.split(text) if isinstance(text, str) else []
    if len(texts) != len(arguments) + 1:
        yield _piece(Trace(line=whole.line, words=whole.words))
        return
    for index, part in enumerate(texts):
        yield _Piece(part, whole)
        if index < len(arguments):
            yield from _pieces(tracer, arguments[index])


def _piece(trace: Trace) -> _Piece:
    return _Piece(_HOLE if trace.value is None else str(trace.value), trace)
