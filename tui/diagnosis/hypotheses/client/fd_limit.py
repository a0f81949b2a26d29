"""The process, or the system, is out of file descriptors.

EMFILE and ENFILE say so for our own attempt; for a process that the person named, its count does; for the one that wrote a
pasted text, its words, which nobody has seen confirmed.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out, still_open
from tui.diagnosis.readings import checks, either_kind, outcomes, process_remedies, queues, text, unix_sockets
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Attempt, ErrorText, Limits, Outcome, ProcessState, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ExamineProcess, ReadLimits
from tui.model.target import UnixTarget

OWN, SYSTEM = "EMFILE", "ENFILE"
"""The limit of the process, and that of the whole machine (socket(2))."""


_MOST_OPEN = 'for p in /proc/[0-9]*; do echo "$(ls $p/fd 2>/dev/null | wc -l) $p $(cat $p/comm)"; done | sort -rn | head'
"""The look at the processes that keep most open; as root at those of others as well."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts; the limits once one met them; and the process that the person named."""
    if isinstance(case.target, UnixTarget):
        yield from unix_sockets.needs(case)
    else:
        yield from checks.basics(case)
    for attempt in _without_descriptor(case).values():
        yield ReadLimits(address=attempt.address, port=attempt.port) if isinstance(attempt, TcpAttempt) else ReadLimits()
    if case.options.pid is not None:
        yield ExamineProcess(pid=case.options.pid)


def judge(case: Case) -> Finding:
    """EMFILE or ENFILE, or the named process's count at its limit."""
    without = _without_descriptor(case)
    if without:
        return _ours(case, without)
    state = queues.process(case, case.options.pid, None) if case.options.pid is not None else None
    if state and state.is_out_of_descriptors:
        return _theirs(case, state)
    said = text.text(case)
    if said and said.says == "descriptors":
        return _by_the_text(case, said, state)
    if not either_kind.attempts(case):
        return not_looked_at("Nothing has been tried yet.")
    counted = f"{state.name} has {state.descriptors} of {state.descriptor_limit} descriptors." if state else ""
    return ruled_out(counted or "No attempt lacked a descriptor.", *outcomes.ids(*either_kind.latest(case).values(), state))


def _without_descriptor(case: Case) -> dict[str, Attempt]:
    return {
        address: attempt
        for address, attempt in either_kind.failing(case, Outcome.BLOCKED).items()
        if attempt.errno in {OWN, SYSTEM}
    }


def _ours(case: Case, without: dict[str, Attempt]) -> Finding:
    attempt = next(iter(without.values()))
    limits = case.last(Limits)
    whole = attempt.errno == SYSTEM
    if whole:
        counted = limits and limits.files_open is not None and limits.files_limit is not None
        count = f" ({limits.files_open:,} of {limits.files_limit:,} are open)" if limits and counted else ""
        summary = f"This machine as a whole is out of file descriptors{count}: no process can open another socket."
    else:
        count = f" ({limits.own_descriptors} of {limits.own_descriptor_limit})" if limits and limits.own_descriptors else ""
        summary = f"This process is out of file descriptors{count}: it cannot open a socket, so nothing was sent."
    return claim(
        summary,
        *outcomes.ids(*without.values(), limits),
        reason=f"Making the socket ends in {attempt.errno}.",
        explains=without,
        culprit=Culprit(kind="limit", limit="fs.file-max" if whole else "RLIMIT_NOFILE"),
        refuted_by="`cat /proc/sys/fs/file-nr`: the first number is far below the third."
        if whole
        else "`ulimit -n` is far above it.",
        remedies=_for_the_machine(case) if whole else _for_this_process(case),
    )


