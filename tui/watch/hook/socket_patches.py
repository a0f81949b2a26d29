"""Notices how `connect`, `connect_ex` and `getaddrinfo` of the module `socket` fail.

How a failing call is noticed without a frame of ours in its traceback: the method is handed out as a subclass of `map`, with
its socket bound. Calling it runs `__new__`, which calls the original. What that returns is the result; what that raises is
kept in an instance, a `map` that will throw it, and Python continues with the instance's `__init__`: a property whose getter
is `next`, so the very same exception is raised from there, by C code alone.
"""

import sys
from functools import partial

from . import notes, stacks

TYPE_CHECKING = False  # `typing` is not for a program that may never fail
if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType
    from typing import Any

MOST_PENDING = 256
"""How many connects under way are remembered."""
STREAM, KIND = 1, 0xF
"""SOCK_STREAM, and the bits of a socket's type that hold its kind."""
FAILURES = (
    *("ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ECONNRESET", "ECONNABORTED"),
    *("EACCES", "EPERM", "EADDRNOTAVAIL", "ENOENT"),
)
LONGEST_PORT = 5
"""Digits of a port."""
UNDER_WAY = ("EINPROGRESS", "EALREADY", "EINTR")

_pending: "dict[int, tuple[dict[str, Any], stacks.Stack]]" = {}  # by descriptor: a connect under way, and who asked
_state: "dict[str, Any]" = {}  # objects of the module `socket`
_codes: "dict[int, str]" = {}  # the error numbers that matter, with their names


def install(module: "Any", records: str) -> None:
    """Watch the sockets of `module`, which is `socket`, and write into the file `records`."""
    import errno

    raw = module._socket  # noqa: SLF001 -- the C part, whose methods are the originals
    for name in (*FAILURES, *UNDER_WAY):
        if hasattr(errno, name):
            _codes[getattr(errno, name)] = name
    _state["module"], _state["raw"], _state["kinds"] = module, raw, (module.AF_INET, module.AF_INET6, module.AF_UNIX)
    notes.begin(records, _all_given_up, _pending.clear)
    stacks.begin(module.__file__)
    module.socket.connect = _Watched(raw.socket.connect, _raising(raw.socket.connect))
    module.socket.connect_ex = _Watched(raw.socket.connect_ex, _returning(raw.socket.connect_ex))
    module.socket.getsockopt = _Option(
        raw.socket.getsockopt, _asking(raw.socket.getsockopt, (module.SOL_SOCKET, module.SO_ERROR))
    )
    module._socket = copy = type(sys)(raw.__name__)  # noqa: SLF001 -- the name that `socket` has for its C part, which nobody else uses
    vars(copy).update(vars(raw), getaddrinfo=_resolving(raw))


class _Watched:
    """Replaces a method that `socket.socket` inherits: the same for the class, watched for a socket."""

    def __init__(self, original: "Any", call: "Any") -> None:
        self._original, self._call = original, call
        self.__name__, self.__doc__ = original.__name__, original.__doc__

    def __get__(self, sock: "Any", owner: "Any" = None) -> "Any":
        return self._original if sock is None else _Method(self._call, sock)

    def __call__(self, *given: "Any", **named: "Any") -> "Any":
        return self._original(*given, **named)


class _Method(partial):  # type: ignore[type-arg] # in Python 3.9 as well
    """What a socket hands out as its method: called, it is watched; in all else it is the built-in method itself."""

    def __getattribute__(self, name: str) -> "Any":
        if name == "__deepcopy__":  # a built-in method is its own copy, by its type
            return lambda _: self
        original = _original(self)
        if name == "__signature__" and original.__text_signature__ and "inspect" in sys.modules:  # it looks at the type first
            return sys.modules["inspect"].signature(original)
        return getattr(original, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_original(self), name, value)

    def __repr__(self) -> str:
        return repr(_original(self))

    def __eq__(self, other: object) -> bool:
        same: bool = _original(self) == (_original(other) if type(other) is _Method else other)
        return same

    def __hash__(self) -> int:
        return hash(_original(self))


