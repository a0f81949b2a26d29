"""What was walked, as the fact says it: the answer, the rule as its tool prints it, whose it is, and what was read."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.probes.test_firewall import connection, iptables, nft
from tests.probes.test_firewall_walk import FLOW, MAYBE, tables
from tui.model.facts import Firewall, NotObserved
from tui.model.requests import ReadFirewall
from tui.probes.firewall import firewall as probe
from tui.probes.firewall.evaluate import Flow, outgoing
from tui.probes.firewall.firewall import ephemeral_ports, fact_of, keys_of, may_list
from tui.probes.firewall.hidden import MOST_HIDDEN, doubtful, hidden_families, settled
from tui.probes.firewall.quoting import nft_lines
from tui.probes.firewall.rule_owners import made_by, policy_made_by
from tui.probes.firewall.tables import Filter, filter_of

REQUEST = ReadFirewall(address="10.9.0.7", port=5432)
DROP = '[{"counter":{"packets":4,"bytes":9}},{"drop":null}]'
DEPENDS = '[{"limit":{"rate":5}},{"drop":null}]'


def fact(filter_: Filter, request: ReadFirewall = REQUEST, flow: Flow | None = None, **lines: str) -> Firewall:
    """The fact for what goes out; `lines`: nft's text of the rule with that handle (`h2`)."""
    outcome = outgoing(flow or connection(), filter_.rulesets)
    return fact_of(request, outcome, filter_, {("inet", "t", "c", int(key[1:])): text for key, text in lines.items()})


def test_a_rule_of_nft_is_quoted_with_its_handle() -> None:
    """Its text without the counter's numbers, and these beside it."""
    found = fact(nft(DROP), h2="counter packets 4 bytes 9 drop comment x")
    rule = found.deciding

    assert (found.address, found.port, found.side, found.vantage, found.answer) == ("10.9.0.7", 5432, "client", None, "matches")
    assert (found.rules, found.sources, found.unread, found.undecided, found.translated) == (1, ("nft",), (), (), None)
    assert rule
    assert (rule.backend, rule.family, rule.table, rule.chain, rule.hook) == ("nft", "inet", "t", "c", "output")
    assert (rule.handle, rule.line, rule.text, rule.packets) == (2, 1, "counter drop comment x", 4)
    assert (rule.verdict, rule.on, rule.answer, rule.why, rule.made_by, rule.comment) == (
        "drop",
        "request",
        "matches",
        "",
        None,
        None,
    )
    assert found.command == "sudo nft -a list ruleset"


def test_a_rule_whose_text_is_not_known_is_named_by_what_it_does() -> None:
    """The text of another rule is not taken for it."""
    assert fact(nft(DROP), h3="accept").deciding.text == "drop"  # type: ignore[union-attr]


def test_a_policy_is_quoted_without_a_text() -> None:
    """It has no handle and no line; its counter is the chain's."""
    heads = (":OUTPUT DROP [7:8]", ":ufw-user-output - [0:0]")
    rule = fact(iptables(heads=heads)).deciding

    assert rule
    assert (rule.handle, rule.line, rule.text, rule.packets, rule.comment, rule.made_by) == (None, None, "", 7, None, "ufw")


def test_a_rule_of_iptables_is_quoted_as_it_is_saved() -> None:
    """With its comment, its number in the chain, its counter and the command that shows it."""
    found = fact(iptables("-A OUTPUT -p udp", '[3:4] -A OUTPUT -m comment --comment "cali:x y" -j DROP'))
    rule = found.deciding

    assert rule
    assert (rule.text, rule.line, rule.packets) == ('-A OUTPUT -m comment --comment "cali:x y" -j DROP', 2, 3)
    assert (rule.comment, rule.made_by, rule.handle) == ("cali:x y", "calico", None)
    assert found.command == "sudo iptables-save -c"


