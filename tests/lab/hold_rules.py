"""Loads rulesets, holds them against connections and tries these: one JSON document a line in, one a line out.

In: `[[command, …, text] …, [[address, port] …]]`: commands with their standard input, then where to connect. Out, for
each connection: the answer, the deciding rule's verdict and which packet it stops, whether it may be led elsewhere, and
how the attempt ended.
"""

import asyncio
import json
import subprocess
import sys
from typing import Any

from tui.engine.runner import check
from tui.model.facts import AnyFact, Firewall, TcpAttempt
from tui.model.requests import Connect, ReadFirewall
from tui.probes.kernel.system_view import SystemView

SHORT_S, LONG_S = 0.25, 3.0
"""A SYN here is answered within a millisecond; what stays silent against the engine's word is given longer."""


async def held(address: str, port: int) -> list[Any]:
    """The engine's word and the kernel's for one connection."""
    facts: list[AnyFact] = []
    await check(ReadFirewall(address=address, port=port), facts.append, system=SystemView())
    (fact,) = facts
    if not isinstance(fact, Firewall):
        return ["unread", str(fact), "", False, ""]
    ended = ""
    for timeout in (SHORT_S, LONG_S):
        seen: list[AnyFact] = []
        await check(Connect(address=address, port=port, timeout_s=timeout), seen.append, system=SystemView())
        attempt = next(one for one in seen if isinstance(one, TcpAttempt))
        ended = str(attempt.outcome) + ("-icmp" if attempt.icmp else "")
        if ended != "timeout" or fact.answer != "does-not-match":
            break
    deciding = fact.deciding
    led = bool(fact.translated) or any(one.verdict in {"dnat", "redirect"} for one in fact.undecided)
    return [fact.answer, deciding.verdict if deciding else "", deciding.on if deciding else "", led, ended]


async def all_held(targets: list[tuple[str, int]]) -> list[Any]:
    """The words on several connections, at the same time."""
    return list(await asyncio.gather(*(held(address, port) for address, port in targets)))


def main() -> None:
    """One document after the other."""
    for line in sys.stdin:
        *commands, targets = json.loads(line)
        failed = ""
        for *command, text in commands:
            done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
            failed = failed or (done.stderr if done.returncode else "")
        sys.stdout.write(json.dumps(failed or asyncio.run(all_held(targets))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
