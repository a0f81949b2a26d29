"""Checks as another process sees the system: its network, its files for names, its environment, as far as each may be read."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.probes.machine import LONGEST_S, NOBODY, ROOT, needs_namespaces, needs_root, network_namespace, nobody_can_look
from tui.probes.namespaces.process_context import ProcessContextError, inside, of_container, of_process

SERVE = (
    "import socket, sys; one = socket.create_server(('127.0.0.1', 0)); print(one.getsockname()[1], flush=True); sys.stdin.read()"
)


@contextmanager
def service(prefix: tuple[str, ...] = (), **environ: str) -> Iterator[tuple[int, int]]:
    """A service on loopback behind `prefix`, with this environment: its process id and its port."""
    command = [*prefix, sys.executable, "-c", SERVE]
    variables = {"PATH": os.environ["PATH"], **environ}
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables) as process:
        assert process.stdout
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            process.kill()


def check(*words: str, prefix: tuple[str, ...] = (), **environ: str) -> subprocess.CompletedProcess[str]:
    """`refused check WORDS --json`, once and quickly."""
    quick = ("--json", "--no-session", "--attempts", "1", "--no-talk")
    variables = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **environ}
    return subprocess.run(
        [*prefix, sys.executable, "-m", "tui", "check", *words, *quick],
        cwd=ROOT,
        env=variables,
        text=True,
        capture_output=True,
        timeout=LONGEST_S,
        check=False,
    )


def document(*words: str, prefix: tuple[str, ...] = (), **environ: str) -> dict[str, Any]:
    """Its document."""
    done = check(*words, prefix=prefix, **environ)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def facts(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The document's evidence of one kind."""
    return [one for one in found["evidence"] if one["kind"] == kind]


@contextmanager
def files_of(name: str, **files: str) -> Iterator[None]:
    """Files in /etc for commands that run in a named namespace (ip-netns(8))."""
    folder = Path("/etc/netns", name)
    folder.mkdir(parents=True)
    try:
        for file, text in files.items():
            (folder / file.replace("_", ".")).write_text(text, encoding="utf-8")
        yield
    finally:
        shutil.rmtree(folder)


@needs_namespaces
def test_a_service_is_reached_from_the_network_of_a_process_beside_it() -> None:
    """What is refused from here connects from a process in the namespace where it listens."""
    with network_namespace() as prefix, service(prefix) as (pid, port):
        here = document(f"127.0.0.1:{port}")
        there = document(f"127.0.0.1:{port}", "--pid", str(pid))

    assert (here["outcome"], here["verdict"]["cause"]) == ("refused", "server.other-namespace")
    assert (there["outcome"], there["verdict"]) == ("connected", None)


@needs_namespaces
def test_the_names_are_those_of_the_process() -> None:
    """Its hosts file and resolv.conf are read, and the system's answer is worked out from them."""
    with (
        network_namespace() as prefix,
        files_of(prefix[-1], hosts="127.0.0.1 only-there.example\n", resolv_conf="nameserver 127.0.0.1\n"),
    ):
        with service(prefix) as (pid, port):
            there = document(f"only-there.example:{port}", "--pid", str(pid))
        here = document(f"only-there.example:{port}")

    (answer,) = facts(there, "system-answer")
    assert (answer["addresses"], answer["emulated"]) == (["127.0.0.1"], True)
    assert there["outcome"] == "connected"
    assert here["outcome"] == "name-error"


def test_the_proxy_is_that_of_the_process() -> None:
    """The environment that counts is the other process's; ours does not."""
    with service(http_proxy="http://127.0.0.1:1") as (pid, port):
        theirs = document(f"http://127.0.0.1:{port}", "--pid", str(pid))
        ours = document(f"http://127.0.0.1:{port}", http_proxy="http://127.0.0.1:1")
        neither = document(f"http://127.0.0.1:{port}", "--pid", str(os.getpid()), http_proxy="http://127.0.0.1:1")

    assert facts(theirs, "proxy")[0]["value"] == "http://127.0.0.1:1"
    assert facts(ours, "proxy")[0]["value"] == "http://127.0.0.1:1"
    assert facts(neither, "proxy")[0]["applies"] is False


def test_programs_are_never_run_with_the_environment_of_the_process(tmp_path: Path) -> None:
    """A PATH of another process's leads to no program of ours: it may be anybody's."""
    mark = tmp_path / "ran"
    for name in ("docker", "podman", "crictl", "systemctl", "getent", "ping"):
        (tmp_path / name).write_text(f"#!/bin/sh\n/usr/bin/touch {mark}\n")
        (tmp_path / name).chmod(0o755)
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PATH": str(tmp_path), "http_proxy": "x:1"}
    ) as process:
        assert process.stdout
        process.stdout.readline()
        found = document("http://127.0.0.1:1", "--pid", str(process.pid))
        process.kill()

    assert facts(found, "proxy")[0]["value"] == "x:1"
    assert not mark.exists()


