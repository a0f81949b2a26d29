"""The listening sockets of the other end: one script through the command prefix, its text read as listeners.

Law: the script only reads. It runs ss, which knows queues and owners; where there is no ss, as in most containers,
it prints the tables of /proc/net and, for each process that it may see, the sockets that the process holds.
"""

import re
import shlex
from collections.abc import AsyncGenerator

from msgspec.structs import replace

from tui.model.address import literal_address
from tui.model.facts import AnyFact, Listener, Listeners, NotObserved
from tui.model.numbers import decimal_number
from tui.model.requests import ListListeners
from tui.model.safe_text import safe_line, safe_name
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets.listeners import MOST_LISTENERS
from tui.probes.sockets.proc_net import TABLES, inet_listeners
from tui.probes.sockets.socket_rows import address_text, in_order
from tui.probes.sockets.socket_units import COMMAND, socket_units, with_units
from tui.vantage.remote_shell import RemoteShellError, ask, sections
from tui.vantage.ss_text import listeners_of_ss

MARK = "=== refused"
SCRIPT = f"""LC_ALL=C
export LC_ALL
echo '{MARK}'
echo '=== fib'
cat /proc/net/fib_trie 2>/dev/null
echo '=== inet6'
cat /proc/net/if_inet6 2>/dev/null
echo '=== macs'
cat /sys/class/net/*/address 2>/dev/null
if text=$(ss -Hltnupe 2>/dev/null); then
  echo '=== ss'
  printf '%s\\n' "$text"
  case $text in *'("systemd",'*)
    echo '=== units'
    {shlex.join(COMMAND)} 2>/dev/null ;;
  esac
  exit 0
fi
for table in {" ".join(TABLES)}; do
  if [ -r "/proc/net/$table" ]; then
    echo "=== $table"
    cat "/proc/net/$table"
  fi
done
echo '=== owners'
for process in /proc/[0-9]*; do
  inodes=$(ls -l "$process/fd" 2>/dev/null | sed -n 's/.* socket:\\[\\([0-9]*\\)\\]$/\\1/p' | tr '\\n' ' ')
  if [ -n "$inodes" ]; then
    echo "${{process#/proc/}}:$inodes:$(cat "$process/comm" 2>/dev/null)"
  fi
done
"""
"""For any POSIX shell; busybox has every program in it. Its output is in sections, each under a line `=== NAME`."""
_LOCAL = re.compile(r"\|-- (\d{1,3}(?:\.\d{1,3}){3})\n +/32 host LOCAL")
_MAC = re.compile(r"^((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$", re.MULTILINE)
_INET6 = re.compile(r"^([0-9a-f]{32}) ", re.MULTILINE)


async def check(request: ListListeners, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Listeners that `request.vantage`, a command prefix, leads to; or why they could not be read."""
    prefix = request.vantage or ""
    command = f"{safe_line(prefix)} ss -Hltnup"
    try:
        text = await ask(prefix, SCRIPT, mark=MARK, environ=system.environ)
        listeners = sorted(remote_listeners(text), key=in_order)
    except RemoteShellError as error:
        yield NotObserved(request=request, reason=error.reason, remedy=error.remedy, command=command)
        return
    rows = tuple(listeners[:MOST_LISTENERS])
    yield Listeners(
        listeners=rows,
        vantage=request.vantage,
        addresses=remote_addresses(text),
        macs=tuple(dict.fromkeys(_MAC.findall(sections(text).get("macs", "")))),
        hidden_owners=sum(row.pid is None for row in rows),
        omitted=len(listeners) - len(rows),
        command=command,
    )


def remote_listeners(text: str) -> list[Listener]:
    """The listeners in what the script printed. Raises RemoteShellError where it found neither ss nor a table."""
    parts = sections(text)
    if "ss" in parts:
        return with_units(listeners_of_ss(parts["ss"]), socket_units(parts.get("units", "").lstrip("\n")))
    if not any(table in parts for table in TABLES):
        raise RemoteShellError(
            "The other end has no ss and no readable /proc/net.", "Install iproute2 there, or name another prefix."
        )
    owners = remote_owners(parts.get("owners", ""))
    rows = (row for table in TABLES for row in inet_listeners(table, parts.get(table, "")))
    return [_with_owner(row, owners.get(row.inode or 0)) for row in rows]


def remote_addresses(text: str) -> tuple[str, ...]:
    """The other end's own addresses, by its kernel's local routes (proc_pid_net(5)); none where they could not be read."""
    parts = sections(text)
    local = [address for address in _LOCAL.findall(parts.get("fib", "")) if literal_address(address)]
    local += [address_text(bytes.fromhex(digits)) for digits in _INET6.findall(parts.get("inet6", ""))]
    return tuple(dict.fromkeys(local))


def remote_owners(text: str) -> dict[int, tuple[int, str]]:
    """Process id and name by inode, from lines `PID:INODE INODE …:NAME`; several holders are ranked as for our own sockets."""
    holders: list[tuple[int, str, str]] = []
    for line in text.split("\n"):
        first, _, rest = line.partition(":")
        inodes, _, name = rest.partition(":")
        pid = decimal_number(first)
        if pid is not None:
            holders.append((pid, inodes, name))
    owners: dict[int, tuple[int, str]] = {}
    for pid, inodes, name in sorted(holders, key=lambda holder: (holder[0] == 1, holder[0])):
        for inode in filter(None, map(decimal_number, inodes.split())):
            owners.setdefault(inode, (pid, safe_name(name)))
    return owners


def _with_owner(listener: Listener, owner: tuple[int, str] | None) -> Listener:
    return replace(listener, pid=owner[0], process=owner[1] or None) if owner else listener
