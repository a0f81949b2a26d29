"""Forwarders by their arguments: the forms of their manuals, and real socat and ssh that hold a port."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.probes.loopback import listening
from tests.probes.machine import NOBODY, facts_behind, needs_root, nobody_can_look
from tests.probes.run_check import facts_of
from tui.model.facts import Forwarder, Forwarders
from tui.model.requests import FindForwarders
from tui.probes.forwarders.arguments import Forwarding, forwardings
from tui.probes.forwarders.haproxy import forwardings_in

DOCKER = "-proto tcp -host-ip {ip} -host-port 8080 -container-ip 172.17.0.2 -container-port 80"
HAPROXY = """
global
    daemon
defaults
    mode http
frontend web
    bind *:80
    default_backend app
backend app
    server a 10.0.0.1:8080
listen db
    mode tcp
    bind 127.0.0.1:5432
    server one 10.0.0.5:5432 check # the first
    server two [fd00::5]:5433
frontend queue
    mode tcp
    bind :5672,[::]:5672
    use_backend rabbits if TRUE
backend rabbits
    mode tcp
    server r1 rabbit.example:5673
"""


@pytest.mark.parametrize(
    ("program", "arguments", "expected"),
    [
        ("docker-proxy", DOCKER.format(ip="0.0.0.0"), (None, 8080, ("172.17.0.2", 80), None)),
        ("docker-proxy", DOCKER.format(ip="::"), (None, 8080, ("172.17.0.2", 80), None)),
        ("docker-proxy", DOCKER.format(ip="127.0.0.1"), ("127.0.0.1", 8080, ("172.17.0.2", 80), None)),
        ("socat", "TCP-LISTEN:8080,fork,reuseaddr TCP:127.0.0.1:9", (None, 8080, ("127.0.0.1", 9), None)),
        ("socat", "-d -d tcp4-l:8080,bind=10.0.0.1,fork tcp4:db:5432", ("10.0.0.1", 8080, ("db", 5432), None)),
        ("socat", "TCP6-LISTEN:8080,bind=[::1] TCP6:[fd00::1]:80,nodelay", ("::1", 8080, ("fd00::1", 80), None)),
        ("ssh", "-N -L 8080:127.0.0.1:80 admin@bastion", (None, 8080, ("127.0.0.1", 80), "admin@bastion")),
        ("ssh", "-fNL8080:db:5432 bastion", (None, 8080, ("db", 5432), "bastion")),
        ("ssh", "bastion -p 2222 -N -L [::1]:8080:[fd00::1]:80", ("::1", 8080, ("fd00::1", 80), "bastion")),
        ("ssh", "-L 127.0.0.1:8080:db:5432 -i key bastion", ("127.0.0.1", 8080, ("db", 5432), "bastion")),
        ("ssh", "-o ExitOnForwardFailure=yes -oLocalForward=8080:db:5432 bastion", (None, 8080, ("db", 5432), "bastion")),
        ("kubectl", "port-forward -n shop svc/web 8080:80", (None, 8080, ("svc/web", 80), "the cluster")),
        ("systemd-socket-proxyd", "--exit-idle-time=60 127.0.0.1:8081", (None, None, ("127.0.0.1", 8081), None)),
        ("pasta", "--config-net -t 8080-8081:80-81 --netns /run/n", (None, 8080, (None, 80), "the container")),
        ("conmon", "--api-version 1 -c 31c2 -n web -r /usr/bin/runc", (None, None, None, "container web")),
    ],
)
def test_the_arguments_say_where_a_port_leads(
    program: str, arguments: str, expected: tuple[str | None, int | None, tuple[str | None, int] | None, str | None]
) -> None:
    """Each program's own form is read: where it listens, where it leads to, and from where it connects."""
    address, port, leads_to, via = expected

    assert next(forwardings(program, arguments.split(" "))) == Forwarding(
        address=address,
        port=port,
        leads_to=(leads_to,) if leads_to else (),
        via=via,
        container="web" if program == "conmon" else None,
    )


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("docker-proxy", "-proto udp -host-ip 0.0.0.0 -host-port 53 -container-ip 172.17.0.2 -container-port 53"),
        ("socat", "TCP:10.0.0.1:80 STDIO"),
        ("ssh", "-N -R 8080:127.0.0.1:80 bastion"),
        ("ssh", "-D 8080 bastion"),
        ("ssh", "bastion tail -L 8080:a:80"),
        ("kubectl", "get pods"),
        ("pasta", "-t auto"),
        ("nginx", "-g daemon"),
    ],
)
def test_what_leads_no_port_of_this_machine_elsewhere(program: str, arguments: str) -> None:
    """UDP, a client, a forwarding at the other end, words for a command over there, and other programs are none."""
    assert list(forwardings(program, arguments.split(" "))) == []


