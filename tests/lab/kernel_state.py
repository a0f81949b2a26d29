"""What a machine's kernel holds that a look at it could change: routes and what it has learnt of them, neighbours, filters.

Law: a check leaves it as it was, but for what any client of the target leaves: who its neighbours are, and how fast they answer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.lab.network import Namespace

State = Mapping[str, frozenset[str]]

_COMMANDS = {
    "routes": "ip route show table all; ip -6 route show table all",
    "learnt routes": "ip -4 -o route show cache; ip -6 -o route show cache",
    "policy rules": "ip rule; ip -6 rule",
    "addresses": "ip -o address",
    "neighbours": "ip -o neighbour",
    "TCP metrics": "ip -o tcp_metrics",
    "filter rules": "nft -s -t list ruleset",
}
_OF_A_CLIENT = frozenset({"neighbours", "TCP metrics"})
"""What a client of the target leaves behind too, about the addresses that it speaks to."""
_PASSES = re.compile(r" (?:expires|age|valid_lft|preferred_lft) \S+|\\?\s+cache\b| users \d+| used \S+")
_COUNTS = frozenset({"nf_conntrack_count"})
"""Kernel parameters that count; the packets of others change them."""


def kernel_state(machine: Namespace, known: Iterable[str]) -> State:
    """What the machine's kernel holds now, a line each, by what it is.

    What it has learnt of a route is listed only once the route was used again, so those to `known` addresses are looked up.
    """
    gets = "\n".join(f"route get {address}" for address in known)
    machine.run("ip", "-force", "-batch", "-", stdin=gets, check=False)
    script = "\n".join(f"echo '=== {name}'\n{command} 2>/dev/null" for name, command in _COMMANDS.items())
    parts = re.split(r"^=== (.*)$", machine.run("sh", "-c", f"{script}\ntrue").stdout, flags=re.MULTILINE)[1:]
    lines = {name: _lines(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return {**lines, "kernel parameters": frozenset(machine.inside(_parameters))}


def changes(before: State, after: State, known: Iterable[str]) -> list[str]:
    """What is new or gone; new neighbours and TCP metrics of `known` addresses and of loopback are what any client leaves."""
    found: list[str] = []
    addresses = set(known)
    for name, lines in after.items():
        new = {line for line in lines - before[name] if not (name in _OF_A_CLIENT and _is_known(line.split()[0], addresses))}
        gone = before[name] - lines if name not in _OF_A_CLIENT else ()
        found += [f"{name}: {line} is new" for line in sorted(new)] + [f"{name}: {line} is gone" for line in sorted(gone)]
    return found


def _is_known(address: str, addresses: set[str]) -> bool:
    """Whether it is one of these, or of loopback, over which a service of the machine itself speaks as well.

    A router asks for its neighbours from its link-local address (RFC 4861).
    """
    return address in addresses or address == "::1" or address.startswith(("127.", "fe80:"))


def _lines(text: str) -> frozenset[str]:
    return frozenset(_PASSES.sub("", line).strip() for line in text.splitlines() if line.strip())


def _parameters() -> Iterator[str]:
    return iter([f"{path} = {text}" for path in Path("/proc/sys/net").rglob("*") if (text := _read(path)) is not None])


def _read(path: Path) -> str | None:
    if path.name in _COUNTS or not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # some can only be written
        return None
