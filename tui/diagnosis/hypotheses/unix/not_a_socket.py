"""The path is another kind of file."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import outcomes, unix_sockets
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Attempt, UnixPath
from tui.model.judgement import Culprit, Remedy

_KINDS = {"file": "a regular file", "directory": "a directory", "fifo": "a named pipe", "device": "a device"}
_OTHER_KIND = "EPROTOTYPE"
"""The socket is of another type than the client's (unix(7))."""
_EXPECTED = frozenset({"ECONNREFUSED", "EACCES"})
"""The kernel looks at the rights first, and then refuses what is not a socket (unix_find_bsd, net/unix/af_unix.c)."""


def judge(case: Case) -> Finding:
    """The path's type, where the attempt fails as it does for another kind of file."""
    settled = unix_sockets.settled(case)
    attempt, fact = unix_sockets.attempt(case), unix_sockets.path_fact(case)
    if settled or attempt is None:
        return settled or not_relevant("There is no path.")
    path = unix_sockets.shown(case)
    if fact is None or fact.type == "unknown":
        return not_looked_at("The path has not been checked, or this user may not see it.")
    if attempt.errno == _OTHER_KIND:
        return _another_kind(case, attempt, fact)
    if fact.type not in _KINDS:
        return ruled_out(f"{path} is {'a socket' if fact.type == 'socket' else 'missing'}.", *outcomes.ids(fact))
    kind = _KINDS[fact.type]
    if attempt.errno not in _EXPECTED:
        return still_open(f"{path} is {kind}, and the attempt ends in {attempt.errno}.", *outcomes.ids(attempt, fact))
    return claim(
        f"{path} is {kind}, not a socket, so nothing can connect to it.",
        *outcomes.ids(attempt, fact),
        reason=f"Its type is {fact.type}; the attempt ends in {attempt.errno}.",
        explains={unix_sockets.path_of(case)},
        culprit=Culprit(kind="file", path=path),
        refuted_by=f"`stat -c %F {unix_sockets.typed(case)}` says `socket`.",
        remedies=_remedies(case, fact.type, fact.look_alikes),
    )


def _another_kind(case: Case, attempt: Attempt, fact: UnixPath) -> Finding:
    """It is a socket, so this cause does not fit; but no other cause names it, and the person should be told."""
    path, kind = unix_sockets.shown(case), fact.socket_kind or "datagram or seqpacket"
    holder = f" of {fact.holder} (pid {fact.holder_pid})" if fact.holder else ""
    return still_open(
        f"{path} is a socket, but not a stream socket: the attempt ends in EPROTOTYPE.",
        *outcomes.ids(attempt, fact),
        summary=f"{path} is a {kind} socket{holder}, and a client of stream sockets cannot connect to it.",
        next_check=f"`ss -ax src {unix_sockets.typed(case)}`: the first column is the type that the client must use.",
        explains={unix_sockets.path_of(case)},
    )


def _remedies(case: Case, kind: str, alike: tuple[str, ...]) -> Iterator[Remedy]:
    typed = unix_sockets.typed(case)
    if alike:
        yield Remedy(
            do=f"Use {alike[0]}, where a socket of that name listens.",
            command=f"refused check {quoted(alike[0])}",
            verify="It connects.",
        )
    if kind == "directory":
        yield Remedy(
            do="Name the socket inside the directory; a container engine makes a directory where a mounted socket is missing.",
            command=f"ls -la {typed}; ss -lx | grep -F {quoted(case.unix.text + '/')}",
            verify="`refused check` with the socket's own path connects.",
        )
    yield Remedy(
        do="Compare the path with the server's settings; move the other file away, and start the server, if the path is right.",
        command=f"stat {typed}; {unix_sockets.status(case)}",
        verify=f"`stat -c %F {typed}` says `socket`, and `refused check {typed}` connects.",
    )


HYPOTHESIS = Hypothesis(
    place=20,
    before_attempts=True,
    onset="setting",
    title="is a socket",
    question="Is the file at this path a socket?",
    why="The kernel refuses a regular file or a directory with the same error as a socket without a listener.",
    meaning="The path is another kind of file.",
    proof="The type of the file; the error alone is the same as that of a stale socket.",
    mistaken_for=("unix.stale",),
    supersedes=frozenset({"unix.permission", "unix.stale"}),
    shown_by=(UnixPath,),
    looks=(),
    needs=unix_sockets.needs,
    judge=judge,
)