def test_haproxy_forwards_in_tcp_mode_alone() -> None:
    """Servers stand in `listen` or in the backend that is named; what speaks HTTP is left out."""
    assert list(forwardings_in(HAPROXY)) == [
        Forwarding(address="127.0.0.1", port=5432, leads_to=(("10.0.0.5", 5432), ("fd00::5", 5433))),
        Forwarding(port=5672, leads_to=(("rabbit.example", 5673),)),
        Forwarding(port=5672, leads_to=(("rabbit.example", 5673),)),
    ]


@contextmanager
def socat(*options: str, to: int = 9) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A real socat that leads a free port to port `to`, and that free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["socat", f"TCP4-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr", f"TCP4:127.0.0.1:{to}", *options]
    process = subprocess.Popen(words)
    try:
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port, process
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(shutil.which("socat") is None, reason="needs socat")
async def test_a_real_socat_shows() -> None:
    """Found by its arguments, without knowing who holds the port."""
    with socat() as (port, process):
        (fact,) = await facts_of(FindForwarders(port=port))

    assert isinstance(fact, Forwarders)
    assert [(each.program, each.pid, each.listens_on, each.leads_to) for each in fact.forwarders] == [
        ("socat", process.pid, "127.0.0.1", (("127.0.0.1", 9),))
    ]


@pytest.mark.skipif(shutil.which("socat") is None, reason="needs socat")
async def test_a_child_for_one_connection_is_no_forwarder_of_its_own() -> None:
    """While a connection lasts, socat has a child with the same arguments: it is told of once."""
    with socket.create_server(("127.0.0.1", 0)) as behind, socat(to=behind.getsockname()[1]) as (port, process):
        behind.accept()[0].close()  # of the one who waited for the port
        with socket.create_connection(("127.0.0.1", port)), behind.accept()[0]:
            (fact,) = await facts_of(FindForwarders(port=port))

    assert isinstance(fact, Forwarders)
    assert [each.pid for each in fact.forwarders] == [process.pid]


@needs_root
@pytest.mark.skipif(shutil.which("socat") is None, reason="needs socat")
def test_a_forwarder_of_another_user_shows_as_well() -> None:
    """Command lines are everybody's to read."""
    if not nobody_can_look():
        pytest.skip("another user may not run this interpreter")
    with socat() as (port, process):
        (fact,) = facts_behind(NOBODY, FindForwarders(port=port))

    assert isinstance(fact, Forwarders)
    assert [each.pid for each in fact.forwarders] == [process.pid]


def test_the_holder_counts_whatever_its_arguments_name() -> None:
    """A program that is a forwarder by its name and holds the port is one, though its arguments do not say where it leads."""
    process = subprocess.Popen(["slirp4netns", "60"], executable=shutil.which("sleep"))
    try:
        (fact,) = facts_behind((), FindForwarders(port=4, pid=process.pid))
    finally:
        process.kill()
        process.wait()

    assert isinstance(fact, Forwarders)
    assert fact.forwarders == (
        Forwarder(
            program="slirp4netns",
            pid=process.pid,
            command="slirp4netns 60",
            via="the container",
            source="its arguments",
            unit=fact.forwarders[0].unit,
        ),
    )


async def test_a_plain_service_is_no_forwarder() -> None:
    """Who holds the port is looked at, and is none by its name."""
    with listening("127.0.0.1") as server:
        (fact,) = await facts_of(FindForwarders(port=server.getsockname()[1], pid=os.getpid()))

    assert isinstance(fact, Forwarders)
    assert fact.forwarders == ()
