"""Reads an error text: which endpoint failed, how, and in which line of whose code. No I/O; nothing is guessed.

The inner error outweighs the wrapper's name for it. Text that a terminal broke into lines is read again with the
lines joined; that reading counts only if it says more.
"""

from collections import Counter

from tui.errors.classes import CHAIN, Mention, decisive, lowered, mentions
from tui.errors.endpoints import endpoints_of
from tui.errors.failures import FailedConnection, Spoken, class_of, failures, last_failure, spoken, statements, tried_last
from tui.errors.frames import frames_of
from tui.errors.origin import LONGEST_PREFIX, origin_of
from tui.errors.shape import shape_matches
from tui.errors.tls_words import rank_of
from tui.errors.tools import tool_of
from tui.errors.types import Endpoint, ErrorClass, ErrorReading, Failure, TextOrigin
from tui.errors.view import TextView, decoded, unwrapped, view_of
from tui.model.address import endpoint, is_unspecified
from tui.model.safe_text import safe_text
from tui.model.target import Target, TargetError, parse_target


def read_error(text: str | bytes) -> ErrorReading:
    """What an error text of any tool says: see `ErrorReading`. Only its last megabyte is read. Never raises.

    Spans count characters of `text`; for bytes, characters once decoded (UTF-8, or UTF-16 by its byte order mark).
    """
    given = decoded(text)
    view = view_of(given)
    reading = _read(view, given)
    joined = unwrapped(view) if _says(reading) < _EVERYTHING else None
    again = _read(joined, given) if joined else reading
    return max(reading, again, key=_says)


def target_of(reading: ErrorReading) -> Target | None:
    """The first endpoint that can be walked: a host with its port, or a Unix socket. None if there is none."""
    for candidate in reading.endpoints:
        host = _own(candidate.host) if candidate.role == "bind" else candidate.host
        text = candidate.path or (endpoint(host, candidate.port) if host and candidate.port else None)
        if text:
            try:
                return parse_target(text)
            except TargetError:
                continue
    return None


def _own(host: str | None) -> str:
    """Where a client on the same machine meets what listens on `host`: on loopback, if that is every address."""
    if host is None or is_unspecified(host):
        return "::1" if host and ":" in host else "127.0.0.1"
    return host


SHORTEST_PHRASE = 5
"""What is no longer than this, in characters, is a number."""
_EVERYTHING = (True, True, True)


def _says(reading: ErrorReading) -> tuple[bool, bool, bool]:
    """How much a reading says: an endpoint that can be walked, a class, any endpoint."""
    first = reading.endpoints[0] if reading.endpoints else None
    return bool(first and (first.path or (first.host and first.port))), reading.error_class != "other", first is not None


def _read(view: TextView, given: str) -> ErrorReading:
    low = lowered(view.text)
    trouble = spoken(view, mentions(low))
    all_statements = statements(view, shape_matches(view.text, low, (mention.start for mention in trouble.mentions)), trouble)
    groups = failures(all_statements)
    stated = last_failure(groups)
    failed = stated or tried_last(all_statements, trouble, view)
    kind, denied = class_of(stated, trouble) if stated else (_class_alone(trouble, len(low)), ())
    endpoints = endpoints_of(failed, all_statements, view, by_proxy=kind == "proxy") if failed else ()
    if endpoints and endpoints[0].role == "proxy":
        kind = "proxy"
    near = failed.telling.sighting.end if failed else len(low)
    mention = _stating(kind, trouble, near, low)
    return ErrorReading(
        endpoints=endpoints,
        error_class=kind,
        words=_quoted(view.text[mention.start : mention.end]) if mention else None,
        contradicted=denied,
        tool=tool_of(low),
        missing=_missing(endpoints, kind),
        code=frames_of(view),
        failures=_listed(groups, trouble),
        origin=_origin(
            view, given, trouble, failed.telling.first_line if failed else view.line_of(mention.start if mention else 0)
        ),
    )


def _stating(kind: ErrorClass, trouble: Spoken, near: int, low: str) -> Mention | None:
    """The mention that states the class, nearest to `near`; for a proxy's failure, the one that says how it failed."""
    how = [mention for mention in trouble.mentions if mention.error_class and kind in {mention.error_class, "proxy"}]
    words = [mention for mention in how if mention.weight < CHAIN and mention.end - mention.start > SHORTEST_PHRASE] or how
    if kind == "tls":  # the phrase that says why; of several for one reason, the longest
        return min(
            words,
            key=lambda mention: (-mention.weight, rank_of(low[mention.start : mention.end]), mention.start - mention.end),
            default=None,
        )
    return decisive(words, near)


def _quoted(words: str) -> str:
    """A phrase as it may be repeated; a bare number is named as what it is."""
    return f"errno {words}" if words.lstrip("-").isdecimal() else safe_text(words.strip(" :,("))


def _origin(view: TextView, given: str, trouble: Spoken, line: int) -> TextOrigin:
    """Where and when the failure's line was written, or else the first line of its record of the log."""
    first = trouble.records.index(trouble.records[line])
    own, record = (origin_of(_line_as_given(view, given, number)) for number in (line, first))
    return TextOrigin(
        at=own.at or record.at,
        container=own.container or record.container,
        host=own.host or record.host,
        pid=own.pid or record.pid,
    )


def _line_as_given(view: TextView, given: str, number: int) -> str:
    """The start of a line with the prefix that the view leaves out."""
    if view.starts[number] >= len(view.text):
        return ""
    at = view.given(view.starts[number], view.starts[number] + 1)[0]
    return given[given.rfind("\n", 0, at) + 1 : at + LONGEST_PREFIX]


def _class_alone(trouble: Spoken, end: int) -> ErrorClass:
    """The class of a text that does not say outright which endpoint failed: that of its weightiest mention, the last such."""
    last = decisive(trouble.mentions, end)
    return last.error_class if last and last.error_class else "other"


def _missing(endpoints: tuple[Endpoint, ...], kind: ErrorClass) -> tuple[str, ...]:
    first = endpoints[0] if endpoints else None
    by_path = first is not None and first.path is not None
    lacks = {
        "host": not by_path and (first is None or (first.host is None and first.role != "bind")),
        "port": not by_path and (first is None or first.port is None),
        "proxy": kind == "proxy" and all(known.role != "proxy" for known in endpoints),
    }
    return tuple(name for name, absent in lacks.items() if absent)


def _listed(groups: tuple[FailedConnection, ...], trouble: Spoken) -> tuple[Failure, ...]:
    counted: Counter[tuple[str | None, int | None, str | None, ErrorClass]] = Counter()
    for group in groups:
        mark = next((mark for mark in group.telling.marks if mark.role != "dialled"), group.telling.marks[-1])
        counted[mark.host, mark.port, mark.path, class_of(group, trouble)[0]] += len(group.lines)
    return tuple(
        Failure(host=host, port=port, path=path, error_class=kind, count=count)
        for (host, port, path, kind), count in counted.items()
    )
