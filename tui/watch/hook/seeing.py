"""Sees how `connect`, `connect_ex` and `getaddrinfo` of the module `socket` fail.

How a failing `connect` is seen without a frame of ours in its traceback: `sock.connect` is given out as
`reduce(attempt, chain((sock,), map(throw, kept)))`, all of C, waiting for its address. `attempt` catches what the real
`connect` raises and keeps it; `reduce` then asks for the next item, and `throw`, the method of an exhausted generator,
raises the very same exception in C.
"""

import sys
from functools import partial, reduce
from itertools import chain

from . import notes, stacks

TYPE_CHECKING = False  # `typing` is not for a program that may never fail
if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType
    from typing import Any

MOST_PENDING = 256
"""How many connects under way are remembered."""
STREAM, KIND = 1, 0xF
"""SOCK_STREAM, and the bits of a socket's type that say its kind."""
FAILURES = (
    *("ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ECONNRESET", "ECONNABORTED"),
    *("EACCES", "EPERM", "EADDRNOTAVAIL", "ENOENT"),
)
UNDER_WAY = ("EINPROGRESS", "EALREADY", "EINTR")

_pending: "dict[int, tuple[dict[str, Any], stacks.Stack]]" = {}  # by descriptor: a connect under way, and who asked
_state: "dict[str, Any]" = {}  # what is of the module `socket`
_codes: "dict[int, str]" = {}  # the error numbers that matter, with their names


def install(module: "Any", records: str) -> None:
    """Watch the sockets of `module`, which is `socket`, and write into the file `records`."""
    import errno

    raw = module._socket  # noqa: SLF001 -- the C part, whose methods are the originals
    for name in (*FAILURES, *UNDER_WAY):
        if hasattr(errno, name):
            _codes[getattr(errno, name)] = name
    nothing = _nothing()
    for _ in nothing:
        pass
    _state["module"], _state["raw"], _state["kinds"] = module, raw, (module.AF_INET, module.AF_INET6, module.AF_UNIX)
    notes.begin(records, _all_given_up)
    stacks.begin(module.__file__)
    module.socket.connect = _Watched(raw.socket.connect, _raising(raw.socket.connect), nothing.throw)
    module.socket.connect_ex = _Watched(raw.socket.connect_ex, _returning(raw.socket.connect_ex), nothing.throw)
    module.socket.getsockopt = _Option(raw.socket.getsockopt, (module.SOL_SOCKET, module.SO_ERROR))
    module._socket = copy = type(sys)(raw.__name__)  # noqa: SLF001 -- what `socket` calls its C part, and nobody else sees
    vars(copy).update(vars(raw), getaddrinfo=_resolving(raw, nothing.throw))


class _Watched:
    """Stands in `socket.socket` for a method that it inherits: the same for the class, watched for a socket."""

    def __init__(self, original: "Any", attempt: "Any", throw: "Any") -> None:
        self._parts = original, attempt, throw

    def __get__(self, sock: "Any", owner: "Any" = None) -> "Any":
        original, attempt, throw = self._parts
        if sock is None:
            return original
        kept = [TypeError(f"socket.{original.__name__}() takes exactly one argument (0 given)")]
        return partial(reduce, partial(attempt, kept), chain((sock,), map(throw, kept)))


class _Option:
    """Stands for `getsockopt`: SO_ERROR says how a connect that was under way has ended."""

    def __init__(self, original: "Any", error: "tuple[int, int]") -> None:
        self._original, self._error = original, error

    def __get__(self, sock: "Any", owner: "Any" = None) -> "Any":
        if sock is None:
            return self._original
        if _pending and sock.fileno() in _pending:
            return partial(self._ask, sock)
        return self._original.__get__(sock, owner)

    def _ask(self, sock: "Any", *wanted: "Any") -> "Any":
        value = self._original(sock, *wanted)
        if wanted[:2] == self._error and type(value) is int and _codes.get(value) not in UNDER_WAY:
            _quietly(_settle, sock, value)
        return value


def _raising(connect: "Any") -> "Any":
    """`connect` as `_Watched` calls it."""

    def attempt(kept: "list[BaseException]", address: "Any", sock: "Any") -> None:
        try:
            connect(sock, address)
        except BaseException as error:  # noqa: BLE001 -- it is raised again, in C
            _keep(kept, error)
            if isinstance(error, OSError):
                _quietly(_failed, sock, address, error)
        else:
            kept.clear()
            if notes.counts:
                _quietly(_worked, address)

    return attempt


def _returning(connect_ex: "Any") -> "Any":
    """`connect_ex` as `_Watched` calls it."""

    def attempt(kept: "list[BaseException]", address: "Any", sock: "Any") -> "int | None":
        try:
            number: int = connect_ex(sock, address)
        except BaseException as error:  # noqa: BLE001 -- it is raised again, in C
            _keep(kept, error)
            return None
        kept.clear()
        if number:
            _quietly(_failed, sock, address, number)
        elif notes.counts:
            _quietly(_worked, address)
        return number

    return attempt


