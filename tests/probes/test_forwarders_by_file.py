"""Forwarders of a machine whose /proc is made of files: whose count, where haproxy's settings lie, how many."""

import os
from pathlib import Path
from textwrap import dedent

import pytest

from tui.model.facts import Forwarder, Forwarders
from tui.model.requests import FindForwarders
from tui.probes.forwarders import forwarders
from tui.probes.forwarders.arguments import Forwarding, forwardings, is_forwarder
from tui.probes.forwarders.haproxy import forwardings_in
from tui.probes.kernel.system_view import SystemView

DB = "listen db\n bind 10.0.0.1:5432\n mode tcp\n server one 10.0.0.5:5433\n"


class Machine:
    """A folder that stands for /proc."""

    def __init__(self, folder: Path) -> None:
        self.proc = folder
        self.tables = (folder / "self" / "net" / "tcp", folder / "elsewhere")
        self.tables[0].parent.mkdir(parents=True)
        for table in self.tables:
            table.touch()

    def runs(self, pid: int, *words: str, elsewhere: bool = False, unit: str = "") -> None:
        """Add a process with these words, in our network namespace or in another."""
        folder = self.proc / str(pid)
        (folder / "net").mkdir(parents=True)
        os.link(self.tables[elsewhere], folder / "net" / "tcp")
        (folder / "cmdline").write_bytes("\0".join((*words, "")).encode())
        (folder / "cgroup").write_text(f"0::/system.slice/{unit}\n")

    async def forwarders(self, port: int, pid: int | None = None) -> tuple[Forwarder, ...]:
        """Those of a port that `pid` holds."""
        (fact,) = [each async for each in forwarders.check(FindForwarders(port=port, pid=pid), SystemView(proc=self.proc))]
        assert isinstance(fact, Forwarders)
        assert (fact.port, fact.command) == (port, f"sudo ss -Hltnp sport = :{port}; ps -eo pid,args")
        return fact.forwarders


@pytest.fixture(name="machine")
def a_machine(tmp_path: Path) -> Machine:
    """Nothing runs on it yet."""
    return Machine(tmp_path)


async def test_only_processes_of_this_namespace_count(machine: Machine) -> None:
    """A forwarder of a container holds a port of the container; other programs are none; each has its unit."""
    machine.runs(7, "/usr/bin/socat", "TCP-LISTEN:80", "TCP:db:5432", unit="lead.service")
    machine.runs(8, "socat", "TCP-LISTEN:80", "TCP:db:5432", elsewhere=True)
    machine.runs(9, "nginx", "TCP-LISTEN:80", "TCP:db:5432")
    machine.runs(10)

    assert await machine.forwarders(80) == (
        Forwarder(
            program="socat",
            pid=7,
            command="/usr/bin/socat TCP-LISTEN:80 TCP:db:5432",
            leads_to=(("db", 5432),),
            source="its arguments",
            unit="lead.service",
        ),
    )
    assert await machine.forwarders(81) == ()


async def test_the_holder_comes_first_and_is_told_without_a_port(machine: Machine) -> None:
    """What names no port, or another one, counts for the holder of the port alone."""
    for pid in (5, 6, 7):
        machine.runs(pid, "socat", "TCP-LISTEN:80", f"TCP:db{pid}:1")
    machine.runs(8, "systemd-socket-proxyd", "db:1")
    machine.runs(9, "socat", "TCP-LISTEN:81", "TCP:db:1")

    assert [each.pid for each in await machine.forwarders(80)] == [5, 6, 7]
    assert [each.pid for each in await machine.forwarders(80, 6)] == [6, 5, 7]
    assert [(each.pid, each.leads_to) for each in await machine.forwarders(82, 8)] == [(8, (("db", 1),))]
    assert [(each.pid, each.leads_to, each.source) for each in await machine.forwarders(82, 9)] == [(9, (), "")]
    assert [each.pid for each in await machine.forwarders(82, 10)] == []


async def test_sixteen_are_told(machine: Machine) -> None:
    """More of one port say nothing new."""
    for pid in range(1, 31):
        machine.runs(pid, "socat", "TCP-LISTEN:80", "TCP:db:1")

    assert [each.pid for each in await machine.forwarders(80)] == list(range(1, 17))


@pytest.mark.parametrize("option", ["-f", "--"])
async def test_haproxys_settings_are_read_where_it_sees_them(option: str, machine: Machine, tmp_path: Path) -> None:
    """In its own root, else here; only whole paths, since its working directory is not known."""
    here = tmp_path / "here.cfg"
    here.write_text(DB.replace("one", "two").replace("10.0.0.5", "10.0.0.6"))
    machine.runs(7, "haproxy", "-W", option, "/etc/haproxy.cfg", option, "here.cfg", option, str(here))
    machine.runs(8, "socat", option, str(here))
    inside = machine.proc / "7" / "root" / "etc"
    inside.mkdir(parents=True)
    (inside / "haproxy.cfg").write_text(DB)

    told = await machine.forwarders(5432)

    assert [(each.source, each.listens_on, each.leads_to) for each in told] == [
        ("/etc/haproxy.cfg", "10.0.0.1", (("10.0.0.5", 5433),)),
        (str(here), "10.0.0.1", (("10.0.0.6", 5433),)),
    ]
    assert {each.pid for each in told} == {7}


