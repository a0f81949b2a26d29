"""Whole checks: of a refused port, of a silent one, of names with a dead nameserver or hundreds of addresses."""

import shutil

from tests.bench.networks import NAME, SILENT, crowded, namespaces, silenced, with_a_dead_nameserver
from tests.bench.programs import REFUSED, closed_port, needed, processor_seconds, seconds
from tests.bench.row import Row

CHECK = (*REFUSED, "check", "--no-session")
_BY_HAND = (
    *("getent ahosts 127.0.0.1", "dig @127.0.0.1 +time=1 +tries=1 localhost A", "dig @127.0.0.1 +time=1 +tries=1 localhost AAAA"),
    *("ss -ltnp", "nc -vz 127.0.0.1 PORT", "ip route get 127.0.0.1", "ip address", "nft list ruleset", "ping -c 1 127.0.0.1"),
    "traceroute -T -p PORT 127.0.0.1",
)
CHAIN = tuple(command for command in _BY_HAND if shutil.which(command.partition(" ")[0]))
"""What a person would type, as far as it is installed; the typing is not counted."""
_MISSING = ", ".join(command.partition(" ")[0] for command in _BY_HAND if command not in CHAIN)


def _by_hand() -> float:
    port = str(closed_port())
    return sum(seconds(*command.replace("PORT", port).split()) for command in CHAIN)


def _one_attempt() -> float:
    return seconds(*CHECK, "--attempts", "1", f"127.0.0.1:{closed_port()}")


def _nmap() -> float:
    needed("nmap")
    return seconds("nmap", "-sT", "-Pn", "-p", "1", "127.0.0.1")


def _crowd(count: int) -> float:
    return processor_seconds(*crowded(count, *CHECK, f"{NAME}:1"))


ROWS = (
    Row(
        what="`check --attempts 1` of a refused port",
        unit="ms",
        most=250,
        ours=_one_attempt,
        peer=f"by hand, {len(CHAIN)} commands" + (f" (no {_MISSING} here)" if _MISSING else ""),
        theirs=_by_hand,
    ),
    Row(what="`check --attempts 1` of a refused port, again", ours=_one_attempt, peer="nmap -sT -p 1", theirs=_nmap),
    Row(what="`check` of a refused port", unit="s", most=5, ours=lambda: seconds(*CHECK, f"127.0.0.1:{closed_port()}"), pairs=1),
    Row(
        what="`check` of a port that never answers",
        unit="s",
        most=15,
        ours=lambda: seconds(*silenced(*CHECK, f"{SILENT}:81")),
        around=namespaces,
        pairs=1,
    ),
    Row(
        what="`check` of a refused port, first nameserver dead",
        unit="s",
        most=6,
        ours=lambda: seconds(*with_a_dead_nameserver(*CHECK, f"{NAME}:1")),
        around=namespaces,
        pairs=1,
    ),
    Row(what="a name with 200 addresses: processor", unit="s", most=2, ours=lambda: _crowd(200), around=namespaces, pairs=3),
    Row(what="a name with 500 addresses: processor", unit="s", most=4, ours=lambda: _crowd(500), around=namespaces, pairs=3),
    Row(
        what="`check` of a name with 200 addresses",
        most=2,
        ours=lambda: seconds(*crowded(200, *CHECK, f"{NAME}:1")),
        peer="one address",
        theirs=lambda: seconds(*crowded(1, *CHECK, f"{NAME}:1")),
        around=namespaces,
        pairs=1,
    ),
)
