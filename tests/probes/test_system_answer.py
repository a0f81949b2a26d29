"""What programs here get for a name: by getaddrinfo, and by our own walk where that is not to be had."""

import asyncio
import json
import os
import platform
import shutil
import socket
import sys
import threading
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.probes.loopback import descriptors
from tests.probes.machine import NOBODY, ROOT, needs_root, nobody_can_look
from tests.probes.names import seen, settings
from tui.demo.nameserver import FakeNameserver
from tui.demo.zone import EVERY
from tui.model.facts import NotObserved, SystemAnswer
from tui.model.requests import ResolveSystem
from tui.probes.kernel.system_view import SystemView
from tui.probes.names import answer_source, system_answer
from tui.probes.names.name_settings import read_settings

FAST = "options timeout:1 attempts:1\n"
"""For nameservers that stay silent; one that answers has glibc's own five seconds."""
SURE = "options timeout:2 attempts:1\n"


async def resolve(name: str, system: SystemView) -> SystemAnswer:
    """The last word on a name."""
    *_, last = await seen(system_answer.check(ResolveSystem(name=name), system))
    assert isinstance(last, SystemAnswer)
    return last


async def test_localhost_is_what_getaddrinfo_says() -> None:
    """Its addresses, in its order, each once; not emulated; with the time that it took."""
    rows = socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)

    answer = await resolve("localhost", SystemView())

    assert answer.addresses == tuple(dict.fromkeys(str(row[4][0]) for row in rows))
    assert (answer.error, answer.emulated, answer.command) == (None, False, "getent ahosts localhost")
    assert answer.took_ms > 0


async def test_a_name_that_can_not_exist_has_its_code() -> None:
    """The symbolic code and libc's own words; nobody is asked for such a name."""
    answer = await resolve("a..b", SystemView())

    assert (answer.addresses, answer.error, answer.source) == ((), "EAI_NONAME", None)
    assert answer.error_text


@pytest.mark.parametrize(("name", "address"), [("127.0.0.1", "127.0.0.1"), ("::0001", "::1"), ("fe80::1%lo", "fe80::1%lo")])
async def test_an_address_is_its_own_answer(name: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked."""
    monkeypatch.setattr(system_answer, "_getaddrinfo", None)

    answer = await resolve(name, SystemView())

    assert (answer.addresses, answer.source) == ((address,), "literal")


async def test_codes_of_getaddrinfo_are_symbolic(monkeypatch: pytest.MonkeyPatch) -> None:
    """EAI_ names for its own errors, EAI_SYSTEM with the errno where the system fails."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("tui.probes.names.system_answer.socket.getaddrinfo", fail)
    error: OSError = socket.gaierror(socket.EAI_AGAIN, "Temporary \x1b failure")
    answer = await resolve("db-1", SystemView())
    assert (answer.error, answer.error_text) == ("EAI_AGAIN", "Temporary \\x1b failure")
    error = OSError(16, "busy")
    answer = await resolve("db-1", SystemView())
    assert (answer.error, answer.error_text.split(",")[0]) == ("EAI_SYSTEM", "EBUSY")


async def test_other_settings_are_walked_by_ourselves(tmp_path: Path) -> None:
    """Hosts file first, then the DNS with its search list; the answer says that it is emulated, and from where it comes."""
    async with FakeNameserver({"web.corp.test": ["10.0.0.2", "2001:db8::2"], "db-1.corp.test": ["10.0.0.9"]}) as server:
        here = settings(tmp_path, hosts="10.0.0.1\tdb-1 db\n::1 db\n", resolv="search corp.test\n", servers=(server,))

        from_hosts, from_dns = await resolve("db", here), await resolve("web", here)

        assert server.count() == server.count("web.corp.test") == 2
    assert (from_hosts.addresses, from_hosts.canonical, from_hosts.source) == (("::1", "10.0.0.1"), "db-1", "files")
    assert (from_dns.addresses, from_dns.canonical, from_dns.source) == (("2001:db8::2", "10.0.0.2"), "web.corp.test", "dns")
    assert from_hosts.emulated
    assert from_dns.emulated
    assert str(server.port) in from_dns.command


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nowhere.test", "EAI_NONAME"),
        ("empty.test", "EAI_NODATA"),
        ("fail.test", "EAI_AGAIN"),
        ("no.test", "EAI_AGAIN"),
        ("lame.test", "EAI_AGAIN"),
        ("junk.test", "EAI_AGAIN"),
        ("quiet.test", "EAI_AGAIN"),
    ],
)
async def test_what_the_nameservers_say_becomes_getaddrinfos_code(name: str, error: str, tmp_path: Path) -> None:
    """NXDOMAIN, no data, failures and silence."""
    async with FakeNameserver(
        {"empty.test": []},
        servfail={"fail.test"},
        refused={"no.test"},
        referred={"lame.test"},
        garbled={"junk.test"},
        silent={"quiet.test"},
    ) as server:
        answer = await resolve(name, settings(tmp_path, resolv=FAST if name == "quiet.test" else "", servers=(server,)))

    assert (answer.addresses, answer.error, answer.emulated) == ((), error, True)


