"""What to do about a filter on another machine whose rules were not read: a port that is closed, or a ban of this client."""

from collections.abc import Iterator

from tui.diagnosis.readings import commands, outcomes
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.judgement import Remedy


def in_a_cluster(case: Case, after: str) -> Iterator[Remedy]:
    """In Kubernetes, endpoints and policies decide, not a machine's own rules."""
    yield Remedy(
        do="See whether the service has ready endpoints, and which network policy holds its pods or this one.",
        command=commands.endpoints(case),
        verify="The service has endpoints, and no policy leaves this client out.",
    )
    yield Remedy(do="Have the policy's owner let this client in; no node has a rule of its own for it.", verify=after)


def allowed_there(case: Case, machine: str, source: str | None, after: str) -> Iterator[Remedy]:
    """Have the port allowed on `machine`, and think of a ban, which holds `source`, this client's address, alone.

    Only the target itself has a port to open; another machine is a router or its like, of which no tool is known.
    """
    port, prefix = case.tcp.port, commands.prefix_to(case, machine)
    if machine not in outcomes.addresses(case):
        yield Remedy(do=f"Have TCP port {port} allowed for {source or 'this client'} on {machine}.", verify=after)
        return
    yield Remedy(
        do=f"Have TCP port {port} allowed for {source or 'this client'} there. With firewalld, on {machine}:",
        command=behind(prefix, f"firewall-cmd --permanent --add-port={port}/tcp && firewall-cmd --reload"),
        changes=True,
        verify=after,
    )
    yield Remedy(do=f"Or with ufw, on {machine}:", command=behind(prefix, f"ufw allow {port}/tcp"), changes=True, verify=after)
    if source:
        yield Remedy(
            do=f"If others get through: on {machine}, see whether a ban holds this client alone (fail2ban, a set).",
            command=behind(prefix, f"fail2ban-client banned {quoted(source)}; nft list sets"),
            verify="A jail or a set names this client's address.",
        )
        yield Remedy(
            do=f"If fail2ban banned it by mistake, on {machine}: lift the ban.",
            command=behind(prefix, f"fail2ban-client unban {quoted(source)}"),
            changes=True,
            verify=after,
        )
