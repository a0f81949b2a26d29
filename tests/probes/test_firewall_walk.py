"""A packet's way through hooks and chains: which rule ends it, which might, and what a translation changes about the way."""

import json

import pytest
from msgspec.structs import replace

from tests.probes.packets import HERE, PORTS, SYN, SYN6, THERE
from tui.probes.firewall import walk as walking
from tui.probes.firewall.evaluate import MOST_UNDECIDED, FilterOutcome, Flow, incoming, outgoing
from tui.probes.firewall.iptables_rules import match_rule
from tui.probes.firewall.iptables_text import ruleset_of
from tui.probes.firewall.nft_rules import ruleset_of as nft_ruleset_of
from tui.probes.firewall.packet import Packet
from tui.probes.firewall.ruleset import Ruleset
from tui.probes.firewall.tristate import exactly
from tui.probes.firewall.walk import PacketWalk, TooManyRulesError, through_all

HOOKS = ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING")
MAYBE = "-m limit --limit 5/sec"
"""A match of which nobody can tell whether it holds."""
FLOW = Flow(address="10.9.0.7", port=5432, source="10.9.0.1", device="d0", ephemeral=PORTS, uid=1000, gid=100)
OWN = Flow(address="10.9.0.1", port=5432, source="10.9.0.1", device="lo", is_local=True, ephemeral=PORTS, uid=1000, gid=100)


def tables(**rules: str) -> tuple[Ruleset, ...]:
    r"""Rules of iptables by table (`nat="-A OUTPUT …\\n-A mine …"`), whose own chains are made where a rule names them."""
    lines: list[str] = []
    for table, text in rules.items():
        own = {line.split()[1] for line in text.splitlines() if line.startswith("-A")} - set(HOOKS)
        heads = [line for line in text.splitlines() if line.startswith(":")]
        named = {head.split()[0] for head in heads}
        usual = [f":{hook} ACCEPT [0:0]" for hook in HOOKS if f":{hook}" not in named]
        lines += [f"*{table}", *usual, *heads, *(f":{name} - [0:0]" for name in sorted(own))]
        lines += [line for line in text.splitlines() if not line.startswith(":")]
    return (ruleset_of("\n".join(lines), "iptables-legacy", "ip", match_rule),)