async def test_a_closed_nameserver_is_passed_over(tmp_path: Path) -> None:
    """The next one answers; with none left it is EAI_AGAIN."""
    async with FakeNameserver({"web.test": ["10.0.0.1"]}) as server:
        closed = FakeNameserver(address="127.0.0.77", port=server.port)
        answer = await resolve("web.test", settings(tmp_path, servers=(closed, server)))
        nobody = await resolve("web.test", settings(tmp_path, servers=(closed,)))

    assert answer.addresses == ("10.0.0.1",)
    assert nobody.error == "EAI_AGAIN"


@pytest.mark.parametrize(
    ("line", "name", "addresses", "source"),
    [
        ("dns files", "both.test", ("10.0.0.2",), "dns"),
        ("files dns", "both.test", ("10.0.0.1",), "files"),
        ("files", "dns.test", (), None),
        ("dns", "hosts.test", (), None),
        ("dns [NOTFOUND=return] files", "hosts.test", (), None),
        ("dns files", "hosts.test", ("10.0.0.4",), "files"),
        ("files [SUCCESS=continue] dns", "both.test", ("10.0.0.2",), "dns"),
        ("mdns4_minimal [NOTFOUND=return] dns", "dns.test", ("10.0.0.3",), "dns"),
        ("files myhostname dns", "localhost", ("::1", "127.0.0.1"), "myhostname"),
        ("files myhostname dns", "web.localhost", ("::1", "127.0.0.1"), "myhostname"),
    ],
)
async def test_the_hosts_line_decides_who_is_asked(
    line: str, name: str, addresses: tuple[str, ...], source: str | None, tmp_path: Path
) -> None:
    """Order and actions of nsswitch.conf are obeyed."""
    async with FakeNameserver({"both.test": ["10.0.0.2"], "dns.test": ["10.0.0.3"]}) as server:
        hosts = "10.0.0.1 both.test\n10.0.0.4 hosts.test\n"
        answer = await resolve(name, settings(tmp_path, hosts=hosts, nsswitch=f"hosts: {line}\n", servers=(server,)))

    assert (answer.addresses, answer.source) == (addresses, source)
    assert (answer.error is None) == bool(addresses)


async def test_a_source_that_only_libc_can_ask_is_told(tmp_path: Path) -> None:
    """The words of the error say what was not asked."""
    here = settings(tmp_path, nsswitch="hosts: sss [UNAVAIL=return] dns\n")

    answer = await resolve("db-1", here)

    assert (answer.error, answer.error_text) == ("EAI_SYSTEM", "System error; not asked: sss")


async def test_a_lookup_without_end_is_told_and_foreseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the deadline: that it has not ended and for whom it waits; and what it will end with, as an emulated answer."""
    monkeypatch.setattr(system_answer, "DEADLINE_S", 2.0)
    monkeypatch.setattr(system_answer, "FORESEE_AFTER_S", 0.0)
    monkeypatch.setattr(system_answer, "_FORESEE_WAIT_S", 0.1)
    async with FakeNameserver(silent={EVERY}) as server:
        unended, answer = await seen(system_answer.check(ResolveSystem(name="db-1"), settings(tmp_path, servers=(server,))))

    assert isinstance(unended, NotObserved)
    assert "127.0.0.1" in unended.reason
    assert isinstance(answer, SystemAnswer)
    assert (answer.error, answer.emulated, answer.took_ms) == ("EAI_AGAIN", True, 2000.0)


async def test_what_can_not_be_foreseen_is_not_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a source on the way that only libc can ask, there is no emulated answer."""
    monkeypatch.setattr(system_answer, "DEADLINE_S", 2.0)
    monkeypatch.setattr(system_answer, "FORESEE_AFTER_S", 0.0)
    monkeypatch.setattr(system_answer, "_FORESEE_WAIT_S", 0.1)
    async with FakeNameserver(silent={EVERY}) as server:
        here = settings(tmp_path, nsswitch="hosts: files sss dns\n", servers=(server,))
        (fact,) = await seen(system_answer.check(ResolveSystem(name="db-1"), here))

    assert isinstance(fact, NotObserved)


