"""The accept queue is full.

A full queue drops SYNs without a word, so from outside it looks like a filter: only the queue itself tells them apart.
A Unix socket's full queue says so (EAGAIN).
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tui.diagnosis.hypothesis import Claim, Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, commands, either_kind, hosts, outcomes, process_remedies, queues, unix_sockets, workers
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import AcceptQueue, Listener, Outcome, ProcessState, QueueWatch, TcpAttempt, UnixAttempt
from tui.model.judgement import Culprit, Remedy, State
from tui.model.requests import AnyRequest, ExamineProcess, WatchQueue
from tui.model.target import UnixTarget

FULL = "EAGAIN"
"""What a Unix socket whose queue is full answers to a connect that does not wait (connect(2))."""
_LIMITS = {
    "nginx": "`listen … backlog=` of its server block",
    "redis-server": "tcp-backlog in redis.conf",
    "mysqld": "back_log in my.cnf",
    "mariadbd": "back_log in my.cnf",
    "apache2": "ListenBacklog in its configuration",
    "httpd": "ListenBacklog in its configuration",
}
"""Where the limit stands in the settings of a program."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts and socket tables; a watch of the queue where silence or a full row asks for it, and its process."""
    if isinstance(case.target, UnixTarget):
        yield from _unix_needs(case)
        return
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from checks.life_signs(case)
    for address in queues.watched(case):
        for vantage in queues.vantages(case, address):
            yield WatchQueue(address=address, port=case.tcp.port, vantage=vantage)
        watch = queues.watch(case, address)
        for queue in queues.queues(case, address, watch) if watch else ():
            if watch and queue.ever_at_limit and queue.listener.pid:
                yield ExamineProcess(pid=queue.listener.pid, vantage=watch.vantage)
                break


def judge(case: Case) -> Finding:
    """Silence or late answers, and a queue at or above its limit."""
    if isinstance(case.target, UnixTarget):
        return _unix(case)
    attempts = outcomes.attempts(case)
    troubled = queues.troubled(case)
    if not troubled:
        return ruled_out("No attempt stayed without an answer, and none was answered late.", *outcomes.ids(*attempts))
    judgements = [_address(case, address, fitting) for address, fitting in troubled.items()]
    first = min(judgements, key=_rank)
    alike = [judgement for judgement in judgements if _rank(judgement) == _rank(first)]
    return replace(
        first,
        evidence=tuple(dict.fromkeys(fact for judgement in alike for fact in judgement.evidence)),
        explains=frozenset().union(*(judgement.explains for judgement in alike)) if first.summary else frozenset(),
    )


def _rank(finding: Finding) -> int:
    """Of several addresses, the one about which most is known decides."""
    if isinstance(finding, Claim):
        return 1 if finding.missing else 0
    return 2 if finding.state is State.OPEN else 3


def _address(case: Case, address: str, fitting: tuple[TcpAttempt, ...]) -> Finding:
    watch = queues.watch(case, address)
    if watch is None:
        return _not_watched(case, address, fitting)
    watched = queues.queues(case, address, watch)
    evidence = outcomes.ids(*fitting, watch)
    if not watched:
        return ruled_out(f"Nothing listens for {address} on port {case.tcp.port}.", *evidence)
    full = next((queue for queue in watched if queue.ever_full), None)
    fullest = full or next((queue for queue in watched if queue.ever_at_limit), None)
    if fullest is None:
        return _had_room(case, address, fitting, watch, watched)
    if queues.never_came(watch):
        return _never_came(case, address, fitting, watch, fullest)
    if full and watch.overflows:
        return _proved(case, address, fitting, watch, full)
    return _fits(case, address, fitting, watch, fullest)