@needs_namespaces
def test_nobody_is_told_in_one_line_that_it_may_not_enter() -> None:
    """Another namespace without the privilege: status 2, what and how to mend it, and no traceback."""
    if not nobody_can_look():
        pytest.skip("another user may not run this interpreter, or not read this checkout")
    with network_namespace() as prefix, service(prefix) as (pid, port):
        done = check(f"127.0.0.1:{port}", "--pid", str(pid), prefix=NOBODY)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"refused: process {pid} is in another network namespace, which this user may not enter; run refused as root\n"
    )


@needs_root
def test_what_nobody_may_not_read_is_said_and_not_replaced() -> None:
    """The same network needs no privilege; environment and files of another user's process are told as unseen."""
    if not nobody_can_look():
        pytest.skip("another user may not run this interpreter, or not read this checkout")
    with service(http_proxy="http://127.0.0.1:1") as (pid, port):
        found = document(f"http://127.0.0.1:{port}", "--pid", str(pid), prefix=NOBODY, http_proxy="http://127.0.0.1:2")

    assert found["outcome"] == "connected"
    assert facts(found, "proxy") == []
    assert any("environment of process" in one for one in found["unseen"])


def test_a_process_that_is_not_there() -> None:
    """One line, status 2."""
    done = check("127.0.0.1:1", "--pid", str(1 << 22))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "refused: there is no process 4194304 that this user may see; `ps -e` lists them\n"


def test_a_process_that_has_ended_and_was_not_waited_for() -> None:
    """A zombie has no network any more."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    try:
        with pytest.raises(ProcessContextError, match="has ended"):
            of_process(process.pid)
    finally:
        process.wait()


def fake(folder: Path, name: str, script: str) -> None:
    """A program of this name that runs a shell script."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_a_container_is_found_by_its_engine(tmp_path: Path) -> None:
    """`docker inspect` names its process, and the session says whose view it uses."""
    with service() as (pid, port):
        asked = f"--host unix://{tmp_path}/docker.sock inspect --format {{{{.State.Pid}}}} db"
        fake(tmp_path, "docker", f'[ "$*" = "{asked}" ] && echo {pid} || exit 1')
        (tmp_path / "docker.sock").touch()
        path = f"{tmp_path}:{os.environ['PATH']}"
        record = tmp_path / "session"
        done = subprocess.run(
            [sys.executable, "-m", "tui", "check", f"127.0.0.1:{port}", "--container", "db", "--session", str(record)],
            cwd=ROOT,
            env={"PATH": path, "HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/docker.sock"},
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    header = json.loads(record.read_text().splitlines()[0])
    assert header["vantage"] == f"container db (pid {pid}) on {socket.gethostname()}"


def test_a_container_that_does_not_run_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine knows it, and it has no process."""
    fake(tmp_path, "docker", "echo 0")
    (tmp_path / "docker.sock").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")

    with pytest.raises(ProcessContextError, match="'db' is not running; start it with `docker start db`"):
        of_container("db")


def test_an_unknown_container_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine and no control group knows it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ProcessContextError, match="no running container 'db'"):
        of_container("db")


def test_a_name_that_is_an_option_of_an_engines_is_none() -> None:
    """What begins with a dash never reaches an engine."""
    done = check("127.0.0.1:1", "--container=--privileged")

    assert (done.returncode, done.stdout) == (2, "")
    assert "takes a container's name or id" in done.stderr


def test_pid_and_container_exclude_each_other() -> None:
    """Only one of the two may be named."""
    done = check("127.0.0.1:1", "--pid", "1", "--container", "db")

    assert (done.returncode, done.stdout) == (2, "")


def test_links_lead_within_the_root_of_the_process(tmp_path: Path) -> None:
    """An absolute link of a container's leads to its own file, never to ours; a circle ends."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run/resolv.conf").write_text("nameserver 192.0.2.1\n")
    (tmp_path / "etc/resolv.conf").symlink_to("/run/resolv.conf")
    (tmp_path / "etc/hosts").symlink_to("../../../run/resolv.conf")
    (tmp_path / "etc/circle").symlink_to("circle")

    assert inside(tmp_path, "/etc/resolv.conf") == tmp_path / "run/resolv.conf"
    assert inside(tmp_path, "/etc/hosts") == tmp_path / "run/resolv.conf"
    assert inside(tmp_path, "/etc/missing") == tmp_path / "etc/missing"
    assert tmp_path in inside(tmp_path, "/etc/circle").parents