@pytest.mark.parametrize(
    ("tool", "flow", "command"),
    [
        ("iptables-nft", FLOW, "sudo iptables-save -c"),
        ("ip6tables-nft", replace(FLOW, address="fd09::7", source="fd09::1"), "sudo ip6tables-save -c"),
        ("iptables-legacy", FLOW, "sudo iptables-legacy-save -c"),
        ("ip6tables-legacy", replace(FLOW, address="fd09::7", source="fd09::1"), "sudo ip6tables-legacy-save -c"),
    ],
)
def test_the_command_is_the_tools_that_shows_the_rule(tool: str, flow: Flow, command: str) -> None:
    """For the family of the rule; at the other end it is run there."""
    filter_ = filter_of({tool: b"*filter\n:OUTPUT DROP [0:0]\n"})
    there = ReadFirewall(address="10.9.0.7", port=5432, vantage="ssh db")

    assert fact(filter_, flow=flow).command == command
    assert fact(filter_, there, flow=flow).command == command.replace("sudo", "ssh db")
    assert (fact(filter_, there, flow=flow).side, fact(filter_, there, flow=flow).vantage) == ("server", "ssh db")


@pytest.mark.parametrize(
    ("filter_", "answer"),
    [
        (nft(DROP), "matches"),
        (nft(), "does-not-match"),
        (nft(DEPENDS), "cannot-tell"),
        (replace(nft(), unread=("ip6tables",)), "cannot-tell"),
        (replace(nft(DROP), unread=("ip6tables",)), "matches"),
        (nft('[{"limit":{"rate":5}},{"redirect":{"port":1}}]'), "cannot-tell"),
        (nft('[{"redirect":{"port":1}}]'), "does-not-match"),
    ],
)
def test_the_answer_is_as_sure_as_what_was_read(filter_: Filter, answer: str) -> None:
    """Nothing matches only where everything was read, and where no rule and no translation is open."""
    found = fact(filter_)

    assert found.answer == answer
    assert found.unread == filter_.unread


def test_a_rule_that_may_match_is_quoted_with_its_reason() -> None:
    """As one of which it can't be told."""
    (rule,) = fact(nft(DEPENDS)).undecided
    (queue,) = fact(nft('[{"queue":{"num":1}}]')).undecided
    (jump,) = fact(nft('[{"jump":{"target":"nowhere"}}]')).undecided

    assert (rule.answer, rule.why, rule.verdict) == ("cannot-tell", "`limit` can't be evaluated.", "drop")
    assert (queue.verdict, jump.verdict) == ("queue", "jump")
    assert jump.why == "It is not known what nowhere does."


def test_a_rule_of_which_nothing_is_said_says_at_least_that() -> None:
    """A target that is not known."""
    (rule,) = fact(iptables('-A OUTPUT --comment "x')).undecided

    assert (rule.verdict, rule.why) == ("unknown", "The rule can't be parsed.")


@pytest.mark.parametrize(
    ("rule", "verdict", "to"),
    [
        ('[{"redirect":{"port":80}}]', "redirect", ("127.0.0.1", 80)),
        ('[{"dnat":{"addr":"10.0.0.9","port":80}}]', "dnat", ("10.0.0.9", 80)),
        ('[{"dnat":{"addr":{"range":["10.0.0.9","10.0.0.10"]},"port":80}}]', "dnat", (None, 80)),
    ],
)
def test_a_translation_is_quoted_with_where_it_leads(rule: str, verdict: str, to: tuple[str | None, int]) -> None:
    """To this machine or another, each part as far as it is known."""
    found = fact(nft(rule))

    assert found.translated
    assert (found.translated.verdict, found.translated.leads_to, found.translated.answer) == (verdict, to, "matches")


def test_a_rule_about_the_answer_says_so() -> None:
    """The SYN went out, and what comes back is dropped."""
    rule = fact(nft(DROP, hook="input")).deciding

    assert rule
    assert (rule.on, rule.hook) == ("answer", "input")


