"""The lab itself: it forwards, it is not in the way of the next one, and it leaves nothing behind."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.lab.network import FOLDER, NETNS, NOBODY, ROUTER1, SERVER, SERVER6, Lab, sweep
from tests.lab.network import lab as fresh


def test_the_machines_reach_each_other(lab: Lab) -> None:
    """The first packet of either family already passes both routers."""
    for address in (SERVER6, SERVER):
        assert "1 received" in lab.client.run("ping", "-n", "-c", "1", "-W", "1", address, user=NOBODY).stdout


def test_two_labs_at_once(lab: Lab) -> None:
    """Another lab has its own machines."""
    with fresh() as second:
        second.router1.filter("forward", "drop")

        assert lab.client.name != second.client.name
        assert lab.client.run("ping", "-n", "-c", "1", "-W", "1", SERVER, check=False).returncode == 0
        assert second.client.run("ping", "-n", "-c", "1", "-W", "0.2", SERVER, check=False).returncode == 1
        assert second.client.run("ping", "-n", "-c", "1", "-W", "1", ROUTER1, check=False).returncode == 0


def test_a_lab_leaves_nothing_behind() -> None:
    """Namespaces and processes are gone, also after an error in the middle."""
    service, names = None, list[str]()
    try:
        with fresh() as made:
            service = made.server.serve(80)
            names = [machine.name for machine in (made.client, made.router1, made.router2, made.server)]
            assert all((NETNS / name).exists() for name in names)
            raise RuntimeError("a test that fails")  # noqa: TRY301 -- the error is the case at hand
    except RuntimeError:
        pass

    assert len(names) == 4
    assert not any((NETNS / name).exists() for name in names)
    assert service
    assert service.returncode == -9


def test_what_a_killed_run_left_is_swept() -> None:
    """A namespace or folder named after a process that is gone is deleted; those of a living process stay."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    dead, living = f"refused-{gone.pid}-1-client", f"refused-{os.getpid()}-sweep"
    left, used = (Path(tempfile.mkdtemp(prefix=f"{FOLDER}{pid}-")) for pid in (gone.pid, os.getpid()))
    try:
        for name in (dead, living):
            subprocess.run(["ip", "netns", "add", name], check=True)

        sweep()

        assert not (NETNS / dead).exists()
        assert (NETNS / living).exists()
        assert [left.exists(), used.exists()] == [False, True]
    finally:
        used.rmdir()
        for name in (dead, living):
            if (NETNS / name).exists():
                subprocess.run(["ip", "netns", "delete", name], check=True)