def _resolving(raw: "Any", throw: "Any") -> "Any":
    """`_socket.getaddrinfo` for `socket.getaddrinfo`, which at once goes through the items that it gets."""

    def getaddrinfo(host: "Any", port: "Any", *rest: "Any") -> "Any":
        try:
            return raw.getaddrinfo(host, port, *rest)
        except BaseException as error:  # noqa: BLE001 -- it is raised again, in C, when the first item is asked for
            kept: list[BaseException] = [error]
            _keep(kept, error)
            if isinstance(error, raw.gaierror):
                _quietly(_unresolved, host, port, error)
            return map(throw, kept)

    return getaddrinfo


def _keep(kept: "list[BaseException]", error: BaseException) -> None:
    """Keep what was raised, without the frame of ours that it has come through."""
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    kept[0] = error


def _nothing() -> "Generator[None, None, None]":
    return
    yield


def _quietly(note: "Any", *what: "Any") -> None:
    """Take a note; what goes wrong with it is not the program's business."""
    try:  # noqa: SIM105 -- contextlib is not built in
        note(*what)
    except Exception:  # noqa: BLE001, S110 -- the law of this file
        pass


def _failed(sock: "Any", address: "Any", error: "OSError | int") -> None:
    """Note how `connect` failed, or that it is under way."""
    raw = _state["raw"].socket
    if (
        raw.type.__get__(sock) & KIND != STREAM or raw.family.__get__(sock) not in _state["kinds"]
    ):  # no stream, or no address of ours
        return
    number = error if isinstance(error, int) else error.errno
    name = _codes.get(number) if number is not None else None
    frame = sys._getframe(3)  # noqa: SLF001 -- the caller of connect; above it are `attempt` and `_quietly`
    if name in UNDER_WAY:
        _begin(sock.fileno(), address, frame)
        return
    begun = _pending.pop(sock.fileno(), None) if _pending else None
    if not isinstance(error, int) and isinstance(error, _state["module"].gaierror):
        notes.note(("resolve", address, number), frame, _place(address) | {"what": "resolve", "number": number}, error)
    elif name is not None or (number is None and isinstance(error, _state["module"].timeout)):
        errno = name or "ETIMEDOUT"
        about = _place(address) | {"what": "connect", "errno": errno}
        if begun:
            notes.note((address, errno), begun[1], begun[0] | about, error)
        else:
            notes.note((address, errno), frame, about, error)


def _begin(descriptor: int, address: "Any", frame: "FrameType") -> None:
    """Remember who began this connect; one on the same descriptor before it was given up."""
    if descriptor in _pending:
        _given_up(*_pending.pop(descriptor))
    if len(_pending) >= MOST_PENDING:
        _pending.pop(next(iter(_pending)))
    about = _place(address) | {"what": "connect"}
    stack, about = stacks.who_asked(frame, about)
    _pending[descriptor] = about, stack
    notes.watch_the_end()


def _settle(sock: "Any", number: int) -> None:
    """How a connect that was under way has ended."""
    about, stack = _pending.pop(sock.fileno())
    name = _codes.get(number)
    if name:
        notes.note((about["address"], name), stack, about | {"errno": name}, None)
    elif not number and notes.counts:
        notes.mend(about)


def _given_up(about: "dict[str, Any]", stack: "stacks.Stack") -> None:
    """Asyncio reads the outcome of each connect; where it did not, somebody lost patience."""
    if any(code.co_name == "sock_connect" and "asyncio" in code.co_filename for code, _ in stack[:4]):
        notes.note((about["address"], None), stack, about | {"errno": "ETIMEDOUT", "given_up": True}, None)


def _unresolved(host: "Any", port: "Any", error: OSError) -> None:
    """Note a name that did not resolve."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if isinstance(name, str):
        number = int(port) if str(port).isdigit() else None
        about = {"what": "resolve", "address": name[: notes.LONGEST_TEXT], "name": name[: notes.LONGEST_TEXT], "port": number}
        notes.note(("resolve", name, port), sys._getframe(3), about | {"number": error.errno}, error)  # noqa: SLF001 -- the stack


def _worked(address: "Any") -> None:
    """A connect that worked: after a failure of the same port it is worth a line."""
    about = _place(address)
    if any(one[2].get("port") == about.get("port") for one in notes.counts.values()):
        about["name"] = stacks.asked_for(sys._getframe(3), about)  # noqa: SLF001 -- the caller of connect
        notes.mend(about)


def _place(address: "Any") -> "dict[str, Any]":
    if isinstance(address, tuple):
        return {"address": str(address[0]), "port": address[1]}
    return {"path": (address if isinstance(address, str) else bytes(address).decode("utf-8", "surrogateescape"))}


def _all_given_up() -> None:
    """What is still under way at the end."""
    for about, stack in list(_pending.values()):
        _given_up(about, stack)
