"""What an engine's `inspect` says of containers: state, end, published and exposed ports, networks; and of their logs, the end.

Law: what is missing or of another type is left as it was known; nothing raises. Sources: docker-inspect(1), podman-inspect(1),
whose answers have the same form but for details: podman names exposed ports under NetworkSettings alone, and has no word for
a container that waits for its next start.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, get_args

from msgspec.structs import replace

from tui.model.address import literal_address
from tui.model.facts import Container, ContainerState
from tui.model.safe_text import safe_name, safe_text

MOST_LINES = 12
LONGEST_LINE = 300
MOST_PORTS = 100
_YEAR_ONE = "0001-"
"""How Go prints a time that never was."""
_NOT_ENDED = frozenset({"running", "created", "paused", "configured", "initialized"})
SHORT_ID = 12


def inspected(containers: list[Container], text: str) -> list[Container]:
    """The containers with what `inspect` printed about them, in `text`: one array; those that it does not name as they were."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return containers
    rows = (
        {_words(row.get("Id"))[:SHORT_ID]: row for row in entries if isinstance(row, dict)} if isinstance(entries, list) else {}
    )
    return [_with_settings(one, rows[one.id]) if one.id in rows else one for one in containers]


def known_state(word: str) -> ContainerState | None:
    """A state as engines name it; None for another word."""
    return next((state for state in get_args(ContainerState) if state == word), None)


def last_lines(text: str) -> tuple[str, ...]:
    """The last lines of a log that say anything, oldest first."""
    lines = [line for line in text.splitlines() if line.strip()]
    return tuple(safe_text(line.strip(), limit=LONGEST_LINE) for line in lines[-MOST_LINES:])


def _with_settings(container: Container, row: Mapping[str, Any]) -> Container:
    state, host, network = (_object(row.get(name)) for name in ("State", "HostConfig", "NetworkSettings"))
    networks = _object(network.get("Networks"))
    status = known_state(_words(state.get("Status"))) or container.state
    ran = not _words(state.get("StartedAt")).startswith(_YEAR_ONE)
    return replace(
        container,
        state=status,
        pid=whole_number(state.get("Pid")) or None,
        published=container.published or tuple(_bindings(_object(host.get("PortBindings"))))[:MOST_PORTS],
        exposed=tuple(_exposed(_object(row.get("Config")), network))[:MOST_PORTS],
        addresses=tuple(address for one in networks.values() for address in _addresses(_object(one))),
        networks=tuple(safe_name(name) for name in networks),
        exit_code=None if status in _NOT_ENDED or not ran else whole_number(state.get("ExitCode")),
        oom_killed=state.get("OOMKilled") is True,
        error=safe_text(_words(state.get("Error")), limit=LONGEST_LINE),
        restarts=whole_number(row.get("RestartCount")),
        restart_policy=_policy(_words(_object(host.get("RestartPolicy")).get("Name"))),
        started=_moment(state.get("StartedAt")),
        ended=_moment(state.get("FinishedAt")),
    )


def _bindings(bindings: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """The TCP ports that its settings publish; one without a number is chosen at each start."""
    for inside, rows in bindings.items():
        port, _, protocol = inside.partition("/")
        for row in rows if isinstance(rows, list) and protocol in {"", "tcp"} else ():
            outside = _words(_object(row).get("HostPort"))
            if _is_number(port) and _is_number(outside):
                yield safe_name(_words(row.get("HostIp")) or "0.0.0.0"), int(outside), int(port)  # noqa: S104 -- named


def _exposed(config: Mapping[str, Any], network: Mapping[str, Any]) -> Iterator[int]:
    names = dict.fromkeys((*_object(config.get("ExposedPorts")), *_object(network.get("Ports"))))
    for name in names:
        port, _, protocol = name.partition("/")
        if _is_number(port) and protocol in {"", "tcp"}:
            yield int(port)


def _addresses(network: Mapping[str, Any]) -> Iterator[str]:
    for name in ("IPAddress", "GlobalIPv6Address"):
        if address := literal_address(_words(network.get(name))):
            yield address


def _policy(name: str) -> str | None:
    return None if name in {"", "no"} else safe_name(name)


def _moment(value: object) -> float | None:
    """`2026-11-30T17:04:34.157329356Z` in seconds since the epoch."""
    text = _words(value)
    if text and not text.startswith(_YEAR_ONE):
        with suppress(ValueError, OverflowError):
            return datetime.fromisoformat(text).timestamp()
    return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def whole_number(value: object) -> int | None:
    """A number of JSON without a fraction; None for anything else, true and false too."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5  # noqa: PLR2004 -- of a port


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""
