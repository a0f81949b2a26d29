"""Looking changes nothing: a machine on which nothing was used yet is the same after `check` and after the screen."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.network import NOBODY
from tests.lab.pristine import Pristine, State, differences, pristine
from tests.program import terminal

REFUSED = (sys.executable, "-m", "tui")
TARGETS = ("127.0.0.1:1", "[::1]:1", "nowhere.invalid:80", "10.99.0.1:80", "/run/none.sock")
"""Refused in both families, a name, no route, a socket: all kinds of checks, engines, firewalls and units among them."""


@pytest.fixture(params=[0, NOBODY], ids=["root", "nobody"])
def user(request: pytest.FixtureRequest) -> int:
    """Who looks; each has an empty home and runtime directory."""
    chosen: int = request.param
    return chosen


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Pristine]:
    """A machine of this test's own."""
    (tmp_path / "machine").mkdir()
    with pristine(tmp_path / "machine") as made:
        yield made


def changed(before: State, after: State) -> list[str]:
    """What is different, but for the session in the state directory: one file and the directories that lead to it."""
    state = r"/.local", r"/.local/state", r"/.local/state/refused", r"/.local/state/refused/sessions"
    found = differences(before, after)
    ours = [line for line in found if line.startswith("files: /home/") and line.endswith(" is new")]
    kept = [line for line in ours if line.split()[1].endswith(state) or line.split()[1].endswith(".jsonl")]
    assert sum(".jsonl -rw------- " in line for line in kept) == sum(".jsonl " in line for line in kept)
    return [line for line in found if line not in kept]


def test_a_check_leaves_everything_as_it_was(user: int, machine: Pristine) -> None:
    """Files anywhere, processes, settings, routes, metrics, connections, rules, modules; twice, without a session."""
    before = machine.state()

    for _ in range(2):
        done = machine.run(*REFUSED, "check", *TARGETS, "--attempts", "1", "--no-session", user=user)
        assert done.returncode in {1, 3}, done.stderr
        assert differences(before, machine.state()) == []


def test_a_check_with_a_session_writes_the_session_alone(user: int, machine: Pristine) -> None:
    """One file that only its owner may read, in the user's own state directory."""
    before = machine.state()

    done = machine.run(*REFUSED, "check", TARGETS[0], "--attempts", "1", user=user)

    assert done.returncode == 1, done.stderr
    after = machine.state()
    assert changed(before, after) == []
    assert sum(".jsonl " in line for line in after["files"] - before["files"]) == 1


def test_the_screen_leaves_everything_as_it_was(user: int, machine: Pristine, tmp_path: Path) -> None:
    """Walked to its verdict and left by `q`."""
    before = machine.state()

    with terminal(state=tmp_path, program=machine.command(*REFUSED, TARGETS[0], "--attempts", "1", user=user)) as opened:
        opened.wait_for("refused by reset").press("a")
        opened.wait_for("Nothing listens on").press("q")
        assert opened.end() in {0, 1}

    assert changed(before, machine.state()) == []


@pytest.mark.skipif(not shutil.which("podman"), reason="podman is not installed")
def test_a_podman_whose_process_has_ended_gets_no_other(machine: Pristine) -> None:
    """Where podman of a user was used, and the process that it leaves behind was ended, none is started by looking."""
    used = machine.run("podman", "ps", user=NOBODY)
    if used.returncode:
        pytest.skip(f"podman of a user can't be used here: {used.stderr.strip()}")
    machine.run("sh", "-c", 'kill -9 $(cat "$XDG_RUNTIME_DIR/libpod/tmp/pause.pid")', user=NOBODY)
    before = machine.state()

    machine.run(*REFUSED, "check", TARGETS[0], "--attempts", "1", "--no-session", user=NOBODY)

    assert differences(before, machine.state()) == []


@pytest.mark.parametrize(
    "command",
    [
        "touch /etc/left",
        "mkdir -m 700 /run/left",
        "sysctl -qw net.ipv4.tcp_mtu_probing=1",
        "ip route add 10.9.0.0/24 dev lo",
        "sleep 30 > /dev/null 2>&1 &",
        "nft add table inet left",
    ],
)
def test_what_is_left_would_show(command: str, machine: Pristine) -> None:
    """The comparison sees files, settings, routes, rules and processes that a look would leave behind."""
    before = machine.state()

    machine.run("sh", "-c", command, user=0)

    assert len(differences(before, machine.state())) >= 1
