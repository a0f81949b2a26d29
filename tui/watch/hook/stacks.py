"""Which code asked for a connection: the stack at that moment, and in asyncio that of the task that waits for it."""

import sys
from _thread import get_ident

TYPE_CHECKING = False  # `typing` is not for a program that may never fail
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    Stack = list[tuple[CodeType, int]]

MOST_FRAMES = 64
LONGEST_HOST = 400
INNERMOST = 12
"""How many of the innermost frames are searched for a library's variables."""
CONNECTING = ("create_connection", "connect_tcp", "start_connection", "getaddrinfo", "_connect")
"""Functions of libraries whose variables name the host and port that were asked for."""

_library: "list[str]" = []  # where the standard library's files are


def begin(socket_file: str) -> None:
    """Set where the module `socket` is, and so the standard library."""
    _library[:] = [socket_file.rpartition("/")[0] + "/"]


def stack(frame: "FrameType | None") -> "Stack":
    """Code and line of each frame, the innermost first, up to the event loop that called."""
    entries: Stack = []
    while frame is not None and len(entries) < MOST_FRAMES:
        code = frame.f_code
        if code.co_name == "_run" and "asyncio" in code.co_filename:
            break
        entries.append((code, frame.f_lineno))
        frame = frame.f_back
    return entries


def who_asked(frame: "FrameType", about: "dict[str, Any]") -> "tuple[Stack, dict[str, Any]]":
    """The stack of `frame`, and `about` with the host that was asked for."""
    return completed(stack(frame), about, frame)


def completed(entries: "Stack", about: "dict[str, Any]", frame: "FrameType") -> "tuple[Stack, dict[str, Any]]":
    """A stack, and `about` with the host that was asked for, if `frame` or a waiting task knows it.

    If none of the program's own code is in the stack, the stack of the task that waits for it is added below.
    """
    known = any(_is_users(code) for code, _ in entries)
    host = about.get("name") or asked_for(frame, about)
    if not (known and host):
        waiting = _waiting_task(about)
        host = host or next(filter(None, (_asks_for(waiter, about) for waiter in waiting)), None)
        if not known:
            entries = entries + [(waiter.f_code, waiter.f_lineno) for waiter in waiting]
    return entries[:MOST_FRAMES], (about | {"name": host} if host else about)


def _is_users(code: "CodeType") -> bool:
    path = code.co_filename
    return not (path.startswith(("<frozen", *_library)) or "-packages/" in path)


def _waiting_task(about: "dict[str, Any]") -> "list[FrameType]":
    """The frames of the asyncio task that asked for this connection; empty where none is known."""
    tasks = sys.modules.get("asyncio.tasks")
    for thread, top in sys._current_frames().items() if tasks else ():  # noqa: SLF001 -- the only way to other threads
        frames: list[FrameType] = []
        frame: FrameType | None = top
        while frame is not None:
            if frame.f_code.co_name == "run_forever" and "asyncio" in frame.f_code.co_filename:
                running = [frames] if thread != get_ident() else []
                chains = [*running, *map(_chain, tasks.all_tasks(frame.f_locals["self"]))]  # type: ignore[union-attr] # it is loaded
                for chain in chains:
                    if any(_is_users(link.f_code) for link in chain) and any(_asks_for(link, about) for link in chain):
                        return chain
                break
            frames.append(frame)
            if frame.f_code.co_name == "_run" and "asyncio" in frame.f_code.co_filename:
                frames.pop()
            frame = frame.f_back
    return []


def _chain(task: "Any") -> "list[FrameType]":
    """The frames of a waiting task, the innermost first."""
    frames: list[FrameType] = []
    awaited = task.get_coro()
    while awaited is not None and len(frames) < MOST_FRAMES:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is not None:
            frames.append(frame)
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
    return frames[::-1]


def asked_for(frame: "FrameType | None", about: "dict[str, Any]") -> "str | None":
    """The host that a library was asked to connect to: in the variables of one of the innermost frames, at the same port."""
    for _ in range(INNERMOST):
        if frame is None:
            return None
        host = _asks_for(frame, about)
        if host:
            return host
        frame = frame.f_back
    return None


def _asks_for(frame: "FrameType", about: "dict[str, Any]") -> "str | None":
    if frame.f_code.co_name not in CONNECTING:
        return None
    variables = frame.f_locals
    pairs: list[Any] = [
        (variables.get("host"), variables.get("port")),
        (variables.get("remote_host"), variables.get("remote_port")),
    ]
    if isinstance(variables.get("address"), tuple):
        pairs.append(variables["address"][:2])
    pairs += [info[4][:2] for info in variables.get("addr_infos") or ()]
    owner = getattr(variables.get("self"), "__dict__", None) or {}
    pairs.append((owner.get("host"), owner.get("port")))
    for host, port in pairs:
        if isinstance(host, str) and host and str(port) == str(about.get("port")):
            return host[:LONGEST_HOST]
    return None
