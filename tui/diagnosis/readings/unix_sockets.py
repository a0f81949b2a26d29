"""Readings that the causes of `unix` share: the newest attempt on the socket's path, and what is there."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import not_looked_at, ruled_out
from tui.diagnosis.readings import checks, commands, either_kind, outcomes
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Attempt, Outcome, UnixPath
from tui.model.judgement import Judgement
from tui.model.requests import AnyRequest, ExamineUnixPath

_BY_PATH = {
    "/docker.sock": "docker",
    "/.s.PGSQL.": "postgresql",
    "/mysqld": "mysql",
    "/mysql": "mysql",
    "/redis": "redis-server",
    "/containerd": "containerd",
    "/podman": "podman.socket",
    "/php": "php-fpm",
    "/libvirt": "libvirtd",
    "/dbus": "dbus",
}
"""The units whose sockets have a usual path."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """The attempts on the path, a check of it, and the code that asked."""
    yield from checks.code(case)
    yield from checks.connects(case)
    yield ExamineUnixPath(path=case.unix.path)


def path_of(case: Case) -> str:
    """The socket's path as the kernel knows it, which names the symptom."""
    return case.unix.path


def shown(case: Case) -> str:
    """The socket's path for people: control characters are spelled out."""
    return case.unix.text


def typed(case: Case) -> str:
    """The socket's path for a command line."""
    return quoted(case.unix.text)


def attempt(case: Case) -> Attempt | None:
    """The newest attempt on the path."""
    return either_kind.latest(case).get(path_of(case))


def end_of(attempt: Attempt) -> str:
    """What an attempt ended in: its errno, or how the connection ended where no call failed."""
    return attempt.errno or attempt.outcome


def path_fact(case: Case) -> UnixPath | None:
    """What the newest check of the path found."""
    return next((fact for fact in reversed(case.all(UnixPath)) if fact.path in {path_of(case), shown(case)}), None)


def service(case: Case) -> str:
    """The unit of the service that makes the socket: the person named it, or the path is that of a well-known kind; or empty."""
    named = case.options.service
    return named or next((unit for words, unit in _BY_PATH.items() if words in case.unix.path), "")


def status(case: Case) -> str:
    """The look at that service; where it is not known, at what has failed."""
    return commands.status(case, service(case))


def log(case: Case) -> str:
    """The look at what that service says."""
    if not commands.has_systemd(case):
        return "ls -lt /var/log"
    name = service(case)
    return f"journalctl -u {quoted(name)} -n 50" if name else "journalctl -p warning -n 50"


def start(case: Case) -> str:
    """The change that starts that service; empty where it is not known."""
    name = service(case)
    return f"systemctl start {quoted(name)}" if name and commands.has_systemd(case) else ""


def settled(case: Case) -> Judgement | None:
    """The judgement that holds for every cause of this group before an attempt, and after one that connects; else None."""
    newest = attempt(case)
    if newest is None:
        return not_looked_at("Nothing has been tried yet.")
    if newest.outcome is Outcome.CONNECTED:
        return ruled_out(f"{shown(case)} connects.", *outcomes.ids(newest))
    return None
