"""It accepts, and closes or resets at once."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import (
    checks,
    commands,
    containers,
    either_kind,
    forwarding,
    hosts,
    outcomes,
    talk,
    unix_sockets,
    whole_answers,
)
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Attempt, Listener, Outcome, PathMtu, Talk
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest
from tui.model.target import TcpTarget, UnixTarget

REPEATEDLY = 2
_ENDED = {Outcome.CLOSED: "closed", Outcome.RESET: "reset"}
_FORWARDERS = frozenset({"docker-proxy", "rootlessport", "slirp4netns", "pasta", "gvproxy", "ssh", "sshd", "socat", "kubectl"})
"""Programs that accept first and connect to the service afterwards."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts that are held for a moment, a first request to what stays open, the socket table, and the process behind it."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from talk.checks(case)
    for address in (*either_kind.failing(case, *_ENDED), *talk.mute(case, ended=True)):
        yield from talk.process_checks(case, address)


def judge(case: Case) -> Finding:
    """Connected, then the end or a reset before any byte, each time; words that turn us away are another cause."""
    rejection = talk.rejections(case)
    if rejection:
        return ruled_out("It says why it turns us away, in words.", *outcomes.ids(*(words.fact for words in rejection.values())))
    ended = {where: attempt for where, attempt in either_kind.failing(case, *_ENDED).items() if not _is_led_in_vain(case, where)}
    if not ended and either_kind.failing(case, *_ENDED):
        return still_open(
            "The program that ends it only forwards, and what it leads to does not answer.",
            *outcomes.ids(*either_kind.failing(case, *_ENDED).values()),
        )
    if not ended:
        hung_up, cut_off = talk.mute(case, ended=True), whole_answers.cut_off(case)
        return _after_words(case, hung_up) if hung_up else _cut_off(case, cut_off) if cut_off else _holds(case)
    every = {address: either_kind.attempts(case, address) for address in ended}
    always = {address: attempts for address, attempts in every.items() if all(attempt.outcome in _ENDED for attempt in attempts)}
    proved = {address: attempts for address, attempts in always.items() if len(attempts) >= REPEATEDLY}
    return _proved(case, proved) if proved else _perhaps(case, always or every)


def _holds(case: Case) -> Finding:
    """No connection was ended by the peer; where none was made, that says nothing."""
    ids = outcomes.ids(*either_kind.latest(case).values())
    if not either_kind.connecting(case):
        return not_relevant("No connection was made.", *ids)
    return ruled_out("No connection was ended by the peer before any byte.", *ids)


def _is_led_in_vain(case: Case, where: str) -> bool:
    """Whether what accepts is a forwarder, and nothing is known to listen where it leads."""
    places = () if isinstance(case.target, UnixTarget) else forwarding.behind(case, where)
    return bool(places) and not any(place.state is forwarding.StateBehind.SERVED for place in places)


def _after_words(case: Case, hung_up: dict[str, tuple[Talk, ...]]) -> Finding:
    """It stays open until we send something, and then ends without a byte: a limit, an access list, or another protocol."""
    address, talks = next(iter(hung_up.items()))
    meant = talk.meant(case)
    row = talk.listener(case, address)
    ended = talk.ended(talks)
    number = "Once" if len(ended) == 1 else f"{len(ended)} times"
    reason = f"{number} it ended the connection after our first words in {talks[0].spoken}, before it sent a byte."
    evidence = outcomes.ids(*(fact for facts in hung_up.values() for fact in facts), talk.process(case, address))
    summary = f"{_who(row)} on {case.target.label} accepts, and ends the connection at the first request, without sending a byte."
    next_check = "What the server logs at that moment."
    if meant is None or meant.by == "usual" or len(talks) < REPEATEDLY:
        return still_open(reason, *evidence, next_check=next_check)
    if meant.by == "registered":
        return still_open(reason, *evidence, summary=summary, next_check=talk.name_it(case))
    return claim(
        summary,
        *evidence,
        reason=f"{reason}{talk.descriptors(case, address)}",
        missing=next_check,
        culprit=_culprit(case, address, row),
        refuted_by=f"It speaks another protocol than {talks[0].spoken}.",
        remedies=_remedies(case, row),
    )


def _proved(case: Case, ended: dict[str, tuple[Attempt, ...]]) -> Finding:
    first, attempts = next(iter(ended.items()))
    row = talk.listener(case, first)
    table = hosts.table(case, first) if row else None
    return claim(
        f"{_who(row)} on {case.target.label} accepts the connection and {_how(attempts)} it at once, before any byte.",
        *outcomes.ids(*(fact for facts in ended.values() for fact in facts), table, talk.process(case, first)),
        reason=f"{_counted(attempts)}{talk.descriptors(case, first)}",
        missing=_led_on(case, first),
        explains=ended,
        culprit=_culprit(case, first, row),
        refuted_by="An attempt that stays connected, or a byte from the server before it closes.",
        remedies=_remedies(case, row),
    )


