"""What an interface is that a route leads into, in a namespace with bridges and a tunnel; and whose, by engines' words."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.probes.machine import fact_for_everybody, needs_namespaces, network_namespace
from tests.probes.run_check import facts_of
from tui.model.facts import Detour, Device, Engine, NotObserved
from tui.model.requests import ExamineDevice
from tui.probes.kernel.system_view import SystemView
from tui.probes.namespaces import device
from tui.probes.namespaces.engine_access import Access

NETWORK = (
    "ip link add v0 type veth peer name v1",
    "ip address add 10.77.0.1/24 dev v0",
    "ip address add fd77::1/64 dev v0 nodad",
    "ip link set v0 up",
    "ip link set v1 up",
    "ip route add default via 10.77.0.8",
    "ip route add 10.20.0.0/16 via 10.77.0.9",
    "ip -6 route add fd20::/32 via fd77::9",
    "ip link add b0 type bridge",
    "ip address add 10.20.3.1/24 dev b0",
    "ip address add fd20::1/64 dev b0 nodad",
    "ip link set b0 up",
    "ip link add c0 type veth peer name c1",
    "ip link set c0 master b0 up",
    "ip link add b1 type bridge",
    "ip link add d0 type vxlan id 3 dstport 4789",
    "ip link set d0 master b1 up",
    "ip address add 10.21.3.1/24 dev b1",
    "ip link set b1 up",
    "ip tuntap add t0 mode tun",
    "ip address add 10.22.3.1/24 dev t0",
    "ip link set t0 up",
)


@pytest.fixture(name="inside", scope="module")
def namespace() -> Iterator[tuple[str, ...]]:
    """The network, for the tests of this module, which only read."""
    with network_namespace(*NETWORK) as prefix:
        yield prefix


def seen(inside: tuple[str, ...], name: str, address: str) -> Device:
    """The device inside, which has to be the same for root and for nobody."""
    fact = fact_for_everybody(inside, ExamineDevice(name=name, address=address))
    assert isinstance(fact, Device)
    return fact


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize(
    ("name", "address", "kind", "leads_into", "detour"),
    [
        ("b0", "10.20.3.9", "bridge", "bridge", Detour(device="v0", gateway="10.77.0.9", prefix="10.20.0.0/16")),
        ("b0", "fd20::9", "bridge", "bridge", Detour(device="v0", gateway="fd77::9", prefix="fd20::/32")),
        ("b1", "10.21.3.9", "bridge", None, Detour(device="v0", gateway="10.77.0.8", prefix="default")),
        ("t0", "10.22.3.9", "tun", "tunnel", Detour(device="v0", gateway="10.77.0.8", prefix="default")),
        ("v0", "10.77.0.9", "veth", None, None),
    ],
)
def test_the_kernel_says_what_it_is_and_which_route_holds_without_it(  # noqa: PLR0917 -- one row of the table
    inside: tuple[str, ...], name: str, address: str, kind: str, leads_into: str | None, detour: Detour | None
) -> None:
    """A bridge of veths alone leads into this machine, one with another port does not; the other route is the longest one."""
    found = seen(inside, name, address)

    assert (found.link_kind, found.leads_into, found.detour) == (kind, leads_into, detour)


@pytest.mark.lab
@needs_namespaces
def test_its_networks_are_those_of_its_addresses(inside: tuple[str, ...]) -> None:
    """Each of its addresses, with its prefix, is a network; those of the link alone are none."""
    found = seen(inside, "b0", "10.20.3.9")

    assert found.networks == ("10.20.3.0/24", "fd20::/64")
    assert found.addresses == ("10.20.3.1", "fd20::1")


async def test_an_interface_that_is_not_there_says_so() -> None:
    """A name that no interface has is a look that could not be taken."""
    (fact,) = await facts_of(ExamineDevice(name="nope", address="10.0.0.5"))

    assert isinstance(fact, NotObserved)
    assert "none of that name" in fact.reason


async def test_libvirts_files_name_its_network(tmp_path: Path) -> None:
    """The file that libvirt starts dnsmasq with names the bridge, and is named by the network."""
    folder = tmp_path / "var/lib/libvirt/dnsmasq"
    folder.mkdir(parents=True)
    (folder / "lab.conf").write_text("strict-order\nexcept-interface=lo\ninterface=virbr7\n")

    assert await device.maker("virbr7", SystemView(root=tmp_path)) == ("libvirt", "lab")
    assert await device.maker("virbr70", SystemView(root=tmp_path, environ={"PATH": ""})) == (None, None)


async def test_an_engine_names_the_network_of_its_bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker is asked for one network by the bridge's name, podman for all; another bridge is nobody's."""
    docker = [{"Name": "shop_default", "Driver": "bridge"}]
    podman = [{"name": "podman", "network_interface": "podman0"}, {"name": "lab", "network_interface": "lab0"}]
    answers: dict[Engine, object] = {"docker": docker, "podman": podman}
    ways = []
    for name, answer in answers.items():
        program = tmp_path / name
        asked = '[ "$1 $2 $3" = "network inspect 0123456789ab" ] || exit 1\n' if name == "docker" else ""
        program.write_text(f"#!/bin/sh\n{asked}echo '{json.dumps(answer)}'\n")
        program.chmod(0o755)
        ways.append(Access(name, (str(program),)))
    monkeypatch.setattr(device, "accesses", lambda *_: ways)
    system = SystemView(root=tmp_path)

    assert await device.maker("br-0123456789ab", system) == ("docker", "shop_default")
    assert await device.maker("lab0", system) == ("podman", "lab")
    assert await device.maker("br-ffffffffffff", system) == (None, None)