def test_the_rules_to_quote_are_those_of_nft_that_were_met() -> None:
    """The one that decides, the one that leads elsewhere, those that are open; not policies, and not iptables'."""
    assert keys_of(outgoing(FLOW, nft(DEPENDS, DROP).rulesets)) == {("inet", "t", "c", 2), ("inet", "t", "c", 3)}
    assert keys_of(outgoing(FLOW, nft('[{"redirect":{"port":80}}]').rulesets)) == {("inet", "t", "c", 2)}
    assert keys_of(outgoing(FLOW, nft(policy="drop").rulesets)) == set()
    assert keys_of(outgoing(FLOW, tables(filter=f"-A OUTPUT {MAYBE} -j DROP"))) == set()


TEXT = """\
table inet t { # handle 1
\tset s { # handle 9
\t\ttype ipv4_addr
\t}

\tchain c { # handle 1
\t\ttype filter hook output priority filter; policy accept;
\t\ttcp dport 1 drop # handle 2
\t\ttcp dport 2 drop comment "x # handle 9" # handle 3
\t}
\tchain d { # handle 5
\t\taccept # handle 4
\t}
}
table ip t {
\tchain c { # handle 1
\t\treturn # handle 2
\t}
}
"""


def test_nfts_text_is_found_by_family_table_chain_and_handle() -> None:
    """Only what is wanted."""
    wanted = {("inet", "t", "c", 3), ("inet", "t", "d", 4), ("ip", "t", "c", 2), ("ip", "t", "c", 9)}

    assert nft_lines(TEXT, wanted) == {
        ("inet", "t", "c", 3): 'tcp dport 2 drop comment "x # handle 9"',
        ("inet", "t", "d", 4): "accept",
        ("ip", "t", "c", 2): "return",
    }


@pytest.mark.parametrize(
    ("table", "maker"),
    [
        *(("firewalld", "firewalld"), ("docker-bridges", "docker"), ("kube-proxy", "kube-proxy"), ("netavark", "podman")),
        *(
            ("libvirt_network", "libvirt"),
            ("crowdsec", "crowdsec"),
            ("crowdsec6", "crowdsec"),
            ("crowdsec-blocklists", "crowdsec"),
        ),
        *(("f2b-table", "fail2ban"), ("fw4", "OpenWrt"), ("opensnitch", "opensnitch"), ("mullvad", "mullvad")),
        *(("nixos-fw", "NixOS"), ("lxd", "lxd"), ("incus", "incus"), ("sshguard", "sshguard"), ("cilium", "cilium")),
        *(("filter", None), ("nat", None), ("mine", None)),
    ],
)
def test_a_table_may_bear_its_makers_name(table: str, maker: str | None) -> None:
    """Of programs that have a table of their own."""
    assert made_by(table, "input", None) == maker


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        *(("ufw6-user-input", "ufw"), ("ufw-user-input", "ufw"), ("DOCKER-USER", "docker"), ("KUBE-SERVICES", "kube-proxy")),
        *(("CILIUM_INPUT", "cilium"), ("cali-fw", "calico"), ("cali:x", "calico"), ("LIBVIRT_INP", "libvirt")),
        *(("NETAVARK_FORWARD", "podman"), ("CNI-FORWARD", "CNI"), ("f2b-sshd", "fail2ban"), ("fail2ban-ssh", "fail2ban")),
        *(
            ("CROWDSEC_CHAIN", "crowdsec"),
            ("crowdsec-chain", "crowdsec"),
            ("ts-input", "tailscale"),
            ("nixos-fw-refuse", "NixOS"),
        ),
        *(("FLANNEL-FWD", "flannel"), ("WEAVE-NPC", "weave"), ("ISTIO_OUTPUT", "istio"), ("sshguard", "sshguard")),
        *(("wg-quick-wg0", "wg-quick"), ("fw_tcp", "shorewall"), ("INPUT", None), ("mine", None)),
    ],
)
def test_a_chain_or_table_may_begin_as_its_makers_do(name: str, maker: str | None) -> None:
    """Either of them."""
    assert made_by("filter", name, None) == maker
    assert made_by(name, "input", None) == maker


