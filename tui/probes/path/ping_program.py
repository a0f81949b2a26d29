"""Running the program ping, for users who may not open an ICMP socket themselves; and reading what it prints.

It reads the lines of iputils and of BusyBox in the C locale. Unlike a socket of our own, iputils does not mention
requests that this machine's packet filter drops (EPERM): it counts them as sent.
"""

import errno
import os
import re
from collections.abc import Mapping

from tui.model.address import IpFamily, ip_family
from tui.model.facts import Echo, IcmpError, NotObserved
from tui.model.requests import SendEcho
from tui.model.safe_text import safe_line, safe_name
from tui.probes.kernel.failures import errno_name, icmp_error
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.tool import run_tool

LAST_WAIT_S = 1
_GRACE_S = 1.0
"""For starting and ending the program."""

_REPLY = re.compile(
    r"^\d+ bytes from (?>.*?seq=)\d++(?>.*?ttl=)(?P<ttl>\d{1,3}+)(?>.*?time=)(?P<ms>\d{1,9}(?:\.\d{1,9})?) ms",
    re.MULTILINE,
)
"""Each field where it first stands: a line that has it a thousand times is not tried a thousand times."""
_ERROR = re.compile(r"^From (?P<sender>[0-9A-Fa-f.:]+)(?:%\S+)? icmp_seq=\d+ (?P<words>.+)$", re.MULTILINE)
_SENT = re.compile(r"^(?P<sent>\d{1,9}) packets transmitted", re.MULTILINE)
_WORDS: dict[IpFamily, dict[str, tuple[int, int]]] = {
    "IPv4": {
        "Destination Net Unreachable": (3, 0),
        "Destination Host Unreachable": (3, 1),
        "Destination Protocol Unreachable": (3, 2),
        "Destination Port Unreachable": (3, 3),
        "Destination Net Unknown": (3, 6),
        "Destination Host Unknown": (3, 7),
        "Destination Net Prohibited": (3, 9),
        "Destination Host Prohibited": (3, 10),
        "Packet filtered": (3, 13),
        "Precedence Violation": (3, 14),
        "Precedence Cutoff": (3, 15),
        "Time to live exceeded": (11, 0),
    },
    "IPv6": {
        "Destination unreachable: No route": (1, 0),
        "Destination unreachable: Administratively prohibited": (1, 1),
        "Destination unreachable: Beyond scope of source address": (1, 2),
        "Destination unreachable: Address unreachable": (1, 3),
        "Destination unreachable: Port unreachable": (1, 4),
        "Destination unreachable: Source address failed ingress/egress policy": (1, 5),
        "Destination unreachable: Reject route to destination": (1, 6),
        "Time exceeded: Hop limit": (3, 0),
    },
}
"""iputils, ping4_receive_error / ping6_receive_error (pr_icmph): its words for type and code."""
_LOCAL = re.compile(r"^ping6?: (?:connect|sendmsg|sendto): (?P<words>.+)$", re.MULTILINE)
_ERRNO_BY_WORDS = {os.strerror(number): number for number in errno.errorcode}
_GUESS = "Do you want to ping broadcast?"
"""How iputils words the EACCES of connect, whatever its reason, such as a `prohibit` route."""


def arguments(request: SendEcho, spacing_s: float, ttl: int | None = None) -> list[str]:
    """The command line: numbers only, a few requests, a short wait; `ttl` is their hop limit."""
    hops = [] if ttl is None else ["-t", str(ttl)]
    return ["ping", "-n", "-c", str(request.count), "-i", f"{spacing_s:g}", "-W", str(LAST_WAIT_S), *hops, request.address]


async def ask(request: SendEcho, spacing_s: float, environ: Mapping[str, str], *, ttl: int | None = None) -> Echo | NotObserved:
    """Run ping to its end, or to its deadline, and read it. Raises nothing."""
    argv = arguments(request, spacing_s, ttl)
    try:
        deadline_s = request.count * spacing_s + LAST_WAIT_S + _GRACE_S
        done = await run_tool(argv, environ={**environ, "LC_ALL": "C"}, deadline_s=deadline_s)
    except FileNotFoundError:
        return _may_not(request, "The program ping, which could, is not installed.")
    except TimeoutError:
        return _may_not(request, "The program ping did not end in time.")
    except OSError as error:
        return _may_not(request, f"The program ping could not be started ({errno_name(error.errno)}).")
    out, err = done.output.decode("utf-8", "replace"), done.errors.decode("utf-8", "replace")
    return read(out, err, request) or _may_not(request, f"The program ping says: {_first_line(err)}")


def read(out: str, err: str, request: SendEcho) -> Echo | None:
    """What the text of ping says; None where it could not send at all. Raises nothing."""
    sent, error = _SENT.search(out), _local_error(err)
    if not (sent or error):
        return None
    replies = list(_REPLY.finditer(out))
    errors = (_icmp(match["sender"], match["words"]) for match in _ERROR.finditer(out))
    return Echo(
        address=request.address,
        sent=int(sent["sent"]) if sent else 0,
        received=len(replies),
        rtt_ms=tuple(float(reply["ms"]) for reply in replies),
        ttl=int(replies[-1]["ttl"]) if replies else None,
        icmp=next((icmp for icmp in errors if icmp), None),
        error=error,
    )


def _local_error(err: str) -> str | None:
    """The name of the errno with which this machine refused to send; None where it did not refuse."""
    if _GUESS in err:
        return errno_name(errno.EACCES)
    local = _LOCAL.search(err)
    if local is None:
        return None
    number = _ERRNO_BY_WORDS.get(local["words"])
    return errno_name(number) if number else safe_name(local["words"])


def _icmp(sender: str, words: str) -> IcmpError | None:
    known = _WORDS[ip_family(sender)].get(words.strip())
    return icmp_error(*known, sender) if known else None


def _may_not(request: SendEcho, why: str) -> NotObserved:
    may = unless_root("Run as root, or let", "Let")
    return NotObserved(
        request=request,
        reason=f"This user may not open an ICMP socket. {why}",
        remedy=f"{may} every group ping: sysctl -w net.ipv4.ping_group_range='0 2147483647'",
    )


def _first_line(text: str) -> str:
    return safe_line(next(iter(text.strip().splitlines()), "nothing"))
