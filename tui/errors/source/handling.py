"""How failure is handled around a connecting call. Advice beside the cause, never a cause; nothing is ever edited.

Law: all advice can be verified in the lines. A timeout that may be set elsewhere, or a handler in another file, is allowed for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tui.errors.source.connects import ConnectCall
from tui.errors.source.masking import masked, written
from tui.errors.source.syntax import Function, Parsed, dotted, last_name
from tui.model.facts.code import Advice

_SPECIFIC = frozenset({"ConnectionRefusedError", "gaierror", "TimeoutError", "timeout", "ConnectionResetError", "herror"})
_WIDE = frozenset({"BaseException", "Exception", "OSError", "IOError", "EnvironmentError", "error"})
"""What takes every failure of a connection; `socket.error` is OSError's old name."""
_UNDER = {
    "ConnectionRefusedError": (
        "ConnectionError",
        "OSError",
        "IOError",
        "EnvironmentError",
        "error",
        "Exception",
        "BaseException",
    ),
    "ConnectionResetError": ("ConnectionError", "OSError", "IOError", "EnvironmentError", "error", "Exception", "BaseException"),
    "ConnectionError": ("OSError", "IOError", "EnvironmentError", "error", "Exception", "BaseException"),
    "TimeoutError": ("OSError", "IOError", "EnvironmentError", "error", "Exception", "BaseException"),
    "timeout": ("OSError", "IOError", "EnvironmentError", "error", "Exception", "BaseException"),
    "gaierror": ("OSError", "IOError", "EnvironmentError", "error", "Exception", "BaseException"),
    "OSError": ("Exception", "BaseException"),
    "Exception": ("BaseException",),
}
"""What is above each exception in Python's own hierarchy (the library reference, "Built-in Exceptions")."""
_UNRELATED = frozenset(
    {"TypeError", "ValueError", "KeyError", "IndexError", "AttributeError", "NameError", "ImportError", "ModuleNotFoundError"}
    | {"ZeroDivisionError", "UnicodeDecodeError", "JSONDecodeError", "StopIteration", "AssertionError", "KeyboardInterrupt"}
)
"""What a failing connection never raises; handlers for these alone do not handle one."""
_HOPELESS = frozenset({"gaierror", "herror", "ValueError", "TypeError", "PermissionError", "SSLError", "CertificateError"})
"""Errors that come back a second later, unless somebody fixes something."""
_WITHOUT_TIMEOUT = frozenset(
    {"MongoClient", "Elasticsearch", "create_engine", "KafkaProducer", "KafkaConsumer", "AsyncClient", "Client"}
)
"""Clients that have a timeout by default."""
_BLOCKING_ROOTS = frozenset(
    {"requests", "urllib", "socket", "psycopg2", "pymysql", "smtplib", "ftplib", "imaplib", "http", "telnetlib"}
)
_BLOCKING_CALLS = frozenset({"urlopen", "create_connection", "HTTPConnection", "HTTPSConnection"})
_SLEEPS = frozenset({"sleep", "wait", "wait_for", "delay", "backoff"})
_TIMEOUT_PLACE = {"create_connection": 1, "urlopen": 2, "HTTPConnection": 2, "HTTPSConnection": 2}
"""The position of the timeout among the arguments."""
_TIMEOUT_WORDS = frozenset(
    {"timeout", "connect_timeout", "socket_timeout", "socket_connect_timeout", "timeouts", "request_timeout"}
)


def advice_for(parsed: Parsed, connect: ConnectCall) -> tuple[Advice, ...]:
    """What could be better in how failure is handled at this call, most important first."""
    return tuple(_advice(parsed, connect))


def _advice(parsed: Parsed, connect: ConnectCall) -> Iterator[Advice]:
    call = connect.call
    function = parsed.function(call)
    loop = next(
        (ancestor for ancestor in _until_function(parsed, call) if isinstance(ancestor, ast.While | ast.For | ast.AsyncFor)), None
    )
    tries = [ancestor for ancestor in _until_function(parsed, call) if isinstance(ancestor, ast.Try) and _handles(ancestor, call)]
    yield from _retries(loop, tries)
    yield from _order(tries)
    if not tries and not _is_handled_by_callers(parsed, function, set()):
        yield _unhandled(parsed, call)
    yield from _lumped_together(tries)
    yield from _timeouts(parsed, call, function)
    yield from _in_coroutine(call, function)