@pytest.mark.parametrize("base", ["INPUT_direct", "OUTPUT_direct", "FORWARD_direct", "INPUT_ZONES", "FORWARD_IN_ZONES"])
@pytest.mark.parametrize("zone", ["IN_", "FWDI_", "FWDO_", "FWD_", "POST_", "PRE_", "filter_IN_", "filter_FWD", "filter_OUT"])
def test_firewalld_is_known_by_its_chains_together(base: str, zone: str) -> None:
    """A zone's chain could be anybody's, were it not for the others in its table."""
    assert made_by("filter", base, None) == "firewalld"
    assert made_by("filter", f"{zone}public", None, ("INPUT", base)) == "firewalld"
    assert made_by("filter", f"{zone}public", None, ("INPUT",)) is None


@pytest.mark.parametrize(
    ("comment", "maker"),
    [
        *(("kubernetes service portals", "kube-proxy"), ("default/web has no endpoints", "kube-proxy"), ("cali:x", "calico")),
        *((f"{word}: x", word) for word in ("netavark", "docker", "firewalld", "tailscale", "crowdsec", "puppet", "ansible")),
        *(("lxd", "lxd"), ("Incus, x", "incus"), ("for docker", None), ("kubernetesx", None), ("", None), (" ", None)),
    ],
)
def test_a_comment_may_name_its_maker(comment: str, maker: str | None) -> None:
    """At its beginning, or in the words of that program."""
    assert made_by("filter", "INPUT", comment) == maker


def test_a_policy_beside_ufws_chains_is_ufws() -> None:
    """Nobody else's chains say who set a policy."""
    assert policy_made_by(("INPUT", "ufw-before-input")) == "ufw"
    assert policy_made_by(("INPUT", "ufw6-before-input", "DOCKER")) is None


CODE = """\
ip6 filter c 3
  [ meta load nfproto => reg 1 ]
  [ cmp eq reg 1 0x0000000a ]
inet t c 4 3
  [ meta load nfproto => reg 1 ]
  [ cmp eq reg 1 0x02000000 ]
inet t c 5
  [ meta load nfproto => reg 1 ]
  [ cmp eq reg 2 0x0000000a ]
inet t c 6
  [ meta load l4proto => reg 1 ]
  [ cmp eq reg 1 0x0000000a ]
inet t c 7
  [ meta load nfproto => reg 1 ]
  [ immediate reg 0 accept ]
  [ cmp eq reg 1 0x0000000a ]
inet t c 8
  [ meta load nfproto => reg 1 ]
  [ cmp eq reg 1 0x00000006 ]
  [ cmp eq reg 1 0x0000000a ]
inet t c 9
  [ meta load nfproto => reg 1 ]
inet t c 10
  [ cmp eq reg 1 0x0000000a ]
inet t c 11
  [ meta load nfproto => reg 1 ]
  [ cmp eq reg 1 0x00000002 ]
inet t c 12
  [ meta load nfproto => reg 1 ]
  [ cmp eq reg 1 0x0a000000 ]
"""


def test_a_rules_family_is_the_number_that_its_code_compares() -> None:
    """In either byte order, right after it was loaded, in the same register and the same rule."""
    assert hidden_families(CODE) == {
        ("ip6", "filter", "c", 3): 6,
        ("inet", "t", "c", 4): 4,
        ("inet", "t", "c", 11): 4,
        ("inet", "t", "c", 12): 6,
    }


RESET = '[{"reject":{"type":"tcp reset"}}]'


def test_only_a_reset_in_an_inet_table_is_doubtful() -> None:
    """The family is left out there; a drop, a policy, a rule of iptables and one of another family are as they are printed."""
    assert doubtful(outgoing(FLOW, nft(RESET).rulesets)) == ("inet", "t", "c", 2)
    for filter_ in (nft(), nft(DROP), nft(policy="drop"), nft(DEPENDS)):
        assert doubtful(outgoing(FLOW, filter_.rulesets)) is None
    assert doubtful(outgoing(FLOW, tables(filter="-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset"))) is None
    chain = {"family": "ip", "table": "t", "name": "c", "hook": "output", "prio": 0, "type": "filter"}
    rule = {"family": "ip", "table": "t", "chain": "c", "handle": 2, "expr": json.loads(RESET)}
    other = filter_of({"nft": json.dumps({"nftables": [{"chain": chain}, {"rule": rule}]}).encode()})
    assert doubtful(outgoing(FLOW, other.rulesets)) is None


