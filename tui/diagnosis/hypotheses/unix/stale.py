"""The socket file is there, and nobody listens."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import outcomes, unix_sockets
from tui.model.case import Case
from tui.model.facts import Attempt, UnixPath
from tui.model.judgement import Culprit, Remedy


def judge(case: Case) -> Finding:
    """ECONNREFUSED on a socket file, and no listener for it in the kernel's table."""
    settled = unix_sockets.settled(case)
    attempt = unix_sockets.attempt(case)
    if settled or attempt is None:
        return settled or not_relevant("There is no path.")
    path, fact = unix_sockets.shown(case), unix_sockets.path_fact(case)
    if attempt.errno != "ECONNREFUSED":
        full = " (its queue is full)" if attempt.errno == "EAGAIN" else ""
        return ruled_out(f"The attempt ends in {unix_sockets.end_of(attempt)}{full}, not in a refusal.", *outcomes.ids(attempt))
    if fact and fact.type not in {"socket", "missing", "unknown"}:
        return ruled_out(f"{path} is a {fact.type}, not a socket.", *outcomes.ids(attempt, fact))
    if fact and fact.listening:
        return still_open(f"{path} was refused, and {fact.holder or 'someone'} listens on it now.", *outcomes.ids(attempt, fact))
    return _named(case, path, attempt, fact)


def _named(case: Case, path: str, attempt: Attempt, fact: UnixPath | None) -> Finding:
    summary = f"{path} is left over: the socket file is there, and nobody listens on it."
    evidence = outcomes.ids(attempt, fact)
    culprit = Culprit(kind="file", path=path)
    typed = unix_sockets.typed(case)
    refuted_by = f"`ss -lx src {typed}` shows a listener."
    remedies = tuple(_remedies(case))
    if fact and fact.type == "socket" and fact.listening is False:
        return claim(
            summary,
            *evidence,
            reason="The attempt ends in ECONNREFUSED on a socket file, and the kernel's table has no listener for it.",
            explains={unix_sockets.path_of(case)},
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary,
        *evidence,
        reason="The attempt ends in ECONNREFUSED; what is at the path, or who listens, was not seen.",
        missing=f"`stat -c %F {typed}; ss -lx src {typed}`: a socket without a listener confirms it.",
        explains={unix_sockets.path_of(case)},
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(case: Case) -> Iterator[Remedy]:
    typed, start = unix_sockets.typed(case), unix_sockets.start(case)
    yield Remedy(
        do="See why the service that owns this socket has ended.",
        command=f"{unix_sockets.status(case)}; {unix_sockets.log(case)}",
        verify="The reason is known.",
    )
    yield Remedy(
        do="Then start it." if start else "Then start it, as it was started before.",
        command=start,
        changes=bool(start),
        verify=f"`ss -lx src {typed}` shows a listener, and `refused check {typed}` connects.",
    )
    yield Remedy(
        do="If it does not start because the address is in use: see once more that nobody listens on the file.",
        command=f"ss -lxp src {typed}",
        verify="No line is shown.",
    )
    yield Remedy(
        do="Then remove the file, which is left over, and start the service again.",
        command=f"rm {typed}{f'; {start}' if start else ''}",
        changes=True,
        verify=f"`refused check {typed}` connects.",
    )


HYPOTHESIS = Hypothesis(
    place=40,
    before_attempts=True,
    onset="change",
    title="someone listens",
    question="Does anyone listen on this socket?",
    why="The file stays when a server ends without cleaning up. Then it looks right, and nobody is behind it.",
    meaning="The file is there and nobody listens.",
    proof="ECONNREFUSED on a socket file, and no listener for the path in the socket table.",
    mistaken_for=("unix.not-a-socket",),
    shown_by=(UnixPath,),
    looks=(),
    needs=unix_sockets.needs,
    judge=judge,
)