def stopped(outcome: FilterOutcome) -> str:
    """The deciding rule's verdict and hook, or what is open, or where it was led."""
    if outcome.deciding:
        return f"{outcome.deciding.action.kind} in {outcome.deciding.hook}{' of the answer' if outcome.deciding.answers else ''}"
    if outcome.undecided:
        return "perhaps " + " ".join(f"{hit.action.kind} in {hit.hook}" for hit in outcome.undecided)
    return "led" if outcome.translated else "perhaps led" if outcome.perhaps_translated else ""


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("-A OUTPUT -j DROP", "drop in output"),
        ("-A OUTPUT -j ACCEPT\n-A OUTPUT -j DROP", ""),
        ("-A OUTPUT -j mine\n-A mine -j DROP", "drop in output"),
        ("-A OUTPUT -j mine\n-A OUTPUT -j DROP\n-A mine -j RETURN\n-A mine -j ACCEPT", "drop in output"),
        ("-A OUTPUT -j mine\n-A OUTPUT -j DROP\n-A mine -p udp -j ACCEPT", "drop in output"),
        ("-A OUTPUT -j mine\n-A OUTPUT -j DROP\n-A mine -j ACCEPT", ""),
        ("-A OUTPUT -g mine\n-A OUTPUT -j DROP\n-A mine -p udp -j DROP", ""),
        (":OUTPUT DROP [0:0]\n-A OUTPUT -g mine\n-A OUTPUT -j ACCEPT\n-A mine -p udp -j ACCEPT", "drop in output"),
        ("-A OUTPUT -g mine\n-A mine -j DROP", "drop in output"),
        ("-A OUTPUT -j a\n-A a -g b\n-A a -j ACCEPT\n-A b -p udp -j DROP\n-A OUTPUT -j DROP", "drop in output"),
        (":OUTPUT DROP [0:0]", "drop in output"),
        (":OUTPUT DROP [0:0]\n-A OUTPUT -j ACCEPT", ""),
        (":OUTPUT DROP [0:0]\n-A OUTPUT -j RETURN\n-A OUTPUT -j ACCEPT", "drop in output"),
        (f"-A OUTPUT {MAYBE} -j DROP", "perhaps drop in output"),
        (f"-A OUTPUT {MAYBE} -j DROP\n-A OUTPUT -j DROP", "drop in output"),
        (f"-A OUTPUT {MAYBE} -j ACCEPT\n-A OUTPUT -j DROP", "perhaps drop in output"),
        (f"-A OUTPUT {MAYBE} -j RETURN\n-A OUTPUT -j DROP", "perhaps drop in output"),
        (f":OUTPUT DROP [0:0]\n-A OUTPUT {MAYBE} -j ACCEPT", "perhaps drop in output"),
        (f":OUTPUT DROP [0:0]\n-A OUTPUT {MAYBE} -j RETURN", "drop in output"),
        (f":OUTPUT DROP [0:0]\n-A OUTPUT {MAYBE} -j DROP", "drop in output"),
        (f":OUTPUT DROP [0:0]\n-A OUTPUT {MAYBE} -j mine\n-A mine -j ACCEPT", "perhaps drop in output"),
        (f"-A OUTPUT {MAYBE} -j mine\n-A mine -j DROP", "perhaps drop in output"),
        (f"-A OUTPUT -j mine\n-A OUTPUT -j DROP\n-A mine {MAYBE} -j ACCEPT", "perhaps drop in output"),
        (f"-A OUTPUT -j mine\n-A OUTPUT -j DROP\n-A mine {MAYBE} -j RETURN\n-A mine -j ACCEPT", "perhaps drop in output"),
        (f"-A OUTPUT {MAYBE} -g mine\n-A OUTPUT -j DROP\n-A mine -p udp -j DROP", "perhaps drop in output"),
        ("-A OUTPUT -j NFQUEUE\n-A OUTPUT -j DROP", "perhaps queue in output"),
        ("-A OUTPUT -j TARPIT\n-A OUTPUT -j DROP", "perhaps unknown in output"),
        ("-A OUTPUT -j nowhere\n-A OUTPUT -j DROP", "perhaps jump in output drop in output"),
        (":OUTPUT DROP [0:0]\n-A OUTPUT -j nowhere", "perhaps jump in output drop in output"),
        ("-A OUTPUT -j LOG\n-A OUTPUT -j DROP", "drop in output"),
        ("-A OUTPUT -j SNAT\n-A OUTPUT -j DROP", ""),
        ("-A POSTROUTING -j DROP", "drop in postrouting"),
        ("-A INPUT -j DROP", "drop in input of the answer"),
        ("-A PREROUTING -j DROP", "drop in prerouting of the answer"),
        ("-A FORWARD -j DROP", ""),
        ("-A INPUT -p tcp --sport 5432 -j DROP", "drop in input of the answer"),
        ("-A INPUT -p tcp --sport 5433 -j DROP", ""),
        ("-A INPUT -p tcp --dport 1:1023 -j DROP", ""),
        ("-A INPUT -s 10.9.0.7 -d 10.9.0.1 -i d0 -j DROP", "drop in input of the answer"),
        ("-A INPUT -i d1 -j DROP", ""),
        ("-A INPUT -m addrtype --dst-type LOCAL --src-type UNICAST -j DROP", "drop in input of the answer"),
        ("-A INPUT -m mark --mark 0 -j DROP", "drop in input of the answer"),
        ("-A OUTPUT -o d0 -s 10.9.0.1 -d 10.9.0.7 -j DROP", "drop in output"),
        ("-A OUTPUT -i d0 -j DROP", ""),
        ("-A OUTPUT -m addrtype --src-type LOCAL --dst-type UNICAST -j DROP", "drop in output"),
        ("-A OUTPUT -m owner --uid-owner 1000 --gid-owner 100 -j DROP", "drop in output"),
        ("-A OUTPUT -m conntrack --ctorigdst 10.9.0.7 --ctorigdstport 5432 -j DROP", "drop in output"),
        ("-A POSTROUTING -o d0 -j DROP", "drop in postrouting"),
    ],
)
def test_a_rule_decides_where_the_packet_surely_comes_to_it(rules: str, expected: str) -> None:
    """Jumps, returns, policies, and what may let it through before; the SYN first, then its answer."""
    assert stopped(outgoing(FLOW, tables(filter=rules))) == expected


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (f"-A OUTPUT {MAYBE} -j DROP", "`--limit` can't be evaluated."),
        (f"-A OUTPUT {MAYBE} -j ACCEPT\n-A OUTPUT -j DROP", "An earlier rule may let it through: `--limit` can't be evaluated."),
        (
            f":OUTPUT DROP [0:0]\n-A OUTPUT {MAYBE} -j ACCEPT",
            "An earlier rule may let it through: `--limit` can't be evaluated.",
        ),
        ("-A OUTPUT -j NFQUEUE\n-A OUTPUT -j DROP", "It asks a program (NFQUEUE) whose answer can't be known."),
        ("-A OUTPUT -j nowhere", "It is not known what nowhere does."),
        (f"-A OUTPUT {MAYBE} -j nowhere", "`--limit` can't be evaluated."),
    ],
)
def test_what_is_open_says_why(rules: str, why: str) -> None:
    """The first thing that is not known."""
    assert outgoing(FLOW, tables(filter=rules)).undecided[0].why == why