def _cut_off(case: Case, cut_off: dict[str, PathMtu]) -> Finding:
    """The answer breaks off before its own length: the application, or what is behind it, ended in the middle."""
    address, mtu = next(iter(cut_off.items()))
    row = talk.listener(case, address)
    words = whole_answers.cut_off_words(case, mtu)
    return claim(
        f"{_who(row)} on {case.target.label} breaks off: {words}.",
        *outcomes.ids(*cut_off.values()),
        reason=f"{outcomes.capital(words)} (Content-Length).",
        missing=f"The same again: `curl -sS -o /dev/null {quoted(case.target.text)}` ends in error 18.",
        culprit=_culprit(case, address, row),
        refuted_by="An answer that comes whole.",
        remedies=_remedies(case, row),
    )


def _led_on(case: Case, where: str) -> str:
    """What is missing where it is led to a program that only forwards as well, or of which nobody may see whether it does."""
    for place in () if isinstance(case.target, UnixTarget) else forwarding.behind(case, where):
        row = next((row for row in place.rows if row.port == place.way.port), None)
        if row is None or row.process is None or row.process in _FORWARDERS:
            who = hosts.owner(row, opens=False) if row else "what listens there"
            return f"Who ends it: {who} at {place.way.label} may only forward as well. `refused check {quoted(place.way.label)}`."
    return ""


def _perhaps(case: Case, ended: dict[str, tuple[Attempt, ...]]) -> Finding:
    first, attempts = next(iter(ended.items()))
    row = talk.listener(case, first)
    return claim(
        f"{_who(row)} on {case.target.label} accepts and {_how(attempts)} the connection at once, before any byte.",
        *outcomes.ids(*attempts),
        reason=_counted(attempts),
        missing=f"More attempts: `refused check {quoted(case.target.label)} --attempts 5`; the same end each time confirms it.",
        explains=ended,
        culprit=_culprit(case, first, row),
        refuted_by="Attempts that stay connected.",
        remedies=_remedies(case, row),
    )


def _who(row: Listener | None) -> str:
    return "The server" if row is None or not row.process else hosts.owner(row)


def _how(attempts: tuple[Attempt, ...]) -> str:
    return "resets" if attempts[-1].outcome is Outcome.RESET else "closes"


def _counted(attempts: tuple[Attempt, ...]) -> str:
    last = attempts[-1]
    number = sum(attempt.outcome in _ENDED for attempt in attempts)
    after = f", the last after {last.held_ms:.0f} ms" if last.held_ms is not None else ""
    return f"{number} of {len(attempts)} attempts were connected and then {_ENDED[last.outcome]} by the peer{after}."


def _culprit(case: Case, address: str, row: Listener | None) -> Culprit:
    if isinstance(case.target, UnixTarget):
        return Culprit(kind="file", path=case.target.text)
    if row is None:
        return Culprit(kind="address", address=address, port=case.target.port)
    return hosts.listener_culprit("process", row)


def _remedies(case: Case, row: Listener | None) -> Iterator[Remedy]:
    if row and row.process in _FORWARDERS:
        tool = forwarding.OF_ENGINES.get(row.process, "docker")
        inside = containers.publishing(case, row.port)
        yield Remedy(
            do=f"{row.process} only forwards: see whether the service behind it listens, and on every address there.",
            command=f"{tool} exec {quoted(inside.label)} ss -ltn" if inside else f"{tool} ps --filter publish={row.port}",
            verify="The service listens on 0.0.0.0 or :: there, on the port that is forwarded.",
        )
    yield Remedy(
        do="Read what the service says at the moment of an attempt: an access list, a connection limit, a worker that dies.",
        command=commands.log(case, row) if row or isinstance(case.target, TcpTarget) else unix_sockets.log(case),
        verify="The log names the reason.",
    )
    yield Remedy(
        do="Read the access lists that do this: those of TCP wrappers, where the program is linked with libwrap, and its own.",
        command="grep -v '^#' /etc/hosts.allow /etc/hosts.deny",
        verify="None of them names this client.",
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
    question="Does the server end the connection at once?",
    why="A server can accept and then hang up: access lists, limits, a dying worker, or a forwarder without a backend.",
    meaning="It accepts, and closes or resets at once.",
    proof="Connected, then the end or a reset before any byte, in every attempt of several.",
    mistaken_for=("port.wrong-protocol", "server.turns-away"),
    transports=frozenset({"tcp", "unix"}),
    shown_by=(Attempt, Talk),
    looks=(),
    needs=needs,
    judge=judge,
)
