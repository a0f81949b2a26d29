"""What acts on packets at a device, outside of the packet filter: XDP programs, and filters of traffic control.

Law: none of it is followed. A program is code, and a classifier of traffic control may match any bits of a packet; that there
is one is said, and nothing is claimed about what it does. Source: ip-link(8), tc(8), tc-bpf(8).
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tui.model.safe_text import safe_text
from tui.probes.firewall.packet import LOOPBACK
from tui.probes.kernel.tool import run_tool

LONGEST_S = 2.0
MOST_OUTPUT = 1_000_000
DIRECTIONS = {"ingress": "comes in by", "egress": "goes out by"}
"""The two places of traffic control (tc-bpf(8), clsact), and what passes there."""


async def unfollowed(device: str | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each thing at the device that may drop packets; none where nothing is there, or no tool shows it."""
    if not device or device == LOOPBACK:
        return ()
    sentences = list(xdp_in(device, await _listed(("ip", "-json", "link", "show", "dev", device), environ)))
    for direction in DIRECTIONS:
        listed = await _listed(("tc", "-json", "filter", "show", "dev", device, direction), environ)
        sentences += filters_in(device, direction, listed)
    return tuple(sentences)


def xdp_in(device: str, listed: Iterable[Any]) -> Iterator[str]:
    """The sentence for an XDP program in what `ip -json link` lists."""
    for link in listed:
        if isinstance(link, dict) and link.get("ifname") == device and isinstance(link.get("xdp"), dict):
            name = safe_text(device, limit=40)
            yield f"An XDP program at {name} sees what comes in there before every rule, and was not followed."
            return


def filters_in(device: str, direction: str, listed: Iterable[Any]) -> Iterator[str]:
    """The sentence for filters of traffic control in what `tc -json filter` lists: by their kinds."""
    kinds = [str(filter_["kind"]) for filter_ in listed if isinstance(filter_, dict) and filter_.get("kind")]
    if kinds:
        named = safe_text(" and ".join(dict.fromkeys(kinds)), limit=60)
        yield (
            f"A filter of traffic control ({named}) acts on what {DIRECTIONS[direction]} {safe_text(device, limit=40)}, "
            "and was not followed."
        )


async def _listed(command: tuple[str, ...], environ: Mapping[str, str]) -> list[Any]:
    """The list that a tool prints in JSON; empty where it is not there, fails, or prints something else."""
    program = shutil.which(command[0], path=environ["PATH"])
    if program is None:
        return []
    try:
        done = await run_tool((program, *command[1:]), environ=environ, deadline_s=LONGEST_S, most=MOST_OUTPUT)
        listed = json.loads(done.output or b"[]") if done.status == 0 else []
    except (TimeoutError, OSError, ValueError, RecursionError):
        return []
    return listed if isinstance(listed, list) else []
