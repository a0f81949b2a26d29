"""Queues, processes, ports and descriptors at their limits; and policies that forbid a connection."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tests.lab.network import HERE
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import filters, ip, serve, start, sysctl

if TYPE_CHECKING:
    from tests.lab.bench import Bench

_BACKLOG = "3"
_THERE = ("--attempts", "2", "--delay", "0.5", "--server", "{server_shell}")


def _queue(role: str, place: str, behaviour: str = "sleeps", backlog: str = _BACKLOG) -> Step:
    return start(role, "{python}", "-IS", str(HERE / "full_queue.py"), place, backlog, behaviour)


def _sandbox(kind: str, *arguments: str) -> tuple[str, ...]:
    return ("{python}", "-IS", str(HERE / "sandbox.py"), kind, *arguments, "--")


def _full(*words: str, certainty: str = "confirmed") -> Expect:
    return Expect(
        verdict="server.backlog-full",
        certainty="confirmed" if certainty == "confirmed" else "likely",
        outcome="timeout",
        words=words,
        never=frozenset({"path.filtered", "path.local-firewall", "server.down"}),
    )


_OWN = "{client}:{port}"
_SILENT_FILTER = Expect(verdict="path.local-firewall", certainty=("confirmed", "likely"), outcome="timeout")
_FILTERED = Expect(
    verdict="path.filtered", certainty=("confirmed", "likely"), outcome="timeout", never=frozenset({"server.backlog-full"})
)


def _blocked(*words: str) -> Expect:
    return Expect(verdict="client.blocked", certainty="likely", outcome="blocked", words=words)


_QUEUES = (
    Scenario(
        name="queue-full-here",
        about="server.backlog-full",
        broken="a service on this machine does not accept, its queue is full",
        topology="host",
        steps=(_queue("client", _OWN),),
        typed=_OWN,
        expect=_full("4 connections wait"),
    ),
    Scenario(
        name="queue-full-on-loopback-v6",
        about="server.backlog-full",
        broken="the same on ::1",
        topology="host",
        steps=(_queue("client", "[::1]:{port}"),),
        typed="[::1]:{port}",
        expect=_full("4 connections wait"),
    ),
    Scenario(
        name="queue-full-stopped",
        about="server.backlog-full",
        broken="the service was stopped by a signal",
        topology="host",
        steps=(_queue("client", _OWN, "stops"),),
        typed=_OWN,
        expect=_full("stopped by a signal"),
        nobody=_full("4 connections wait"),
    ),
    Scenario(
        name="queue-full-out-of-descriptors",
        about="server.backlog-full",
        broken="the service has no descriptor left to accept with",
        topology="host",
        steps=(
            start(
                "client",
                *("prlimit", "--nofile=64", "{python}", "-IS", str(HERE / "full_queue.py"), _OWN, _BACKLOG, "opens"),
            ),
        ),
        typed=_OWN,
        users=("root",),
        expect=_full("all of its 64 descriptors"),
    ),
    Scenario(
        name="queue-full-for-a-while",
        about="server.backlog-full",
        broken="the queue is full, and has room once three connections found it so",
        topology="host",
        steps=(_queue("client", _OWN, "recovers"),),
        typed=_OWN,
        expect=Expect(verdict="server.backlog-full", status="degraded", outcome="connected"),
    ),
    Scenario(
        name="queue-full-capped-by-somaxconn",
        about="server.backlog-full",
        broken="somaxconn makes the queue of a service short",
        topology="host",
        steps=(sysctl("client", "net.core.somaxconn=2"), _queue("client", _OWN, backlog="2")),
        typed=_OWN,
        expect=Expect(verdict="server.backlog-full", outcome="timeout", culprit={"limit": "net.core.somaxconn"}),
    ),
    Scenario(
        name="queue-full-seen-from-the-server",
        about="server.backlog-full",
        broken="a service on the server does not accept; a check from there is made",
        steps=(_queue("server", "{server}:{port}", "stops"),),
        arguments=_THERE,
        users=("root",),
        expect=_full("4 connections wait", "stopped by a signal"),
    ),
    Scenario(
        name="queue-full-from-outside",
        about="server.backlog-full",
        broken="the same, and nothing is checked from the server",
        steps=(_queue("server", "{server}:{port}"),),
        expect=Expect(
            verdict="path.filtered", certainty="likely", outcome="timeout", alternatives=frozenset({"server.backlog-full"})
        ),
    ),
    Scenario(
        name="filter-and-a-queue-with-room",
        about="path.filtered",
        broken="the server's filter drops, and its service's queue has room",
        steps=(_queue("server", "{server}:{port}", "has-room"), filters("server", "input", "tcp dport {port} drop")),
        arguments=_THERE,
        users=("root",),
        expect=_FILTERED,
    ),
    Scenario(
        name="filter-before-a-full-queue",
        about="path.filtered",
        broken="the server's queue is full, and a router drops before it",
        steps=(_queue("server", "{server}:{port}"), filters("router2", "forward", "tcp dport {port} drop")),
        arguments=_THERE,
        users=("root",),
        expect=_FILTERED,
    ),
    Scenario(
        name="own-filter-and-a-queue-with-room",
        about="path.local-firewall",
        broken="this machine's filter drops, and its service's queue has room",
        topology="host",
        steps=(_queue("client", _OWN, "has-room"), filters("client", "input", "tcp dport {port} drop")),
        typed=_OWN,
        expect=_SILENT_FILTER,
    ),
    Scenario(
        name="own-filter-before-a-full-queue",
        about="path.local-firewall",
        broken="the same, and the queue is full as well",
        topology="host",
        steps=(_queue("client", _OWN), filters("client", "input", "tcp dport {port} drop")),
        typed=_OWN,
        expect=_SILENT_FILTER,
    ),
    Scenario(
        name="slow-but-accepting",
        about=CONTROL,
        broken="nothing: connections wait in a queue that has room",
        topology="host",
        steps=(_queue("client", _OWN, "has-room", "16"),),
        typed=_OWN,
        arguments=("--attempts", "2", "--delay", "0.5", "--no-talk"),
        expect=HEALTHY,
    ),
    Scenario(
        name="unix-queue-full",
        about="server.backlog-full",
        broken="the queue of a Unix socket is full",
        topology="host",
        steps=(_queue("client", "{folder}/app.sock"),),
        typed="{folder}/app.sock",
        arguments=("--attempts", "2", "--delay", "0.5", "--timeout", "1"),
        expect=Expect(verdict="server.backlog-full", outcome="timeout", words=("4 wait with a limit of 3",)),
    ),
)
_STARVED = """\
import resource, signal, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
kept = []
try:
    while True:
        kept.append(socket.socket())
