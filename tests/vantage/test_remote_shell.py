"""A script behind a command prefix: its words come back, and each way to fail is told in words."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.probes.kernel.tool import Finished
from tui.vantage import remote_shell
from tui.vantage.remote_shell import RemoteShellError, ask

MARK = "=== mark"
SCRIPT = f"echo '{MARK}'\necho answer\n"


async def test_the_answer_begins_after_the_mark() -> None:
    """What a login writes before the script's own first line is left out."""
    answer = await ask("sh -c 'echo Welcome; exec \"$@\"' login", SCRIPT, mark=MARK, environ=os.environ)

    assert answer == "answer\n"


@pytest.mark.parametrize(
    ("prefix", "reason", "remedy"),
    [
        ("nosuch-program", "cannot be run here (No such file or directory)", "first word"),
        ("false", "status 1: without a message", "by hand: false"),
        ("sh -c 'echo no such host >&2; echo more >&2; exit 255'", "status 255: no such host", "by hand"),
        ("sh -c 'printf \"\\033[2J\" >&2; exit 1'", "\\x1b[2J", "by hand"),
        ("true", "without reading the script", "docker exec -i"),
        ("sh -c 'true", "not a command line", "quotes"),
        ("", "empty", "ssh db1"),
        ("  ", "empty", "ssh db1"),
        ("a\0b", "cannot be run here", "first word"),
    ],
)
async def test_a_failure_has_its_reason_and_what_would_help(prefix: str, reason: str, remedy: str) -> None:
    """Whatever goes wrong with the prefix is told by its first line, made safe, with a remedy."""
    with pytest.raises(RemoteShellError) as caught:
        await ask(prefix, SCRIPT, mark=MARK, environ={"PATH": os.defpath})

    assert reason in caught.value.reason
    assert remedy in caught.value.remedy


async def test_a_far_end_that_hangs_is_given_up() -> None:
    """After the deadline the reason says so, and how to see what it asks."""
    with pytest.raises(RemoteShellError) as caught:
        await ask("sh -c 'sleep 600'", SCRIPT, mark=MARK, environ=os.environ, deadline_s=0.3)

    assert "within 0.3 s" in caught.value.reason
    assert "by hand" in caught.value.remedy


async def test_ssh_may_not_open_a_window() -> None:
    """The far command is told never to ask for a password in a window."""
    answer = await ask("env", f"echo '{MARK}'; echo $SSH_ASKPASS_REQUIRE", mark=MARK, environ=os.environ)

    assert answer == "never\n"


async def test_the_prefix_is_no_shell_line() -> None:
    """Nothing of a prefix is read by a shell here: its special characters are arguments."""
    with pytest.raises(RemoteShellError) as caught:
        await ask("env; echo", SCRIPT, mark=MARK, environ=os.environ)

    assert "env; cannot be run" in caught.value.reason


@given(st.binary(), st.binary(), st.integers(-20, 255))
def test_any_ending_is_an_answer_or_a_reason(output: bytes, errors: bytes, status: int) -> None:
    """Whatever a command wrote and however it ended, it is an answer or a RemoteShellError."""
    found = True
    try:
        remote_shell._after_mark(Finished(status, output, errors), MARK, "ssh db1")
    except RemoteShellError as error:
        found = not (error.reason and error.remedy)

    assert found is (f"\n{MARK}\n".encode() in b"\n" + output)
