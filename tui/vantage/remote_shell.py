"""Running a script in the other end's shell, through a command prefix."""

import re
import shlex
from collections.abc import Mapping

from tui.model.safe_text import safe_line, safe_name
from tui.probes.kernel.tool import Finished, run_tool

DEADLINE_S = 8.0
"""An ssh connection over a slow line takes three or four seconds; the walk does not wait much longer for one check."""
SHELL = ("sh", "-s")
_SECTION = re.compile(r"^=== (\w+)$", re.MULTILINE)


class RemoteShellError(Exception):
    """The other end could not be asked: why, and what would help. Both are sentences."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


async def ask(prefix: str, script: str, *, mark: str, environ: Mapping[str, str], deadline_s: float = DEADLINE_S) -> str:
    """What `script` prints in a POSIX shell behind `prefix`, after the line `mark`, which the script has to print first.

    What a login prints before that is left out. Raises RemoteShellError.
    """
    try:
        arguments = [*shlex.split(prefix), *SHELL]
    except ValueError as error:
        raise RemoteShellError(f"The prefix is not a command line ({error}).", "Close its quotes.") from None
    if len(arguments) == len(SHELL):
        raise RemoteShellError("The prefix is empty.", "Name a command that runs a shell at the other end, such as: ssh db1")
    try:
        # Without it ssh would open a window to ask for a password where there is a display.
        quiet = {**environ, "SSH_ASKPASS_REQUIRE": "never"}
        finished = await run_tool(arguments, environ=quiet, deadline_s=deadline_s, script=script.encode())
    except TimeoutError:
        command = shlex.join(arguments[: -len(SHELL)])
        raise RemoteShellError(
            f"It gave no answer within {deadline_s:g} s.", f"Try it by hand, as it may ask a question: {command} sh -c true"
        ) from None
    except (OSError, ValueError) as error:
        raise RemoteShellError(
            f"{safe_name(arguments[0])} cannot be run here ({getattr(error, 'strerror', None) or error}).",
            "Check the first word of the prefix.",
        ) from None
    return _after_mark(finished, mark, prefix)


def sections(text: str) -> dict[str, str]:
    """The parts of a script's output, by the NAME in the line `=== NAME` that starts each."""
    names_and_texts = _SECTION.split(text)[1:]
    return dict(zip(names_and_texts[::2], names_and_texts[1::2], strict=True))


def _after_mark(finished: Finished, mark: str, prefix: str) -> str:
    output = finished.output.decode("utf-8", "surrogateescape")
    _, marked, rest = f"\n{output}".partition(f"\n{mark}\n")
    if marked:
        return rest
    message = safe_line(finished.errors.strip().partition(b"\n")[0])
    command = f"Try it by hand: {safe_name(prefix)} sh -c true"
    if finished.status:
        raise RemoteShellError(f"It ended with status {finished.status}: {message or 'without a message'}", command)
    raise RemoteShellError(
        "It ended without reading the script on its standard input.",
        "Have it pass on standard input: docker exec -i, kubectl exec -i, ssh without -n.",
    )
