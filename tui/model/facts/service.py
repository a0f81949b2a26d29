"""The service that should listen, as its manager and its logs know it."""

from typing import Literal

from msgspec import Struct

from tui.model.facts.fact import Fact


class LogLine(Struct, frozen=True, kw_only=True):
    """One line of a log, and where it stands."""

    where: str
    """`journal`, or a file's path."""
    text: str
    at: str | None = None


class Service(Fact, frozen=True, kw_only=True, tag="service"):
    """A unit or container that has to do with the target: its state, how it last ended, and its last words."""

    name: str
    manager: Literal["systemd", "systemd-user", "docker", "podman", "containerd", "none"]
    """`none`: a process without a manager that was there and is gone."""
    vantage: str | None = None
    why: Literal["named", "port", "family", "holder"] = "named"
    """Why it was looked at: the person named it, its settings name the port, its kind fits, or it holds the port."""
    active: str | None = None
    """systemd's ActiveState, or the container's state: `active`, `failed`, `exited`, …"""
    sub: str | None = None
    result: str | None = None
    """systemd's Result: `exit-code`, `signal`, `oom-kill`, `timeout`, `start-limit-hit`, …"""
    exit_status: int | None = None
    signal: str | None = None
    oom_killed: bool = False
    restarts: int | None = None
    main_pid: int | None = None
    started: float | None = None
    """When it was last started, in seconds since the epoch."""
    ended: float | None = None
    """When it last ended, in seconds since the epoch."""
    ports: tuple[int, ...] = ()
    """The ports that its settings name, where they could be read."""
    log: tuple[LogLine, ...] = ()
    """Its last error lines, oldest first."""
