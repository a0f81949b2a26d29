"""Addresses that two machines have, or that this machine sends to the wrong one; and machines with more than one card."""

import subprocess

from tests.lab.bench import Bench
from tests.lab.scenario import CONTROL, HEALTHY, QUICK, Expect, Scenario, Step
from tests.lab.steps import Needing, file, ip, serve, start

_THERE = (*QUICK, "--server", "{server_shell}")
_CONFLICT = frozenset({"path.address-conflict"})
_NOBODYS = "02:00:00:00:00:99"


def _reaches(role: str) -> Step:
    """The client's entry for the server's address names this machine, as when that had answered first."""

    def step(bench: Bench) -> None:
        mac = bench[role].run("cat", "/sys/class/net/eth0/address").stdout.strip()
        bench["client"].ip("neigh", "replace", bench.values["server"], "lladdr", mac, "dev", "eth0", "nud", "reachable")

    return step


def _second_card(bench: Bench) -> None:
    """Another cable from the server to the switch: Linux answers by every card for every address that it has."""
    ends = [f"{name} netns {bench[role].network}" for role, name in (("server", "eth1"), ("switch", "port9"))]
    subprocess.run(["ip", "link", "add", *ends[0].split(), "type", "veth", "peer", "name", *ends[1].split()], check=True)
    bench["server"].ip("link", "set", "eth1", "up")
    bench["switch"].ip("link", "set", "port9", "master", "br0", "up")


_VRRP = """
vrrp_instance lab {
  state BACKUP
  interface eth0
  virtual_router_id 7
  version 3
  priority %s
  advert_int 0.1
  virtual_ipaddress {
    {gone}/24
  }
}
"""
_KEEPS = """
cd {folder}
keepalived --dont-fork --log-console --use-file=%s.conf --pid=$PWD/%s.pid --vrrp_pid=$PWD/%s.vrrp >/dev/null 2>&1 &
%s
echo ready
wait
"""
_UNTIL_MASTER = "until ip -o address show eth0 | grep -q '{gone}/'; do sleep 0.05; done"


def _virtual(role: str, priority: int, until: str = "") -> tuple[Step, ...]:
    """A real keepalived, which shares the address `gone` with another by VRRP."""
    keeps = Needing(start(role, "sh", "-c", _KEEPS % (role, role, role, until)), ("keepalived",))
    return (file(f"{role}.conf", _VRRP % priority), keeps)


_THIEF = ip("nameserver", "address add {server}/24 dev eth0")
SCENARIOS = (
    Scenario(
        name="another-machine-has-the-servers-address",
        about="path.address-conflict",
        broken="another machine of the LAN has the server's address too, and is the one that is reached",
        topology="lan",
        steps=(serve("server"), _THIEF, _reaches("nameserver")),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.address-conflict", culprit={"address": "{server}", "device": "eth0"}),
    ),
    Scenario(
        name="another-machine-has-the-servers-address-and-nobody-looks-there",
        about="path.address-conflict",
        broken="the same, seen from the client alone",
        topology="lan",
        steps=(serve("server"), _THIEF, _reaches("nameserver")),
        expect=Expect(
            verdict="server.not-listening",
            certainty="likely",
            alternatives=_CONFLICT,
            never=_CONFLICT,
        ),
        nobody=Expect(verdict="server.not-listening", certainty="likely", never=_CONFLICT),
    ),
    Scenario(
        name="neighbour-entry-set-by-hand-is-old",
        about="path.address-conflict",
        broken="a neighbour entry that was set by hand names a card that is gone",
        topology="lan",
        steps=(serve("server"), ip("client", f"neigh add {{server}} lladdr {_NOBODYS} dev eth0 nud permanent")),
        expect=Expect(verdict="path.address-conflict", outcome="timeout", words=(_NOBODYS,), culprit={"device": "eth0"}),
        nobody=Expect(
            verdict=("path.address-conflict", "path.filtered", "server.down"),
            certainty="possible",
            outcome="timeout",
            never=_CONFLICT,
        ),
    ),
    Scenario(
        name="server-has-two-cards-on-the-link",
        about="server.not-listening",
        broken="nothing listens on a server that answers for its address by two cards",
        topology="lan",
        steps=(_second_card,),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="server.not-listening", never=_CONFLICT),
    ),
    Scenario(
        name="server-has-two-cards-on-the-link-and-nobody-looks-there",
        about="server.not-listening",
        broken="the same, seen from the client alone: two machines are no more than possible",
        topology="lan",
        steps=(_second_card,),
        expect=Expect(verdict="server.not-listening", certainty="likely", never=_CONFLICT),
    ),
    Scenario(
        name="address-is-shared-by-vrrp",
        about="server.not-listening",
        broken="nothing listens on an address that keepalived keeps on one of two machines",
        topology="lan",
        steps=(*_virtual("server", 200, _UNTIL_MASTER), *_virtual("nameserver", 100)),
        typed="{gone}:{port}",
        expect=Expect(
            verdict="server.not-listening", certainty="likely", never=_CONFLICT, alternatives=frozenset({"path.rejected"})
        ),
    ),
    Scenario(
        name="two-cards-and-all-is-well",
        about=CONTROL,
        broken="nothing: the server serves, by either of its two cards",
        topology="lan",
        steps=(serve("server", "greet"), _second_card),
        expect=HEALTHY,
    ),
)