def test_a_doubt_without_words_is_told_too() -> None:
    """A program may accept what the next rule drops; the first doubt stays."""
    rules = f"-A OUTPUT -j nowhere\n-A OUTPUT {MAYBE} -j ACCEPT\n-A OUTPUT -j DROP"
    outcome = outgoing(FLOW, tables(filter=rules))

    assert [hit.why for hit in outcome.undecided] == [
        "It is not known what nowhere does.",
        "An earlier rule may let it through.",
    ]


def test_a_certain_end_leaves_what_came_before_it_open() -> None:
    """The rule that surely drops decides; those that might have are kept beside it, each once, and not without end."""
    many = "\n".join(f"-A OUTPUT {MAYBE} -j DROP" for _ in range(20))
    outcome = outgoing(FLOW, tables(filter=f"{many}\n-A OUTPUT -j DROP"))

    assert MOST_UNDECIDED == len(outcome.undecided) == 8
    assert outcome.deciding


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("-A OUTPUT -o lo -j DROP", "drop in output"),
        ("-A POSTROUTING -o lo -j DROP", "drop in postrouting"),
        ("-A INPUT -i lo -p tcp --dport 5432 -j DROP", "drop in input"),
        ("-A PREROUTING -i lo -p tcp --dport 5432 -j DROP", "drop in prerouting"),
        ("-A OUTPUT -o lo -p tcp --sport 5432 -j DROP", "drop in output of the answer"),
        ("-A POSTROUTING -o lo -p tcp --sport 5432 -j DROP", "drop in postrouting of the answer"),
        ("-A PREROUTING -i lo -p tcp --sport 5432 -j DROP", "drop in prerouting of the answer"),
        ("-A INPUT -i lo -p tcp --sport 5432 -j DROP", "drop in input of the answer"),
        ("-A INPUT -m owner --uid-owner 1000 -j DROP", "perhaps drop in input drop in input"),
        ("-A OUTPUT -p tcp --sport 5432 -m owner --uid-owner 1000 -j DROP", "perhaps drop in output"),
        ("-A OUTPUT -p tcp --dport 5432 -m addrtype --dst-type LOCAL -j DROP", "drop in output"),
        ("-A FORWARD -j DROP", ""),
    ],
)
def test_a_connection_to_this_machine_passes_all_hooks_twice(rules: str, expected: str) -> None:
    """Out and in by lo, the SYN and its answer."""
    assert stopped(outgoing(OWN, tables(filter=rules))) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("-A PREROUTING -i d0 -p tcp --dport 5432 -j DROP", "drop in prerouting"),
        ("-A INPUT -i d0 -j DROP", "drop in input"),
        ("-A INPUT -i d0 -m addrtype --dst-type LOCAL --src-type UNICAST -j DROP", "drop in input"),
        ("-A INPUT -m owner --uid-owner 1000 -j DROP", "perhaps drop in input"),
        ("-A FORWARD -j DROP", ""),
        ("-A OUTPUT -o d0 -p tcp --sport 5432 -j DROP", "drop in output of the answer"),
        ("-A OUTPUT -m addrtype --src-type LOCAL --dst-type UNICAST -j DROP", "drop in output of the answer"),
        ("-A OUTPUT -m owner --uid-owner 1000 -j DROP", "perhaps drop in output"),
        ("-A POSTROUTING -o d0 -j DROP", "drop in postrouting of the answer"),
    ],
)
def test_what_comes_in_passes_other_hooks(rules: str, expected: str) -> None:
    """The SYN by prerouting and input, the answer by output and postrouting; no socket here has sent the SYN."""
    there = Flow(address="10.9.0.7", port=5432, source="10.9.0.1", device="d0", ephemeral=PORTS, uid=1000, gid=100)

    assert stopped(incoming(there, tables(filter=rules))) == expected