def _theirs(case: Case, state: ProcessState) -> Finding:
    summary = (
        f"{state.name} (pid {state.pid}) has all of its {state.descriptor_limit} file descriptors open: "
        "it cannot open another socket, whatever the target."
    )
    reason = f"{state.descriptors} descriptors are open, and its soft limit is {state.descriptor_limit} (RLIMIT_NOFILE)."
    culprit = Culprit(kind="process", pid=state.pid, name=state.name, limit="RLIMIT_NOFILE")
    refuted_by = f"`ls /proc/{state.pid}/fd | wc -l` is below `grep 'open files' /proc/{state.pid}/limits`."
    works = f"`grep 'open files' /proc/{state.pid}/limits` shows the new limit, and it reaches {case.target.label}."
    remedies = tuple(process_remedies.more_files(state, works))
    if state.descriptors_listed:
        return claim(summary, *outcomes.ids(state), reason=reason, culprit=culprit, refuted_by=refuted_by, remedies=remedies)
    return claim(
        summary,
        *outcomes.ids(state),
        reason=f"{reason} This user may not list them, and some may be inherited and lie above the limit.",
        missing=f"As root: `ls /proc/{state.pid}/fd`; as many numbers below {state.descriptor_limit} confirm it.",
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _by_the_text(case: Case, said: ErrorText, state: ProcessState | None) -> Finding:
    """The text's own words, of a process that nobody has counted, or that has room now."""
    label, pid = case.target.label, state.pid if state else said.origin.pid
    words = f"The text says “{said.words or text.CLASS_WORDS[said.says]}”"
    if state:
        return still_open(
            f"{words}, and {state.name} has {state.descriptors} of {state.descriptor_limit} descriptors now.",
            *outcomes.ids(said, state),
            summary=f"{state.name} (pid {state.pid}) may have been out of file descriptors when the text was written.",
            next_check=f"`ls /proc/{state.pid}/fd | wc -l` under load, against `grep 'open files' /proc/{state.pid}/limits`.",
        )
    return claim(
        f"{words}: the process that wrote it had no file descriptor left to make a socket with. That is no answer of {label}.",
        *outcomes.ids(said),
        reason=f"{words}, which is EMFILE or ENFILE (socket(2)); which process that was has not been looked at.",
        missing=f"`refused check {label} --pid {pid or 'PID'}`, with the process that wrote the text.",
        culprit=Culprit(kind="limit", limit="RLIMIT_NOFILE"),
        refuted_by="The process that wrote it has far fewer descriptors open than its limit when it fails.",
        remedies=(
            Remedy(
                do="See what that process keeps open: connections that it does not close are the usual reason.",
                command=process_remedies.open_files(pid) if pid else _MOST_OPEN,
                verify="The number stays below the process's limit under load.",
            ),
            Remedy(
                do="Raise its limit: at once for the running process, and in its unit (LimitNOFILE=) for good.",
                command=f"prlimit --pid {pid} --nofile=65536" if pid else "",
                changes=bool(pid),
                verify="The text is not written again.",
            ),
        ),
    )


def _for_this_process(case: Case) -> Iterator[Remedy]:
    yield Remedy(
        do="Raise the limit of the shell or unit that starts it.",
        command="ulimit -n 4096",
        changes=True,
        verify=f"`refused check {quoted(case.target.label)}` ends differently.",
    )


def _for_the_machine(case: Case) -> Iterator[Remedy]:
    yield Remedy(
        do="Find who has so many files open.",
        command=_MOST_OPEN,
        verify="`cat /proc/sys/fs/file-nr`: the first number has fallen.",
    )
    yield Remedy(
        do="Raise the machine's limit.",
        command="sysctl -w fs.file-max=1000000",
        changes=True,
        verify=f"`refused check {quoted(case.target.label)}` ends differently.",
    )


HYPOTHESIS = Hypothesis(
    place=15,
    before_attempts=True,
    onset="change",
    title="files are left",
    question="Is a file descriptor left to connect with?",
    why="A socket takes a file descriptor. A process that has all it may open cannot connect, whatever the network does.",
    meaning="The process or the system is out of file descriptors.",
    proof="EMFILE or ENFILE; or the process's count at its limit.",
    transports=frozenset({"tcp", "unix"}),
    shown_by=(Attempt, ProcessState),
    looks=(),
    needs=needs,
    judge=judge,
)
