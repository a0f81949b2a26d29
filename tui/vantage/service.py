"""The service at the other end: the same programs as here, run by one shell in each round behind the command prefix."""

import shlex
from collections.abc import AsyncGenerator, Sequence

from tui.model.facts import AnyFact, NotObserved
from tui.model.numbers import decimal_number
from tui.model.requests import ReadService
from tui.model.safe_text import safe_line
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.tool import Finished
from tui.probes.services import service
from tui.probes.services.machine import Command
from tui.vantage.remote_shell import RemoteShellError, ask

MARK = "=== refused services"
NOT_FOUND = 127
"""What a shell returns for a program that is not there."""


class RemoteMachine:
    """The machine behind a command prefix; one connection for each round. Raises RemoteShellError where it can't be asked."""

    def __init__(self, prefix: str, system: SystemView) -> None:
        self._prefix = prefix
        self._environ = system.environ

    async def run(self, *commands: Command) -> list[Finished | None]:
        """One after the other, in one shell."""
        text = await ask(self._prefix, script(commands), mark=MARK, environ=self._environ)
        return parts(text, len(commands))


async def check(request: ReadService, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the services that `request.vantage`, a command prefix, leads to; or why they could not be read."""
    prefix = request.vantage or ""
    try:
        async for fact in service.check_on(RemoteMachine(prefix, system), request):
            yield fact
    except RemoteShellError as error:
        command = f"{safe_line(prefix)} systemctl status"
        yield NotObserved(request=request, reason=error.reason, remedy=error.remedy, command=command)


def script(commands: Sequence[Command]) -> str:
    """A script for any POSIX shell that runs `commands` and prints the output of each between marker lines."""
    lines = [
        "LC_ALL=C TZ=UTC SYSTEMD_PAGER= SYSTEMD_COLORS=0",
        "export LC_ALL TZ SYSTEMD_PAGER SYSTEMD_COLORS",
        f"echo '{MARK}'",
    ]
    for number, command in enumerate(commands):
        # Standard error goes into the same part: it says why there is no output, and there is no other way back.
        lines += [f"echo '{MARK} {number}'", f"{shlex.join(command)} </dev/null 2>&1", f"printf '\\n%s %s\\n' '{MARK} status' $?"]
    return "\n".join(lines) + "\n"


def parts(text: str, number: int) -> list[Finished | None]:
    """What each of `number` commands printed, taken from the output of `script`; None for a program that was not there."""
    outcomes: list[Finished | None] = [None] * number
    for index in range(number):
        _, begun, rest = text.partition(f"{MARK} {index}\n")
        printed, ended, after = rest.partition(f"\n{MARK} status ")
        status = after.partition("\n")[0].strip()
        number_of_end = decimal_number(status)
        if begun and ended and number_of_end not in {None, NOT_FOUND}:
            output = printed.encode("utf-8", "surrogateescape")
            outcomes[index] = Finished(number_of_end, output, output if number_of_end else b"")
    return outcomes
