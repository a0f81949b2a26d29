"""It accepts, and never answers."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import (
    checks,
    commands,
    containers,
    hosts,
    outcomes,
    process_remedies,
    queues,
    talk,
    whole_answers,
    workers,
)
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Listener, OtherNamespaces, PathMtu, ProcessState, QueueWatch, Talk
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, WatchQueue

REPEATEDLY = 2
"""Requests in a row without an answer: a single one may be an accident."""
PATIENCE_MS = 9500.0
"""A wait that a client would call too long; short of it, a service may only be slow."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, a first request to what connects, and the process behind it where it does not answer."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from talk.checks(case)
    yield from workers.checks(case)
    waiting = [address for address in outcomes.connecting(case) if talk.quiet(case, address)]
    for address in dict.fromkeys((*waiting, *_quiet(case))):
        yield from talk.process_checks(case, address)
        process = talk.process(case, address)
        if process and _trouble(process):
            table = hosts.table(case, address)
            yield WatchQueue(address=address, port=case.tcp.port, vantage=table.vantage if table else None)
        if containers.may_have(case, address):
            yield containers.look(case)


def _quiet(case: Case) -> tuple[str, ...]:
    """The addresses that connect and have sent nothing, after a request or where none can be sent."""
    speaks = talk.meant(case) is not None and case.options.talk
    return tuple(
        address
        for address in outcomes.connecting(case)
        if not talk.words(case, address) and (talk.nothing(case, address) or not speaks)
    )


def judge(case: Case) -> Finding:
    """Connected, a request was sent, and silence; and what the process behind it does."""
    working = outcomes.connecting(case)
    if not working:
        return not_relevant("No address connects.", *outcomes.ids(*outcomes.latest(case).values()))
    for address in working:
        worker = workers.stuck(case, address)
        if worker:
            return _one_of_several(case, address, worker)
    for address in _quiet(case):
        container = containers.meant(case, address)
        if container and container.is_paused:
            return _paused(case, address, container)
        process = talk.process(case, address)
        trouble = _trouble(process) if process else ""
        if process and trouble:
            judgement = _by_process(case, address, process, trouble)
            if judgement:
                return judgement
    silent = talk.mute(case, ended=False)
    if silent:
        return _silent(case, silent)
    return _not_silent(case)


def _not_silent(case: Case) -> Finding:
    """It speaks, or ends the connection, or was not asked."""
    unfinished = whole_answers.unfinished(case)
    if unfinished:
        return _unfinished(case, unfinished)
    spoken = [words for address in outcomes.connecting(case) for words in talk.words(case, address)]
    if spoken:
        return ruled_out("It speaks.", *outcomes.ids(*(words.fact for words in spoken)))
    ended = talk.mute(case, ended=True)
    if ended:
        return ruled_out(
            "It does not stay silent: it ends the connection.",
            *outcomes.ids(*(fact for facts in ended.values() for fact in facts)),
        )
    if talk.meant(case) is None:
        return not_looked_at("It connects; what it should answer is not known.")
    return not_looked_at("No request has been sent to it.")


def _paused(case: Case, address: str, container: containers.MeantContainer) -> Finding:
    """Its kernel goes on to accept, and none of its processes runs."""
    silence = talk.mute(case, ended=False).get(address, ())
    where, one = endpoint(address, case.tcp.port), container.container
    return claim(
        f"{where} accepts and never answers: {container.label}, which should answer there, is paused.",
        *outcomes.ids(outcomes.latest(case).get(address), *silence, container.fact),
        reason=f"{one.engine} says that {one.label} is paused. {_silence_in_words(silence)}".rstrip(),
        culprit=containers.culprit(case, container),
        refuted_by=f"An answer from {where} while {one.label} is paused.",
        remedies=containers.remedies(case, container),
    )


def _one_of_several(case: Case, address: str, worker: workers.Stuck) -> Finding:
    """A worker of a shared port takes nothing: sure by the kernel's word on its process, and likely by its queue alone."""
    who, where, state = hosts.owner(worker.row), endpoint(address, case.tcp.port), worker.state
    is_still = state is not None and state.holds_still
    why = _trouble(state) if state and is_still else "takes no connection out of its queue, while the others' are empty"
    kept = next((queue.lengths for queue in worker.watch.queues if queue.listener == worker.row), ()) if worker.watch else ()
    look = process_remedies.what_it_does(case, worker.row, hosts.vantage(case, address))
    waited = f" {max(kept)} connection{'s wait' if max(kept) != 1 else ' waits'} in its queue." if kept else ""
    return claim(
        f"{worker.share} on {where} never answers: {who} {why}. It gets its share of the connections all the same, so about one "
        f"in {worker.number} hangs.",
        *outcomes.ids(outcomes.latest(case).get(address), hosts.table(case, address), *worker.facts),
        reason=f"{worker.number} sockets share the port (SO_REUSEPORT), and the kernel deals connections out among them.{waited}",
        missing="" if is_still else f"What {who} does: `{look}`.",
        culprit=hosts.listener_culprit("process", worker.row),
        refuted_by=f"{who} takes a connection while this is so.",
        remedies=_local_remedies(case, state, worker.row)
        if state
        else (Remedy(do=f"See what {who} does.", command=look, verify=f"It takes the connections to {where} out of its queue."),),
    )


