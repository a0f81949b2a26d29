"""Answers that come back by another way than the packets went, and kernels that drop them for it; and a full table."""

import subprocess

from tests.lab.bench import Bench
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import Needing, filters, ip, serve, sysctl

_STRICT = "net.ipv4.conf.all.rp_filter=1"
_LOOSE = "net.ipv4.conf.all.rp_filter=2"
_THERE = ("--attempts", "2", "--delay", "0.5", "--server", "{server_shell}")
_NEAR, _FAR = "198.51.100.2", "198.51.100.1"
_NOT_A_FILTER = frozenset({"path.filtered", "server.down", "path.local-firewall", "server.backlog-full"})


def _two_uplinks(bench: Bench) -> None:
    """The client sends over a second wire to its router, which answers over the first, where the client's address is."""
    ends = [f"uplink netns {bench[role].network}" for role in ("client", "router1")]
    subprocess.run(["ip", "link", "add", *ends[0].split(), "type", "veth", "peer", "name", *ends[1].split()], check=True)
    for role, address in (("client", _NEAR), ("router1", _FAR)):
        bench[role].ip("address", "add", f"{address}/30", "dev", "uplink")
        bench[role].ip("link", "set", "uplink", "up")
    bench["client"].ip("route", "replace", "default", "via", _FAR, "dev", "uplink", "src", bench.values["client"])


def _another_way_back(*role_and_device: str) -> tuple[Step, ...]:
    """The server's way to the client leads over a device that nothing is behind."""
    role, device = role_and_device
    return (
        ip(role, f"link add {device} type bridge"),
        ip(role, f"address add {_NEAR}/30 dev {device}"),
        ip(role, f"link set {device} up"),
        ip(role, f"route add {{client}}/32 via {_FAR} dev {device}"),
    )


def _full_table(role: str) -> tuple[Step, ...]:
    """As many tracked connections as the kernel allows; none of them is real."""

    def fill(bench: Bench) -> None:
        limit = int(bench[role].run("cat", "/proc/sys/net/netfilter/nf_conntrack_max").stdout)
        entry = "-I -p udp -s 203.0.113.{} -d 203.0.113.{} --sport {} --dport 9 -t 600 -u SEEN_REPLY,ASSURED"
        lines = (entry.format(1 + number // 60000 % 250, 251, 1 + number % 60000) for number in range(limit))
        bench[role].run("conntrack", "--load-file", "-", stdin="\n".join(lines) + "\n", check=False)

    return (
        filters(role, "output", "ct state new counter"),
        filters(role, "input", "ct state new counter"),
        Needing(fill, ("conntrack",)),
    )


SCENARIOS = (
    Scenario(
        name="answers-come-in-by-another-interface",
        about="path.reverse-path",
        broken="two uplinks: the answers come in by the other one, and the client's reverse path filter is strict",
        values={"uplink": _FAR},
        steps=(serve("server"), _two_uplinks, sysctl("client", _STRICT), sysctl("router1", "net.ipv4.conf.all.rp_filter=0")),
        expect=Expect(verdict="path.reverse-path", outcome="timeout", words=("uplink", "{server}"), never=_NOT_A_FILTER),
    ),
    Scenario(
        name="answers-come-in-by-another-interface-and-the-filter-is-loose",
        about=CONTROL,
        broken="nothing: the same two uplinks, and the filter asks only whether there is a way back",
        values={"uplink": _FAR},
        steps=(serve("server"), _two_uplinks, sysctl("client", _LOOSE), sysctl("router1", "net.ipv4.conf.all.rp_filter=0")),
        expect=HEALTHY,
    ),
    Scenario(
        name="the-servers-way-back-is-another",
        about="path.reverse-path",
        broken="the server's route to the client leads over another interface, and its reverse path filter is strict",
        steps=(serve("server"), *_another_way_back("server", "spare"), sysctl("server", _STRICT)),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.reverse-path", outcome="timeout", words=("spare",), never=_NOT_A_FILTER),
    ),
    Scenario(
        name="the-servers-way-back-is-another-and-nobody-looks-there",
        about="path.reverse-path",
        broken="the same, seen from the client alone: silence",
        steps=(serve("server"), *_another_way_back("server", "spare"), sysctl("server", _STRICT)),
        expect=Expect(
            verdict=("path.filtered", "path.reverse-path"),
            certainty="possible",
            outcome="timeout",
            alternatives=frozenset({"server.down"}),
            never=frozenset({"path.reverse-path", "path.filtered", "server.down"}),
        ),
    ),
    Scenario(
        name="the-server-has-no-way-back",
        about="path.reverse-path",
        broken="the server has no route to the client",
        steps=(serve("server"), ip("server", "route del default")),
        arguments=_THERE,
        users=("root",),
        expect=Expect(
            verdict="path.reverse-path",
            certainty="likely",
            outcome="timeout",
            words=("{client}",),
            never=frozenset({"server.down"}),
        ),
    ),
    Scenario(
        name="answers-are-dropped-on-their-way-back",
        about="path.filtered",
        broken="a router drops everything that the server sends; its shell leads there all the same",
        steps=(serve("server"), filters("router2", "forward", "ip saddr {server} drop")),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.filtered", outcome="timeout", words=("way back",), never=frozenset({"server.down"})),
    ),
    Scenario(
        name="everything-is-dropped-on-the-way-there",
        about="path.filtered",
        broken="a router drops everything that goes to the server; its shell leads there all the same",
        steps=(serve("server"), filters("router2", "forward", "ip daddr {server} drop")),
        arguments=_THERE,
        users=("root",),
        expect=Expect(
            verdict="path.filtered", certainty="likely", outcome="timeout", never=frozenset({"server.down", "path.reverse-path"})
        ),
    ),
    Scenario(
        name="a-filter-drops-while-the-reverse-path-filter-is-strict",
        about="path.filtered",
        broken="two uplinks and a loose filter here; the server's packet filter drops the port",
        steps=(serve("server"), sysctl("client", _STRICT), filters("server", "input", "tcp dport {port} drop")),
        expect=Expect(
            verdict="path.filtered",
            certainty=("confirmed", "likely"),
            outcome="timeout",
            never=frozenset({"path.reverse-path"}),
        ),
    ),
    Scenario(
        name="no-room-to-track-one-more",
        about="path.conntrack-full",
        broken="the client's table of tracked connections is full",
        steps=(serve("server"), *_full_table("client")),
        tools=("conntrack",),
        expect=Expect(verdict="path.conntrack-full", outcome="timeout", culprit={"limit": "nf_conntrack_max"}),
    ),
    Scenario(
        name="no-room-to-track-one-more-at-the-server",
        about="path.conntrack-full",
        broken="the server's table of tracked connections is full",
        steps=(serve("server"), *_full_table("server")),
        arguments=_THERE,
        users=("root",),
        tools=("conntrack",),
        expect=Expect(verdict="path.conntrack-full", outcome="timeout", culprit={"limit": "nf_conntrack_max"}),
    ),
)