def test_resets_for_the_other_family_are_taken_out_one_by_one() -> None:
    """Until one is for this connection's, or nobody knows; and not without end."""
    two = {("inet", "t", "c", 2): 6, ("inet", "t", "c", 3): 6}

    assert settled(outgoing, FLOW, nft(RESET, RESET).rulesets, two).deciding is None
    assert settled(outgoing, FLOW, nft(RESET, RESET, RESET).rulesets, two).deciding.entry.handle == 4  # type: ignore[union-attr]
    assert settled(outgoing, FLOW, nft(RESET).rulesets, {("inet", "t", "c", 2): 4}).deciding
    many = nft(*[RESET] * (MOST_HIDDEN + 1))
    assert MOST_HIDDEN == 16
    assert settled(outgoing, FLOW, many.rulesets, {("inet", "t", "c", handle): 6 for handle in range(2, 99)}).deciding


def listed(*rules: int, family: str = "ip") -> bytes:
    """The view that nft has of the table `filter` with one base chain and one of its own, which have so many rules."""
    items: list[dict[str, Any]] = [
        {"chain": {"family": family, "table": "filter", "name": "OUTPUT", "hook": "output", "prio": 7, "policy": "accept"}},
        {"chain": {"family": family, "table": "filter", "name": "mine"}},
    ]
    for chain, count in zip(("OUTPUT", "mine"), rules, strict=True):
        items += [
            {"rule": {"family": family, "table": "filter", "chain": chain, "handle": 40 + number, "expr": [{"xt": {}}]}}
            for number in range(count)
        ]
    return json.dumps({"nftables": items}).encode()


SAVED = b"*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [5:6]\n:mine - [0:0]\n-A OUTPUT -j mine\n-A mine -j DROP\nCOMMIT\n"


def test_iptables_rules_have_nfts_handles_where_both_agree() -> None:
    """Hook and priority are nft's, the counter of the policy and the rules are iptables'."""
    filter_ = filter_of({"nft": listed(1, 1), "iptables-nft": SAVED})
    chains = {key: chain for ruleset in filter_.rulesets for key, chain in ruleset.chains.items()}
    output, mine = chains["ip", "filter", "OUTPUT"], chains["ip", "filter", "mine"]

    assert filter_.rules == 2
    assert ("ip", "filter", "INPUT") not in chains
    assert (output.backend, output.hook, output.priority, output.policy, output.policy_packets) == (
        *("iptables-nft", "output", 7),
        *("accept", 5),
    )
    assert (mine.hook, mine.policy_packets, [entry.handle for entry in mine.entries]) == (None, None, [40])
    assert filter_.sources == ("iptables-nft", "nft")


@pytest.mark.parametrize("texts", [{"nft": listed(2, 1)}, {"nft": listed(1, 0)}, {"nft": listed(1, 1, family="ip6")}])
def test_where_they_differ_nfts_view_is_kept(texts: dict[str, bytes]) -> None:
    """The rules have changed between the two listings, or are of another family."""
    filter_ = filter_of({**texts, "iptables-nft": SAVED})

    assert {chain.backend for ruleset in filter_.rulesets for chain in ruleset.chains.values()} == {"nft"}


