"""The addresses of the interfaces, and the switch that turns IPv6 off."""

from pathlib import Path

import pytest

from tests.probes.machine import facts_behind, needs_namespaces, network_namespace
from tests.probes.run_check import facts_of
from tui.model.facts import Addresses, NotObserved
from tui.model.requests import ListAddresses
from tui.probes.kernel import netlink
from tui.probes.path import addresses
from tui.probes.path.addresses import from_psutil, ipv6_disabled


async def test_the_kernel_and_psutil_agree() -> None:
    """Every pair of interface and address is the same from both sources, and loopback is among them."""
    (fact,) = await facts_of(ListAddresses())

    assert isinstance(fact, Addresses)
    assert sorted(fact.addresses) == sorted(from_psutil())
    assert ("lo", "127.0.0.1") in fact.addresses


async def test_without_netlink_psutil_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where netlink is not permitted, the addresses are there all the same."""

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(netlink, "channel", forbidden)
    (fact,) = await facts_of(ListAddresses())

    assert isinstance(fact, Addresses)
    assert ("lo", "127.0.0.1") in fact.addresses


async def test_interfaces_that_cannot_be_listed_are_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no source may be read, the reason is told."""

    def forbidden() -> list[tuple[str, str]]:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(addresses, "_addresses", forbidden)
    (fact,) = await facts_of(ListAddresses())

    assert isinstance(fact, NotObserved)
    assert "not permitted" in fact.reason


@pytest.mark.parametrize(
    ("switches", "own", "disabled"),
    [
        ({"all": "0", "lo": "0"}, ["127.0.0.1", "::1"], False),
        ({"all": "1", "lo": "1"}, ["127.0.0.1"], True),
        ({"all": "0", "lo": "1"}, ["127.0.0.1"], True),
        ({"all": "0", "lo": "0"}, ["127.0.0.1"], False),
        ({"all": "1", "lo": "1"}, ["127.0.0.1", "fe80::1"], False),
        ({}, ["127.0.0.1"], True),
    ],
)
def test_ipv6_is_off_by_switch_and_without_addresses(
    tmp_path: Path, switches: dict[str, str], own: list[str], disabled: bool
) -> None:
    """A switch, or a kernel without IPv6, turns it off, unless an interface has an address of it."""
    for name, value in switches.items():
        folder = tmp_path / "sys/net/ipv6/conf" / name
        folder.mkdir(parents=True)
        (folder / "disable_ipv6").write_text(f"{value}\n")

    assert ipv6_disabled(tmp_path, own) is disabled


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize(("value", "disabled"), [(0, False), (1, True)])
def test_the_real_switch_is_read(value: int, disabled: bool) -> None:
    """In a namespace whose IPv6 is switched off, or not, the fact says so."""
    with network_namespace(f"sysctl -q -w net.ipv6.conf.all.disable_ipv6={value}") as inside:
        (fact,) = facts_behind(inside, ListAddresses())

    assert isinstance(fact, Addresses)
    assert fact.ipv6_disabled is disabled
    assert (("lo", "::1") in fact.addresses) is not disabled


@needs_namespaces
def test_an_interface_that_is_down_is_named() -> None:
    """The loopback interface of a namespace is down until it is set up; its address stays on it when it goes down again."""
    with network_namespace("ip link add idle0 type veth peer name idle1", "ip link set lo down") as inside:
        (down,) = facts_behind(inside, ListAddresses())
    with network_namespace() as inside:
        (up,) = facts_behind(inside, ListAddresses())

    assert isinstance(down, Addresses)
    assert isinstance(up, Addresses)
    assert {"lo", "idle0"} <= set(down.down)
    assert ("lo", "127.0.0.1") in down.addresses
    assert "lo" not in up.down
