"""Running a script in the far end's shell, through a command prefix."""

import re
import shlex
from collections.abc import Mapping

from tui.model.safe_text import safe_text
from tui.probes.kernel.tool import Finished, run_tool

DEADLINE_S = 8.0
"""An ssh connection over a slow line takes three or four seconds; the walk does not wait much longer for one look."""
SHELL = ("sh", "-s")
_SECTION = re.compile(r"^=== (\w+)$", re.MULTILINE)


class FarEndError(Exception):
    """The far end could not be asked: why, and what would help. Both are sentences."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


async def ask(prefix: str, script: str, *, mark: str, environ: Mapping[str, str], deadline_s: float = DEADLINE_S) -> str:
    """What `script` writes in a POSIX shell behind `prefix`, from its line `mark` on, which the script has to write first.

    What a login writes before that is left out. Raises FarEndError.
    """
    try:
        arguments = [*shlex.split(prefix), *SHELL]
    except ValueError as error:
        raise FarEndError(f"The prefix is no command line ({error}).", "Balance its quotes.") from None
    if len(arguments) == len(SHELL):
        raise FarEndError("The prefix is empty.", "Name a command that runs a shell on the far end, such as: ssh db1")
    try:
        # Without it ssh would open a window to ask for a password where there is a display.
        quiet = {**environ, "SSH_ASKPASS_REQUIRE": "never"}
        finished = await run_tool(arguments, environ=quiet, deadline_s=deadline_s, script=script.encode())
    except TimeoutError:
        command = shlex.join(arguments[: -len(SHELL)])
        raise FarEndError(
            f"It gave no answer within {deadline_s:g} s.", f"Try it by hand, it may ask a question: {command} sh -c true"
        ) from None
    except (OSError, ValueError) as error:
        raise FarEndError(
            f"{safe_text(arguments[0], limit=80)} cannot be run here ({getattr(error, 'strerror', None) or error}).",
            "Check the prefix's first word.",
        ) from None
    return _after_mark(finished, mark, prefix)


def sections(text: str) -> dict[str, str]:
    """The parts of what a script wrote, by the NAME of the line `=== NAME` that starts each."""
    names_and_texts = _SECTION.split(text)[1:]
    return dict(zip(names_and_texts[::2], names_and_texts[1::2], strict=True))


def _after_mark(finished: Finished, mark: str, prefix: str) -> str:
    output = finished.output.decode("utf-8", "surrogateescape")
    _, found, rest = f"\n{output}".partition(f"\n{mark}\n")
    if found:
        return rest
    said = safe_text(finished.errors.strip().partition(b"\n")[0], limit=200)
    command = f"Try it by hand: {safe_text(prefix, limit=120)} sh -c true"
    if finished.status:
        raise FarEndError(f"It ended with status {finished.status}: {said or 'without a word'}", command)
    raise FarEndError(
        "It ended without reading the script on its standard input.",
        "Let it pass standard input on: docker exec -i, kubectl exec -i, ssh without -n.",
    )