@pytest.mark.parametrize("program", ["rootlessport", "slirp4netns"])
def test_what_leads_into_a_container_by_other_means(program: str) -> None:
    """Its ports stand in no argument."""
    assert list(forwardings(program, ["-t", "80"])) == [Forwarding(via="the container")]


@pytest.mark.parametrize(
    ("program", "arguments", "expected"),
    [
        ("pasta.avx2", "-t 10.0.0.1/80", [Forwarding(address="10.0.0.1", port=80, leads_to=((None, 80),), via="the container")]),
        ("pasta", "--tcp-ports 0.0.0.0%eth0/80:81", [Forwarding(port=80, leads_to=((None, 81),), via="the container")]),
        ("conmon", "--name db", [Forwarding(via="container db", container="db")]),
        ("conmon", "-r runc", [Forwarding(via="the container")]),
        ("systemd-socket-proxyd", "db", [Forwarding(leads_to=(("db", 80),))]),
        ("systemd-socket-proxyd", "--connections-max=5 /run/a.sock [::1]:81", [Forwarding(leads_to=(("::1", 81),))]),
        (
            "kubectl",
            "--address=127.0.0.1 port-forward pod/web 8080 9000:90",
            [
                Forwarding(address="127.0.0.1", port=8080, leads_to=(("pod/web", 8080),), via="the cluster"),
                Forwarding(address="127.0.0.1", port=9000, leads_to=(("pod/web", 90),), via="the cluster"),
            ],
        ),
        ("kubectl", "port-forward 8080:80", [Forwarding(port=8080, leads_to=((None, 80),), via="the cluster")]),
        ("docker-proxy", "-host-port 8080 -container-port 99999", [Forwarding(port=8080, leads_to=((None, 99999),))]),
        ("docker-proxy", "-host-port 808080", [Forwarding(leads_to=((None, None),))]),
        ("socat", "SSL-L:80,bind=[::1],fork OPENSSL-CONNECT:db:1", [Forwarding(address="::1", port=80, leads_to=(("db", 1),))]),
        ("socat", "TCP-LISTEN:80 EXEC:cat", [Forwarding(port=80)]),
        ("ssh", "-o LocalForward a:1 host", []),
        ("ssh", "-oLocalForward=8080 -L a host", []),
        ("ssh", "-L 80:db:1 host -L 81:db:2", [
            Forwarding(port=80, leads_to=(("db", 1),), via="host"),
            Forwarding(port=81, leads_to=(("db", 2),), via="host"),
        ]),
        ("ssh", "-L 80:db:1 --wrong", []),
    ],
)  # fmt: skip
def test_more_forms_of_arguments(program: str, arguments: str, expected: list[Forwarding]) -> None:
    """Ranges, zones, defaults and what is left out: all as the program's manual says, and no guess for what it does not."""
    assert list(forwardings(program, arguments.split())) == expected


def test_of_a_range_a_hundred_ports_are_told() -> None:
    """`-t 1000-2000:3000-4000` leads each to its own."""
    told = list(forwardings("pasta", ["-t", "1000-2000:3000"]))

    assert [each.port for each in told] == list(range(1000, 1100))
    assert told[-1].leads_to == ((None, 3099),)
    assert len(list(forwardings("pasta", ["-t", "1000-1002"]))) == 3


@pytest.mark.parametrize(
    "name", ["docker-proxy", "socat", "ssh", "kubectl", "systemd-socket-proxyd", "pasta", "conmon", "haproxy"]
)
def test_programs_that_forward(name: str) -> None:
    """By their names alone, so that the holder of a port is known as one whatever its arguments say."""
    assert is_forwarder(name)
    assert not is_forwarder(f"{name}x")


def test_haproxys_sections() -> None:
    """`defaults` holds until the next one; a section without a mode, and before any, is TCP; a socket's path is no address."""
    text = """
    frontend plain
        bind 10.0.0.1:1,unix@/run/a.sock,ipv4@10.0.0.1:2 ssl
        default_backend app # not this one
    backend app
        server a ipv4@10.0.0.2:80 check
        server b unix@/run/b.sock
        server c :81
    backend other
        server d 10.0.0.9:80
    defaults
        mode http
    frontend web
        bind :3
        default_backend app
    defaults
    frontend again
        bind *:4
        use_backend app
        default_backend none
    """
    app = (("10.0.0.2", 80), (None, 81))

    assert list(forwardings_in(dedent(text))) == [
        Forwarding(address="10.0.0.1", port=1, leads_to=app),
        Forwarding(address="10.0.0.1", port=2, leads_to=app),
        Forwarding(port=4, leads_to=app),
    ]


@pytest.mark.parametrize(
    ("where", "address"),
    [("*", None), ("", None), ("0.0.0.0", None), ("[::]", None), ("::", None), ("[::1]", "::1"), ("10.0.0.1", "10.0.0.1")],
)
def test_where_haproxy_listens(where: str, address: str | None) -> None:
    """Every spelling of all addresses is none of them alone."""
    assert [each.address for each in forwardings_in(f"listen x\nbind {where}:81\n")] == [address]


def test_twenty_thousand_lines_of_haproxys_settings_are_read() -> None:
    """What stands in the last of them counts, and what comes after it does not."""
    whole, cut, after = (list(forwardings_in("#\n" * before + DB)) for before in (19_996, 19_997, 20_000))

    assert [each.leads_to for each in whole] == [(("10.0.0.5", 5433),)]
    assert [each.leads_to for each in cut] == [()]
    assert after == []