def _retries(loop: ast.AST | None, tries: list[ast.Try]) -> Iterator[Advice]:
    caught = next((block for block in tries if loop is not None and _is_in(block, getattr(loop, "body", []))), None)
    if caught is None or not isinstance(loop, ast.While | ast.For | ast.AsyncFor):
        return
    again = [handler for handler in caught.handlers if _is_related(handler) and not _leaves(handler.body)]
    if not again:
        return
    endless = isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    counted = any(
        isinstance(node, ast.Compare) for handler in again for statement in handler.body for node in ast.walk(statement)
    )
    if endless and not counted:
        yield Advice(
            id="retry-unbounded",
            line=loop.lineno,
            sentence=f"The loop at line {loop.lineno} never gives up: while the port stays closed it keeps trying, unnoticed.",
            suggestion=("for attempt in range(1, 4):  # three attempts, then let it fail", "    ..."),
        )
    if not any(last_name(node.func) in _SLEEPS for node in ast.walk(loop) if isinstance(node, ast.Call)):
        yield Advice(
            id="retry-no-delay",
            line=again[0].lineno,
            sentence=f"The handler at line {again[0].lineno} goes on to the next attempt without any delay.",
            suggestion=("time.sleep(2)  # give it time, and log the attempt with its time",),
        )
    hopeless = next((handler for handler in again if _is_hopeless(handler)), None)
    if hopeless is not None:
        yield Advice(
            id="retry-hopeless",
            line=hopeless.lineno,
            sentence=(
                f"The handler at line {hopeless.lineno} ({_caught(hopeless)}) also retries what a retry cannot "
                "fix: a name that does not exist, a wrong argument, a missing permission."
            ),
            suggestion=("except (ConnectionRefusedError, TimeoutError) as error:  # only these may pass with time", "    ..."),
        )


def _is_hopeless(handler: ast.ExceptHandler) -> bool:
    names = _names(handler)
    return not names or bool(names & (_HOPELESS | _WIDE))


def _order(tries: list[ast.Try]) -> Iterator[Advice]:
    """A generic handler that comes before a specific one: Python uses the first that matches."""
    for block in tries:
        before: list[tuple[str, int]] = []
        for handler in block.handlers:
            for name in sorted(_names(handler)):
                wider = next(((wide, line) for wide, line in before if wide in _UNDER.get(name, ())), None)
                if wider:
                    yield Advice(
                        id="generic-first",
                        line=handler.lineno,
                        sentence=(
                            f"The handler for {name} at line {handler.lineno} is never reached: the one for {wider[0]} at line "
                            f"{wider[1]} comes first and catches it too."
                        ),
                        suggestion=(
                            f"except {name} as error:  # the specific one first",
                            "    ...",
                            f"except {wider[0]} as error:",
                            "    ...",
                        ),
                    )
                    return
            before += [(name, handler.lineno) for name in _names(handler)]


def _unhandled(parsed: Parsed, call: ast.Call) -> Advice:
    source = written(_statement(parsed, call))
    return Advice(
        id="no-handling",
        line=call.lineno,
        sentence=f"Nothing in this file handles a failure at line {call.lineno}: it ends the program with a traceback.",
        suggestion=(
            "try:",
            f"    {source}",
            "except ConnectionRefusedError as error:  # somebody answered: nothing listens, or a filter rejects",
            "    ...",
            "except TimeoutError as error:  # nobody answered",
            "    ...",
        ),
    )


def _lumped_together(tries: list[ast.Try]) -> Iterator[Advice]:
    """A handler for everything that can go wrong, without a specific one for any of it."""
    names = {name for block in tries for handler in block.handlers for name in _names(handler)}
    bare = next((handler for block in tries for handler in block.handlers if handler.type is None), None)
    wide = next(
        (handler for block in tries for handler in block.handlers if _names(handler) & _WIDE),
        bare,
    )
    if wide is None or names & _SPECIFIC:
        return
    yield Advice(
        id="not-told-apart",
        line=wide.lineno,
        sentence=(
            f"The handler at line {wide.lineno} ({_caught(wide)}) treats an unknown name, a refusal and a timeout "
            "alike, although each has a different remedy."
        ),
        suggestion=(
            "except socket.gaierror as error:  # the name: no connection was tried",
            "    ...",
            "except ConnectionRefusedError as error:  # the port: somebody answered",
            "    ...",
            "except TimeoutError as error:  # the path: nobody answered",
            "    ...",
        ),
    )