TO_ANOTHER = "-j DNAT --to-destination 10.0.0.9:80"
TO_A_PORT = "-j DNAT --to-destination :80"
HERE_ON_80 = "-j REDIRECT --to-ports 80"
BY_LOOPBACK = "-j DNAT --to-destination 127.0.0.1:80"


@pytest.mark.parametrize(
    ("nat", "rules", "expected", "to"),
    [
        (TO_ANOTHER, "-A FORWARD -p tcp --dport 80 -j DROP", "drop in forward", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A FORWARD -i d0 -j DROP", "drop in forward", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A FORWARD -o d0 -j DROP", "perhaps drop in forward", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A INPUT -j DROP", "led", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A OUTPUT -j DROP", "led", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A POSTROUTING -d 10.0.0.9 -j DROP", "drop in postrouting", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A POSTROUTING -o d0 -j DROP", "perhaps drop in postrouting", ("10.0.0.9", 80)),
        (HERE_ON_80, "-A INPUT -p tcp --dport 80 -j DROP", "drop in input", (None, 80)),
        (HERE_ON_80, "-A FORWARD -j DROP", "led", (None, 80)),
        (HERE_ON_80, "-A OUTPUT -j DROP", "led", (None, 80)),
        (f"{MAYBE} {TO_ANOTHER}", "-A INPUT -j DROP", "perhaps drop in input", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A FORWARD -j DROP", "perhaps drop in forward", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A FORWARD -i d0 -j DROP", "perhaps drop in forward", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A OUTPUT -j DROP", "perhaps led", None),
    ],
)
def test_what_comes_in_may_be_led_on(nat: str, rules: str, expected: str, to: tuple[str | None, int] | None) -> None:
    """To another machine by forward, to this one by input; where it is not known which, both are open."""
    outcome = incoming(FLOW, tables(nat=f"-A PREROUTING {nat}", filter=rules))

    assert (stopped(outcome), outcome.led_to) == (expected, to)


@pytest.mark.parametrize(
    ("nat", "rules", "flow", "expected", "to"),
    [
        (TO_ANOTHER, "-A OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DROP", FLOW, "drop in output", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DROP", OWN, "drop in output", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A POSTROUTING -j DROP", FLOW, "drop in postrouting", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A POSTROUTING -o d0 -j DROP", FLOW, "perhaps drop in postrouting", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A POSTROUTING -o lo -j DROP", OWN, "perhaps drop in postrouting", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A INPUT -j DROP", FLOW, "led", ("10.0.0.9", 80)),
        (TO_ANOTHER, "-A INPUT -j DROP", OWN, "led", ("10.0.0.9", 80)),
        (BY_LOOPBACK, "-A POSTROUTING -o lo -j DROP", FLOW, "drop in postrouting", ("127.0.0.1", 80)),
        (BY_LOOPBACK, "-A POSTROUTING -o d0 -j DROP", FLOW, "led", ("127.0.0.1", 80)),
        (BY_LOOPBACK, "-A INPUT -i lo -p tcp --dport 80 -j DROP", FLOW, "drop in input", ("127.0.0.1", 80)),
        (HERE_ON_80, "-A INPUT -i lo -p tcp --dport 80 -j DROP", FLOW, "drop in input", ("127.0.0.1", 80)),
        (HERE_ON_80, "-A INPUT -i lo -p tcp --dport 5432 -j DROP", FLOW, "led", ("127.0.0.1", 80)),
        (HERE_ON_80, "-A INPUT -i d0 -j DROP", FLOW, "led", ("127.0.0.1", 80)),
        (TO_A_PORT, "-A POSTROUTING -o d0 -p tcp --dport 80 -j DROP", FLOW, "drop in postrouting", ("10.9.0.7", 80)),
        (TO_A_PORT, "-A POSTROUTING -o lo -p tcp --dport 80 -j DROP", OWN, "drop in postrouting", ("10.9.0.1", 80)),
        (TO_A_PORT, "-A INPUT -i d0 -j DROP", FLOW, "drop in input of the answer", ("10.9.0.7", 80)),
        (TO_A_PORT, "-A INPUT -i d0 -s 10.9.0.7 -j DROP", FLOW, "perhaps drop in input", ("10.9.0.7", 80)),
        (TO_A_PORT, "-A INPUT -i lo -p tcp --dport 80 -j DROP", OWN, "drop in input", ("10.9.0.1", 80)),
        (f"{MAYBE} {TO_ANOTHER}", "-A POSTROUTING -j DROP", FLOW, "drop in postrouting", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A POSTROUTING -o d0 -j DROP", FLOW, "perhaps drop in postrouting", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A OUTPUT -d 10.9.0.7 -j DROP", FLOW, "perhaps drop in output", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A OUTPUT -p tcp --dport 5432 -j DROP", FLOW, "perhaps drop in output", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A OUTPUT -m addrtype --dst-type LOCAL -j DROP", FLOW, "perhaps drop in output", None),
        (f"{MAYBE} {TO_ANOTHER}", "-A INPUT -j DROP", FLOW, "perhaps led", None),
        ("-j SNAT --to-source 1.1.1.1", "-A INPUT -j DROP", FLOW, "drop in input of the answer", None),
    ],
)
def test_what_goes_out_may_be_led_elsewhere(
    nat: str, rules: str, flow: Flow, expected: str, to: tuple[str | None, int] | None
) -> None:
    """The rules behind it see where it goes now; by which interface, and from where the answer seems to come, is not known."""
    outcome = outgoing(flow, tables(nat=f"-A OUTPUT {nat}", filter=rules))

    assert (stopped(outcome), outcome.led_to) == (expected, to)


def test_the_first_translation_is_the_one_that_is_told() -> None:
    """A second table of nat that leads on is not what somebody published."""
    (first,) = tables(nat=f"-A OUTPUT {TO_ANOTHER}")
    (second,) = tables(nat="-A OUTPUT -j DNAT --to-destination 10.0.0.8:81")
    outcome = outgoing(FLOW, (first, second))

    assert outcome.translated
    assert outcome.translated.entry is next(iter(first.chains["ip", "nat", "OUTPUT"].entries))


def test_untracked_packets_are_not_translated() -> None:
    """What raw leaves untracked passes nat by, and so does what is not a connection's first packet."""
    raw, nat = "-A OUTPUT -j NOTRACK", "-A OUTPUT -j DROP\n-A INPUT -j DROP"

    assert stopped(outgoing(FLOW, tables(raw=raw, nat=nat))) == ""
    assert stopped(outgoing(FLOW, tables(nat=nat))) == "drop in output"
    assert stopped(outgoing(FLOW, tables(nat="-A INPUT -j DROP"))) == ""
    assert stopped(outgoing(FLOW, tables(raw=f"-A OUTPUT {MAYBE} -j NOTRACK", nat=nat))) == "drop in output"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("-j MARK --set-xmark 8", "drop in output"),
        (f"{MAYBE} -j MARK --set-xmark 8", "perhaps drop in output"),
        (f"{MAYBE} -j MARK --set-xmark 0", ""),
        ("-j CONNMARK --set-xmark 8", ""),
    ],
)
def test_a_mark_is_carried_to_the_next_table(rules: str, expected: str) -> None:
    """Surely, perhaps, or not."""
    found = outgoing(FLOW, tables(mangle=f"-A OUTPUT {rules}", filter="-A OUTPUT -m mark --mark 8 -j DROP"))

    assert stopped(found) == expected


