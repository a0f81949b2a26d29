"""This user may not use the socket."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out
from tui.diagnosis.readings import outcomes, unix_sockets
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Attempt, UnixPath
from tui.model.judgement import Culprit, Remedy


def judge(case: Case) -> Finding:
    """EACCES, and the component of the path that forbids it."""
    settled = unix_sockets.settled(case)
    attempt = unix_sockets.attempt(case)
    if settled or attempt is None:
        return settled or not_relevant("There is no path.")
    if attempt.errno != "EACCES":
        return ruled_out(f"The attempt ends in {unix_sockets.end_of(attempt)}, not in EACCES.", *outcomes.ids(attempt))
    return _named(case, attempt, unix_sockets.path_fact(case))


def _named(case: Case, attempt: Attempt, fact: UnixPath | None) -> Finding:
    path, typed = unix_sockets.shown(case), unix_sockets.typed(case)
    barrier = fact.barrier if fact else None
    component = barrier.path if barrier else path
    evidence = outcomes.ids(attempt, fact)
    refuted_by = f"`namei -l {typed}` shows that this user may pass each directory and write to the socket."
    remedies = tuple(_remedies(typed, fact))
    if fact and barrier:
        where = fact.blocked_at
        summary = (
            f"This user may not write to {where}." if component == path else f"This user may not use {path}: {where} forbids it."
        )
        return claim(
            summary,
            *evidence,
            reason=f"The attempt ends in EACCES, and {component} is closed to this user.",
            explains={unix_sockets.path_of(case)},
            culprit=Culprit(kind="file", path=component),
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        f"This user may not use {path}.",
        *evidence,
        reason="The attempt ends in EACCES; which component forbids it was not seen.",
        missing=f"`namei -l {typed}`; if every mode allows it, a security module forbids it: `journalctl -k -g 'apparmor|avc'`.",
        explains={unix_sockets.path_of(case)},
        culprit=Culprit(kind="file", path=path),
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(typed: str, fact: UnixPath | None) -> Iterator[Remedy]:
    if fact and fact.group and fact.group != "root" and _group_may_write(fact.mode):
        yield Remedy(
            do=f"Join the group {fact.group}, which may write to the socket, and log in again.",
            command=f"usermod -aG {quoted(fact.group)} $(id -un)",
            changes=True,
            verify=f"`id -nG` lists {fact.group}, and `refused check {typed}` connects.",
        )
    yield Remedy(
        do="Or let the server make the socket and its directories with rights for this user (SocketMode=, SocketGroup=).",
        command=f"namei -l {typed}; id",
        verify=f"`refused check {typed}` connects as the user who needs it.",
    )


def _group_may_write(mode: str | None) -> bool:
    """Whether a mode as `ls -l` prints it, such as `srwxrwx---`, lets the group write."""
    return mode is not None and mode[5:6] == "w"


HYPOTHESIS = Hypothesis(
    place=30,
    before_attempts=True,
    onset="setting",
    title="may be used",
    question="May this user use the socket?",
    why="To connect, a user needs to pass every directory above and to write to the socket file.",
    meaning="This user may not use the socket.",
    proof="EACCES, and the component of the path that forbids it, with its owner and mode.",
    mistaken_for=("unix.missing",),
    shown_by=(UnixPath,),
    looks=(),
    needs=unix_sockets.needs,
    judge=judge,
)
