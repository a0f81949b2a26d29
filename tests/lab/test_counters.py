"""Whose reset it is: this machine's own TCP counts those that it sends; a rule and another machine do not raise that count."""

import pytest

from tests.lab.network import CLIENT, CLIENT6, NOBODY, SERVER, SERVER6, Lab
from tui.model.facts import TcpAttempt
from tui.model.requests import Connect

PORT, RULED, FORWARDED = 8080, 8081, 8082


def _resets(lab: Lab, address: str, port: int) -> int | None:
    (fact,) = lab.look(Connect(address=address, port=port), user=NOBODY)
    assert isinstance(fact, TcpAttempt), fact
    assert fact.outcome == "refused"
    return fact.resets_sent


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", CLIENT, CLIENT6])
def test_the_kernel_counts_its_own_refusals(lab: Lab, address: str) -> None:
    """A closed port of an address of its own."""
    assert _resets(lab, address, PORT) == 1


@pytest.mark.parametrize("hook", ["input", "output"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_rule_is_not_counted(lab: Lab, hook: str, address: str) -> None:
    """`reject with tcp reset` looks the same from outside."""
    lab.client.filter(hook, f"tcp dport {RULED} reject with tcp reset")

    assert _resets(lab, address, RULED) == 0


@pytest.mark.parametrize("address", [SERVER, SERVER6])
def test_another_machine_is_not_counted(lab: Lab, address: str) -> None:
    """Its own kernel counts what it sends."""
    assert _resets(lab, address, PORT) == 0


def test_what_is_led_to_another_machine_is_not_counted(lab: Lab) -> None:
    """An own address whose port a translation leads on: the machine behind it refuses."""
    rule = f"ip daddr {CLIENT} tcp dport {FORWARDED} dnat to {SERVER}:{FORWARDED}"
    lab.client.nft(f"table ip lab {{\n chain out {{\n type nat hook output priority dstnat;\n{rule}\n }}\n}}\n")

    assert _resets(lab, CLIENT, FORWARDED) == 0