@pytest.mark.parametrize(
    ("rules", "match", "expected"),
    [
        ("-j CONNMARK --set-xmark 8", "-m connmark --mark 8", "drop in output"),
        (f"{MAYBE} -j CONNMARK --set-xmark 8", "-m connmark --mark 8", "perhaps drop in output"),
        (f"{MAYBE} -j CONNMARK --set-xmark 8", "-m mark --mark 8", ""),
        (f"{MAYBE} -j CONNMARK --set-xmark 8", "-m conntrack --ctstate UNTRACKED", ""),
        ("-j NOTRACK", "-m conntrack --ctstate UNTRACKED", "drop in output"),
        (f"{MAYBE} -j NOTRACK", "-m conntrack --ctstate UNTRACKED", "perhaps drop in output"),
        (f"{MAYBE} -j NOTRACK", "-m connmark --mark 8", ""),
        (f"{MAYBE} -j NOTRACK", "-m mark --mark 8", ""),
        (f"{MAYBE} -j MARK --set-xmark 8", "-m connmark --mark 8", ""),
        (f"{MAYBE} -j MARK --set-xmark 8", "-m conntrack --ctstate UNTRACKED", ""),
    ],
)
def test_what_a_rule_may_have_changed_is_open_and_nothing_else(rules: str, match: str, expected: str) -> None:
    """Its mark, the connection's, whether it is tracked: each by itself."""
    found = outgoing(FLOW, tables(raw=f"-A OUTPUT {rules}", filter=f"-A OUTPUT {match} -j DROP"))

    assert stopped(found) == expected


