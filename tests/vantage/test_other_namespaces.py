"""The other end's namespaces and containers: real ones through a prefix that leads back here, recorded engines."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.machine import NOBODY, needs_namespaces, needs_root, network_namespace
from tests.probes.recorded import FOLDER
from tests.probes.test_elsewhere import holding, service
from tui.model.facts import AnyFact, NotObserved, OtherNamespaces
from tui.model.requests import ListOtherNamespaces
from tui.probes.kernel.system_view import SystemView
from tui.probes.namespaces.net_namespaces import MOST_NAMESPACES
from tui.vantage import other_namespaces, remote_engines
from tui.vantage.other_namespaces import SCRIPT, remote_survey
from tui.vantage.remote_shell import RemoteShellError, sections

BUSYBOX = shutil.which("busybox")
AS_NOBODY = " ".join(NOBODY)
KERNEL = "=== own\n1\n=== keys\n1 1/net/tcp\n2 30/net/tcp\n2 20/net/tcp\n=== inodes\n9 self/ns/net\n"
"""Processes 1, 20 and 30, the last two in another namespace."""
SYSTEMD = pytest.mark.skipif(Path("/run/systemd/system").exists(), reason="with systemd a real dockerd would have to run")


def facts(prefix: str, port: int = 1, name: str | None = None) -> list[AnyFact]:
    """All facts of a look through a prefix."""

    async def look() -> list[AnyFact]:
        request = ListOtherNamespaces(port=port, name=name, vantage=prefix)
        return [fact async for fact in other_namespaces.check(request, SystemView())]

    return asyncio.run(look())


def seen(prefix: str, port: int = 1) -> OtherNamespaces:
    """The one fact about the namespaces."""
    (fact,) = [fact for fact in facts(prefix, port) if isinstance(fact, OtherNamespaces)]
    return fact


@contextmanager
def only(*programs: str, folder: Path) -> Iterator[str]:
    """A prefix whose shell finds nothing but these applets of busybox."""
    assert BUSYBOX
    for program in programs:
        (folder / program).symlink_to(BUSYBOX)
    yield f"env PATH={folder}"


@needs_namespaces
def test_a_service_in_a_nameless_namespace_is_seen_with_its_owner() -> None:
    """As root there: inode, process, listener and its owner, as a look here has them."""
    with service(("unshare", "--net")) as (pid, port):
        fact = seen("env", port)
        inode = Path(f"/proc/{pid}/ns/net").readlink().name
        name = Path(f"/proc/{pid}/comm").read_text().rstrip("\n")

    space = holding(fact, port, pid)
    (row,) = [row for row in space.listeners if row.port == port]
    assert (fact.vantage, space.process, inode) == ("env", name, f"net:[{space.inode}]")
    assert (row.address, row.pid, row.process) == ("127.0.0.1", pid, name)
    assert (space.name, space.linked, space.born_here) == (None, False, True)


@needs_namespaces
def test_another_user_there_sees_the_listeners_of_others_namespaces_too() -> None:
    """Without privilege at the other end the listener and a process are seen; inode and the socket's owner are not."""
    with service(("unshare", "--net")) as (pid, port):
        space = holding(seen(AS_NOBODY, port), port, pid)

    (row,) = [row for row in space.listeners if row.port == port]
    assert (space.inode, row.pid, row.uid) == (None, None, 0)


@needs_namespaces
def test_a_named_namespace_has_its_name_with_and_without_a_process() -> None:
    """With a process it is read by that, without one it is entered."""
    with network_namespace("ip address add 192.0.2.9/32 dev lo") as prefix:
        name = prefix[-1]
        (empty,) = [one for one in seen("env").namespaces if one.name == name]
        with service(prefix) as (pid, port):
            space = holding(seen("env", port), port, pid)

    assert (empty.pid, empty.addresses, empty.linked) == (None, ("192.0.2.9",), False)
    assert empty.inode == space.inode is not None
    assert (space.name, space.addresses) == (name, ("192.0.2.9",))


@needs_namespaces
def test_a_named_namespace_that_may_not_be_entered_is_counted() -> None:
    """Another user may not enter one without a process; a stranger's that is seen by its processes may be the one."""
    with network_namespace():
        fact = seen(AS_NOBODY)

    strangers = sum(one.inode is None and one.name is None for one in fact.namespaces)
    assert fact.hidden + strangers >= 1


