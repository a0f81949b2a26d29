"""From one line of Python source to where its host and port come from, and how failure is handled there.

Static: none of the user's code is run or imported. `syntax` links the file's parts, `connects` knows which calls connect,
`trace` follows a value back, `endpoint` takes addresses and URLs apart, `settings` reads the files beside it,
`handling` gives advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from tui.errors.patterns import valid_port
from tui.errors.source.connects import ConnectCall, all_connects, connect_at
from tui.errors.source.endpoint import values_of
from tui.errors.source.handling import advice_for
from tui.errors.source.settings import read_settings
from tui.errors.source.syntax import Parsed, last_name, parse
from tui.errors.source.trace import Tracer
from tui.errors.source.types import ConfigSetting, Published, Sources
from tui.model.facts.code import Advice, CodeValue
from tui.model.safe_text import safe_name

__all__ = ["SourceReading", "imports_of", "read_python"]

MOST_ELSEWHERE = 6
"""How many settings that say otherwise are named; more would be a list, not a hint."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 -- compared, not bound


class SourceReading(Struct, frozen=True, kw_only=True):
    """What the lines say."""

    line: int
    """Where the connecting call begins."""
    values: tuple[CodeValue, ...] = ()
    elsewhere: tuple[CodeValue, ...] = ()
    advice: tuple[Advice, ...] = ()


def read_python(
    text: str,
    line: int,
    *,
    callers: Iterable[int] = (),
    beside: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> SourceReading | None:
    """What the call on `line` of a file connects to; None if the file can't be read as Python or the line does not connect.

    `beside`: the texts of files beside it, by their path as it will be shown; `callers`: lines of this file further up
    the stack; `environ`: the environment of the process in question. Never raises.
    """
    parsed = parse(text)
    if parsed is None:
        return None
    files = beside or {}
    beside_it = [read_settings(name, content) for name, content in files.items() if not name.endswith(".py")]
    settings = tuple(setting for file in beside_it for setting in file.settings)
    published = tuple(port for file in beside_it for port in file.published)
    sources = Sources(environ=environ or {}, settings=settings, modules=dict(_modules(files)), callers=tuple(callers))
    tracer = Tracer(parsed, sources)
    try:
        connect = connect_at(parsed, tracer, line) or _deeper(parsed, tracer, line)
        if connect is None:
            return None
        values = values_of(tracer, connect)
        return SourceReading(
            line=connect.line,
            values=values,
            elsewhere=tuple(_elsewhere(values, settings, published)),
            advice=advice_for(parsed, connect),
        )
    except RecursionError:
        return None


def imports_of(text: str) -> tuple[str, ...]:
    """The modules that a file imports, by the last part of their name; those beside it may hold its constants."""
    import ast

    parsed = parse(text)
    modules: dict[str, None] = {}
    for node in ast.walk(parsed.tree) if parsed else ():
        if isinstance(node, ast.Import):
            modules |= dict.fromkeys(alias.name.rpartition(".")[2] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules |= dict.fromkeys([(node.module or "").rpartition(".")[2], *(alias.name for alias in node.names)])
    return tuple(name for name in modules if name)


def _modules(files: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, Parsed]]]:
    for path, text in files.items():
        if path.endswith(".py") and (parsed := parse(text)):
            yield path.rpartition("/")[2].removesuffix(".py"), (path, parsed)


def _deeper(parsed: Parsed, tracer: Tracer, line: int) -> ConnectCall | None:
    """The only connecting call in the function that `line` calls, if the stack ended in a library after it."""
    here = {last_name(call.func) for call in parsed.calls if call.lineno <= line <= (call.end_lineno or call.lineno)}
    inside = [
        connect
        for connect in all_connects(parsed, tracer)
        if (function := parsed.function(connect.call)) and function.name in here
    ]
    return inside[0] if len(inside) == 1 else None


def _elsewhere(
    values: tuple[CodeValue, ...], settings: tuple[ConfigSetting, ...], published: tuple[Published, ...]
) -> Iterator[CodeValue]:
    """Settings beside the code that name another port for what looks like the same thing."""
    port = next((value for value in values if value.part == "port"), None)
    host = next((value for value in values if value.part == "host"), None)
    if port is None or port.value is None:
        return
    named: set[tuple[str, int]] = {(port.path or "", port.line or 0)}
    count = 0
    for publication in published:
        ours = host is None or host.value is None or host.value in _LOOPBACK
        ports = publication.outside if ours else publication.inside
        fits = ours or publication.service == host.value or not publication.service  # type: ignore[union-attr]  # `ours` is false: there is a host
        if fits and not ports.has(port.value) and (publication.file, publication.line) not in named:
            named.add((publication.file, publication.line))
            verb = "publishes" if "compose" in publication.file.lower() else "starts"
            name = f" for {safe_name(publication.service)}" if publication.service else ""
            yield CodeValue(
                part="port",
                value=str(ports.first),
                origin="settings",
                name=publication.service or None,
                path=publication.file,
                line=publication.line,
                sentence=f"{publication.file}:{publication.line} {verb} {ports.label}{name}",
            )
            count += 1
            if count == MOST_ELSEWHERE:
                return
    words = _words(port.name) | _words(host.value if host else None)
    for setting in settings:
        is_port = setting.key.lower().endswith("port") and valid_port(setting.value) is not None
        same = setting.key == port.name or (len(words) > 1 and words <= {word for key in setting.keys for word in _words(key)})
        alone = setting.key.lower() == "port" and words == {"port"}
        if is_port and setting.value != port.value and (same or alone) and (setting.file, setting.line) not in named:
            named.add((setting.file, setting.line))
            name = safe_name(".".join(setting.keys))
            yield CodeValue(
                part="port", value=setting.value, origin="settings", name=name, path=setting.file, line=setting.line,
                sentence=f"{setting.file}:{setting.line} sets {name} to {setting.value}",
            )  # fmt: skip
            count += 1
            if count == MOST_ELSEWHERE:
                return


def _words(name: str | None) -> set[str]:
    """`DB_PORT` and `db.port` as words."""
    return {part for part in (name or "").lower().replace("-", "_").replace(".", "_").split("_") if part}
