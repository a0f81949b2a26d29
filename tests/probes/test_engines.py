"""What container engines print, in the forms of their versions, and what they print when they fail."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.names import is_safe
from tui.probes.namespaces import engines
from tui.probes.namespaces.engines import containers_in

ID = "9c1f0a5b2d3e" + "0" * 52
DOCKER = (
    '{"Command":"\\"docker-entrypoint.s…\\"","CreatedAt":"2025-11-02 10:11:12 +0000 UTC","ID":"' + ID + '","Image":"postgres:16",'
    '"Labels":"","LocalVolumes":"1","Mounts":"pgdata","Names":"db","Networks":"bridge",'
    '"Ports":"127.0.0.1:5432->5432/tcp, 0.0.0.0:8000-8002->80-82/tcp, [::]:9000->9000/tcp, 6379/tcp, 0.0.0.0:53->53/udp",'
    '"RunningFor":"3 weeks ago","Size":"0B","State":"running","Status":"Up 3 weeks (healthy)"}\n'
    '{"ID":"77aa","Image":"nginx","Names":"web,proxy/web","Ports":"","State":"exited","Status":"Exited (137) 2 hours ago"}\n'
)
PODMAN = (
    '[{"AutoRemove":false,"Command":["nginx"],"Id":"' + ID + '","Image":"docker.io/library/nginx:latest","Names":["web"],'
    '"Pid":4242,"State":"running","ExitCode":0,"Exited":false,"Status":"",'
    '"Ports":[{"host_ip":"","container_port":80,"host_port":8080,"range":2,"protocol":"tcp"},'
    '{"host_ip":"127.0.0.1","container_port":53,"host_port":53,"range":1,"protocol":"udp"}]},'
    '{"Id":"77aa","Image":"redis","Names":["cache"],"Pid":0,"State":"exited","ExitCode":1,"Ports":null}]'
)
CRICTL = (
    '{"containers":[{"id":"' + ID + '","metadata":{"name":"app","attempt":3},"image":{"image":"sha256:1","userSpecifiedImage":'
    '"registry.example/app:1"},"state":"CONTAINER_EXITED","labels":{"io.kubernetes.pod.name":"app-5d9"}}]}'
)


def test_docker_prints_an_object_a_line() -> None:
    """Ports with addresses and ranges, the short id, the state, and the exit code that only its words tell."""
    db, web = containers_in("docker", DOCKER)

    assert (db.engine, db.id, db.name, db.image, db.state, db.exit_code) == (
        "docker",
        "9c1f0a5b2d3e",
        "db",
        "postgres:16",
        "running",
        None,
    )
    assert db.published == (
        ("127.0.0.1", 5432, 5432),
        ("0.0.0.0", 8000, 80),
        ("0.0.0.0", 8001, 81),
        ("0.0.0.0", 8002, 82),
        ("::", 9000, 9000),
    )
    assert (web.name, web.published, web.exit_code) == ("web", (), 137)


def test_podman_prints_an_array() -> None:
    """Names as a list, ports as objects, process id and exit code as numbers."""
    web, cache = containers_in("podman", PODMAN)

    assert (web.name, web.pid, web.state, web.exit_code) == ("web", 4242, "running", None)
    assert web.published == (("0.0.0.0", 8080, 80), ("0.0.0.0", 8081, 81))
    assert (cache.pid, cache.state, cache.exit_code) == (None, "exited", 1)


def test_podman_under_dockers_name_is_podman() -> None:
    """The package podman-docker is known by the process id in its rows."""
    assert {one.engine for one in containers_in("docker", PODMAN)} == {"podman"}


def test_crictl_names_pod_and_container() -> None:
    """Neither ports nor exit code, and the pod's name with the container's."""
    (app,) = containers_in("containerd", CRICTL)

    assert (app.name, app.image, app.state, app.published) == ("app-5d9/app", "registry.example/app:1", "exited", ())


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", "[1, null]", "not json", '{"ID": 5}', "[" * 100_000, '{"containers": 3}']
)
def test_what_is_not_understood_is_passed_over(text: str) -> None:
    """No form of output raises, and none makes a container up."""
    assert list(containers_in("docker", text)) == []


def test_a_bad_line_between_good_ones_is_passed_over() -> None:
    """A warning on standard output costs nothing but itself."""
    first, second = DOCKER.splitlines()

    assert len(list(containers_in("docker", f"{first}\nWARNING: something\n{second}\n"))) == 2


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["ID", "Id", "id", "Names", "Image", "State", "Status", "Ports", "Pid", "ExitCode", "metadata", "labels"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_json_is_too_strange(value: object) -> None:
    """Whatever an engine prints, what comes out may be shown."""
    import json

    for one in containers_in("docker", json.dumps(value)):
        assert is_safe(one.label)
        assert is_safe(one.image or "")


async def test_a_machine_without_engines_has_no_containers(tmp_path: Path) -> None:
    """No program on the PATH, and one whose engine is not running, are no news."""
    assert await engines.ask({"PATH": str(tmp_path)}) == engines.Answers()
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' >&2\nexit 1\n")
    program.chmod(0o755)

    assert await engines.ask({"PATH": str(tmp_path)}) == engines.Answers()


async def test_an_engine_that_hangs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up at its deadline."""
    monkeypatch.setattr(engines, "DEADLINE_S", 0.05)
    program = tmp_path / "podman"
    program.write_text("#!/bin/sh\nexec /bin/cat /dev/zero >/dev/null\n")
    program.chmod(0o755)

    assert (await engines.ask({"PATH": str(tmp_path)})).problems == ("podman did not answer within 0.05 s.",)
