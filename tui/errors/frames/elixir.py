"""Elixir's and Erlang's stacks: innermost frame first, a library's frames with its name and version before the path."""

import re

from tui.errors.language import Language, Stack, frame, last
from tui.errors.types import Frame

_FRAME = re.compile(
    r"^\s{2,8}(?:\((?P<app>\w{1,60})(?: [\w.+-]{1,40})?\) )?(?P<path>[\w./-]{1,300}\.(?:exs?"
    r"|erl)):(?P<line>\d{1,7}): (?P<function>[^\n]{1,300})",
    re.MULTILINE,
)
_LIBRARIES = re.compile(
    r"elixir|stdlib|kernel|eex|mix|ex_unit|logger|iex|ssl|inets|crypto|phoenix|ecto|ecto_sql|postgrex|myxql"
    r"|db_connection|plug|plug_cowboy|cowboy|ranch|bandit|mint|finch|req|tesla|hackney|httpoison|redix|amqp|gun"
    r"|grpc|oban|broadway|absinthe|jason|telemetry|thousand_island|xandra|mongodb_driver"
)


def _stacks(text: str) -> tuple[Stack, ...]:
    frames = tuple(_frame(match) for match in last(_FRAME, text))
    return (frames,) if frames else ()


def _frame(match: re.Match[str]) -> Frame:
    return frame(match, "elixir", library=bool(_LIBRARIES.fullmatch(match["app"] or "")) or "deps/" in match["path"])


LANGUAGE = Language("elixir", (".ex:", ".exs:", ".erl:"), _stacks)