def _timeouts(parsed: Parsed, call: ast.Call, function: Function | None) -> Iterator[Advice]:
    last = last_name(call.func)
    if last in _WITHOUT_TIMEOUT or any(keyword.arg in _TIMEOUT_WORDS or keyword.arg is None for keyword in call.keywords):
        return
    scopes = [scope for scope in (function, parsed.tree) if scope is not None]
    setters = (
        "settimeout",
        "setdefaulttimeout",
        "wait_for",
        "timeout",
        "fail_after",
        "move_on_after",
        "timeout_at",
        "setblocking",
    )
    if any(last_name(node.func) in setters for scope in scopes for node in ast.walk(scope) if isinstance(node, ast.Call)):
        return
    if len(call.args) > _TIMEOUT_PLACE.get(last, len(call.args)) and not isinstance(function, ast.AsyncFunctionDef):
        return
    shown = written(call)
    if isinstance(function, ast.AsyncFunctionDef):
        better: tuple[str, ...] = ("async with asyncio.timeout(5):", f"    await {shown}")
    elif last in {"connect", "connect_ex"}:
        owner = dotted(call.func).rpartition(".")[0] or "sock"
        better = (f"{owner}.settimeout(5)", shown)
    else:
        better = (f"{shown[:-1]}{', ' if call.args or call.keywords else ''}timeout=5)",)
    yield Advice(
        id="no-timeout",
        line=call.lineno,
        sentence=f"The call at line {call.lineno} has no timeout: if packets are dropped, it waits for minutes.",
        suggestion=better,
    )


def _in_coroutine(call: ast.Call, function: Function | None) -> Iterator[Advice]:
    if not isinstance(function, ast.AsyncFunctionDef):
        return
    name = dotted(call.func)
    blocking = name.partition(".")[0] in _BLOCKING_ROOTS or last_name(call.func) in _BLOCKING_CALLS
    awaited = any(isinstance(node, ast.Await) and any(inner is call for inner in ast.walk(node)) for node in ast.walk(function))
    if blocking and not awaited:
        shown = written(call)
        arguments = ", ".join(
            [name, *map(ast.unparse, call.args), *(f"{keyword.arg}={ast.unparse(keyword.value)}" for keyword in call.keywords)]
        )
        yield Advice(
            id="blocking-in-coroutine",
            line=call.lineno,
            sentence=f"{shown} at line {call.lineno} blocks the event loop: nothing else in the program runs until it returns.",
            suggestion=(f"await asyncio.to_thread({masked(arguments)})",),
        )


def _is_handled_by_callers(parsed: Parsed, function: Function | None, visited: set[Function]) -> bool:
    """Whether some call of the function in this file is inside a `try`, at any distance."""
    if function is None or function in visited:
        return False
    visited.add(function)
    calls = parsed.calls_of(function)
    for call in calls:
        if any(isinstance(ancestor, ast.Try) and _handles(ancestor, call) for ancestor in parsed.above(call)):
            return True
        if _is_handled_by_callers(parsed, parsed.function(call), visited):
            return True
    return False


def _until_function(parsed: Parsed, node: ast.AST) -> Iterator[ast.AST]:
    for ancestor in parsed.above(node):
        if isinstance(ancestor, Function | ast.Lambda):
            return
        yield ancestor


def _handles(block: ast.Try, call: ast.Call) -> bool:
    """Whether the `try` holds the call and catches something that a failing connection raises."""
    return _is_in(call, block.body) and any(_is_related(handler) for handler in block.handlers)


def _is_related(handler: ast.ExceptHandler) -> bool:
    names = _names(handler)
    return not names or bool(names - _UNRELATED)


def _is_in(node: ast.AST, body: list[ast.stmt]) -> bool:
    return any(inner is node for statement in body for inner in ast.walk(statement))


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether a handler ends the loop whatever happens: its last statement raises, returns, breaks or exits."""
    last = body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return dotted(last.value.func) in {"sys.exit", "exit", "quit", "os._exit"}
    return isinstance(last, ast.Raise | ast.Return | ast.Break)


def _names(handler: ast.ExceptHandler) -> set[str]:
    """What it catches: nothing named if that is everything, and an empty name for what only a run would tell."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    return {last_name(kind) for kind in kinds}


def _caught(handler: ast.ExceptHandler) -> str:
    return f"except {written(handler.type)}" if handler.type else "a bare except"


def _statement(parsed: Parsed, node: ast.AST) -> ast.AST:
    return next((ancestor for ancestor in parsed.above(node) if isinstance(ancestor, ast.stmt)), node)
