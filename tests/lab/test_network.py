"""The lab itself: it forwards, it sees nothing but itself, it is not in the way of the next one, and it leaves nothing behind."""

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.lab.network import FOLDER, HERE, NOBODY, ROOT, ROUTER1, SERVER, SERVER6, Lab, Namespace, sweep
from tests.lab.network import lab as fresh
from tui.model.facts import AnyFact, OtherNamespaces
from tui.model.requests import ListOtherNamespaces

PORT = 8080
_PROCESSES = 'for one in /proc/[0-9]*; do tr "\\0\\n" "  " < $one/cmdline && echo; done 2>/dev/null'


def test_the_machines_reach_each_other(lab: Lab) -> None:
    """The first packet of either family already passes both routers."""
    for address in (SERVER6, SERVER):
        assert "1 received" in lab.client.run("ping", "-n", "-c", "1", "-W", "1", address, user=NOBODY).stdout


def test_two_labs_at_once(lab: Lab) -> None:
    """Another lab has its own machines."""
    with fresh() as second:
        second.router1.filter("forward", "drop")

        assert lab.client.computer != second.client.computer
        assert lab.client.run("ping", "-n", "-c", "1", "-W", "1", SERVER, check=False).returncode == 0
        assert second.client.run("ping", "-n", "-c", "1", "-W", "0.2", SERVER, check=False).returncode == 1
        assert second.client.run("ping", "-n", "-c", "1", "-W", "1", ROUTER1, check=False).returncode == 0


@pytest.fixture(name="decoy")
def listener_outside(_swept: None) -> Iterator[subprocess.Popen[str]]:
    """A service on PORT in a network namespace that is no lab's, as that of a container on the real machine."""
    inside = 'ip link set lo up; exec "$@"'
    serve = (sys.executable, "-IS", str(HERE / "serve.py"), "::", str(PORT), "hold")
    argv = ("setpriv", "--pdeathsig=KILL", "unshare", "--net", "sh", "-c", inside, "sh", *serve)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline()
        yield process
        process.kill()


def elsewhere(facts: list[AnyFact]) -> OtherNamespaces:
    """What was seen of other namespaces."""
    return next(one for one in facts if isinstance(one, OtherNamespaces))


def processes(machine: Namespace, user: int | None) -> list[str]:
    """The command lines of all processes that a machine sees."""
    return machine.run("sh", "-c", _PROCESSES, user=user, check=False).stdout.splitlines()


def test_what_is_outside_is_not_seen(lab: Lab, decoy: subprocess.Popen[str], user: int | None) -> None:
    """A service in a foreign namespace of the real machine is seen there, and not from the lab; nor is a process."""
    request = ListOtherNamespaces(port=PORT)
    told = msgspec.json.encode([request])
    outside = subprocess.run(lab.looking(), cwd=ROOT, input=told, capture_output=True, check=True).stdout.decode()
    assert any(row.pid == decoy.pid for one in elsewhere(lab.read(outside)[0]).namespaces for row in one.listeners)

    seen = elsewhere(lab.look(request, user=user))

    assert (seen.namespaces, seen.containers, seen.hidden, seen.initial) == ((), (), 0, True)
    assert [line.split()[0] for line in processes(lab.client, user)] == ["sh", "sh"]


def test_each_machine_sees_itself_alone(lab: Lab, user: int | None) -> None:
    """A machine sees its own services, and neither those of another machine nor anything of the real machine's in /run."""
    lab.client.serve(PORT, "hold")
    lab.server.serve(PORT, "close")

    for machine, behaviour in ((lab.client, "hold"), (lab.server, "close")):
        services = [line.split()[-1] for line in processes(machine, user) if "serve.py" in line]
        folders = [set(machine.run("ls", folder, user=user).stdout.split()) for folder in ("/run", "/run/netns")]
        assert (services, folders[0] - {"mount"}, folders[1]) == ([behaviour], {"netns"}, {machine.name})


def test_a_lab_leaves_nothing_behind() -> None:
    """Its computers with all that runs there are gone, also after an error in the middle."""
    service, computers = None, list[int]()
    try:
        with fresh() as made:
            service = made.server.serve(80)
            computers = [machine.computer for machine in (made.client, made.router1, made.router2, made.server)]
            assert all(Path("/proc", str(pid)).exists() for pid in computers)
            raise RuntimeError("a test that fails")  # noqa: TRY301 -- the error is the case at hand
    except RuntimeError:
        pass

    assert len(set(computers)) == 4
    assert not any(Path("/proc", str(pid)).exists() for pid in computers)
    assert service
    assert service.returncode == -9


def test_a_killed_run_leaves_nothing_behind() -> None:
    """Where the test run is killed, the computers end, and what they ran ends with them."""
    made = "from tests.lab.network import *\nwith lab() as made:\n"
    script = f"{made} print(made.server.computer, made.server.serve(80).pid, flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    handles = [os.pidfd_open(int(pid)) for pid in child.stdout.readline().split()]
    child.kill()
    child.communicate()

    for handle in handles:
        assert select.select([handle], [], [], 20.0)[0], "a process goes on"
        os.close(handle)


def test_what_a_killed_run_left_is_swept() -> None:
    """A folder named after a process that is gone is deleted; that of a living process stays."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    left, used = (Path(tempfile.mkdtemp(prefix=f"{FOLDER}{pid}-")) for pid in (gone.pid, os.getpid()))
    try:
        sweep()

        assert [left.exists(), used.exists()] == [False, True]
    finally:
        used.rmdir()