def test_marks_and_owners_stay_on_their_way() -> None:
    """The answer has no mark of the request, and its owner is not known to the filter."""
    marked = tables(mangle="-A OUTPUT -j MARK --set-xmark 8", filter="-A INPUT -m mark --mark 8 -j DROP")

    assert stopped(outgoing(FLOW, marked)) == ""
    assert stopped(outgoing(OWN, marked)) == "drop in input"


def chain(name: str, hook: str, priority: int, rule: str, **more: object) -> str:
    """A base chain of nft with one rule, as JSON."""
    import json

    base = {"family": "inet", "table": "t", "name": name, "hook": hook, "prio": priority, "type": "filter", **more}
    head = {"family": base["family"], "table": "t", "chain": name, "handle": 1, "expr": [{rule: None}]}
    return f"{json.dumps({'chain': base})},{json.dumps({'rule': head})}"


def nft(*chains: str) -> tuple[Ruleset, ...]:
    """A listing of nft."""
    return (nft_ruleset_of(f'{{"nftables":[{",".join(chains)}]}}'.encode()),)


def test_chains_are_passed_by_priority() -> None:
    """Across tables and tools: the lower number first."""
    assert stopped(outgoing(FLOW, nft(chain("a", "output", 5, "drop"), chain("b", "output", -5, "reject")))) == "reject in output"
    assert stopped(outgoing(FLOW, nft(chain("a", "output", -5, "drop"), chain("b", "output", 5, "reject")))) == "drop in output"


