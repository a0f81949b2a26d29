"""It accepts, and closes or resets at once."""

from collections.abc import Iterator

from tui.diagnosis import host_views, looks, views
from tui.diagnosis.hypothesis import Hypothesis, confirmed, likely, not_tested, ruled_out
from tui.model.case import Case
from tui.model.facts import Attempt, Listener, Outcome
from tui.model.judgement import Culprit, Judgement, Remedy
from tui.model.requests import AnyRequest

REPEATEDLY = 2
_ENDED = {Outcome.CLOSED: "closed", Outcome.RESET: "reset"}
_FORWARDERS = frozenset({"docker-proxy", "rootlessport", "slirp4netns", "pasta", "gvproxy", "ssh", "sshd", "socat", "kubectl"})
"""Programs that accept first and look for the service afterwards."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts that are held for a moment, and the socket table here and on the far end."""
    yield from looks.basics(case)
    yield from looks.tables(case)


def judge(case: Case) -> Judgement:
    """Connected, then the end or a reset before any byte, each time."""
    seen = views.attempts(case)
    if not seen:
        return not_tested("Nothing has been tried yet.")
    ended = views.failing(case, *_ENDED)
    if not ended:
        return ruled_out("No connection was ended by the peer before any byte.", *views.ids(*views.latest(case).values()))
    every = {address: views.attempts(case, address) for address in ended}
    always = {address: all_ for address, all_ in every.items() if all(one.outcome in _ENDED for one in all_)}
    proved = {address: all_ for address, all_ in always.items() if len(all_) >= REPEATEDLY}
    return _proved(case, proved) if proved else _perhaps(case, always or every)


def _proved(case: Case, ended: dict[str, tuple[Attempt, ...]]) -> Judgement:
    first, attempts = next(iter(ended.items()))
    row = _listener(case, first)
    table = host_views.table(case, first) if row else None
    return confirmed(
        f"{_who(row)} on {case.target.label} accepts the connection and {_how(attempts)} it at once, before any byte.",
        *views.ids(*(one for all_ in ended.values() for one in all_), table),
        because=_counted(attempts),
        explains=ended,
        culprit=_culprit(case, first, row),
        disproof="An attempt that stays connected, or a byte from the server before it closes.",
        remedies=_remedies(case, row),
    )


def _perhaps(case: Case, ended: dict[str, tuple[Attempt, ...]]) -> Judgement:
    first, attempts = next(iter(ended.items()))
    row = _listener(case, first)
    return likely(
        f"{_who(row)} on {case.target.label} accepts and {_how(attempts)} the connection at once, before any byte.",
        *views.ids(*attempts),
        because=_counted(attempts),
        tell_apart=f"More attempts: `refused check {case.target.label} --attempts 5`; the same end each time confirms it.",
        explains=ended,
        culprit=_culprit(case, first, row),
        disproof="Attempts that stay connected.",
        remedies=_remedies(case, row),
    )


def _listener(case: Case, address: str) -> Listener | None:
    """Who accepts, where the socket table was seen."""
    here = views.is_local(case, address)
    rows = views.on_port(host_views.table(case, address), case.target.port)
    return next((row for row in rows if host_views.reaches(row, address, here=here)), None)


def _who(row: Listener | None) -> str:
    return "The server" if row is None or not row.process else host_views.owner(row)


def _how(attempts: tuple[Attempt, ...]) -> str:
    return "resets" if attempts[-1].outcome is Outcome.RESET else "closes"


def _counted(attempts: tuple[Attempt, ...]) -> str:
    last = attempts[-1]
    number = sum(one.outcome in _ENDED for one in attempts)
    after = f", the last after {last.held_ms:.0f} ms" if last.held_ms is not None else ""
    return f"{number} of {len(attempts)} attempts were connected and then {_ENDED[last.outcome]} by the peer{after}."


def _culprit(case: Case, address: str, row: Listener | None) -> Culprit:
    if row is None:
        return Culprit(kind="address", address=address, port=case.target.port or 0)
    return host_views.listener_culprit("process", row)


def _remedies(case: Case, row: Listener | None) -> Iterator[Remedy]:
    unit = (row.unit if row else None) or "UNIT"
    if row and row.process in _FORWARDERS:
        yield Remedy(
            do=f"{row.process} only forwards: see whether the service behind it listens, and on every address there.",
            command="docker ps --format '{{.Names}}  {{.Ports}}'; docker exec CONTAINER ss -ltnp",
            verify="The service listens on 0.0.0.0 or :: there, on the port that is forwarded.",
        )
    yield Remedy(
        do="Read what the service says at the moment of an attempt: an access list, a connection limit, a worker that dies.",
        command=f"journalctl -u {unit} -n 50",
        verify="The log names the reason.",
    )
    yield Remedy(
        do="Compare its open files and connections with their limits.",
        command=f"ls /proc/{row.pid}/fd | wc -l; grep 'open files' /proc/{row.pid}/limits" if row and row.pid else "ss -s",
        verify=f"{case.target.label} stays connected.",
    )


HYPOTHESIS = Hypothesis(
    place=70,
    onset="change",
    title="keeps it open",
    asks="Does the server end the connection at once?",
    why="A server can accept and then hang up: access lists, limits, a dying worker, or a forwarder without a backend.",
    means="It accepts, and closes or resets at once.",
    proof="Connected, then the end or a reset before any byte, in every attempt of several.",
    mistaken_for=("port.wrong-protocol",),
    needs=needs,
    judge=judge,
)