def _not_watched(case: Case, address: str, fitting: tuple[TcpAttempt, ...]) -> Finding:
    """Without a watch: the row of a socket table, or the view from outside."""
    for table in hosts.tables(case, address):
        for row in queues.serving(case, address, list(table.listeners)):
            if hosts.has_full_queue(row) and hosts.table(case, address):
                queue = AcceptQueue(listener=row, lengths=(row.queue or 0,))
                return _fits(case, address, fitting, None, queue)
    alive = hosts.signs_of_life(case, address)
    silent = {address} & outcomes.failing(case, Outcome.TIMEOUT).keys()
    reason = f"{_count(fitting)} on {address}, which a full queue explains as well as a filter does."
    if not silent or not (alive or len(fitting) < len(outcomes.attempts(case, address)) or outcomes.is_local(case, address)):
        return still_open(reason, *outcomes.ids(*fitting))
    return still_open(
        reason,
        *outcomes.ids(*fitting, *alive),
        summary=f"The accept queue of the service on {endpoint(address, case.tcp.port)} is full.",
        next_check=f"On {address}: {_command(case)}. Recv-Q above Send-Q, with ListenOverflows growing, confirms it.",
        explains=silent,
    )


def _had_room(
    case: Case, address: str, fitting: tuple[TcpAttempt, ...], watch: QueueWatch, watched: tuple[AcceptQueue, ...]
) -> Finding:
    """No reading found the queue at its limit."""
    row = watched[0]
    limit = "unknown" if row.limit is None else str(row.limit)
    evidence = outcomes.ids(*fitting, watch)
    at_times = len(fitting) < len(outcomes.attempts(case, address)) or bool(watch.overflows)
    if not at_times and (row.limit is not None or not _most(row)):
        return ruled_out(
            f"The queue of {_who(row)} had room at every reading (at most {_most(row)} of {limit}).",
            *evidence,
        )
    return still_open(
        f"The queue of {_who(row)} was seen with {_most(row)} waiting, its limit is {limit}.",
        *evidence,
        summary=f"The accept queue of {_who(row)} {'is full at times' if at_times else 'may be full'}.",
        next_check=f'{_where(watch, address)}, under load: watch -n 0.2 "{_command(case)}".',
        explains={address} & outcomes.failing(case).keys(),
    )


def _never_came(case: Case, address: str, fitting: tuple[TcpAttempt, ...], watch: QueueWatch, queue: AcceptQueue) -> Finding:
    """The queue is full, and our SYNs did not reach it: they were dropped before."""
    return still_open(
        f"The queue of {_who(queue)} is full, but our attempts did not reach it: "
        "no connection found it full meanwhile (ListenOverflows did not grow).",
        *outcomes.ids(*fitting, watch),
        summary=f"The accept queue of {_who(queue)} is full, and a filter drops packets before they reach it.",
        next_check="As root: `nft list ruleset; iptables-save`. Without a rule that drops them, ListenOverflows grows.",
        explains={address} & outcomes.failing(case).keys(),
    )


def _proved(case: Case, address: str, fitting: tuple[TcpAttempt, ...], watch: QueueWatch, queue: AcceptQueue) -> Finding:
    state = queues.process(case, queue.listener.pid, watch.vantage)
    return claim(
        _summary(case, address, queue, state),
        *outcomes.ids(*fitting, watch, hosts.table(case, address), state),
        reason=_because(watch, queue, fitting),
        explains={address} & outcomes.failing(case).keys(),
        culprit=_culprit(queue.listener, watch),
        refuted_by=f"{_where(watch, address)}: {_command(case)} shows Recv-Q not above Send-Q while an attempt stays silent.",
        remedies=_remedies(case, queue, watch, state),
    )


def _fits(case: Case, address: str, fitting: tuple[TcpAttempt, ...], watch: QueueWatch | None, queue: AcceptQueue) -> Finding:
    """The queue is full, or nearly, but no attempt was seen to find it full; without a watch, by the socket table alone."""
    state = queues.process(case, queue.listener.pid, watch.vantage if watch else None)
    return claim(
        _summary(case, address, queue, state),
        *outcomes.ids(*fitting, watch, *hosts.tables(case, address), state),
        reason=_because(watch, queue, fitting),
        missing=f"{_where(watch, address)}: {_command(case)}, twice; ListenOverflows growing with each attempt confirms it.",
        explains={address} & outcomes.failing(case).keys(),
        culprit=_culprit(queue.listener, watch),
        refuted_by="Recv-Q not above Send-Q while an attempt stays silent.",
        remedies=_remedies(case, queue, watch, state),
    )


