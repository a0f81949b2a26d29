"""The files and settings that a look reads, so that it can be taken with other eyes than this process's."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where names, settings and processes are read from. The defaults are this process's own."""

    hosts: Path = Path("/etc/hosts")
    nsswitch: Path = Path("/etc/nsswitch.conf")
    resolv_conf: Path = Path("/etc/resolv.conf")
    proc: Path = Path("/proc")
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    nameserver_port: int = 53
    """The port of the nameservers in `resolv_conf`, where a server could not have the usual one."""

    @property
    def own_names(self) -> bool:
        """Whether getaddrinfo of this process reads the same files, so that its answer is the right one."""
        default = Surroundings()
        return (self.hosts, self.nsswitch, self.resolv_conf, self.nameserver_port) == (
            default.hosts,
            default.nsswitch,
            default.resolv_conf,
            default.nameserver_port,
        )
