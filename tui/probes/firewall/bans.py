"""Answers ReadBans for this machine: asks fail2ban and nft about one client, and reads the lists of TCP wrappers.

Law: fail2ban is asked only where its server runs, and nothing is asked of it but its list. A list of TCP wrappers counts only
where the program that holds the port is linked with libwrap. Sources: fail2ban-client(1), nft(8) `get element`, hosts_access(5).
"""

import re
from collections.abc import AsyncGenerator, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from tui.model.address import plain_address
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, Ban, Bans
from tui.model.requests import ReadBans
from tui.model.safe_text import safe_line, safe_name
from tui.probes.firewall.tcp_wrappers import LIBRARY, denied
from tui.probes.firewall.tools import environ_of
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.kernel.tool import run_tool

FAIL2BAN_SOCKET = Path("fail2ban/fail2ban.sock")
"""Below /run: where its server listens (fail2ban.conf)."""
DEADLINE_S = 4.0
"""fail2ban-client is written in Python and answers in a third of a second."""
MOST_JAILS = 20
_JAIL = re.compile(r"'([^']+)'")
_BANNED = re.compile(r"^(?P<client>\S+)\s+\S+ \S+ \+ (?P<length>-?\d+) = (?P<end>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.MULTILINE)
"""A line of `fail2ban-client get JAIL banip --with-time`: the beginning, the length and the end, in local time."""
_ELEMENTS = re.compile(r"elements = \{(?P<elements>[^}]*)\}")
_EXPIRES = re.compile(r"\bexpires (?P<left>(?:\d+(?:ms|[dhms]))+)")
_LENGTH = re.compile(r"(\d+)(ms|[dhms])")
_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


async def check(request: ReadBans, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Bans of this machine."""
    client, unread = plain_address(request.client), list[str]()
    bans = [
        *await _of_fail2ban(client, system, unread),
        *await _of_sets(client, request, system, unread),
        *await in_thread(_of_wrappers, client, request.pids, system),
    ]
    yield Bans(client=request.client, port=request.port, bans=tuple(bans), unread=tuple(unread), command=command_of(client))


def command_of(client: str) -> str:
    """What shows the same by hand."""
    return f"fail2ban-client banned {quoted(client)}; nft list ruleset; cat /etc/hosts.deny"


async def _of_fail2ban(client: str, system: SystemView, unread: list[str]) -> list[Ban]:
    if not await in_thread((system.run / FAIL2BAN_SOCKET).exists):
        return []
    listed = await _said(("fail2ban-client", "banned", client), system, unread)
    bans: list[Ban] = []
    for jail in jails_in(listed):
        times = await _said(("fail2ban-client", "get", jail, "banip", "--with-time"), system, unread)
        bans.append(jailed(jail, times, client, datetime.now()))  # noqa: DTZ005 -- it prints local time
    return bans


async def _of_sets(client: str, request: ReadBans, system: SystemView, unread: list[str]) -> list[Ban]:
    bans: list[Ban] = []
    for place in request.sets:
        text = await _said(("nft", "get", "element", *place, f"{{ {client} }}"), system, unread, silent=True)
        bans += in_set(place, text, client)
    return bans


def _of_wrappers(client: str, pids: tuple[int, ...], system: SystemView) -> list[Ban]:
    allow, deny = (text_of(system.root / "etc" / name) for name in ("hosts.allow", "hosts.deny"))
    linked = (system.proc / str(pid) for pid in pids if LIBRARY in text_of(system.proc / str(pid) / "maps"))
    programs = [text_of(process / "comm").strip() for process in linked]
    return list(wrapped(allow, deny, programs, client))


def jails_in(text: str) -> list[str]:
    """The jails in the answer of `fail2ban-client banned ADDRESS`: a list of lists, such as `[['sshd']]`."""
    return [safe_name(name) for name in _JAIL.findall(text)][:MOST_JAILS]


def jailed(jail: str, times: str, client: str, now: datetime) -> Ban:
    """The ban in a jail, with its end where the answer names it; `now` is the clock by which it was printed."""
    line = next((line for line in _BANNED.finditer(times) if line["client"] == client), None)
    if line is None or int(line["length"]) < 0:
        return Ban(by="fail2ban", name=jail)
    try:
        left = (datetime.fromisoformat(line["end"]) - now).total_seconds()
    except (ValueError, OverflowError):
        return Ban(by="fail2ban", name=jail)
    return Ban(by="fail2ban", name=jail, left_s=max(left, 0.0))


def in_set(place: tuple[str, str, str], text: str, client: str) -> Iterator[Ban]:
    """The ban in what `nft get element` prints: an element for this very address, or one with an end."""
    found = _ELEMENTS.search(text)
    if found is None:
        return
    expires = _EXPIRES.search(found["elements"])
    if expires or found["elements"].split()[:1] == [client]:
        left = sum(int(number[:9]) * _SECONDS[unit] for number, unit in _LENGTH.findall(expires["left"])) if expires else None
        yield Ban(by="set", name=safe_name(" ".join(place)), left_s=left)


def wrapped(allow: str, deny: str, programs: Iterable[str], client: str) -> Iterator[Ban]:
    """The line of hosts.deny that turns the client away, for programs that obey the lists."""
    for program in sorted(set(programs)):
        line = denied(allow, deny, program, client)
        if line:
            yield Ban(by="hosts.deny", name=line)


async def _said(command: tuple[str, ...], system: SystemView, unread: list[str], *, silent: bool = False) -> str:
    """What a program prints; nothing, and a sentence in `unread`, where it can't be asked. `silent`: failing is an answer."""
    try:
        done = await run_tool(command, environ=environ_of(system.environ), deadline_s=DEADLINE_S)
    except (OSError, TimeoutError, ValueError) as error:
        unread.append(f"{command[0]} could not be run ({getattr(error, 'strerror', None) or 'it gave no answer'}).")
        return ""
    if done.status and not silent:
        message = safe_line(done.errors.strip().partition(b"\n")[0]) or f"status {done.status}"
        unread.append(f"{command[0]} gave no answer ({message}).{unless_root(' Run as root.')}")
    return "" if done.status else done.output.decode(errors="backslashreplace")
