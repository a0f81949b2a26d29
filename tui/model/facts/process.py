"""A process that holds a socket, or that connects: whether it runs, and how near to its limits it is."""

from typing import Literal

from tui.model.facts.fact import Fact

Stopper = Literal["signal", "debugger", "freezer"]
"""What keeps a process from running: SIGSTOP and its kind, a tracer, or the cgroup freezer."""
_STOPPERS: dict[Stopper, str] = {"signal": "a signal", "debugger": "a debugger", "freezer": "the cgroup freezer"}


class ProcessState(Fact, frozen=True, kw_only=True, tag="process-state"):
    """One process over a moment (proc_pid_stat(5), proc_pid_limits(5), cgroups(7))."""

    pid: int
    name: str
    vantage: str | None = None
    """The command prefix that led to its machine; None for this one."""
    state: str | None = None
    """The kernel's letter, of the main thread, at the last reading: R, S, D, T, t, Z, X."""
    state_words: str = ""
    states: tuple[str, ...] = ()
    """The letter at each reading, oldest first: a single D means nothing, D all the time does."""
    stopper: Stopper | None = None
    """What stops it; None where nothing does."""
    tracer: str | None = None
    """The debugger, such as `gdb, pid 812`; set too where the process runs under it."""
    frozen_group: str | None = None
    """The frozen control group."""
    busy_percent: float | None = None
    """Processor time of all threads over the time of the check; above 100 with several busy threads."""
    threads: int | None = None
    descriptors: int | None = None
    """Open descriptors; None where they may not be counted. Where they may be listed, those below the limit alone: a process
    may have inherited higher ones, which take nothing from it."""
    descriptors_listed: bool = False
    """Whether they were listed; else it is a number that may have higher ones in it."""
    descriptor_limit: int | None = None
    """The soft limit, RLIMIT_NOFILE; None for `unlimited` or unknown."""
    waits_in: str | None = None
    """The kernel function that it sleeps in (wchan), where it may be read."""
    unit: str | None = None
    started: float | None = None

    @property
    def stopped_by(self) -> str:
        """What stops it, for people: `a signal`, `the cgroup freezer`; empty where nothing does."""
        return _STOPPERS[self.stopper] if self.stopper else ""

    @property
    def is_stopped(self) -> bool:
        """Whether it cannot run until somebody lets it: stopped, traced, frozen, or ended."""
        return self.stopper is not None or self.state in {"Z", "X"}

    @property
    def holds_still(self) -> bool:
        """Whether it takes no connection now: it can't run, or waited for a device at every reading."""
        return self.is_stopped or (bool(self.states) and set(self.states) == {"D"})

    @property
    def is_out_of_descriptors(self) -> bool:
        """Whether it has as many descriptors as it may, so that it can neither open nor accept another."""
        return None not in {self.descriptors, self.descriptor_limit} and (self.descriptors or 0) >= (self.descriptor_limit or 0)