@pytest.mark.parametrize(
    ("family", "version", "expected"),
    [
        ("ip", 4, "drop in output"),
        ("inet", 4, "drop in output"),
        ("ip6", 4, ""),
        ("bridge", 4, ""),
        ("ip", 6, ""),
        ("inet", 6, "drop in output"),
        ("ip6", 6, "drop in output"),
    ],
)
def test_a_chain_is_for_its_family(family: str, version: int, expected: str) -> None:
    """Those of inet for both."""
    flow = FLOW if version == 4 else replace(FLOW, address="fd09::7", source="fd09::1")

    assert stopped(outgoing(flow, nft(chain("a", "output", 0, "drop", family=family)))) == expected


@pytest.mark.parametrize(
    ("hook", "family", "device", "expected"),
    [
        ("egress", "netdev", "d0", "drop in egress"),
        ("egress", "netdev", "d1", ""),
        ("egress", "netdev", None, "perhaps drop in egress"),
        ("egress", "inet", ["d1", "d0"], "drop in egress"),
        ("ingress", "netdev", "d0", "drop in ingress of the answer"),
        ("ingress", "netdev", "d1", ""),
        ("ingress", "inet", "d0", "drop in ingress of the answer"),
        ("output", "netdev", "d0", ""),
    ],
)
def test_a_chain_may_be_for_a_device(hook: str, family: str, device: object, expected: str) -> None:
    """At the edges of the machine: only what comes or goes by the device meets it; without its name that is open."""
    more = {} if device is None else {"dev": device}

    assert stopped(outgoing(FLOW, nft(chain("a", hook, 0, "drop", family=family, **more)))) == expected


def test_a_way_out_that_is_not_known_meets_every_device() -> None:
    """After a translation the chain of any device may be the one, at egress too, and none of them surely is."""
    led = (
        '{"chain":{"family":"ip","table":"t","name":"n","hook":"output","prio":-100,"type":"nat"}},'
        '{"rule":{"family":"ip","table":"t","chain":"n","expr":[{"dnat":{"addr":"10.0.0.9"}}]}}'
    )

    assert (
        stopped(outgoing(FLOW, nft(led, chain("a", "egress", 0, "drop", family="netdev", dev="d7")))) == "perhaps drop in egress"
    )


