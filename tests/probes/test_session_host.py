"""Where a session runs: root or not, with systemd or not, in a container, in a pod."""

import asyncio
import os
from pathlib import Path

import pytest

from tui.model.facts import SessionHost
from tui.model.requests import ReadSessionHost
from tui.probes.kernel.system_view import SystemView
from tui.probes.namespaces.session_host import check


def seen(system: SystemView) -> SessionHost:
    """The one fact of the check."""

    async def first() -> SessionHost:
        facts = [fact async for fact in check(ReadSessionHost(), system)]
        assert len(facts) == 1
        assert isinstance(facts[0], SessionHost)
        return facts[0]

    return asyncio.run(first())


@pytest.fixture
def system(tmp_path: Path) -> SystemView:
    """A machine whose process has no container in its control group."""
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/user.slice\n")
    return SystemView(proc=tmp_path / "proc", run=tmp_path / "run", environ={})


def test_the_user_is_the_session_s_own(system: SystemView) -> None:
    """The effective user types the commands, so that decides about sudo."""
    assert seen(system).user == os.geteuid()


def test_systemd_is_there_where_it_has_booted_the_machine(system: SystemView) -> None:
    """The directory is what sd_booted(3) asks for; a file of that name is none."""
    assert not seen(system).systemd
    (system.run / "systemd").mkdir(parents=True)
    (system.run / "systemd/system").touch()
    assert not seen(system).systemd
    (system.run / "systemd/system").unlink()
    (system.run / "systemd/system").mkdir()
    assert seen(system).systemd


def test_the_container_is_that_of_the_session(system: SystemView) -> None:
    """By its control group; a process whose view is used does not move the person who types."""
    group = f"0::/system.slice/docker-{'ab12' * 16}.scope\n"
    (system.proc / "self/cgroup").write_text(group)
    assert seen(system).container == "ab12ab12ab12"
    (system.proc / "self/cgroup").write_text("0::/\n")
    (system.proc / "812").mkdir()
    (system.proc / "812/cgroup").write_text(group)
    assert seen(SystemView(proc=system.proc, run=system.run, environ={}, pid=812)).container in {None, "docker", "podman"}


def test_a_pod_is_the_client_s(system: SystemView) -> None:
    """Kubernetes gives each container the address of its own service; that of the process whose view is used counts."""
    inside = {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}
    assert not seen(system).pod
    assert seen(SystemView(proc=system.proc, run=system.run, environ=inside)).pod
    assert seen(SystemView(proc=system.proc, run=system.run, environ={}, program_environ=inside)).pod
    assert not seen(SystemView(proc=system.proc, run=system.run, environ=inside, program_environ={})).pod