_Method.__name__ = _Method.__qualname__ = type(len).__name__  # as messages show it


def _original(method: "Any") -> "Any":
    """The built-in method that is watched."""
    name = partial.func.__get__(method).__name__  # a descriptor in C
    return getattr(_state["raw"].socket, name).__get__(partial.args.__get__(method)[0])


class _Call(map):  # type: ignore[type-arg] # in Python 3.9 as well
    """A call that has raised: see above."""

    __init__ = property(next)


class _Option:
    """Replaces `getsockopt`: SO_ERROR says how a connect that was under way has ended."""

    def __init__(self, original: "Any", call: "Any") -> None:
        self._original, self._call = original, call

    def __get__(self, sock: "Any", owner: "Any" = None) -> "Any":
        if sock is None:
            return self._original
        if _pending and sock.fileno() in _pending:
            return _Method(self._call, sock)
        return self._original.__get__(sock, owner)


def _raising(original: "Any") -> "Any":
    """`connect`, which raises."""

    class RaisingConnect(_Call):
        def __new__(cls, sock: "Any", *given: "Any", **named: "Any") -> "Any":
            try:
                original.__get__(sock)(*given, **named)
            except BaseException as error:  # noqa: BLE001 -- it is raised again, in C
                if isinstance(error, OSError):
                    _quietly(_failed, sock, given[0], error)
                return map.__new__(cls, _throw, _without_us(error))
            if notes.counts:
                _quietly(_worked, given[0])
            return None

    RaisingConnect.__name__ = original.__name__
    return RaisingConnect


def _returning(original: "Any") -> "Any":
    """`connect_ex`, which returns the error's number, and raises what is not the connection's error."""

    class ReturningConnect(_Call):
        def __new__(cls, sock: "Any", *given: "Any", **named: "Any") -> "Any":
            try:
                number = original.__get__(sock)(*given, **named)
            except BaseException as error:  # noqa: BLE001 -- it is raised again, in C
                return map.__new__(cls, _throw, _without_us(error))
            if number:
                _quietly(_failed, sock, given[0], number)
            elif notes.counts:
                _quietly(_worked, given[0])
            return number

    ReturningConnect.__name__ = original.__name__
    return ReturningConnect


def _asking(original: "Any", error: "tuple[int, int]") -> "Any":
    """`getsockopt` of a socket whose connect is under way; `error` is the option that says how it has ended."""

    class Asking(_Call):
        def __new__(cls, sock: "Any", *given: "Any", **named: "Any") -> "Any":
            try:
                value = original.__get__(sock)(*given, **named)
            except BaseException as problem:  # noqa: BLE001 -- it is raised again, in C
                return map.__new__(cls, _throw, _without_us(problem))
            if given[:2] == error and type(value) is int and _codes.get(value) not in UNDER_WAY:
                _quietly(_settle, sock, value)
            return value

    Asking.__name__ = original.__name__
    return Asking


def _resolving(raw: "Any") -> "Any":
    """`getaddrinfo`, for `socket.getaddrinfo` alone."""

    class Resolve(_Call):
        def __new__(cls, *given: "Any", **named: "Any") -> "Any":
            try:
                return raw.getaddrinfo(*given, **named)
            except BaseException as error:  # noqa: BLE001 -- it is raised again, in C
                if isinstance(error, raw.gaierror):
                    _quietly(_unresolved, *given[:2])
                return map.__new__(cls, _throw, _without_us(error))

    Resolve.__name__ = Resolve.__qualname__ = "getaddrinfo"
    return Resolve


def _without_us(error: BaseException) -> "list[BaseException]":
    """What was raised, without our frame in its traceback."""
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    return [error]


def _exhausted() -> "Generator[None, None, None]":
    """A generator that has ended: its `throw` raises what it is given, and adds no frame."""
    generator = _nothing()
    for _ in generator:
        pass
    return generator


def _nothing() -> "Generator[None, None, None]":
    return
    yield


_throw = _exhausted().throw


