"""There is no such path."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import outcomes, unix_sockets
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Attempt, UnixPath
from tui.model.judgement import Culprit, Remedy

_MISSING = frozenset({"ENOENT", "ENOTDIR"})
"""No such entry, or a component above it is no directory (path_resolution(7))."""


def judge(case: Case) -> Finding:
    """ENOENT, and nothing of that name when the path is looked at."""
    settled = unix_sockets.settled(case)
    attempt = unix_sockets.attempt(case)
    if settled or attempt is None:
        return settled or not_relevant("There is no path.")
    path, fact = unix_sockets.shown(case), unix_sockets.path_fact(case)
    if attempt.errno not in _MISSING:
        return ruled_out(
            f"The kernel found {path}: the attempt ends in {unix_sockets.end_of(attempt)}.", *outcomes.ids(attempt, fact)
        )
    if fact and fact.type not in {"missing", "unknown"}:
        return still_open(f"{path} was missing when it was tried, and is there now.", *outcomes.ids(attempt, fact))
    return _named(case, path, attempt, fact)


def _named(case: Case, path: str, attempt: Attempt, fact: UnixPath | None) -> Finding:
    look_alikes = fact.look_alikes if fact else ()
    deleted, alike = path in look_alikes, tuple(candidate for candidate in look_alikes if candidate != path)
    parent = fact.nearest_parent if fact else None
    short = bool(parent) and parent != (path.rpartition("/")[0] or "/")
    summary = f"There is no {path}"
    if short:
        summary += f": the path ends at {parent}"
    if deleted:
        summary += "; a service listens on a socket of that path whose file is deleted, or is in another mount namespace"
    if alike:
        summary += (
            f"; {outcomes.joined(alike)} {'is a listening socket' if len(alike) == 1 else 'are listening sockets'} of that name"
        )
    culprit = Culprit(kind="file", path=path)
    refuted_by = f"`stat -L {unix_sockets.typed(case)}` finds it."
    remedies = tuple(_remedies(case, path, alike, parent if short else None))
    if fact and fact.type == "missing":
        return claim(
            f"{summary}.",
            *outcomes.ids(attempt, fact),
            reason=f"The attempt ends in {attempt.errno}, and the path does not exist.",
            explains={unix_sockets.path_of(case)},
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        f"{summary}.",
        *outcomes.ids(attempt, fact),
        reason=f"The attempt ends in {attempt.errno}; the path itself was not seen.",
        missing=f"`namei -l {unix_sockets.typed(case)}` shows where it ends.",
        explains={unix_sockets.path_of(case)},
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(case: Case, path: str, alike: tuple[str, ...], parent: str | None) -> Iterator[Remedy]:
    typed, start = unix_sockets.typed(case), unix_sockets.start(case)
    if alike:
        yield Remedy(
            do=f"Use {alike[0]}, where a socket of that name listens, or set the server to {path}.",
            command=f"refused check {quoted(alike[0])}",
            verify="It connects.",
        )
    yield Remedy(
        do="See how the service does that makes this socket, and compare the path in its settings.",
        command=f"{unix_sockets.status(case)}; ss -lxp | grep -F {quoted(path.rpartition('/')[2])}",
        verify="Its settings name this path.",
    )
    yield Remedy(
        do="Then start it.",
        command=start,
        changes=bool(start),
        verify=f"`ss -lx src {typed}` shows a listener.",
    )
    if parent:
        yield Remedy(
            do=f"Let the service make its directory below {parent} (RuntimeDirectory= in its unit); /run is empty after a boot.",
            command=f"ls -ld {quoted(parent)}",
            verify=f"`stat -L {typed}` finds the socket.",
        )


HYPOTHESIS = Hypothesis(
    place=10,
    before_attempts=True,
    title="exists",
    question="Is there a file at this path?",
    why="The server makes the socket file when it starts. Without it, it has not started, or uses another path.",
    meaning="There is no such path.",
    proof="ENOENT, and the nearest parent that exists.",
    mistaken_for=("unix.permission",),
    shown_by=(UnixPath,),
    looks=(),
    needs=unix_sockets.needs,
    judge=judge,
)