async def test_a_look_that_is_left_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Getaddrinfo may sit in its thread for ever; the look is cancelled at once, and the thread is a daemon."""
    before = descriptors()
    entered, released = threading.Event(), threading.Event()

    def sit(*_: object, **__: object) -> list[object]:
        entered.set()
        released.wait(30)
        return []

    monkeypatch.setattr("tui.probes.names.system_answer.socket.getaddrinfo", sit)
    taken = asyncio.create_task(seen(system_answer.check(ResolveSystem(name="db-1"), SystemView())))
    try:
        assert await asyncio.to_thread(entered.wait, 10)
        taken.cancel()
        assert isinstance((await asyncio.gather(taken, return_exceptions=True))[0], asyncio.CancelledError)
        assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("refused-"))
    finally:
        released.set()
    assert descriptors() == before


@pytest.mark.parametrize(
    ("line", "addresses", "source", "left"),
    [
        ("files dns", ("10.0.0.1",), "files", ()),
        ("files dns", ("10.0.0.9",), "dns", ()),
        ("files mdns4_minimal [NOTFOUND=return] dns", ("10.0.0.9",), None, ("mdns4_minimal", "dns")),
        ("dns files", ("10.0.0.1",), None, ("dns", "files")),
        ("dns files", ("10.0.0.9",), "dns", ()),
        ("files", ("10.0.0.1",), "files", ()),
    ],
)
def test_the_source_is_named_where_the_settings_leave_no_doubt(
    line: str, addresses: tuple[str, ...], source: str | None, left: tuple[str, ...], tmp_path: Path
) -> None:
    """By the hosts file, or because no other source is left."""
    found = read_settings(settings(tmp_path, hosts="10.0.0.1 db-1\n", nsswitch=f"hosts: {line}\n"))

    assert answer_source.known_source("db-1", addresses, found) == (source, left)


GETENT = """#!/bin/sh
echo "$@" >> "$0.asked"
case "$2" in
  gives) echo "10.0.0.1 STREAM db-1";;
  lacks) exit 2;;
  other) echo "10.0.0.8 STREAM db-1";;
  broken) exit 1;;
  hangs) exec sleep 60;;
esac
"""


@pytest.mark.parametrize(
    ("candidates", "source"),
    [
        (("lacks", "gives", "dns"), "gives"),
        (("lacks", "dns"), "dns"),
        (("broken", "gives", "dns"), None),
        (("other", "dns"), None),
        (("hangs", "dns"), None),
    ],
)
async def test_getent_is_asked_for_one_source_after_the_other(
    candidates: tuple[str, ...], source: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first that gives the address; the last one by elimination; none where one could not be asked."""
    monkeypatch.setattr(answer_source, "DEADLINE_S", 0.5 if "hangs" in candidates else 30.0)
    program = tmp_path / "getent"
    program.write_text(GETENT)
    program.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    monkeypatch.setenv("PATH", environ["PATH"])
    assert await answer_source.ask_each("db-1", ("10.0.0.1", "::1"), candidates, environ) == source
    assert await answer_source.ask_each("db-1", ("::1",), candidates, environ) is None


