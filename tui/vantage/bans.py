"""Whether the other end bans a client from a port: one script through the command prefix, read as this machine's answers are.

Law: the script only reads, and asks fail2ban only where its server runs.
"""

import shlex
from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path

from tui.model.address import parse_address, plain_address
from tui.model.facts import AnyFact, Ban, Bans, NotObserved
from tui.model.requests import ReadBans
from tui.model.safe_text import safe_line
from tui.probes.firewall.bans import FAIL2BAN_SOCKET, command_of, in_set, jailed, jails_in, wrapped
from tui.probes.firewall.tcp_wrappers import LIBRARY
from tui.probes.kernel.system_view import SystemView
from tui.vantage.remote_shell import RemoteShellError, ask, sections

MARK = "=== refused"
SCRIPT = f"""LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
echo '{MARK}'
if [ -S {Path("/run") / FAIL2BAN_SOCKET} ]; then
  if jails=$(fail2ban-client banned CLIENT 2>&1); then
    echo '=== jails'
    printf '%s\\n' "$jails"
    echo '=== times'
    printf '%s\\n' "$jails" | grep -o "'[^']*'" | tr -d "'" | head -20 | while read -r jail; do
      fail2ban-client get "$jail" banip --with-time 2>/dev/null | sed "s|^|$jail |"
    done
  else
    echo '=== failed'
    printf '%s\\n' "$jails"
  fi
fi
number=0
for place in SETS; do
  echo "=== set$number"
  number=$((number + 1))
  nft get element $place '{{ CLIENT }}' 2>/dev/null
done
for list in allow deny; do
  echo "=== $list"
  cat /etc/hosts.$list 2>/dev/null
done
echo '=== linked'
for pid in PIDS; do
  if grep -q {LIBRARY} /proc/$pid/maps 2>/dev/null; then cat /proc/$pid/comm; fi
done
echo '=== now'
date '+%Y-%m-%d %H:%M:%S'
"""
"""For any POSIX shell. CLIENT is an address, SETS quoted names, PIDS numbers."""


async def check(request: ReadBans, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Bans of the machine that `request.vantage` leads to, or why it could not be asked."""
    prefix, command = request.vantage or "", f"{safe_line(request.vantage or '')} {command_of(request.client)}"
    try:
        client = str(parse_address(plain_address(request.client)))
        sets = " ".join(shlex.quote(" ".join(place)) for place in request.sets)
        script = SCRIPT.replace("CLIENT", client).replace("PIDS", " ".join(map(str, request.pids))).replace("SETS", sets)
        parts = sections(await ask(prefix, script, mark=MARK, environ=system.environ))
    except RemoteShellError as error:
        yield NotObserved(request=request, reason=error.reason, remedy=error.remedy, command=command)
        return
    except ValueError as error:
        yield NotObserved(request=request, reason=str(error), command=command)
        return
    failed = safe_line(parts.get("failed", "").strip().partition("\n")[0])
    yield Bans(
        client=request.client,
        port=request.port,
        vantage=request.vantage,
        bans=tuple(bans_in(parts, request, client)),
        unread=(f"fail2ban there gave no answer ({failed}).",) if failed else (),
        command=command,
    )


def bans_in(parts: dict[str, str], request: ReadBans, client: str) -> list[Ban]:
    """The bans in what the script printed."""
    times = [line.partition(" ") for line in parts.get("times", "").splitlines()]
    now = _moment(parts.get("now", ""))
    bans = [
        jailed(jail, "\n".join(line for name, _, line in times if name == jail), client, now)
        for jail in jails_in(parts.get("jails", ""))
    ]
    for number, place in enumerate(request.sets):
        bans += in_set(place, parts.get(f"set{number}", ""), client)
    programs = parts.get("linked", "").split()
    return [*bans, *wrapped(parts.get("allow", ""), parts.get("deny", ""), programs, client)]


def _moment(text: str) -> datetime:
    """The other end's clock, in its own time, as fail2ban prints its times; the beginning of all where it said nothing."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return datetime.min  # noqa: DTZ901 -- local time there