def _summary(case: Case, address: str, queue: AcceptQueue, state: ProcessState | None) -> str:
    who, most = _who(queue), _most(queue)
    always = "is full" if queue.always_full else "fills up"
    where = endpoint(address, case.tcp.port)
    worker = workers.stuck(case, address)
    one = f" (that of {worker.share}, so about one connection in {worker.number} fails)" if worker else ""
    plain = (
        f"The accept queue of {who} on {where}{one} {always}: {most} connection{'s wait' if most != 1 else ' waits'} with a "
        f"limit of {queue.limit}, and the kernel silently drops what comes then."
    )
    return f"{plain} {queues.why_it_does_not_accept(state)}".strip()


def _because(watch: QueueWatch | None, queue: AcceptQueue, fitting: tuple[TcpAttempt, ...]) -> str:
    low, high = min(queue.lengths), max(queue.lengths)
    waited = f"{high} waited" if low == high else f"{low} to {high} waited"
    readings = "One reading" if len(queue.lengths) == 1 else f"{len(queue.lengths)} readings"
    risen = (
        f"; meanwhile {watch.overflows} connection{'s' if watch.overflows != 1 else ''} in that network namespace found a full "
        "queue (ListenOverflows)"
        if watch and watch.overflows
        else ""
    )
    return (
        f"{_count(fitting)}. {readings} of the queue: {waited}, the limit is {queue.limit}{risen}. {_limit(watch, queue)}".strip()
    )


def _who(queue: AcceptQueue) -> str:
    """The owner of the queue, within a sentence."""
    return hosts.owner(queue.listener, opens=False)


def _limit(watch: QueueWatch | None, queue: AcceptQueue) -> str:
    """Which of the two numbers sets the limit (listen(2))."""
    if watch is None or watch.somaxconn is None or queue.limit is None:
        return ""
    if queue.limit < watch.somaxconn:
        return f"The program itself asked for {queue.limit} in listen(); net.core.somaxconn would allow {watch.somaxconn}."
    return f"net.core.somaxconn, {watch.somaxconn}, sets that limit; the program asked for as many or more."


def _count(fitting: tuple[TcpAttempt, ...]) -> str:
    silent = sum(attempt.outcome is Outcome.TIMEOUT for attempt in fitting)
    late = len(fitting) - silent
    words = [f"{silent} attempt{'s' if silent != 1 else ''} got no answer"] if silent else []
    words += [f"{late} {'was' if late == 1 else 'were'} answered only after a second SYN"] if late else []
    return outcomes.joined(words)


def _most(queue: AcceptQueue) -> int:
    return max(queue.lengths, default=0)


def _where(watch: QueueWatch | None, address: str) -> str:
    if watch is None:
        return f"On {address}"
    return f"Through `{watch.vantage}`" if watch.vantage else "Here"


def _command(case: Case) -> str:
    return f"ss -ltn 'sport = :{case.tcp.port}'; nstat -az TcpExtListenOverflows"


def _culprit(row: Listener, watch: QueueWatch | None) -> Culprit:
    culprit = hosts.listener_culprit("process", row)
    if watch and watch.somaxconn is not None and row.queue_limit is not None:
        return replace(culprit, limit="backlog" if row.queue_limit < watch.somaxconn else "net.core.somaxconn")
    return culprit


def _remedies(case: Case, queue: AcceptQueue, watch: QueueWatch | None, state: ProcessState | None) -> Iterator[Remedy]:
    row, prefix = queue.listener, watch.vantage if watch else None
    verify = f"`ss -ltn 'sport = :{case.tcp.port}'` shows Recv-Q near 0, and {case.target.label} connects."
    yield from _let_it_run(case, state, row, prefix, verify)
    capped = bool(watch and watch.somaxconn is not None and queue.limit is not None and queue.limit >= watch.somaxconn)
    own = _LIMITS.get(row.process or "", "the backlog in its own settings")
    yield Remedy(
        do="If it accepts, but too slowly for bursts: raise its limit, then restart it, since the limit is set by listen()."
        + ("" if capped else f" It is {own}."),
        command=behind(prefix, "sysctl -w net.core.somaxconn=4096" if capped else f"ss -ltn 'sport = :{case.tcp.port}'"),
        changes=capped,
        verify=f"`ss -ltn 'sport = :{case.tcp.port}'` shows the new limit as Send-Q.",
    )