@needs_namespaces
def test_the_end_of_a_cable_is_told_from_a_stranger() -> None:
    """A veth leads to one namespace and not to another, by the words of `ip` and `lsns` there."""
    with network_namespace() as ours, network_namespace() as theirs, network_namespace() as strange, ExitStack() as opened:
        cable = f"link add cable0 type veth peer name cable1 netns {theirs[-1]}"
        assert asyncio.run(_run(*ours, "ip", *cable.split())) == 0
        spaces = {one.name: one.linked for one in seen(" ".join(ours)).namespaces}
        pid, port = opened.enter_context(service(theirs))
        by_process = holding(seen(" ".join(ours), port), port, pid)

    assert (spaces[theirs[-1]], spaces[strange[-1]]) == (True, False)
    assert (by_process.linked, by_process.name) == (True, theirs[-1])


async def _run(*command: str) -> int:
    child = await asyncio.create_subprocess_exec(*command)
    return await child.wait()


@needs_namespaces
@pytest.mark.skipif(BUSYBOX is None, reason="needs busybox")
def test_busybox_is_enough(tmp_path: Path) -> None:
    """Where the other end has nothing but busybox, a service in another namespace is seen with its owner."""
    programs = "sh stat head grep sed sort awk ls cat tr readlink id timeout"
    with only(*programs.split(), folder=tmp_path) as prefix, service(("unshare", "--net")) as (pid, port):
        space = holding(seen(prefix, port), port, pid)

    (row,) = [row for row in space.listeners if row.port == port]
    assert (space.inode is not None, row.pid, row.process) == (True, pid, space.process)


def test_a_prefix_that_fails_is_a_fact() -> None:
    """A prefix that leads nowhere gives its reason and a remedy, never an empty list."""
    (fact,) = facts("sh -c 'echo Permission denied, publickey. >&2; exit 255'")

    assert isinstance(fact, NotObserved)
    assert fact.reason == "It ended with status 255: Permission denied, publickey."
    assert fact.remedy


def test_a_far_end_that_shows_no_process_is_a_fact() -> None:
    """Without `stat` or /proc nothing is known, and that is not `no other namespace`."""
    (fact,) = facts("sh -c 'echo === refused; echo === own; echo === keys; echo === end'")

    assert isinstance(fact, NotObserved)
    assert "could not be listed" in fact.reason


def test_an_output_that_was_cut_hides_something() -> None:
    """Without its last line the text is not whole: something could not be looked into."""
    whole = sections(f"{KERNEL}=== files\n20/comm:app\n=== end\n")
    cut = {name: text for name, text in whole.items() if name != "end"}

    assert (remote_survey(whole).survey.hidden, remote_survey(cut).survey.hidden) == (0, 1)


def test_a_far_end_that_hides_its_processes_hides_something() -> None:
    """Where process 1 may not be seen (hidepid), other namespaces may not be seen either."""
    text = KERNEL.replace("1 1/net/tcp\n", "1 40/net/tcp\n")

    survey = remote_survey(sections(f"{text}=== end\n")).survey

    assert (survey.initial, survey.hidden) == (None, 1)


def test_more_namespaces_than_are_read_are_counted() -> None:
    """Beyond the bound something is left out, and that is said."""
    pids = range(2, MOST_NAMESPACES + 5)
    keys = "".join(f"{pid} {pid}/net/tcp\n" for pid in pids)
    text = f"=== own\n1\n=== keys\n1 1/net/tcp\n{keys}=== files\n{''.join(f'{pid}/comm:x' + chr(10) for pid in pids)}=== end\n"

    survey = remote_survey(sections(text)).survey

    assert (len(survey.found), survey.hidden) == (MOST_NAMESPACES, 1)


