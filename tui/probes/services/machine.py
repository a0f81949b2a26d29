"""Running programs that only read: several at once, each bounded.

Law: argument lists, never a command line; where a program is missing or gives no answer the result is None, never an error.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.tool import Finished, run_tool

DEADLINE_S = 4.0
"""systemctl and journalctl answer within some 10 ms; a journal of gigabytes on a slow disk takes a second or two."""
Command = Sequence[str]


class Machine(Protocol):
    """Where programs are run."""

    async def run(self, *commands: Command) -> list[Finished | None]:
        """How each of the commands ended, in their order."""


class Here:
    """This machine."""

    def __init__(self, system: SystemView) -> None:
        self._environ = reading_environ(system.environ)

    async def run(self, *commands: Command) -> list[Finished | None]:
        """All at the same time."""
        return list(await asyncio.gather(*map(self._run, commands)))

    async def _run(self, command: Command) -> Finished | None:
        try:
            return await run_tool(command, environ=self._environ, deadline_s=DEADLINE_S)
        except (OSError, ValueError):  # not there, or too late (TimeoutError is an OSError)
            return None


def reading_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for programs whose text is read: no translation, no colours, no pager, times in UTC."""
    return {**environ, "LC_ALL": "C", "TZ": "UTC", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
