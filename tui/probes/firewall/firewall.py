"""Answers ReadFirewall for this machine: lists the rules and matches them against the connection.

Law: without the right to list rules, nothing is claimed about them; the fact says what to type instead.
"""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

from msgspec.structs import replace

from tui.model.address import parse_address, peer_address, zone_of
from tui.model.facts import AnyFact, Firewall, NotObserved, Rule
from tui.model.requests import ReadFirewall
from tui.probes.firewall.at_device import unfollowed
from tui.probes.firewall.evaluate import FilterOutcome, Flow, outgoing
from tui.probes.firewall.hidden import doubtful, hidden_families, settled
from tui.probes.firewall.packet import LOOPBACK
from tui.probes.firewall.quoting import Lines, key_of, rule_of
from tui.probes.firewall.tables import Filter
from tui.probes.firewall.tools import NothingReadError, code_of, environ_of, quoted, read_filter
from tui.probes.firewall.tristate import Span
from tui.probes.firewall.walk import RuleHit, TooManyRulesError
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.path.route import find_route, interface_index

COMMAND = "sudo nft -a list ruleset"
NET_ADMIN = 12
"""The bit of CAP_NET_ADMIN in a set of capabilities (linux/capability.h)."""
MOST_CODES = 4
"""Chains whose code is read; nft runs once for each."""
UFW = Path("/etc/ufw/ufw.conf")
_MOST_SETTINGS = 100_000


async def check(request: ReadFirewall, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Firewall as it treats the connection, or why that is not known."""
    if not await in_thread(may_list, system.proc):
        yield await in_thread(_forbidden, request)
        return
    try:
        connection = await in_thread(_connection, request, system.proc)
        filter_ = await read_filter(system)
        beside = await unfollowed(connection.device, environ_of(system.environ))
        filter_ = replace(filter_, unread=(*filter_.unread, *beside))
        outcome = await in_thread(outgoing, connection, filter_.rulesets)
        examined: set[tuple[str, str, str]] = set()
        families: dict[tuple[str, str, str, int], int] = {}
        while (key := doubtful(outcome)) is not None and key[:3] not in examined and len(examined) < MOST_CODES:
            examined.add(key[:3])
            families |= hidden_families(await code_of(key[:3], system))
            outcome = await in_thread(settled, outgoing, connection, filter_.rulesets, families)
    except NothingReadError as error:
        yield NotObserved(request=request, reason=str(error), remedy="Run it as root, on the machine itself.", command=COMMAND)
        return
    except (OSError, ValueError) as error:
        yield NotObserved(request=request, reason=f"The connection's route is not known ({error}).", command=COMMAND)
        return
    except TooManyRulesError:
        reason = "There are too many rules to follow."
        yield NotObserved(request=request, reason=reason, remedy="Look for the port in them.", command=COMMAND)
        return
    lines = await quoted(keys_of(outcome), system)
    yield await in_thread(fact_of, request, outcome, filter_, lines)


def may_list(proc: Path) -> bool:
    """Whether this process may list rules: by CAP_NET_ADMIN; as root where that can't be read."""
    line = next((line for line in text_of(proc / "self/status").split("\n") if line.startswith("CapEff:")), "")
    try:
        return bool(int(line.partition(":")[2].strip(), 16) >> NET_ADMIN & 1)
    except ValueError:
        return os.geteuid() == 0


def _forbidden(request: ReadFirewall) -> NotObserved:
    """Only root may list rules; whether ufw is on, every user may see."""
    settings = text_of(UFW, _MOST_SETTINGS)
    enabled = any(line.strip().lower() == "enabled=yes" for line in settings.split("\n"))
    known = f" ufw is switched on here ({UFW})." if enabled else ""
    command = "sudo ufw status verbose" if enabled else COMMAND
    return NotObserved(
        request=request,
        reason=unless_root("Only root may list firewall rules.", "Root lacks CAP_NET_ADMIN here, as in a container.") + known,
        remedy=f"{unless_root('Run refused as root, or list them yourself', 'List them outside of it')}: {command}",
        command=command,
    )


def keys_of(outcome: FilterOutcome) -> set[tuple[str, str, str, int]]:
    """The rules to quote."""
    hits = (outcome.deciding, outcome.translated, outcome.sourced, *outcome.undecided)
    return {key for hit in hits if hit is not None and (key := key_of(hit)) is not None}


def fact_of(request: ReadFirewall, outcome: FilterOutcome, filter_: Filter, lines: Lines) -> Firewall:
    """The fact for a walk's outcome."""

    def rule(hit: RuleHit, *, sure: bool) -> Rule:
        return rule_of(hit, filter_.rulesets, lines, sure=sure)

    undecided = tuple(rule(hit, sure=False) for hit in outcome.undecided)
    doubt = bool(undecided or outcome.perhaps_translated or filter_.unread)
    return Firewall(
        address=request.address,
        port=request.port,
        vantage=request.vantage,
        side="server" if request.vantage else "client",
        answer="matches" if outcome.deciding else "cannot-tell" if doubt else "does-not-match",
        deciding=rule(outcome.deciding, sure=True) if outcome.deciding else None,
        undecided=undecided,
        translated=replace(rule(outcome.translated, sure=True), leads_to=outcome.led_to or (None, None))
        if outcome.translated
        else None,
        sourced=replace(rule(outcome.sourced, sure=True), leads_to=(outcome.new_source, None)) if outcome.sourced else None,
        perhaps_translated=outcome.perhaps_translated,
        rules=filter_.rules,
        sources=filter_.sources,
        unread=filter_.unread,
        command=_command(request, outcome.deciding),
    )


def _command(request: ReadFirewall, hit: RuleHit | None) -> str:
    """The command that shows the deciding rule, or all rules."""
    tool = "ip6tables" if hit and hit.chain.family == "ip6" else "iptables"
    kind = {"iptables-nft": f"{tool}-save -c", "iptables-legacy": f"{tool}-legacy-save -c"}
    command = kind.get(hit.chain.backend if hit else "nft", "nft -a list ruleset")
    return f"{request.vantage or 'sudo'} {command}"


def _connection(request: ReadFirewall, proc: Path) -> Flow:
    """The connection with what the kernel would choose for it. Raises OSError, ValueError."""
    address, zone = peer_address(request.address), zone_of(request.address)
    route = find_route(parse_address(address), interface_index(zone) if zone else 0)
    local = route.type == "local"
    uid, gid = _ids(proc, request.pid)
    return Flow(
        address=address,
        port=request.port,
        source=request.source or route.source or (address if local else None),
        device=LOOPBACK if local else (request.device or route.device),
        is_local=local,
        ephemeral=ephemeral_ports(proc),
        uid=uid,
        gid=gid,
    )


def _ids(proc: Path, pid: int | None) -> tuple[int | None, int | None]:
    """The user and group that sockets are opened as: ours, or those of the process named with `--pid`."""
    if pid is None:
        return os.geteuid(), os.getegid()
    lines = text_of(proc / str(pid) / "status").split("\n")
    ids = {line.partition(":")[0]: line.split() for line in lines if line.startswith(("Uid:", "Gid:"))}
    try:
        return int(ids["Uid"][2]), int(ids["Gid"][2])
    except (KeyError, IndexError, ValueError):
        return None, None


def ephemeral_ports(proc: Path) -> Span:
    """The range that source ports are taken from (ip(7): ip_local_port_range)."""
    try:
        low, high = (int(word) for word in text_of(proc / "sys/net/ipv4/ip_local_port_range").split())
    except ValueError:
        return 1, 65535
    return low, high