def _trouble(process: ProcessState) -> str:
    """Why the process does not answer, in words; empty where it seems well."""
    if process.is_stopped:
        by = f" by {process.stopped_by}" if process.stopped_by else ""
        return f"is stopped{by} (state {process.state})"
    if process.states and set(process.states) == {"D"}:
        where = f" in {process.waits_in}" if process.waits_in else ""
        return f"is stuck waiting for a device (state D{where})"
    if process.busy_percent is not None and process.busy_percent >= queues.BUSY_PERCENT:
        return f"keeps a processor fully busy ({process.busy_percent:.0f} %)"
    if process.is_out_of_descriptors:
        return f"has no file descriptor left to accept with ({process.descriptors} of {process.descriptor_limit})"
    return ""


def _by_process(case: Case, address: str, process: ProcessState, trouble: str) -> Finding | None:
    """Confirmed where a request met silence, or nothing takes connections from the queue; the process alone proves nothing."""
    row = talk.listener(case, address)
    silence = talk.mute(case, ended=False).get(address, ())
    queue = _waiting(case, address)
    held = process.is_stopped or process.is_out_of_descriptors
    if row is None or not (silence or process.is_stopped or (queue and held)):
        return None
    who = hosts.owner(row)
    where = endpoint(address, case.tcp.port)
    evidence = outcomes.ids(outcomes.latest(case).get(address), *silence, process, queue)
    summary = f"{who} accepts on {where} and never answers: it {trouble}."
    reason = _silence_in_words(silence) if silence else f"It connects; process {process.pid} {trouble}."
    culprit = hosts.listener_culprit("process", row)
    refuted_by = f"An answer from {where} while process {process.pid} {trouble}: another of its processes serves."
    remedies = tuple(_local_remedies(case, process, row))
    # A process at its limit still serves the connections that it has, so there the queue must show that it takes no new one.
    repeated = len(silence) >= REPEATEDLY and not process.is_out_of_descriptors
    if repeated or (silence and process.is_stopped) or (queue and held):
        return claim(summary, *evidence, reason=reason, culprit=culprit, refuted_by=refuted_by, remedies=remedies)
    return claim(
        summary,
        *evidence,
        reason=reason,
        missing=f"Whether a client gets an answer from {where}; another process may serve.",
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _waiting(case: Case, address: str) -> QueueWatch | None:
    """The watch of the accept queue, if connections waited in it all the time and none was taken."""
    row = talk.listener(case, address)
    for watch in reversed(case.all(QueueWatch)):
        if watch.address == address and watch.port == case.tcp.port:
            mine = [queue.lengths for queue in watch.queues if row and queue.listener.pid == row.pid and queue.lengths]
            stuck = [lengths for lengths in mine if min(lengths) > 0 and list(lengths) == sorted(lengths)]
            return watch if stuck else None
    return None


def _silent(case: Case, silent: dict[str, tuple[Talk, ...]]) -> Finding:
    address, exchanges = next(iter(silent.items()))
    where = endpoint(address, case.tcp.port)
    meant = talk.meant(case)
    evidence = outcomes.ids(*(exchange for talks in silent.values() for exchange in talks))
    reason = _silence_in_words(exchanges)
    if meant is None or meant.by == "usual":
        return still_open(f"{reason} Whether it should answer that is not known.", *evidence)
    if meant.by == "registered":
        return still_open(
            reason,
            *evidence,
            summary=f"{where} accepts the connection and does not answer {meant.protocol}, which its port stands for.",
            next_check=talk.name_it(case),
        )
    front = talk.to_nonsense(case, address)
    asked = meant.inner if exchanges[0].inner and meant.inner else meant.protocol
    summary = f"{where} accepts the connection and does not answer {asked}{' inside TLS' if asked != meant.protocol else ''}."
    if front:
        summary += f" What accepts lives, for it answers another protocol's words with `{front.text}`: what is behind it hangs."
        evidence = (*evidence, *outcomes.ids(front.fact))
    next_check = f"On {address}: the state of the process that listens there, `ps -o pid,stat,wchan:20,pcpu,args -p PID`."
    # What is not acknowledged may be lost on the way; on this machine it is the full queue of who does not accept.
    lost = any(exchange.acknowledged is False for exchange in exchanges) and not outcomes.is_local(case, address)
    if len(exchanges) < REPEATEDLY or lost:
        return still_open(reason, *evidence, summary=summary, next_check=next_check)
    if max(map(talk.waited_ms, exchanges)) < PATIENCE_MS:
        return still_open(f"{reason} A slow service may need longer.", *evidence, summary=summary, next_check=next_check)
    row = talk.listener(case, address)
    return claim(
        summary,
        *evidence,
        reason=reason,
        missing=next_check,
        culprit=(hosts.listener_culprit("process", row) if row else Culprit(kind="address", address=address, port=case.tcp.port)),
        refuted_by=f"An answer from {where}; or a large answer is lost on the way: then small ones come through.",
        remedies=tuple(_far_remedies(case, address, listened=exchanges[0].listened)),
    )


def _unfinished(case: Case, unfinished: dict[str, PathMtu]) -> Finding:
    """HEAD is answered and GET is not, or not to its end: a slow page, a stream, or an application that hangs."""
    address, mtu = next(iter(unfinished.items()))
    words = whole_answers.unfinished_words(case, mtu)
    return still_open(
        f"HEAD was answered; {words}, twice. A slow page or a stream does the same.",
        *outcomes.ids(*unfinished.values()),
        summary=f"{endpoint(address, case.tcp.port)} answers HEAD, and its application hangs: {words}.",
        next_check=f"`curl -sS -m 30 -o /dev/null {quoted(case.target.text)}`: whether it comes to its end.",
    )


def _silence_in_words(talks: tuple[Talk, ...]) -> str:
    if not talks:
        return ""
    waits = outcomes.joined(f"{talk.waited_ms(exchange) / 1000:.1f} s" for exchange in talks)
    times = "once" if len(talks) == 1 else f"{len(talks)} times"
    if talks[0].listened:
        return f"Connected {times}; the server speaks first in {talks[0].spoken}, and said nothing in {waits}."
    if any(exchange.acknowledged is False for exchange in talks):
        return f"{talks[0].spoken} was spoken {times}; nothing came in {waits}, and what was sent was not acknowledged."
    taken = ", which its kernel acknowledged" if any(exchange.acknowledged for exchange in talks) else ""
    return f"{talks[0].spoken} was spoken {times}{taken}; nothing came back in {waits}."


def _local_remedies(case: Case, process: ProcessState, row: Listener) -> Iterator[Remedy]:
    works, prefix = f"`refused check {quoted(case.target.text)}` is reachable.", process.vantage
    yield from process_remedies.let_it_run(case, process, works)
    yield Remedy(
        do="See what it does: its stack, and its last log lines.",
        command=f"{behind(prefix, f'cat /proc/{process.pid}/wchan')}; {commands.log(case, row, prefix=prefix)}",
        verify="The reason is found: a lock, a disk, a loop.",
    )
    again = commands.restart(case, row, prefix=prefix)
    yield Remedy(
        do="Or restart it, if what it is doing may be lost, and nobody else depends on it.",
        command=again,
        changes=bool(again),
        verify=works,
    )


def _far_remedies(case: Case, address: str, *, listened: bool) -> Iterator[Remedy]:
    row, prefix = talk.listener(case, address), commands.prefix_to(case, address)
    show = "ps -o pid,stat,wchan:20,pcpu,args"
    process = f"{show} -p {row.pid}" if row and row.pid else f"{show} -e"
    yield Remedy(
        do=f"On {address}: see whether the process is stopped (T), waits for a disk (D) or is busy, and whether its queue grows.",
        command=f"{commands.listeners(case.tcp.port, prefix)}; {behind(prefix, process)}",
        verify=f"`refused check {quoted(case.target.text)}` is reachable.",
    )
    own = next((attempt.local_address for attempt in outcomes.attempts(case, address) if attempt.local_address), None)
    if listened:
        yield Remedy(
            do=f"On {address}: see whether the server looks up our name before it greets, and its nameserver does not answer.",
            command=behind(prefix, f"getent hosts {own}") if own else "",
            verify="The greeting comes at once.",
        )


HYPOTHESIS = Hypothesis(
    place=80,
    onset="change",
    title="answers",
    question="Does the server answer, once it has accepted?",
    why="The kernel accepts for a process that hangs: it connects, and then nothing comes.",
    meaning="It accepts and never answers.",
    proof="Connected, a request sent, silence; and the process is stopped (T), its container paused, or it is busy all the time.",
    mistaken_for=("path.mtu",),
    shown_by=(ProcessState, Talk, OtherNamespaces),
    looks=(),
    needs=needs,
    judge=judge,
)
