"""What to do about a process that holds a socket and does not serve: let it run on, give it files, see what it does."""

from collections.abc import Iterator

from tui.diagnosis.readings import commands
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Listener, ProcessState
from tui.model.judgement import Remedy


def let_it_run(case: Case, process: ProcessState, verify: str) -> Iterator[Remedy]:
    """What stops it is lifted, where something does; `verify` is how a remedy is known to have worked."""
    prefix, pid = process.vantage, process.pid
    if process.stopper == "signal":
        yield Remedy(
            do=f"Find out who stopped {process.name}, and why; then let it run on.",
            command=behind(prefix, f"kill -CONT {pid}"),
            changes=True,
            verify=verify,
        )
    elif process.stopper == "freezer":
        file = quoted(f"/sys/fs/cgroup{process.frozen_group}/cgroup.freeze")
        managed = process.unit and commands.has_systemd(case, prefix)
        thaw = f"systemctl thaw {quoted(process.unit or '')}" if managed else f"echo 0 | tee {file}"
        yield Remedy(
            do="Find out who froze its control group (a suspended container?), and thaw it.",
            command=behind(prefix, thaw),
            changes=True,
            verify=verify,
        )
    elif process.stopper == "debugger":
        yield Remedy(
            do=f"Let the debugger go on, or detach it: {process.tracer}.",
            command=behind(prefix, f"grep TracerPid /proc/{pid}/status"),
            verify=verify,
        )
    if process.is_out_of_descriptors:
        yield from more_files(process, verify)


def more_files(process: ProcessState, verify: str) -> Iterator[Remedy]:
    """See what it keeps open, and raise its limit."""
    yield Remedy(
        do="See what it keeps open: connections that it does not close are the usual reason.",
        command=behind(process.vantage, open_files(process.pid)),
        verify=f"`ls /proc/{process.pid}/fd | wc -l` stays below the limit.",
    )
    limit = max(65536, 2 * (process.descriptor_limit or 0))
    where = f"in {process.unit} (LimitNOFILE=)" if process.unit else "in its unit (LimitNOFILE=) or start script"
    yield Remedy(
        do=f"Raise its limit: at once for the running process, and {where} for good.",
        command=behind(process.vantage, f"prlimit --pid {process.pid} --nofile={limit}"),
        changes=True,
        verify=verify,
    )


def open_files(pid: int) -> str:
    """The look at what a process keeps open, the most frequent first."""
    return f"ls -l /proc/{pid}/fd | awk '{{print $NF}}' | sort | uniq -c | sort -rn | head"


def what_it_does(case: Case, row: Listener, prefix: str | None) -> str:
    """The look at what a listener's process does instead of serving, and at its last words."""
    look = commands.log(case, row, prefix=prefix)
    return f"{behind(prefix, f'cat /proc/{row.pid}/wchan; strace -fp {row.pid} -e trace=accept,accept4')}; {look}"
