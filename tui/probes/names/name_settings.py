"""The files that decide how names become addresses here, read together. Blocks, so it is called in a thread."""

import socket
from dataclasses import dataclass

from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import Read, read_text_file
from tui.probes.names import hosts_file, nsswitch, resolver_config
from tui.probes.names.nsswitch import HostsLine
from tui.probes.names.resolver_config import ResolverConfig


@dataclass(frozen=True, slots=True)
class NameSettings:
    """What the three files hold, and what could not be read of them."""

    hosts: bytes
    hosts_line: HostsLine
    resolver: ResolverConfig
    problems: tuple[Read, ...] = ()
    hosts_whole: bool = True
    """Whether the hosts file was read to its end."""


def read_settings(system: SystemView) -> NameSettings:
    """Read hosts file, nsswitch.conf and resolv.conf; raises nothing."""
    hosts = read_text_file(system.hosts, hosts_file.MOST_BYTES)
    switch = read_text_file(system.nsswitch, nsswitch.MOST_BYTES)
    resolver = read_text_file(system.resolv_conf, resolver_config.MOST_BYTES)
    # Other files belong to another machine or to a demonstration: its host name is not ours.
    hostname = socket.gethostname() if system.own_names else ""
    return NameSettings(
        hosts=hosts.data,
        hosts_line=nsswitch.parse(_text(switch)),
        resolver=resolver_config.parse(_text(resolver), system.variables, hostname=hostname),
        problems=tuple(file for file in (hosts, switch, resolver) if file.problem),
        hosts_whole=not hosts.problem,
    )


def _text(read: Read) -> str:
    return read.data.decode(errors="backslashreplace")
