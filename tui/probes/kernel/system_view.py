"""The files and settings that a check reads, so that it can see the system as another process or container does."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SystemView:
    """Where names, settings and processes are read from. The defaults are this process's own."""

    hosts: Path = Path("/etc/hosts")
    nsswitch: Path = Path("/etc/nsswitch.conf")
    resolv_conf: Path = Path("/etc/resolv.conf")
    proc: Path = Path("/proc")
    run: Path = Path("/run")
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """The environment for the programs that a check runs, and for finding the user's own settings."""
    program_environ: Mapping[str, str] | None = None
    """The environment of the process named with `--pid`. No program is ever run with it: anybody may have set its PATH."""
    arguments: tuple[str, ...] = ()
    """That process's command line."""
    root: Path = Path("/")
    """That process's root directory, as a path from here."""
    pid: int | None = None
    """That process; None for this one."""
    hidden_environ: str = ""
    """Why its environment may not be read, a sentence; empty where it was read."""
    hidden_files: str = ""
    """Why its view of the files may not be read, a sentence; empty where it was read."""
    nameserver_port: int = 53
    """The port of the nameservers in `resolv_conf`, where a server could not have the usual one."""

    @property
    def has_systemd(self) -> bool:
        """Whether systemd started this machine and manages its services (sd_booted(3))."""
        return (self.run / "systemd" / "system").is_dir()

    @property
    def own_names(self) -> bool:
        """Whether getaddrinfo of this process reads the same files, so that its answer is the right one."""
        default = SystemView()
        return (self.hosts, self.nsswitch, self.resolv_conf, self.nameserver_port) == (
            default.hosts,
            default.nsswitch,
            default.resolv_conf,
            default.nameserver_port,
        )

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables that decide how the program connects: those of the process named with `--pid`, or our own."""
        return self.environ if self.program_environ is None else self.program_environ

    @property
    def own_process(self) -> Path:
        """The directory under /proc of the process named with `--pid`, or our own."""
        return self.proc / (str(self.pid) if self.pid else "self")