async def test_the_source_never_delays_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes first, without its source; the same answer with it follows."""
    asked = asyncio.Event()

    async def slow(*_: object) -> str:
        await asked.wait()
        return "mymachines"

    monkeypatch.setattr(answer_source, "known_source", lambda *_: (None, ("mymachines", "dns")))
    monkeypatch.setattr(answer_source, "ask_each", slow)
    async with aclosing(system_answer.check(ResolveSystem(name="localhost"), SystemView())) as check:
        first = await anext(check)
        asked.set()
        second = await anext(check)

    assert isinstance(first, SystemAnswer)
    assert isinstance(second, SystemAnswer)
    assert (first.source, second.source) == (None, "mymachines")
    assert (first.addresses, first.took_ms) == (second.addresses, second.took_ms)


NAMES = [
    *(
        "web.test",
        "web.test.",
        "WEB.test",
        "v4.test",
        "empty.test",
        "nowhere.test",
        "www.test",
        "dangling.test",
        "fail.test",
        "no.test",
    ),
    *("lame.test", "junk.test", "cut.test", "many.test", "short", "empty", "fail", "no", "lame", "junk"),
    *("a.short", "nowhere", "db-1", "DB-1", "db-alias", "db-1.", "dotted.", "dotted", "localhost", "a..b"),
]
HOSTS = """\
127.0.0.1	localhost
::1 localhost
10.0.0.1 db-1 DB-Alias # x
10.0.0.2 db-1
2001:db8::7 db-1
10.0.0.4 dotted.
10.9 v4.test
"""
INSIDE = """
ip link set lo up
for file in hosts nsswitch.conf resolv.conf; do mount --bind "$1/$file" "/etc/$file"; done
shift; exec "$@"
"""


@needs_root
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the walk follows glibc's own way")
@pytest.mark.skipif(not all(map(shutil.which, ("unshare", "ip"))), reason="needs unshare and ip, for settings of its own")
@pytest.mark.parametrize(
    ("nsswitch", "resolv", "names"),
    [
        ("hosts: files dns\n", f"nameserver 127.0.0.1\nsearch corp.test test\n{SURE}", NAMES),
        ("hosts: files dns\n", f"nameserver 127.0.0.1\nsearch corp.test test\n{FAST}", ["quiet.test", "quiet"]),
        (
            "",
            f"nameserver 127.0.0.3\nnameserver 127.0.0.1\nsearch test\n{SURE}options ndots:2\n",
            ["web", "web.test", "nowhere", "a.short", "db-1"],
        ),
        ("hosts: files\nhosts: dns [NOTFOUND=return] files\n", f"nameserver 127.0.0.1\n{SURE}", ["web.test", "db-1"]),
        ("hosts: nosuch [UNAVAIL=return] files\n", f"nameserver 127.0.0.1\n{SURE}", ["web.test", "db-1"]),
        ("hosts: nosuch files [SUCCESS=continue] dns\n", f"nameserver 127.0.0.1\n{SURE}", ["web.test", "localhost"]),
        ("hosts: dns files\n", f"nameserver 127.0.0.3\n{SURE}", ["web.test", "db-1"]),
    ],
)
async def test_our_walk_ends_where_glibc_ends(nsswitch: str, resolv: str, names: list[str], tmp_path: Path) -> None:
    """In a namespace with settings of its own, real getaddrinfo and the walk give the same addresses, code and source."""
    settings(tmp_path, hosts=HOSTS, nsswitch=nsswitch, resolv=resolv)
    process = await asyncio.create_subprocess_exec(
        *("unshare", "--net", "--mount", "sh", "-ec", INSIDE, "sh", str(tmp_path)),
        *(sys.executable, "-m", "tests.probes.resolve_twice", *names),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0, errors.decode()
    found = [json.loads(line) for line in output.decode().splitlines()]

    assert [name for name, _, _ in found] == names
    for name, (addresses, *real), (walked, *by_ourselves) in found:
        assert (name, sorted(walked), *by_ourselves) == (name, sorted(addresses), *real)


@needs_root
async def test_another_user_gets_the_same() -> None:
    """No privilege is needed."""
    if not nobody_can_look():
        pytest.skip("another user may not run this interpreter, or not read this checkout")
    script = (
        "import asyncio\nfrom tests.probes.names import seen\nfrom tui.model.requests import ResolveSystem\n"
        "from tui.probes.names import system_answer\nfrom tui.probes.kernel.system_view import SystemView\n"
        "print(asyncio.run(seen(system_answer.check(ResolveSystem(name='localhost'), SystemView())))[-1].addresses)"
    )
    process = await asyncio.create_subprocess_exec(
        *NOBODY, sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), 30)

    assert output.decode().strip() == repr((await resolve("localhost", SystemView())).addresses)