def test_jumps_and_rules_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain that jumps to itself, which the kernel takes from nobody, ends; a walk of too many rules is given up."""
    assert stopped(outgoing(FLOW, tables(filter="-A OUTPUT -j mine\n-A mine -j mine"))) == ""
    deep = "-A OUTPUT -j c0\n" + "\n".join(f"-A c{number} -j c{number + 1}" for number in range(walking.DEEPEST - 1))
    assert walking.DEEPEST == 32
    assert stopped(outgoing(FLOW, tables(filter=f"{deep}\n-A c31 -j DROP"))) == "drop in output"
    assert stopped(outgoing(FLOW, tables(filter=f"{deep}\n-A c31 -j c32\n-A c32 -j DROP"))) == ""

    monkeypatch.setattr(walking, "MOST_STEPS", 3)
    assert stopped(outgoing(FLOW, tables(filter="-A OUTPUT -j LOG\n" * 3))) == ""
    with pytest.raises(TooManyRulesError):
        outgoing(FLOW, tables(filter="-A OUTPUT -j LOG\n" * 4))


def test_hooks_are_given_as_they_are_passed() -> None:
    """Up to the one in which the packet ends; with the interfaces that are known there."""
    walk = PacketWalk(tables(filter="-A INPUT -j DROP"), SYN)
    hooks = [("prerouting", "d0", ""), ("input", "d0", ""), ("forward", "d0", None)]

    assert list(through_all(walk, hooks)) == ["prerouting", "input"]
    assert (walk.packet.coming_in, walk.packet.going_out) == ("d0", "")


@pytest.mark.parametrize("version", [4, 6])
def test_a_connection_is_seen_with_its_own_values(version: int) -> None:
    """Addresses, ports and owner of both packets are those of the connection."""
    seen: list[Packet] = []
    flow = FLOW if version == 4 else replace(FLOW, address="fd09::7", source="fd09::1")
    listing = nft(chain("a", "output", 0, "accept"), chain("b", "input", 0, "accept"))[0]

    def read(entry, its_chain, packet):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- passes on what it keeps
        seen.append(packet)
        return listing.read(entry, its_chain, packet)

    outgoing(flow, (Ruleset(chains=listing.chains, read=read),))
    request, answer = seen

    own = (HERE, THERE) if version == 4 else (SYN6.source, SYN6.target)
    assert (request.version, request.source, request.target) == (version, *own)
    assert (request.source_port, request.target_port, request.uid, request.gid) == (PORTS, exactly(5432), 1000, 100)
    assert (request.source_is_own, request.target_is_own, request.made_here, request.answers) == (True, False, True, False)
    assert (answer.source, answer.target, answer.source_port, answer.target_port) == (own[1], own[0], exactly(5432), PORTS)
    assert (answer.source_is_own, answer.target_is_own, answer.made_here, answer.answers) == (False, True, False, True)
    assert (answer.uid, answer.gid, answer.mark) == (None, None, 0)


def test_what_is_not_known_of_a_connection_stays_so() -> None:
    """Without a source no rule about it is sure."""
    unknown = replace(FLOW, source=None)

    assert stopped(outgoing(unknown, tables(filter="-A OUTPUT -s 10.9.0.1 -j DROP"))) == "perhaps drop in output"


@pytest.mark.parametrize(
    ("rules", "source"),
    [
        ("-A POSTROUTING -d 10.9.0.7/32 -j SNAT --to-source 192.0.2.7", "192.0.2.7"),
        ("-A POSTROUTING -p tcp -j SNAT --to-source 192.0.2.7:1024-2000", "192.0.2.7"),
        ("-A POSTROUTING -j SNAT --to-source 192.0.2.7-192.0.2.9", None),
        ("-A POSTROUTING -j MASQUERADE", None),
        ("-A POSTROUTING -d 10.9.0.8/32 -j SNAT --to-source 192.0.2.7", None),
        ("-A POSTROUTING -m unheard -j SNAT --to-source 192.0.2.7", None),
        ("-A POSTROUTING -j ACCEPT\n-A POSTROUTING -j SNAT --to-source 192.0.2.7", None),
    ],
)
def test_a_source_is_known_where_a_rule_surely_gives_one(rules: str, source: str | None) -> None:
    """One address, of a rule that matches; a range, the device's own, and a rule that may not match are none."""
    assert outgoing(FLOW, tables(nat=rules)).new_source == source


@pytest.mark.parametrize(("given", "source"), [("192.0.2.7", "192.0.2.7"), ({"range": ["192.0.2.7", "192.0.2.9"]}, None)])
def test_a_source_of_nft_is_known_likewise(given: object, source: str | None) -> None:
    """`snat to` one address, and not to a range."""
    chain_ = '{"chain":{"family":"ip","table":"t","name":"n","hook":"postrouting","prio":100,"type":"nat"}}'
    rule = json.dumps({"rule": {"family": "ip", "table": "t", "chain": "n", "expr": [{"snat": {"addr": given}}]}})

    assert outgoing(FLOW, nft(f"{chain_},{rule}")).new_source == source
