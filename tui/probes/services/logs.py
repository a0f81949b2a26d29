"""The last lines of a service: from its journal, from the kernel's log, or from the log file of its kind.

Law: bounded from the end, through `safe_text`, and never more than a few lines; errors before chatter.
Sources: journalctl(1), systemd.journal-fields(7); the kernel's words in mm/oom_kill.c.
"""

import re
from collections.abc import Iterable

import msgspec

from tui.model.facts import LogLine
from tui.model.numbers import decimal_number
from tui.model.safe_text import safe_line, safe_text

MOST_READ = 60
"""Lines asked for; a stack trace has thirty."""
MOST_KEPT = 12
"""Lines reported."""
LAST_WORDS = 2
"""Lines of the service itself that are reported whatever they say: what it did last is a hint."""
LONGEST_LINE = 300
TAIL_BYTES = 16_384
"""Read from the end of a log file."""
KERNEL_LINES = 400
"""Of the kernel's log; an out-of-memory kill alone writes some hundred."""
BEFORE_START_S = 2.0
"""What comes before the start of the main process (a check of the settings) belongs to the run; times are whole seconds."""
BEFORE_RESTART_S = 60.0
"""So long a manager may wait before it starts a service again; its last words stand before that."""
_ERROR_PRIORITY = 4
"""syslog(3): warning, and what is worse."""
_MICROSECONDS = 1e6
_TELLING = re.compile(
    r"address already in use|eaddrinuse|could not bind|cannot bind|failed to bind|bind\(\)|error|fatal|panic|fail|refus|denied"
    r"|exception|traceback|killed|no such file|cannot|can't|invalid|unknown|out of memory|main process exited|segfault|abort",
    re.IGNORECASE,
)
_OOM = re.compile(r"out of memory: killed process (\d{1,20}) \(([^)]{0,64})\)", re.IGNORECASE)
FILES = {
    "nginx": ("/var/log/nginx/error.log",),
    "apache2": ("/var/log/apache2/error.log",),
    "httpd": ("/var/log/httpd/error_log",),
    "redis-server": ("/var/log/redis/redis-server.log",),
    "redis": ("/var/log/redis/redis-server.log", "/var/log/redis/redis.log"),
    "postgresql": ("/var/log/postgresql/postgresql-{instance}.log",),
    "mysql": ("/var/log/mysql/error.log",),
    "mysqld": ("/var/log/mysqld.log", "/var/log/mysql/error.log"),
    "mariadb": ("/var/log/mysql/error.log", "/var/log/mariadb/mariadb.log"),
    "mongod": ("/var/log/mongodb/mongod.log",),
    "haproxy": ("/var/log/haproxy.log",),
    "squid": ("/var/log/squid/cache.log",),
}
"""Where Debian's and Red Hat's packages let a service write what does not go to the journal, by the unit's stem."""


class _Entry(msgspec.Struct, frozen=True):
    """What is read of an entry of `journalctl -o json`; a message that is not UTF-8 is a list of bytes."""

    message: str | list[int] | None = msgspec.field(default=None, name="MESSAGE")
    priority: str | None = msgspec.field(default=None, name="PRIORITY")
    at: str | None = msgspec.field(default=None, name="__REALTIME_TIMESTAMP")
    pid: str | None = msgspec.field(default=None, name="_PID")


_ENTRY = msgspec.json.Decoder(_Entry)


def journal_lines(text: bytes, where: str = "journal", longest: int = LONGEST_LINE) -> list[tuple[LogLine, bool]]:
    """The lines of `journalctl -o json`, oldest first, each with whether it was written as a warning or worse."""
    lines = []
    for line in text.splitlines()[-KERNEL_LINES:]:
        try:
            entry = _ENTRY.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue  # a note of journalctl itself, such as "-- No entries --"
        message = bytes(number & 255 for number in entry.message) if isinstance(entry.message, list) else entry.message
        if message:
            micros, priority = decimal_number(entry.at), decimal_number(entry.priority)
            at = micros / _MICROSECONDS if micros is not None else None
            grave = priority is not None and priority < _ERROR_PRIORITY
            origin = "systemd" if where == "journal" and entry.pid == "1" else where
            lines.append((LogLine(where=origin, text=safe_text(message, limit=longest), at=at), grave))
    return lines


def file_lines(text: bytes, path: str) -> list[tuple[LogLine, bool]]:
    """The lines at the end of a log file; the first is left out, as it may be cut."""
    lines = text.splitlines()[1 if len(text) >= TAIL_BYTES else 0 :]
    where = safe_line(path)
    return [
        (LogLine(where=where, text=safe_text(line.strip(), limit=LONGEST_LINE)), False)
        for line in lines[-MOST_READ:]
        if line.strip()
    ]


def telling(lines: Iterable[tuple[LogLine, bool]]) -> tuple[LogLine, ...]:
    """The last lines that say what went wrong, and the service's very last ones, oldest first."""
    known = list(lines)
    own = [line for line, _ in known if line.where != "systemd"][-LAST_WORDS:]
    return tuple(_each_once([line for line, grave in known if grave or _TELLING.search(line.text) or line in own]))


def _each_once(lines: list[LogLine]) -> list[LogLine]:
    """The newest of lines that say the same; each restart writes them again."""
    newest = {re.sub(r"\d+", "0", line.text): index for index, line in enumerate(lines)}
    return [line for index, line in enumerate(lines) if index in newest.values()][-MOST_KEPT:]


def of_last_run(lines: Iterable[tuple[LogLine, bool]], started: float | None, restarts: int = 0) -> list[tuple[LogLine, bool]]:
    """The lines since the last start, so that an old failure is not taken for this one; all lines where none is known to be.

    After `restarts` by its manager, the end of the run before that belongs to it too.
    """
    known = list(lines)
    earliest = None if started is None else started - (BEFORE_RESTART_S if restarts else BEFORE_START_S)
    recent = [(line, grave) for line, grave in known if line.at is None or earliest is None or line.at >= earliest]
    return recent or known


def out_of_memory_kill(lines: Iterable[tuple[LogLine, bool]], pid: int | None) -> LogLine | None:
    """The line in which the kernel says that it killed this process to free memory."""
    return next((line for line, _ in lines if (match := _OOM.search(line.text)) and pid == int(match[1])), None)


def files_of(unit: str) -> tuple[str, ...]:
    """The log files in which a unit of this name may write."""
    bare = unit.removesuffix(".service")
    stem, _, instance = bare.partition("@")
    return tuple(path.format(instance=instance) for path in FILES.get(stem, ()) if instance or "{" not in path)