def _quietly(note: "Any", *what: "Any") -> None:
    """Take a note; what goes wrong with it must not reach the program."""
    try:  # noqa: SIM105 -- contextlib is not built in
        note(*what)
    except Exception:  # noqa: BLE001, S110 -- the law of this file
        pass


def _failed(sock: "Any", address: "Any", error: "OSError | int") -> None:
    """Note how `connect` failed, or that it is under way."""
    raw = _state["raw"].socket
    if raw.type.__get__(sock) & KIND != STREAM or raw.family.__get__(sock) not in _state["kinds"]:
        return
    number = error if isinstance(error, int) else error.errno
    name = _codes.get(number) if number is not None else None
    frame = sys._getframe(3)  # noqa: SLF001 -- the caller of connect; above it are `attempt` and `_quietly`
    if name in UNDER_WAY:
        if name != "EALREADY":  # that one is known
            _begin(sock.fileno(), address, frame)
        return
    begun = _pending.pop(sock.fileno(), None) if _pending else None
    if begun is None and notes.again((address, name), frame):
        return
    if not isinstance(error, int) and isinstance(error, _state["module"].gaierror):
        notes.note((address, name), frame, _endpoint(address) | {"what": "resolve"})
    elif name is not None or (number is None and isinstance(error, _state["module"].timeout)):
        errno = name or "ETIMEDOUT"
        about = _endpoint(address) | {"what": "connect", "errno": errno}
        if begun:
            notes.note((address, name), begun[1], begun[0] | about)
        else:
            notes.note((address, name), frame, about)


def _begin(descriptor: int, address: "Any", frame: "FrameType") -> None:
    """Remember who began this connect; an earlier one on the same descriptor was given up."""
    if descriptor in _pending:
        _given_up(*_pending.pop(descriptor))
    if len(_pending) >= MOST_PENDING:
        _pending.pop(next(iter(_pending)))
    _pending[descriptor] = _endpoint(address) | {"what": "connect"}, stacks.stack(frame)
    notes.watch_the_end()


def _settle(sock: "Any", number: int) -> None:
    """Note how a connect that was under way has ended."""
    about, stack = _pending.pop(sock.fileno())
    name = _codes.get(number)
    if name:
        stack, about = stacks.completed(stack, about, sys._getframe(3))  # noqa: SLF001 -- the caller of getsockopt
        notes.note((about.get("address"), name), stack, about | {"errno": name})
    elif not number and notes.counts:
        notes.mend(about)


def _given_up(about: "dict[str, Any]", stack: "stacks.Stack") -> None:
    """Note a connect whose outcome asyncio never read: the program gave it up."""
    if any(code.co_name == "sock_connect" and "asyncio" in code.co_filename for code, _ in stack[:4]):
        notes.note((about.get("address"), None), stack, about | {"errno": "ETIMEDOUT", "given_up": True})


def _unresolved(host: "Any", port: "Any") -> None:
    """Note a name that did not resolve."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if isinstance(name, str):
        digits = str(port)
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_PORT else None
        about = {"what": "resolve", "address": name[: notes.LONGEST_TEXT], "name": name[: notes.LONGEST_TEXT], "port": number}
        notes.note(("resolve", name, port), sys._getframe(3), about)  # noqa: SLF001 -- the stack


def _worked(address: "Any") -> None:
    """Note a connect that worked, if the same port has failed before."""
    about = _endpoint(address)
    if any(known[2].get("port") == about.get("port") for known in notes.counts.values()):
        about["name"] = stacks.asked_for(sys._getframe(3), about)  # noqa: SLF001 -- the caller of connect
        notes.mend(about)


def _endpoint(address: "Any") -> "dict[str, Any]":
    if isinstance(address, tuple):
        return {"address": str(address[0]), "port": address[1]}
    return {"path": (address if isinstance(address, str) else bytes(address).decode("utf-8", "surrogateescape"))}


def _all_given_up() -> None:
    """Note what is still under way at the end."""
    for about, stack in list(_pending.values()):
        _given_up(about, stack)
