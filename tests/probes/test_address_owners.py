"""Who answers on a link for an address: in namespaces where nobody has it, one card or two."""

import subprocess
from ipaddress import IPv4Address

import pytest

from tests.probes.machine import LONGEST_S, NOBODY, facts_behind, needs_namespaces, network_namespace
from tests.probes.run_check import facts_of
from tui.model.facts import AddressOwners, NotObserved
from tui.model.requests import ProbeAddress
from tui.probes.path.address_owners import answer

CARDS = ("02:00:00:00:00:0a", "02:00:00:00:00:0b")
TARGET = "10.77.0.9"
SWITCH = (
    "ip link add b0 type bridge",
    "ip link set b0 up",
    "ip link add c0 type veth peer name port",
    "ip link set port master b0 up",
    "ip address add 10.77.0.2/24 dev c0",
    "ip link set c0 up",
)
REPLY = bytes.fromhex("0001080006040002" + "02000000000a" + "0a4d0009" + "020000000001" + "00000000")
"""As Linux answers a probe for 10.77.0.9."""


def _plug(inside: tuple[str, ...], owners: tuple[str, ...], number: int) -> None:
    """A card of the other namespace, on the switch, that has the address."""
    name = owners[-1]
    for prefix, command in (
        (inside, f"ip link add o{number} address {CARDS[number]} netns {name} type veth peer name f{number}"),
        (inside, f"ip link set f{number} master b0 up"),
        (owners, f"ip address add {TARGET}/32 dev o{number}"),
        (owners, f"ip link set o{number} up"),
    ):
        subprocess.run([*prefix, *command.split()], check=True, timeout=LONGEST_S)


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_card_that_has_the_address_answers(number: int) -> None:
    """None, one or two are heard, each once, and the answers are no entry of ours; nobody but root may ask."""
    with network_namespace(*SWITCH) as inside, network_namespace() as owners:
        for one in range(number):
            _plug(inside, owners, one)
        (found,) = facts_behind(inside, ProbeAddress(address=TARGET, device="c0"))
        (denied,) = facts_behind((*inside, *NOBODY), ProbeAddress(address=TARGET, device="c0"))
        neighbours = subprocess.run(
            [*inside, "ip", "neigh"], check=True, timeout=LONGEST_S, capture_output=True, text=True
        ).stdout

    assert isinstance(found, AddressOwners)
    assert sorted(found.macs) == sorted(CARDS[:number])
    assert TARGET not in neighbours
    assert isinstance(denied, NotObserved)
    assert "root" in denied.reason


@pytest.mark.parametrize(
    ("data", "mac"),
    [
        (REPLY, CARDS[0]),
        (REPLY + bytes(18), CARDS[0]),
        (REPLY[:-1], None),
        (REPLY[:7] + b"\x01" + REPLY[8:], None),
        (REPLY[:14] + b"\x0a\x4d\x00\x08" + REPLY[18:], None),
        (b"\x00\x06" + REPLY[2:], None),
        (b"", None),
    ],
    ids=["reply", "padded", "cut", "request", "another-address", "another-hardware", "nothing"],
)
def test_only_an_answer_for_the_address_counts(data: bytes, mac: str | None) -> None:
    """Requests of others, answers for other addresses, and what is cut short say nothing."""
    assert answer(data, IPv4Address(TARGET)) == mac


@pytest.mark.parametrize(("address", "device", "words"), [("fd00::9", "lo", "IPv4"), ("10.77.0.9", "nope", "nope")])
async def test_what_cannot_be_asked_says_why(address: str, device: str, words: str) -> None:
    """ARP is for IPv4 alone, and an interface that is not there sends nothing."""
    (fact,) = await facts_of(ProbeAddress(address=address, device=device))

    assert isinstance(fact, NotObserved)
    assert words in fact.reason or "root" in fact.reason