def test_a_listing_that_fails_is_named_and_the_others_count() -> None:
    """Without nft the rules are iptables' own; what was not read is said once, in order."""
    filter_ = filter_of({"nft": b"babble", "iptables-nft": SAVED, "ip6tables-legacy": SAVED}, ["b", "a", "b"])

    assert filter_.unread[:2] == ("a", "b")
    assert "not a ruleset" in filter_.unread[2]
    assert [{(chain.backend, chain.family) for chain in ruleset.chains.values()} for ruleset in filter_.rulesets] == [
        {("iptables-nft", "ip")},
        {("iptables-legacy", "ip6")},
    ]
    assert filter_of({}) == Filter()
    assert filter_of({"nft": b'{"nftables":[]}'}).unread == ()


@pytest.mark.parametrize(
    ("text", "expected"), [("32768\t60999\n", (32768, 60999)), ("", (1, 65535)), ("x y", (1, 65535)), ("1 2 3", (1, 65535))]
)
def test_source_ports_are_taken_from_the_systems_range(tmp_path: Path, text: str, expected: tuple[int, int]) -> None:
    """Where it can't be read, from all."""
    where = tmp_path / "sys/net/ipv4/ip_local_port_range"
    where.parent.mkdir(parents=True)
    where.write_text(text)

    assert ephemeral_ports(tmp_path) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("CapEff:\t0000000000001000", True),
        ("CapEff:\t0000000000000800", False),
        ("CapEff:\t0000000000002000", False),
        ("CapEff:\t000001ffffffffff", True),
        ("CapEff:\t000001ffffffefff", False),
        ("CapPrm:\t0000000000001000", os.geteuid() == 0),
    ],
)
def test_who_may_list_rules_is_seen_from_his_capabilities(tmp_path: Path, line: str, expected: bool) -> None:
    """Bit 12 of the effective ones, CAP_NET_ADMIN (linux/capability.h); where they can't be read, root may."""
    (tmp_path / "self").mkdir()
    (tmp_path / "self/status").write_text(f"Name:\tx\n{line}\nSeccomp:\t0\n")

    assert may_list(tmp_path) is expected


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        ("ENABLED=yes\n", "sudo ufw status verbose"),
        ("# x\n enabled=YES \n", "sudo ufw status verbose"),
        ("ENABLED=no\n", probe.COMMAND),
        ("", probe.COMMAND),
    ],
)
async def test_who_may_not_list_rules_learns_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, command: str
) -> None:
    """And whether ufw is on, which every user may see."""
    from tui.probes.kernel.system_view import SystemView

    (tmp_path / "self").mkdir()
    (tmp_path / "self/status").write_text("CapEff:\t0000000000000000\n")
    (tmp_path / "ufw.conf").write_text(settings)
    monkeypatch.setattr(probe, "UFW", tmp_path / "ufw.conf")
    (found,) = [one async for one in probe.check(REQUEST, SystemView(proc=tmp_path))]

    assert isinstance(found, NotObserved)
    assert (found.request, found.command) == (REQUEST, command)
    assert command in found.remedy
    assert ("ufw is switched on" in found.reason) == ("ufw" in command)


def test_what_is_quoted_is_cut() -> None:
    """Names after 80 characters, a comment and a reason after 300, a text after 500; a mark says so."""
    long = "x" * 900
    chain = {"family": "inet", "table": long, "name": long, "hook": "output", "prio": 0, "type": "filter"}
    rule = {"family": "inet", "table": long, "chain": long, "handle": 2, "expr": [{"drop": None}], "comment": long}
    filter_ = filter_of({"nft": json.dumps({"nftables": [{"chain": chain}, {"rule": rule}]}).encode()})
    found = fact_of(REQUEST, outgoing(FLOW, filter_.rulesets), filter_, {("inet", long, long, 2): long}).deciding
    saved = fact(iptables(f'-A OUTPUT -m comment --comment "{long}" -j DROP')).deciding
    (unsure,) = fact(iptables(f"-A OUTPUT -j {long}")).undecided

    assert found
    assert [len(text or "") for text in (found.table, found.chain, found.comment, found.text)] == [81, 81, 301, 501]
    assert saved
    assert [len(text or "") for text in (saved.comment, saved.text)] == [301, 501]
    assert len(unsure.why) == 301
