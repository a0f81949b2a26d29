"""The sources of a name: what the files say of it, read through one look."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.probes.names import seen, settings
from tui.demo.nameserver import FakeNameserver
from tui.model.facts import NameSources, NearName, NotObserved
from tui.model.requests import ReadNameSources
from tui.probes.kernel.system_view import SystemView
from tui.probes.names import hosts_file, name_sources
from tui.probes.names.near_names import in_known_hosts, near_names


async def sources(name: str, system: SystemView) -> tuple[NameSources, list[NotObserved]]:
    """The one fact about a name, and what could not be read."""
    first, *rest = await seen(name_sources.check(ReadNameSources(name=name), system))
    assert isinstance(first, NameSources)
    return first, [fact for fact in rest if isinstance(fact, NotObserved)]


async def test_everything_that_concerns_a_name_is_told(tmp_path: Path) -> None:
    """Hosts entries, nsswitch line, servers with their port, search list and the names that will be tried."""
    here = settings(
        tmp_path,
        hosts="10.0.0.1\tdb-1 db\n",
        nsswitch="passwd: files\nhosts: files [NOTFOUND=return] dns\n",
        resolv="search corp.example\noptions ndots:2\n",
        servers=(FakeNameserver(port=5353), FakeNameserver(address="::1", port=5353)),
    )

    found, problems = await sources("db", here)

    assert [(entry.path, entry.line, entry.address) for entry in found.hosts] == [(str(tmp_path / "hosts"), 1, "10.0.0.1")]
    assert (found.nsswitch, found.nsswitch_line) == (("files", "[NOTFOUND=return]", "dns"), f"{tmp_path / 'nsswitch.conf'}:2")
    assert found.nameservers == ("127.0.0.1:5353", "[::1]:5353")
    assert (found.search, found.ndots, found.expansions) == (("corp.example",), 2, ("db.corp.example", "db"))
    assert (found.resolv_conf, found.near_names, problems) == (str(tmp_path / "resolv.conf"), (), [])
    assert str(tmp_path / "hosts") in found.command


async def test_missing_files_mean_what_glibc_takes_them_to_mean(tmp_path: Path) -> None:
    """No file at all: no entry, `files dns`, the nameserver of this machine."""
    here = SystemView(hosts=tmp_path / "h", nsswitch=tmp_path / "n", resolv_conf=tmp_path / "r", environ={})

    found, problems = await sources("db", here)

    assert (found.hosts, found.nsswitch, found.nsswitch_line, found.nameservers) == ((), ("files", "dns"), "", ("127.0.0.1",))
    assert problems == []


async def test_a_fourth_nameserver_is_told_as_one_that_is_never_asked(tmp_path: Path) -> None:
    """Only the first three are `nameservers`."""
    here = settings(tmp_path, resolv="".join(f"nameserver 10.0.0.{number}\n" for number in range(1, 5)))

    found, _ = await sources("db", here)

    assert (found.nameservers, found.nameservers_unused) == (("10.0.0.1", "10.0.0.2", "10.0.0.3"), ("10.0.0.4",))


async def test_a_file_that_is_none_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    """A directory in the place of the hosts file is a NotObserved, beside what the other files say."""
    here = settings(tmp_path, resolv="nameserver 10.0.0.1\n")
    tmp_path.joinpath("hosts").unlink()
    tmp_path.joinpath("hosts").mkdir()

    found, problems = await sources("db", here)

    assert found.nameservers == ("10.0.0.1",)
    assert [problem.reason for problem in problems] == [f"{tmp_path / 'hosts'} is not a regular file."]


async def test_a_file_that_is_too_long_is_read_to_its_bound_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies behind the bound is not seen, and nobody is left to think that it is not there."""
    monkeypatch.setattr(hosts_file, "MOST_BYTES", 20)
    here = settings(tmp_path, hosts="10.0.0.1 db-1\n#######\n10.0.0.2 db-1\n")

    found, problems = await sources("db-1", here)

    assert [entry.address for entry in found.hosts] == ["10.0.0.1"]
    assert "the rest was not read" in problems[0].reason


async def test_near_names_come_from_hosts_known_hosts_and_the_search_list(tmp_path: Path) -> None:
    """Each with its place, the likest first."""
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    ssh.joinpath("known_hosts").write_text("[db-1.exampel.test]:2222,10.0.0.1 ssh-ed25519 AAAA\n|1|abc=|def= ssh-rsa AAAA\n")
    here = settings(
        tmp_path,
        hosts="10.0.0.9 nothing-like-it db-2.example.test\n",
        resolv="search example.test\n",
        environ={"HOME": str(tmp_path)},
    )

    found, _ = await sources("db-1.exmaple.test", here)

    assert set(found.near_names) == {
        NearName(name="db-1.exampel.test", where="~/.ssh/known_hosts:1"),
        NearName(name="db-2.example.test", where=f"{tmp_path / 'hosts'}:1"),
        NearName(name="db-1.example.test", where=f"{tmp_path / 'resolv.conf'}:1"),
    }
    assert found.near_names[-1].name == "db-2.example.test"


async def test_a_dot_too_many_is_a_near_miss(tmp_path: Path) -> None:
    """`db-1.` is not in the hosts file that has `db-1`; that name is offered."""
    found, _ = await sources("db-1.", settings(tmp_path, hosts="10.0.0.1 db-1\n"))

    assert found.hosts == ()
    assert [near.name for near in found.near_names] == ["db-1"]


def test_a_short_name_is_compared_with_first_labels() -> None:
    """`db1` is near `db-1.example.org`, and not near a long name that only ends alike; five are enough."""
    known = [
        ("db-1.example.org", "a"),
        ("web.db1", "b"),
        ("DB1", "c"),
        ("10.0.0.1", "d"),
        *((f"db{n}", "e") for n in range(2, 9)),
    ]

    found = near_names("db1", known)

    assert "db-1.example.org" in {near.name for near in found}
    assert len(found) == 5
    assert not {near.name for near in found} & {"web.db1", "DB1", "10.0.0.1"}


def test_known_hosts_gives_names_and_no_hashes_or_patterns() -> None:
    """sshd(8): several names a line, ports in brackets, markers before them, comments."""
    data = b"# mine\n@revoked old,[web]:22 ssh-rsa A\n*.example,!x,|1|a|b ssh-rsa A\n\nlast ssh-rsa A"

    assert list(in_known_hosts(data, "kh")) == [("old", "kh:2"), ("web", "kh:2"), ("last", "kh:5")]


async def test_this_machine_itself_can_be_read() -> None:
    """With no surroundings of our own the real files are read, and the command to see the same is getent."""
    found, _ = await sources("localhost", SystemView())

    assert found.nameservers
    assert found.nsswitch
    assert found.command.startswith("getent ahosts localhost; cat /etc/resolv.conf")


def test_reading_files_does_not_load_dnspython() -> None:
    """The start must not pay for what is needed only when a nameserver is asked."""
    modules = "hosts_file, resolver_config, nsswitch, name_sources, system_answer, nameserver_answer"
    script = (
        f"import sys; from tui.probes.names import {modules}; from tui.probes.proxy import proxy; "
        "from tui.demo import nameserver; print('dns' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.strip() == "False"