except OSError:
    print("ready", flush=True)
signal.pause()
"""
"""A program that has used up its descriptors."""


def _starved(bench: "Bench") -> None:
    """Its process id, as this client knows it, becomes the value `starved`."""
    child = bench["client"].start(bench.values["python"], "-IS", "-c", _STARVED)
    *_, pid = re.findall(r"^NSpid:.*\b(\d+)$", Path(f"/proc/{child.pid}/status").read_text(), re.MULTILINE)
    dict.update(cast("dict[str, str]", bench.values), starved=pid)


_LIMITS = (
    Scenario(
        name="descriptors-of-a-process-used-up",
        about="client.fd-limit",
        broken="the program that cannot connect is out of descriptors",
        steps=(serve("server"), _starved),
        arguments=("--attempts", "2", "--delay", "0.5", "--pid", "{starved}"),
        users=("root",),
        expect=Expect(verdict="client.fd-limit", status="degraded", outcome="connected", culprit={"pid": "{starved}"}),
    ),
    Scenario(
        name="source-ports-taken",
        about="client.ports-exhausted",
        broken="every source port of a narrow range is connected to the target",
        steps=(serve("server"), sysctl("client", "net.ipv4.ip_local_port_range=40000\t40049")),
        within=_sandbox("taken", "{server}", "{port}"),
        expect=Expect(
            verdict="client.ports-exhausted", outcome="blocked", culprit={"limit": "ip_local_port_range"}, words=("50 of 50",)
        ),
    ),
    Scenario(
        name="loopback-down",
        about="path.host-unreachable",
        broken="the loopback interface is down",
        topology="host",
        steps=(serve("client", address="127.0.0.1"), ip("client", "link set lo down")),
        typed="127.0.0.1:{port}",
        expect=Expect(
            verdict="path.host-unreachable", certainty="likely", outcome="timeout", words=("lo of this machine is down",)
        ),
    ),
    Scenario(
        name="few-descriptors",
        about=CONTROL,
        broken="nothing, with few descriptors to look with",
        steps=(serve("server"),),
        within=_sandbox("files", "24"),
        expect=HEALTHY,
    ),
)
_POLICIES = (
    Scenario(
        name="seccomp-forbids",
        about="client.blocked",
        broken="a seccomp filter lets connect end in EPERM",
        steps=(serve("server"),),
        within=_sandbox("seccomp"),
        expect=_blocked("EPERM", "seccomp filter holds this process"),
    ),
    Scenario(
        name="landlock-forbids",
        about="client.blocked",
        broken="a Landlock rule forbids TCP connects",
        steps=(serve("server"),),
        within=_sandbox("landlock"),
        expect=_blocked("EACCES", "Landlock"),
    ),
    Scenario(
        name="connect-bpf-forbids",
        about="client.blocked",
        broken="a BPF program of the control group forbids connects",
        steps=(serve("server"),),
        within=_sandbox("connect-bpf"),
        users=("root",),
        expect=_blocked("EPERM", "BPF program"),
    ),
    Scenario(
        name="egress-bpf-drops",
        about="client.blocked",
        broken="a BPF program of the control group drops what leaves, as IPAddressDeny= does",
        steps=(serve("server"),),
        within=_sandbox("egress-bpf"),
        users=("root",),
        expect=Expect(verdict="client.blocked", certainty="likely", outcome="timeout", words=("BPF program",)),
    ),
)
SCENARIOS = (*_QUEUES, *_LIMITS, *_POLICIES)