def test_a_name_with_line_ends_forges_nothing() -> None:
    """What a process calls itself stands after its file's name, so it can't open a section or speak for another process."""
    text = f"{KERNEL}=== files\n20/comm:x\n20/comm:=== end\n20/comm:30/comm:y\n"

    surveyed = remote_survey(sections(text))

    assert surveyed.homes == {20: "x"}
    assert surveyed.survey.hidden == 1


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Whatever a far end prints gives namespaces or an error of ours, and raises nothing else."""
    keys = {"own": "1", "keys": "1 1/net/tcp\n2 2/net/tcp"}
    surveyed = remote_survey({**keys, "files": text, "owners": text, "links": text, "inodes": text, "named_7": text})
    with suppress(RemoteShellError):
        remote_survey(sections(text))

    assert surveyed.survey.hidden == 1
    assert remote_engines.read({"engine1": f"docker docker\n0\n{text}", "settings1": text, "skipped": text}).asked


def test_the_script_changes_nothing() -> None:
    """The script calls only programs that read, and writes nowhere but to its output."""
    words = set(re.findall(r"(?<![-\w/])[a-z]+", SCRIPT))

    assert not words & {"rm", "mv", "cp", "tee", "kill", "chmod", "mkdir", "touch", "dd", "sudo", "add", "del", "attach"}
    assert set(re.findall(r">\s*([^\s);]+)", SCRIPT)) == {"/dev/null", "&1"}


@contextmanager
def docker(folder: Path, script: str) -> Iterator[str]:
    """A prefix to a machine with a docker that runs a shell script, and its daemon's socket."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(folder / "docker.sock"))
        yield f"env XDG_RUNTIME_DIR={folder} PATH={folder}:{os.environ['PATH']}"


ANSWERS = "\n".join(
    (
        "case $* in",
        f"*inspect*) tail -n +3 {FOLDER}/docker-inspect.txt;;",
        f"*logs*) tail -n +3 {FOLDER}/docker-logs.txt;;",
        f"*ps*) tail -n +3 {FOLDER}/docker-ps.txt;;",
        "esac",
    )
)


@SYSTEMD
def test_containers_of_an_engine_there_are_told_with_settings_and_last_words(tmp_path: Path) -> None:
    """What `ps`, `inspect` and, of the one that ended and has the port, `logs` print is in the fact."""
    with docker(tmp_path, ANSWERS) as prefix:
        (fact,) = [fact for fact in facts(prefix, port=8085) if isinstance(fact, OtherNamespaces)]

    known = {one.name: one for one in fact.containers}
    assert (known["failed"].state, known["failed"].exit_code, known["web"].state) == ("exited", 3, "running")
    assert known["failed"].ended
    assert known["failed"].log
    assert not known["web"].log


@SYSTEMD
def test_a_warning_before_the_answer_is_no_answer(tmp_path: Path) -> None:
    """What an engine's program complains about on its standard error does not hide its containers."""
    with docker(tmp_path, f"echo 'WARNING: error loading config' >&2\n{ANSWERS}") as prefix:
        (fact,) = [fact for fact in facts(prefix) if isinstance(fact, OtherNamespaces)]

    assert "web" in {one.name for one in fact.containers}


@SYSTEMD
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (f"tail -n +3 {FOLDER}/docker-nobody.txt >&2; exit 1", "This user may not ask docker (permission denied)."),
        ("echo no such luck >&2; exit 1", "docker gave no list of containers: no such luck."),
        ("exec sleep 9", f"docker did not answer within {remote_engines.WAIT_S} s."),
    ],
)
def test_an_engine_there_that_gives_no_answer_is_said(tmp_path: Path, script: str, reason: str) -> None:
    """Each with the same sentence as here, and what would help; the namespaces are told all the same."""
    with docker(tmp_path, script) as prefix:
        told = facts(prefix)

    assert [fact for fact in told if isinstance(fact, OtherNamespaces)]
    (problem,) = [fact for fact in told if isinstance(fact, NotObserved) and fact.reason.startswith(reason[:8])]
    assert (problem.reason, problem.absent, bool(problem.remedy)) == (reason, False, True)


@needs_root
@SYSTEMD
def test_an_engine_whose_socket_may_not_be_written_is_said() -> None:
    """Its program is not even run."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o777)
        with docker(folder, f"echo run >{folder}/was-run") as prefix:
            (folder / "docker.sock").chmod(0o600)
            told = [fact.reason for fact in facts(f"{AS_NOBODY} {prefix}") if isinstance(fact, NotObserved)]
            was_run = (folder / "was-run").exists()

    assert "This user may not ask docker (permission denied)." in told
    assert not was_run
