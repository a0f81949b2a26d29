"""A process that holds a socket, or that connects: whether it runs, and how near to its limits it is."""

from tui.model.facts.fact import Fact


class ProcessState(Fact, frozen=True, kw_only=True, tag="process-state"):
    """One process at one moment (proc_pid_stat(5), proc_pid_limits(5))."""

    pid: int
    name: str
    state: str | None = None
    """The kernel's letter: R, S, D, T, t, Z, X."""
    state_words: str = ""
    stopped_by: str | None = None
    """`a signal`, `a debugger`, `the cgroup freezer`, where it shows."""
    busy_percent: float | None = None
    """Processor time over the time of the look; above 100 with several threads."""
    threads: int | None = None
    descriptors: int | None = None
    """Open descriptors; None where they may not be counted."""
    descriptor_limit: int | None = None
    waits_in: str | None = None
    """The kernel function that it sleeps in (wchan), where it may be read."""
    started: float | None = None