def _let_it_run(case: Case, state: ProcessState | None, row: Listener, prefix: str | None, verify: str) -> Iterator[Remedy]:
    """What keeps it from accepting is lifted; where nothing is known to, what it does is looked at."""
    known = tuple(process_remedies.let_it_run(case, state, verify)) if state else ()
    yield from known
    if known:
        return
    if row.pid:
        yield Remedy(
            do="See what the process does instead of accepting; restart it if it hangs.",
            command=process_remedies.what_it_does(case, row, prefix),
            verify=verify,
        )
    else:
        here = isinstance(case.target, UnixTarget)
        yield Remedy(
            do="See, as root, which process holds the socket, and what it does instead of accepting.",
            command=f"ss -lxp src {unix_sockets.typed(case)}" if here else commands.listeners(case.tcp.port, prefix),
            verify=verify,
        )


def _unix_needs(case: Case) -> Iterator[AnyRequest]:
    yield from unix_sockets.needs(case)
    file = unix_sockets.path_fact(case)
    if file and file.holder_pid and any(attempt.errno == FULL for attempt in either_kind.attempts(case)):
        yield ExamineProcess(pid=file.holder_pid)


def _unix(case: Case) -> Finding:
    """EAGAIN, which the kernel gives for a full queue alone (unix_stream_connect in net/unix/af_unix.c)."""
    settled, attempt = unix_sockets.settled(case), unix_sockets.attempt(case)
    if settled or attempt is None:
        return settled or not_relevant("There is no path.")
    if attempt.errno != FULL:
        return ruled_out(f"The attempt ends in {unix_sockets.end_of(attempt)}, not in EAGAIN.", *outcomes.ids(attempt))
    file, path = unix_sockets.path_fact(case), unix_sockets.shown(case)
    pid = file.holder_pid if file else None
    state = queues.process(case, pid, None)
    who = f"{file.holder} (pid {pid})" if file and file.holder else "the server"
    waiting = f": {file.queue} wait with a limit of {file.queue_limit}" if file and file.queue is not None else ""
    typed = unix_sockets.typed(case)
    holder = Listener(proto="tcp", address="", port=0, pid=pid, process=file.holder if file else None)
    return claim(
        f"The accept queue of {who} on {path} is full{waiting}. {queues.why_it_does_not_accept(state)}".strip(),
        *outcomes.ids(attempt, file, state),
        reason=f"The attempt ends in EAGAIN after {attempt.latency_ms / 1000:.1f} s of waiting, as for a full queue alone.",
        explains={unix_sockets.path_of(case)},
        culprit=Culprit(kind="process", pid=pid, name=file.holder, path=path)
        if file and file.holder and pid
        else Culprit(kind="file", path=path),
        refuted_by=f"`ss -lx src {typed}` shows Recv-Q not above Send-Q.",
        remedies=_unix_remedies(case, holder, state),
    )


def _unix_remedies(case: Case, holder: Listener, state: ProcessState | None) -> Iterator[Remedy]:
    typed = unix_sockets.typed(case)
    verify = f"`ss -lx src {typed}` shows Recv-Q near 0, and `refused check {typed}` connects."
    known = holder if holder.unit or state is None else replace(holder, unit=state.unit)
    yield from _let_it_run(case, state, known, None, verify)
    yield Remedy(
        do="If it accepts, but too slowly for bursts: raise its limit, then restart it, since the limit is set by listen().",
        command=f"ss -lx src {typed}; sysctl net.core.somaxconn",
        verify=f"`ss -lx src {typed}` shows the new limit as Send-Q.",
    )


HYPOTHESIS = Hypothesis(
    place=45,
    onset="change",
    title="queue has room",
    question="Has the server's accept queue room for another connection?",
    why="The kernel drops connections that a program does not accept in time. From outside that looks like a filter.",
    meaning="The accept queue is full.",
    proof="The listener's queue above its limit while ListenOverflows grows and attempts stay silent; for a Unix socket EAGAIN.",
    mistaken_for=("path.filtered",),
    supersedes=frozenset({"path.filtered", "path.local-firewall", "server.down"}),
    transports=frozenset({"tcp", "unix"}),
    shown_by=(QueueWatch, UnixAttempt),
    looks=(),
    needs=needs,
    judge=judge,
)
