"""Rules that are listed and not in force, rules that stop only some connections, and redirections that are only possible."""

import subprocess

import pytest

from tests.probes.machine import facts_behind, needs_namespaces, network_namespace
from tests.probes.test_firewall import connection, iptables, nft
from tui.model.facts import Firewall, Rule
from tui.model.requests import ReadFirewall
from tui.probes.firewall.dormant import dormant_in, flagged
from tui.probes.firewall.evaluate import outgoing
from tui.probes.firewall.firewall import fact_of
from tui.probes.firewall.tables import Filter, filter_of

DROP = "table {family} t {{\n{flags} chain c {{\n  type filter hook output priority 0\n  tcp dport 5432 {what}\n }}\n}}\n"
DORMANT = " flags dormant\n"


def reading(rules: str, address: str = "127.0.0.1") -> Firewall:
    """The fact in a namespace with these rules of nft."""
    with network_namespace() as enter:
        subprocess.run([*enter, "nft", "-f", "-"], input=rules, text=True, check=True)
        (fact,) = facts_behind(enter, ReadFirewall(address=address, port=5432))
    assert isinstance(fact, Firewall)
    return fact


def undecided(filter_: Filter) -> Rule:
    """The first rule that may stop a connection."""
    request = ReadFirewall(address="10.9.0.7", port=5432)
    return fact_of(request, outgoing(connection(), filter_.rulesets), filter_, {}).undecided[0]


@needs_namespaces
@pytest.mark.parametrize(
    ("family", "what", "address"),
    [
        ("inet", "counter drop", "127.0.0.1"),
        ("ip", "reject with tcp reset", "127.0.0.1"),
        ("ip6", "reject", "::1"),
    ],
)
def test_a_dormant_table_stops_nothing(family: str, what: str, address: str) -> None:
    """The same table decides where it is awake, and not where it is switched off."""
    asleep, awake = (reading(DROP.format(family=family, flags=flags, what=what), address) for flags in (DORMANT, ""))

    assert (asleep.answer, asleep.unread) == ("does-not-match", ())
    assert awake.answer == "matches"


@needs_namespaces
def test_a_dormant_redirection_leads_nowhere() -> None:
    """Translations of a table that is switched off are none."""
    text = "table ip t {{\n{flags} chain c {{\n  type nat hook output priority -100\n  tcp dport 5432 redirect to :9\n }}\n}}\n"
    asleep, awake = (reading(text.format(flags=flags)) for flags in (DORMANT, ""))

    assert (asleep.translates, awake.translates) == (False, True)


def test_flags_of_others_are_no_sleep() -> None:
    """Of all tables in nft's text only those with that flag are dormant: not a set's flags, not an owner's."""
    text = "table inet a { # handle 1\n\tflags owner,dormant\n}\ntable ip b {\n\tflags owner\n}\n"
    text += "table ip c {\n\tset s {\n\t\ttype ipv4_addr\n\t\tflags dormant\n\t}\n}\n"

    assert dormant_in(text) == {("inet", "a")}


@pytest.mark.parametrize("listing", [b"", b"{", b'{"nftables":[{"table":1}]}', b'{"nftables":[{"table":{"name":"a"}}]}'])
def test_a_listing_that_is_not_understood_has_no_flags(listing: bytes) -> None:
    """Nothing is made of another text."""
    assert flagged(listing) == []


@pytest.mark.parametrize(
    "rules",
    [
        nft('[{"ct count":{"val":2,"inv":true}},{"drop":null}]'),
        nft('[{"limit":{"rate":2,"burst":5,"per":"second","inv":true}},{"reject":null}]'),
        nft(
            '[{"meter":{"key":{"payload":{"protocol":"ip","field":"daddr"}},"stmt":{"limit":{"rate":3}},"name":"m"}},{"drop":null}]'
        ),
        nft('[{"limit":{"rate":2,"burst":5,"per":"second"}},{"accept":null}]', policy="drop"),
        iptables("-A OUTPUT -p tcp -m connlimit --connlimit-above 3 -j REJECT"),
        iptables("-A OUTPUT -p tcp -m hashlimit --hashlimit-above 3/sec --hashlimit-name x -j DROP"),
        iptables("-A OUTPUT -m statistic --mode random --probability 0.5 -j DROP"),
        iptables("-A OUTPUT -p tcp -m limit --limit 3/sec -j ACCEPT", "-A OUTPUT -j DROP"),
    ],
)
def test_a_rule_that_stops_some_says_so(rules: Filter) -> None:
    """Limits, counts and chance, in the rule itself or in one before it that lets the rest through."""
    assert undecided(rules).varies


@pytest.mark.parametrize(
    "rules",
    [nft('[{"osf":{"key":"name"}},{"drop":null}]'), iptables("-A OUTPUT -m bpf --bytecode 1 -j DROP")],
)
def test_a_rule_that_is_not_understood_stops_all_or_none(rules: Filter) -> None:
    """What cannot be evaluated for another reason does not vary."""
    assert not undecided(rules).varies


def test_a_possible_redirection_is_told_from_none() -> None:
    """A rule that may redirect leaves it open; rules without any exclude it; a listing that is not whole does not."""
    perhaps = nft(
        '[{"limit":{"rate":2,"burst":5,"per":"second"}},{"dnat":{"addr":"10.9.0.8","port":1}}]',
        more="",
    )
    request = ReadFirewall(address="10.9.0.7", port=5432)

    def translates(filter_: Filter) -> bool | None:
        return fact_of(request, outgoing(connection(), filter_.rulesets), filter_, {}).translates

    assert translates(perhaps) is None
    assert translates(nft()) is False
    assert translates(filter_of({"nft": b'{"nftables":[]}'}, ["ip6tables is missing."])) is None
