"""Counts failures and writes them down: one line of JSON each, appended in one piece, rarely enough not to be noticed."""

import posix
import sys
import time

from . import stacks

TYPE_CHECKING = False  # `typing` is not for a program that may never fail
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

LARGEST_FILE = 8 << 20
"""Bytes; nothing is appended to a larger file: a program may fail in a loop for days."""
MOST_KEPT = 256
"""How many different failures, and how many connects under way, a process remembers."""
REPEAT_S = 0.25
"""A repeated failure is written at most this often, besides its first, second, fourth, eighth … time."""
LONGEST_TEXT = 400
LAST = 0xFFFD
"""Replaces a character that takes more than four digits: U+FFFD, the replacement character."""

counts: "dict[object, list[Any]]" = {}  # by a failure's key: how often, when last written, its record, the count written
_state: "dict[str, Any]" = {}  # where to write; what to do at the end; the process that the counts belong to


def begin(records: str, at_end: "Callable[[], None]", forget: "Callable[[], None]") -> None:
    """Write into the file `records`; call `at_end` at the end of the process, for what is known only then.

    `forget` is called in a forked process, to drop what belongs to the parent.
    """
    _state["records"], _state["at_end"], _state["forget"] = records, at_end, forget


def again(mark: "tuple[object, ...]", frame: "FrameType") -> bool:
    """Count a failure already known from this very stack; False if it is not known."""
    known = counts.get(_key(mark, stacks.stack(frame)))
    if known is None or _state["pid"] != posix.getpid():
        return False
    _count(known)
    return True


def note(mark: "tuple[object, ...]", where: "Any", about: "dict[str, Any]") -> None:
    """Count a failure, and write it down if it is new or due. `where` is a frame, or the stack at that time."""
    if _state.get("pid") != posix.getpid():  # what was counted before a fork belongs to the parent
        counts.clear()
        _state["forget"]()
        _state["pid"] = posix.getpid()
    stack = where if isinstance(where, list) else stacks.stack(where)
    key = _key(mark, stack)
    known = counts.get(key)
    if known is None:
        if len(counts) >= MOST_KEPT:
            counts.pop(next(iter(counts)))
        if not isinstance(where, list):
            stack, about = stacks.who_asked(where, about)
        about["stack"] = [[_full(code.co_filename), line, code.co_name] for code, line in stack]
        known = counts[key] = [0, 0.0, about, 0]
        watch_the_end()
    _count(known)


def _key(mark: "tuple[object, ...]", stack: "stacks.Stack") -> object:
    return (mark, *[(id(code), line) for code, line in stack])


def _count(known: "list[Any]") -> None:
    now = time.time()
    known[0], about = known[0] + 1, known[2]
    about["at"] = now
    if known[0] & (known[0] - 1) == 0 or now - known[1] >= REPEAT_S:
        known[1], known[3] = now, known[0]
        _write(about | {"count": known[0]})


def mend(about: "dict[str, Any]") -> None:
    """Write down that an endpoint works, if its port has failed before."""
    repaired = [key for key, known in counts.items() if known[2].get("port") == about.get("port")]
    if repaired:
        for key in repaired:
            counts.pop(key, None)
        _write(about | {"what": "connected"})


def watch_the_end() -> None:
    """At the end of the process, write down what is known only then."""
    if not _state.get("ends"):
        import atexit

        _state["ends"] = True
        _state.setdefault("pid", posix.getpid())
        atexit.register(_at_end)


def _at_end() -> None:
    """Write down what is still under way, and the counts that have not been written."""
    if _state["pid"] != posix.getpid():  # a forked process that has noted nothing itself
        return
    try:
        _state["at_end"]()
        for count, _, about, written in list(counts.values()):
            if written != count:
                _write(about | {"count": count})
    except Exception:  # noqa: BLE001, S110 -- the law of this package
        pass


def _write(about: "dict[str, Any]") -> None:
    """Append one line to the records, in one piece."""
    argv = getattr(sys, "argv", None) or [""]
    line = _json({"at": time.time()} | about | {"pid": posix.getpid(), "program": str(argv[0])[:LONGEST_TEXT]}) + "\n"
    file = posix.open(_state["records"], posix.O_WRONLY | posix.O_APPEND | posix.O_CLOEXEC | posix.O_NOFOLLOW)
    try:
        if posix.fstat(file).st_size < LARGEST_FILE:
            posix.write(file, line.encode())
    finally:
        posix.close(file)


def _full(path: str) -> str:
    if path.startswith(("/", "<")):
        return path
    return f"{posix.getcwd()}/{path}"


def _json(value: object) -> str:
    """Like `json.dumps`, which would cost a program that has not loaded it too much."""
    if isinstance(value, str):
        plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\u{min(ord(c), LAST):04x}" for c in value)
        return f'"{"".join(plain)}"'
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json(str(key))}:{_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_json, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value) if isinstance(value, (int, float)) else _json(str(value))
