"""Chains at a device, and what acts there beside the packet filter: by nft's text, and by what ip and tc list."""

import json
import shlex
import subprocess

import pytest

from tests.probes.machine import facts_behind, needs_namespaces, network_namespace
from tui.model.facts import Firewall
from tui.model.requests import ReadFirewall
from tui.probes.firewall.at_device import filters_in, xdp_in
from tui.probes.firewall.devices import devices_in, with_devices

TEXT = """table netdev early { # handle 1
\tchain one { # handle 1
\t\ttype filter hook ingress device "eth0" priority filter; policy accept;
\t\ttcp sport 80 drop
\t}

\tchain two {
\t\ttype filter hook egress devices = { eth0, br-1.7 } priority -500; policy drop;
\t}
}
table inet x {
\tchain one {
\t\ttype filter hook input priority filter; policy accept;
\t}
}
"""
RULES = "table netdev t {{\n chain c {{\n  type filter hook ingress device {} priority 0\n  tcp sport 5432 drop\n }}\n}}\n"
CLASSIFIER = "filter add dev d0 ingress protocol ip u32 match ip sport 5432 0xffff classid 1:1"
ADDED = ("link add d0 type veth peer name d1", "addr add 10.9.0.1/24 dev d0", "link set d0 up", "link set d1 up")


def test_the_text_names_the_devices_of_each_chain() -> None:
    """One device or several, and none for a chain that is at no device."""
    assert devices_in(TEXT) == {("netdev", "early", "one"): ("eth0",), ("netdev", "early", "two"): ("eth0", "br-1.7")}


@pytest.mark.parametrize(
    ("chain", "tables"),
    [
        ({"family": "netdev", "table": "t", "hook": "ingress"}, [("netdev", "t")]),
        ({"family": "inet", "table": "t", "hook": "egress"}, [("inet", "t")]),
        ({"family": "netdev", "table": "t", "hook": "ingress", "dev": "eth0"}, []),
        ({"family": "inet", "table": "t", "hook": "input"}, []),
        ({"hook": "ingress"}, []),
    ],
)
def test_only_tables_whose_devices_are_missing_are_read_again(chain: dict[str, str], tables: list[tuple[str, str]]) -> None:
    """Where the JSON names the device, or the chain is at none, its text is not needed."""
    assert with_devices(json.dumps({"nftables": [{"chain": chain}]}).encode()) == tables
    assert with_devices(b"{") == []


@pytest.mark.parametrize(
    ("listed", "number"),
    [
        ([{"ifname": "eth0", "xdp": {"mode": 2, "prog": {"id": 7}}}], 1),
        ([{"ifname": "eth1", "xdp": {"mode": 2}}], 0),
        ([{"ifname": "eth0"}], 0),
        ([{}, 7], 0),
    ],
)
def test_an_xdp_program_is_named_at_its_own_device(listed: list[object], number: int) -> None:
    """What `ip -json link` lists for another device, or without a program, is nothing."""
    assert len(list(xdp_in("eth0", listed))) == number


@pytest.mark.parametrize(
    ("listed", "kinds"),
    [
        ([{"protocol": "ip", "pref": 49152, "kind": "u32", "chain": 0}, {"kind": "u32"}, {"kind": "bpf"}], "u32 and bpf"),
        ([], ""),
        ([{}, 7], ""),
    ],
)
def test_filters_of_traffic_control_are_named_by_their_kinds(listed: list[object], kinds: str) -> None:
    """Each kind once; an empty list, as `tc -json filter` prints where none is, is nothing."""
    sentences = list(filters_in("eth0", "ingress", listed))

    assert [kinds in sentence for sentence in sentences] == ([True] if kinds else [])


@needs_namespaces
@pytest.mark.parametrize(("device", "answer"), [("d0", "matches"), ("d1", "does-not-match")])
def test_a_chain_at_the_ingress_of_our_device_stops_the_answers(device: str, answer: str) -> None:
    """Nft's JSON does not name the device, its text does: that of the route decides, and another one does not."""
    with network_namespace() as enter:
        for line in ADDED:
            subprocess.run([*enter, "ip", *line.split()], check=True)
        subprocess.run([*enter, "nft", "-f", "-"], input=RULES.format(device), text=True, check=True)
        (fact,) = facts_behind(enter, ReadFirewall(address="10.9.0.7", port=5432))

    assert isinstance(fact, Firewall)
    assert (fact.answer, fact.unread) == (answer, ())
    assert fact.deciding is None or fact.deciding.on == "answer"


@needs_namespaces
def test_a_filter_of_traffic_control_is_said_and_not_followed() -> None:
    """With a classifier at our device no rule stops it, and yet nothing is claimed: one thing was not followed."""
    with network_namespace() as enter:
        for line in ADDED:
            subprocess.run([*enter, "ip", *line.split()], check=True)
        subprocess.run([*enter, "tc", "qdisc", "add", "dev", "d0", "clsact"], check=True)
        words = shlex.split(CLASSIFIER)
        if subprocess.run([*enter, "tc", *words], check=False, capture_output=True).returncode:
            pytest.skip("this kernel has no u32 classifier")
        (fact,) = facts_behind(enter, ReadFirewall(address="10.9.0.7", port=5432))

    assert isinstance(fact, Firewall)
    assert (fact.answer, len(fact.unread)) == ("cannot-tell", 1)
    assert "u32" in fact.unread[0]
