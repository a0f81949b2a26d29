"""The service that should listen, as its manager and its logs know it."""

from typing import Literal

from msgspec import Struct

from tui.model.facts.fact import Fact

Manager = Literal["systemd", "systemd-user", "none"]
Why = Literal["named", "port", "family"]


class LogLine(Struct, frozen=True, kw_only=True):
    """One line of a log, and where it is from."""

    where: str
    """`journal` for the service's own words, `systemd` for its manager's, `kernel`, or a log file's path."""
    text: str
    at: float | None = None
    """When it was written, in seconds since the epoch, where the log says so."""


class Service(Fact, frozen=True, kw_only=True, tag="service"):
    """A unit (or a process without one) that has to do with the target: its state, how it last ended, its last words."""

    name: str
    """The unit with its type, such as `redis-server.service`; of a process without a manager its name."""
    manager: Manager
    """`none`: a process without a manager that was there and is gone."""
    vantage: str | None = None
    why: Why = "named"
    """Why it was checked: the person named it, its settings name the port, or its kind fits."""
    load: str | None = None
    """systemd's LoadState: `loaded`, `not-found`, `masked`, `bad-setting`, `error`."""
    active: str | None = None
    """systemd's ActiveState; `gone` for a process without a manager."""
    sub: str | None = None
    result: str | None = None
    """systemd's Result, how it last ended: `exit-code`, `signal`, `oom-kill`, `timeout`, `start-limit-hit`, …"""
    enabled: str | None = None
    """systemd's UnitFileState: `enabled`, `disabled`, `static`, `masked`, …"""
    path: str | None = None
    """The file of the unit, or the process's pid file."""
    program: str | None = None
    """The program that it starts."""
    exit_status: int | None = None
    signal: str | None = None
    """The signal that ended it, such as `SEGV`."""
    oom_killed: bool = False
    restarts: int | None = None
    """How often its manager has restarted it by itself."""
    main_pid: int | None = None
    """Its main process, or the last one that it had."""
    started: float | None = None
    """When its main process was last started, in seconds since the epoch."""
    ended: float | None = None
    """When its main process last ended; None while it runs."""
    since: float | None = None
    """Since when it is in the state that it is in."""
    ports: tuple[int, ...] = ()
    """The ports that its settings name, where they could be read."""
    socket: str | None = None
    """The socket unit that starts it on demand."""
    log: tuple[LogLine, ...] = ()
    """Its last lines, oldest first."""
    log_hidden: bool = False
    """Whether this user may not read its journal."""
