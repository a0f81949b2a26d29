""".NET's stacks: innermost frame first; the words for "at", "in" and "line" are those of the system's language."""

import re

from tui.errors.language import Language, Stack, frame, last

_FRAME = re.compile(
    r"^[ \t]{1,8}(?:at|en|bei|à|in|em|в|w|场所|場所|在) (?P<function>[\w.`<>+|$\[\],/-]{1,300}\([^()\n]{0,300}\))"
    r"(?: (?:in|en|dans|na|в|w|位置|場所) (?P<path>[^\n]{1,400}?):(?:line|línea|Zeile|ligne|linha|riga|строка|wiersz|行号"
    r"|行) ?(?P<line>\d{1,7}))?[ \t]{0,8}$",
    re.MULTILINE,
)
_LIBRARY = re.compile(
    r"(?:System|Microsoft|Npgsql|MySql|MySqlConnector|StackExchange|RabbitMQ|Grpc|Azure|Dapper|Polly|Serilog|MongoDB|Confluent|Newtonsoft|Refit|RestSharp|MassTransit|Hangfire"
    r"|Avalonia|AutoMapper|FluentValidation|MediatR|NLog|Oracle|Elasticsearch|Elastic)\."
)


def _stacks(text: str) -> tuple[Stack, ...]:
    frames = tuple(frame(match, "dotnet", library=_is_library(match)) for match in last(_FRAME, text))
    return (frames,) if frames else ()


def _is_library(match: re.Match[str]) -> bool:
    """Whether a frame is a known library's, or has a path that packages are built under (`/_/`, deterministic builds)."""
    return bool(_LIBRARY.match(match["function"])) or (match["path"] or "").startswith("/_/")


LANGUAGE = Language("dotnet", ("System.", ".cs:"), _stacks)
