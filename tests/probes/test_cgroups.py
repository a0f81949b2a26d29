"""Units and containers, as the paths of control groups name them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.probes.sockets.cgroups import container_of, group_path, paths_of, unit_of

ID = "0123456789ab" + "c" * 52


@pytest.mark.parametrize(
    ("path", "unit", "container"),
    [
        ("/", None, None),
        ("/system.slice/nginx.service", "nginx.service", None),
        ("/system.slice/system-postgresql.slice/postgresql@15-main.service", "postgresql@15-main.service", None),
        ("/system.slice/ssh.socket", "ssh.socket", None),
        ("/user.slice/user-1000.slice/session-3.scope", None, None),
        ("/user.slice/user-1000.slice/user@1000.service/init.scope", None, None),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/syncthing.service", "syncthing.service", None),
        (f"/system.slice/docker-{ID}.scope", None, "0123456789ab"),
        (f"/docker/{ID}", None, "0123456789ab"),
        (f"/docker/{ID}/system.slice/nginx.service", "nginx.service", "0123456789ab"),
        (f"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container", None, "0123456789ab"),
        (f"/machine.slice/libpod-conmon-{ID}.scope", None, None),
        (
            f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-{ID}.scope",
            None,
            "0123456789ab",
        ),
        (f"/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}", "containerd.service", "0123456789ab"),
        (f"/kubepods/burstable/pod1/{ID}", None, "0123456789ab"),
        ("/lxc.payload.web-1/system.slice/nginx.service", "nginx.service", "web-1"),
        ("/machine.slice/machine-debian\\x2dtest.scope", None, "debian-test"),
    ],
)
def test_a_path_names_its_unit_and_container(path: str, unit: str | None, container: str | None) -> None:
    """Managers' own conventions are read; sessions and the user's manager are no service."""
    assert (unit_of(path), container_of(path)) == (unit, container)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No path and no file breaks the readers."""
    path = group_path(text)
    unit_of(path)
    container_of(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("0::/system.slice/a.service\n", "/system.slice/a.service"),
        ("9:name=systemd:/system.slice/a.service\n1:cpu:/\n0::/\n", "/system.slice/a.service"),
        ("1:cpu,cpuacct:/other\n", "/"),
        ("", "/"),
    ],
)
def test_the_group_is_version_twos_or_systemds(text: str, path: str) -> None:
    """Of the lines of /proc/PID/cgroup the one counts that systemd keeps."""
    assert group_path(text) == path


def test_a_group_is_found_by_its_id(tmp_path: Path) -> None:
    """The id of a control group is the inode of its directory; one that is not there is not found."""
    group = tmp_path / "system.slice" / "nginx.service"
    group.mkdir(parents=True)
    number = group.stat().st_ino

    found = paths_of({number, 2**63}, (tmp_path / "missing", tmp_path))

    assert found == {number: "/system.slice/nginx.service"}
