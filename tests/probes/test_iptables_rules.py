"""Rules of iptables held against a packet: options, the matches of the modules, targets; and the listing that has them."""

import pytest
from msgspec.structs import replace

from tests.probes.packets import ANSWER, SYN, SYN6, UNKNOWN, UNTRACKED
from tui.probes.firewall import iptables_matches
from tui.probes.firewall.iptables_matches import mark_and_mask, port_spans, within_networks
from tui.probes.firewall.iptables_rules import LONGEST_RULE, Option, match_rule, options_of
from tui.probes.firewall.iptables_text import is_of_nft, ruleset_of, text_of
from tui.probes.firewall.packet import Packet, address_span
from tui.probes.firewall.ruleset import Action, Chain, Finding, RuleEntry
from tui.probes.firewall.tristate import Truth, exactly

CHAIN = Chain(backend="iptables-nft", family="ip", table="filter", name="OUTPUT")


def finding(text: str, packet: Packet = SYN) -> Finding:
    """What a rule comes to for the packet."""
    return match_rule(RuleEntry(raw=(text, None)), CHAIN, packet)


def action_of(text: str, packet: Packet = SYN) -> Action:
    """The one action of a rule."""
    ((_, action),) = finding(text, packet).actions
    return action


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-p tcp", [Option(name="protocol", values=("tcp",))]),
        (
            "! -s 10.0.0.0/8 -j DROP",
            [Option(name="source", values=("10.0.0.0/8",), negated=True), Option(name="jump", values=("DROP",))],
        ),
        ("-m tcp ! --syn", [Option(name="match", values=("tcp",)), Option(name="syn", negated=True)]),
        ("--tcp-flags SYN,ACK SYN", [Option(name="tcp-flags", values=("SYN,ACK", "SYN"))]),
        ('-m comment --comment "a b"', [Option(name="match", values=("comment",)), Option(name="comment", values=("a b",))]),
        ("--comment -x -j DROP", [Option(name="comment", values=("-x",)), Option(name="jump", values=("DROP",))]),
        ("--log-prefix -x", [Option(name="log-prefix", values=("-x",))]),
        ("--nflog-prefix -x", [Option(name="nflog-prefix", values=("-x",))]),
        ("--string -j", [Option(name="string", values=("-j",))]),
        ("--hex-string -j", [Option(name="hex-string", values=("-j",))]),
        ("--comment a\\ b", [Option(name="comment", values=("a b",))]),
        ("--comment 'a b'", [Option(name="comment", values=("a b",))]),
        ("--mark 1 -- x", [Option(name="mark", values=("1", "--", "x"))]),
        ("--to-ports -1", [Option(name="to-ports", values=("-1",))]),
        ("", []),
        ("!", None),
        ("x -j DROP", None),
        ('--comment "a', None),
        (f"-p {'x' * (LONGEST_RULE - 3)}", [Option(name="protocol", values=("x" * (LONGEST_RULE - 3),))]),
        (f"-p {'x' * (LONGEST_RULE - 2)}", None),
    ],
)
def test_a_rule_is_taken_apart_into_options(text: str, expected: list[Option] | None) -> None:
    """As iptables-save quotes them: `!` before an option, several values behind it, quoted texts; else it can't be parsed."""
    assert options_of(text) == expected


def test_a_rule_of_eight_thousand_characters_is_read() -> None:
    """The longest that iptables-save prints has some hundreds."""
    assert LONGEST_RULE == 8192


@pytest.mark.parametrize(
    ("short", "long"),
    [("-p", "--protocol"), ("-s", "--source"), ("-d", "--destination")],
)
def test_an_option_has_a_short_name(short: str, long: str) -> None:
    """Both are the same option."""
    assert options_of(f"{short} x") == options_of(f"{long} x")


@pytest.mark.parametrize(
    ("text", "packet", "expected"),
    [
        ("-p tcp", SYN, True),
        ("-p all", SYN, True),
        ("-p 6", SYN, True),
        ("-p 0", SYN, True),
        ("-p 17", SYN, False),
        ("! -p tcp", SYN, False),
        ("! -p udp", SYN, True),
        ("-p nobody", SYN, None),
        ("-s 10.9.0.1/32", SYN, True),
        ("-s 10.9.0.7", SYN, False),
        ("! -s 10.9.0.0/16", SYN, False),
        ("-s 10.9.0.0/255.255.0.0", SYN, True),
        ("-s 10.9.0.0/255.0.255.0", SYN, None),
        ("-s 10.9.0.1", UNKNOWN, None),
        ("-d 10.9.0.7,10.9.0.8", SYN, True),
        ("-d 10.9.0.8,10.9.0.7", SYN, True),
        ("-d 10.9.0.1", SYN, False),
        ("-d 10.9.0.7", UNKNOWN, None),
        ("-d fd09::7/128", SYN6, True),
        ("-d 10.9.0.7", SYN6, False),
        ("-i d0", ANSWER, True),
        ("-i d1", ANSWER, False),
        ("-i d0", SYN, False),
        ("-i d0", UNKNOWN, None),
        ("-i +", UNKNOWN, True),
        ("-i d+", ANSWER, True),
        ("-o d0", SYN, True),
        ("-o d", SYN, False),
        ("-o e+", SYN, False),
        ("-o d0", ANSWER, False),
        ("-o d0", UNKNOWN, None),
        ("-f", SYN, False),
        ("! -f", SYN, True),
        ("-c 1 2", SYN, True),
        ("-4", SYN, True),
        ("-6", SYN, True),
        ("--dport 5432", SYN, True),
        ("-m tcp --dport 5432", SYN, True),
        ("-m tcp --destination-port 5432", SYN, True),
        ("-m tcp --dport 5433", SYN, False),
        ("-m tcp --dport 5000:6000", SYN, True),
        ("-m tcp --dport :5431", SYN, False),
        ("-m tcp --dport 5433:", SYN, False),
        ("-m tcp --dport 5432:", SYN, True),
        ("-m tcp --dport http", SYN, None),
        ("-m tcp --dport 5432", UNKNOWN, None),
        ("-m tcp --sport 5432", ANSWER, True),
        ("-m tcp --source-port 5432", ANSWER, True),
        ("-m tcp --sport 5433", ANSWER, False),
        ("-m tcp --sport 40000", SYN, None),
        ("-m tcp --sport 1:1023", SYN, False),
        ("-m tcp --sport http", ANSWER, None),
        ("-m tcp --tcp-flags SYN,ACK SYN", SYN, True),
        ("-m tcp --tcp-flags SYN,ACK SYN", ANSWER, False),
        ("-m tcp --tcp-flags ALL SYN,ACK", ANSWER, True),
        ("-m tcp --tcp-flags ALL NONE", SYN, False),
        ("-m tcp --tcp-flags FIN,RST,PSH,URG NONE", SYN, True),
        ("-m tcp --tcp-flags ALL FIN", SYN, False),
        ("-m tcp --tcp-flags ALL RST", SYN, False),
        ("-m tcp --tcp-flags ALL PSH", SYN, False),
        ("-m tcp --tcp-flags ALL URG", SYN, False),
        ("-m tcp --tcp-flags 0x3F 0x02", SYN, True),
        ("-m tcp --tcp-flags 0x12 0x10", SYN, False),
        ("-m tcp --tcp-flags 0xZZ 0x02", SYN, None),
        ("-m tcp --tcp-flags 0x 0x02", SYN, None),
        ("-m tcp --tcp-flags SYN", SYN, None),
        ("-m tcp --tcp-flags SYN CWR", SYN, None),
        ("-m tcp --syn", SYN, True),
        ("-m tcp --syn", ANSWER, False),
        ("-m tcp ! --syn", SYN, False),
        ("-m tcp --tcp-option 2", SYN, None),
        ("-m multiport --dports 80,5432", SYN, True),
        ("-m multiport --destination-ports 80,443", SYN, False),
        ("-m multiport --dports 80,x", SYN, None),
        ("-m multiport --dports 80,http", replace(SYN, target_port=exactly(80)), None),
        ("-m multiport --sports 80,5432", ANSWER, True),
        ("-m multiport --source-ports 80,443", ANSWER, False),
        ("-m multiport --ports 5432", SYN, True),
        ("-m multiport --ports 5432", ANSWER, True),
        ("-m multiport --ports 80", SYN, False),
        ("-m multiport --dport 5432", SYN, None),
        ("-m conntrack --ctstate NEW", SYN, True),
        ("-m conntrack --ctstate INVALID,NEW", SYN, True),
        ("-m conntrack --ctstate RELATED,ESTABLISHED", SYN, False),
        ("-m conntrack --ctstate RELATED,ESTABLISHED", ANSWER, True),
        ("-m conntrack --ctstate NEW", ANSWER, False),
        ("-m conntrack --ctstate UNTRACKED", UNTRACKED, True),
        ("-m conntrack --ctstate NEW", UNTRACKED, False),
        ("-m conntrack --ctstate NEW", UNKNOWN, None),
        ("-m conntrack --ctstate DNAT", SYN, None),
        ("-m conntrack --ctstate SNAT,NEW", SYN, None),
        ("-m conntrack --ctstate ODD", SYN, None),
        ("-m state --state NEW", SYN, True),
        ("-m state --state INVALID", SYN, False),
        ("-m conntrack --ctproto tcp", SYN, True),
        ("-m conntrack --ctproto udp", SYN, False),
        ("-m conntrack --ctdir ORIGINAL", SYN, True),
        ("-m conntrack --ctdir REPLY", SYN, False),
        ("-m conntrack --ctdir REPLY", ANSWER, True),
        ("-m conntrack --ctdir ORIGINAL", ANSWER, False),
        ("-m conntrack --ctdir ORIGINAL", UNTRACKED, None),
        ("-m conntrack --ctdir ORIGINAL", UNKNOWN, None),
        ("-m conntrack --ctorigdst 10.9.0.7", SYN, True),
        ("-m conntrack --ctorigdst 10.9.0.8", SYN, False),
        ("-m conntrack --ctorigdst 10.9.0.7", ANSWER, None),
        ("-m conntrack --ctorigdst 10.9.0.7", UNTRACKED, None),
        ("-m conntrack --ctorigdstport 5432", SYN, True),
        ("-m conntrack --ctorigdstport 80", SYN, False),
        ("-m conntrack --ctorigdstport 5432", ANSWER, None),
        ("-m conntrack --ctorigdstport 5432", UNTRACKED, None),
        ("-m conntrack --ctexpire 1", SYN, None),
        ("-m owner --uid-owner 1000", SYN, True),
        ("-m owner --uid-owner 999-1001", SYN, True),
        ("-m owner --uid-owner 100", SYN, False),
        ("-m owner --uid-owner root", SYN, None),
        ("-m owner --uid-owner 0-x", SYN, None),
        ("-m owner --uid-owner 1000", UNKNOWN, None),
        ("-m owner --uid-owner 1000", ANSWER, None),
        ("-m owner --gid-owner 100", SYN, True),
        ("-m owner --gid-owner 1000", SYN, False),
        ("-m owner --gid-owner 100", ANSWER, None),
        ("-m owner --socket-exists", SYN, None),
        ("-m addrtype --dst-type UNICAST", SYN, True),
        ("-m addrtype --dst-type LOCAL", SYN, False),
        ("-m addrtype --dst-type LOCAL", ANSWER, True),
        ("-m addrtype --dst-type UNICAST", ANSWER, False),
        ("-m addrtype --dst-type LOCAL,BROADCAST", SYN, False),
        ("-m addrtype --dst-type ODD", SYN, None),
        ("-m addrtype --dst-type LOCAL", UNKNOWN, None),
        ("-m addrtype --src-type LOCAL", SYN, True),
        ("-m addrtype --src-type UNICAST", SYN, False),
        ("-m addrtype --src-type LOCAL", UNKNOWN, None),
        ("-m mark --mark 5", SYN, True),
        ("-m mark --mark 0x4/0x4", SYN, True),
        ("-m mark --mark 0x2/0x2", SYN, False),
        ("-m mark --mark 0x4", SYN, False),
        ("-m mark --mark x", SYN, None),
        ("-m mark --mark 5", UNKNOWN, None),
        ("-m connmark --mark 6", SYN, True),
        ("-m connmark --mark 5", SYN, False),
        ("-m connmark --mark 6", UNKNOWN, None),
        ("-m iprange --src-range 10.9.0.1-10.9.0.3", SYN, True),
        ("-m iprange --src-range 10.9.0.2-10.9.0.3", SYN, False),
        ("-m iprange --dst-range 10.9.0.7", SYN, True),
        ("-m iprange --dst-range 10.9.0.1-10.9.0.6", SYN, False),
        ("-m iprange --dst-range a-b", SYN, None),
        ("-m iprange --dst-range 10.9.0.7", UNKNOWN, None),
        ("-m pkttype --pkt-type unicast", SYN, True),
        ("-m pkttype --pkt-type host", SYN, True),
        ("-m pkttype --pkt-type broadcast", SYN, False),
        ("-m pkttype --pkt-type multicast", SYN, False),
        ("-m pkttype --pkt-type odd", SYN, None),
        ("-m rpfilter --invert", ANSWER, False),
        ("-m rpfilter --invert", SYN, None),
        ("-m rpfilter --loose", SYN, True),
        ("-m rpfilter --validmark", SYN, True),
        ("-m rpfilter --accept-local", SYN, True),
        ("-m comment --comment x", SYN, True),
        ("-m nfacct --nfacct-name x", SYN, True),
        ("-m mac --mac-source x", SYN, None),
        ("--nobody knows", SYN, None),
        ("", SYN, True),
    ],
)
def test_an_option_holds_or_not(text: str, packet: Packet, expected: Truth) -> None:
    """Each option of each module, for the SYN, for its answer, and where the packet is not known."""
    assert finding(text, packet).truth is expected


@pytest.mark.parametrize(
    "name",
    [
        "icmp",
        "udp",
        "esp",
        "ah",
        "ipv6-icmp",
        "icmpv6",
        "sctp",
        "gre",
        "igmp",
        "ospf",
        "vrrp",
        "udplite",
        "dccp",
        "ipencap",
        "ipv6",
    ],
)
def test_another_protocol_is_known_to_be_another(name: str) -> None:
    """A rule for it does not concern the connection, for sure."""
    assert finding(f"-p {name}").truth is False


@pytest.mark.parametrize(
    "name", ["BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"]
)
def test_another_kind_of_address_is_known_to_be_another(name: str) -> None:
    """The ends of a connection have none of these."""
    assert finding(f"-m addrtype --dst-type {name}").truth is False


@pytest.mark.parametrize(
    "module",
    [
        *("tcp", "comment", "multiport", "conntrack", "state", "owner", "addrtype", "mark", "connmark", "iprange", "pkttype"),
        *("set", "limit", "hashlimit", "recent", "rpfilter", "nfacct", "physdev", "mac"),
    ],
)
def test_a_module_is_known_and_its_unknown_option_is_named(module: str) -> None:
    """The option is what can't be evaluated, not the module; an unknown module is named itself, and so is the first of both."""
    assert finding(f"-m {module}") == Finding(truth=True)
    assert finding(f"-m {module} --nobody 1").why == "`--nobody` can't be evaluated."
    assert finding(f"-m bpf -m {module} --nobody 1").why == "`-m bpf` can't be evaluated."
    assert finding(f"-m {module} --nobody 1 -m bpf").why == "`--nobody` can't be evaluated."
    assert finding(f"-m bpf -m {module}").truth is None


@pytest.mark.parametrize(
    "module",
    ["rt", "frag", "hbh", "dst", "mh", "ah", "esp", "eui64", "icmp", "icmp6", "sctp", "dccp", "udplite", "udp"],
)
def test_a_header_that_is_not_there_matches_nothing(module: str) -> None:
    """Whatever else the rule asks for."""
    assert finding(f"-m {module} --nobody 1 -j DROP") == Finding(truth=False)


def test_a_module_without_a_name_is_not_known() -> None:
    """And a rule that can't be parsed is one of which nothing is known."""
    assert finding("-m").truth is None
    broken = finding('--comment "a')
    assert (broken.truth, [(truth, action.kind) for truth, action in broken.actions]) == (None, [(None, "unknown")])
    assert broken.why == "The rule can't be parsed."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-j ACCEPT", "accept"),
        ("-j DROP", "drop"),
        ("-j RETURN", "return"),
        ("-j REJECT", "reject"),
        ("-j REJECT --reject-with icmp-port-unreachable", "reject"),
        ("-j REJECT --reject-with tcp-reset", "tcp-reset"),
        ("-j REJECT --reject-with tcp-rst", "tcp-reset"),
        ("-j SNAT --to-source 1.2.3.4", "source"),
        ("-j MASQUERADE", "source"),
        ("-j NFQUEUE --queue-num 0", "queue"),
        ("-j QUEUE", "queue"),
        ("-j TPROXY --on-port 1", "unknown"),
        ("-j mine", "jump"),
        ("-j MINE", "jump"),
        ("-g mine", "goto"),
        ("-g DROP", "goto"),
        ("-j", "next"),
        *(
            (f"-j {name}", "unknown")
            for name in ("TARPIT", "DELUDE", "CHAOS", "SYNPROXY", "ACCOUNT", "DNETMAP", "SYSRQ", "STEAL")
        ),
        *((f"-j {name}", "next") for name in ("LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "TCPMSS", "TCPOPTSTRIP", "DSCP", "TOS")),
        *((f"-j {name}", "next") for name in ("TTL", "HL", "CHECKSUM", "CLASSIFY", "SET", "TEE", "SECMARK", "CONNSECMARK")),
        *((f"-j {name}", "next") for name in ("RATEEST", "IDLETIMER", "LED", "ECN", "HMARK", "FLOWOFFLOAD", "CT", "MARK")),
    ],
)
def test_a_target_is_what_it_does(text: str, kind: str) -> None:
    """Verdicts, refusals, programs that are asked, targets after which the packet goes on; any other name is a chain's."""
    found = finding(text)

    assert action_of(text).kind == kind
    assert found.truth is True
    assert action_of(text).chain == ("" if kind not in {"jump", "goto"} else text.split()[1])


@pytest.mark.parametrize(("name", "words"), [("NFQUEUE", "NFQUEUE"), ("TPROXY", "TPROXY"), ("TARPIT", "TARPIT")])
def test_a_target_whose_end_is_open_says_why(name: str, words: str) -> None:
    """In words that a person can look up."""
    assert words in action_of(f"-j {name}").why


def test_a_target_is_as_sure_as_the_options_before_it() -> None:
    """What can't be evaluated makes it unsure, and is told; what does not hold makes it nothing."""
    maybe = finding("-m limit --limit 5/sec -j DROP")

    assert [(truth, action.kind) for truth, action in maybe.actions] == [(None, "drop")]
    assert maybe.why == "`--limit` can't be evaluated."
    assert finding("-p udp -j DROP").actions == ()
    assert finding("-m limit --limit 5/sec").why == "`--limit` can't be evaluated."


TO = address_span("10.0.0.9")


@pytest.mark.parametrize(
    ("text", "packet", "expected"),
    [
        ("-j DNAT --to-destination 10.0.0.9:80", SYN, Action(kind="translate", address=TO, port=exactly(80))),
        ("-j DNAT --to-destination 10.0.0.9", SYN, Action(kind="translate", address=TO, port=exactly(5432))),
        ("-j DNAT --to-destination :80", SYN, Action(kind="translate", port=exactly(80), keeps_address=True)),
        ("-j DNAT --to-destination 10.0.0.9:80-90", SYN, Action(kind="translate", address=TO)),
        ("-j DNAT --to-destination 10.0.0.9:65535", SYN, Action(kind="translate", address=TO, port=exactly(65535))),
        ("-j DNAT --to-destination 10.0.0.9:65536", SYN, Action(kind="translate", address=TO)),
        ("-j DNAT --to-destination 10.0.0.9-10.0.0.10:80", SYN, Action(kind="translate", port=exactly(80))),
        (
            "-j DNAT --to-destination [fd00::9]:80",
            SYN6,
            Action(kind="translate", address=address_span("fd00::9"), port=exactly(80)),
        ),
        (
            "-j DNAT --to-destination [fd00::9]",
            SYN6,
            Action(kind="translate", address=address_span("fd00::9"), port=exactly(5432)),
        ),
        ("-j DNAT --to-destination fd00::9", SYN6, Action(kind="translate", address=address_span("fd00::9"), port=exactly(5432))),
        ("-j REDIRECT --to-ports 80", SYN, Action(kind="translate", port=exactly(80), here=True)),
        ("-j REDIRECT --to-ports 80-90", SYN, Action(kind="translate", here=True)),
        ("-j REDIRECT", SYN, Action(kind="translate", port=exactly(5432), here=True)),
        ("-j NETMAP --to 10.0.0.0/24", SYN, Action(kind="translate")),
    ],
)
def test_a_translation_leads_where_it_says(text: str, packet: Packet, expected: Action) -> None:
    """Address and port, each as far as it is a single one."""
    assert action_of(text, packet) == expected


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("-j NOTRACK", UNTRACKED),
        ("-j CT --notrack", UNTRACKED),
        ("-j CT --zone 1", SYN),
        ("-j MARK --set-xmark 0x8/0x8", replace(SYN, mark=13)),
        ("-j MARK --set-xmark 0x1/0x1", SYN),
        ("-j MARK --set-xmark 0x8/0xffffffff", replace(SYN, mark=8)),
        ("-j MARK --set-xmark 0x8", replace(SYN, mark=8)),
        ("-j MARK --set-mark 0x2/0x2", replace(SYN, mark=7)),
        ("-j MARK --set-mark 9", replace(SYN, mark=9)),
        ("-j MARK --or-mark 2", replace(SYN, mark=7)),
        ("-j MARK --and-mark 4", replace(SYN, mark=4)),
        ("-j MARK --xor-mark 1", replace(SYN, mark=4)),
        ("-j MARK --set-xmark x", replace(SYN, mark=None)),
        ("-j MARK --nobody 1", replace(SYN, mark=None)),
        ("-j CONNMARK --set-xmark 9", replace(SYN, connection_mark=9)),
        ("-j CONNMARK --or-mark 1", replace(SYN, connection_mark=7)),
        ("-j CONNMARK --restore-mark", replace(SYN, mark=6)),
        ("-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff", replace(SYN, mark=None)),
        ("-j CONNMARK --restore-mark --mask 0xff", replace(SYN, mark=None)),
        ("-j CONNMARK --restore-mark --ctmask 0xff", replace(SYN, mark=None)),
        ("-j CONNMARK --save-mark", replace(SYN, connection_mark=5)),
        ("-j CONNMARK --save-mark --nfmask 0xff", replace(SYN, connection_mark=None)),
        ("-j CONNMARK --save-mark --ctmask 0xff", replace(SYN, connection_mark=None)),
        ("-j CONNMARK --save-mark --mask 0xff", replace(SYN, connection_mark=None)),
        ("-j DROP", SYN),
        ("-j mine", SYN),
    ],
)
def test_a_target_changes_the_packet(text: str, after: Packet) -> None:
    """Its marks, bit by bit, and whether it is tracked."""
    assert finding(text).packet == after


def test_a_mark_that_is_not_known_may_be_set_whole() -> None:
    """All bits of it; some bits of what is not known are not known, and neither are the bits of a connection without a mark."""
    assert finding("-j MARK --set-xmark 8/0xffffffff", UNKNOWN).packet == replace(UNKNOWN, mark=8)
    assert finding("-j MARK --set-xmark 8/0xff", UNKNOWN).packet == UNKNOWN
    assert finding("-j MARK --or-mark 8", UNKNOWN).packet == UNKNOWN
    unmarked = replace(SYN, connection_mark=0)
    assert finding("-j CONNMARK --restore-mark --mask 1", unmarked).packet == replace(unmarked, mark=0)


def test_ports_networks_and_marks_are_read_as_iptables_prints_them() -> None:
    """Ranges without an end, networks of both families, marks with a mask."""
    assert port_spans("80,1024:65535,:1023,1:,x,1:x,123456:123456") == [(80, 80), (1024, 65535), (0, 1023), (1, 65535)]
    assert port_spans("12345:12345") == [(12345, 12345)]
    assert within_networks(exactly(1), "::1,0.0.0.1", 6) is True
    assert within_networks(exactly(1), "0.0.0.1", 6) is False
    assert mark_and_mask("0x1/0xff") == (1, 255)
    assert mark_and_mask("1") == (1, 0xFFFFFFFF)
    assert mark_and_mask("0x1ffffffff/0x1ffffffff") == (0xFFFFFFFF, 0xFFFFFFFF)
    assert mark_and_mask("1/x") is None


LISTING = """\
# Generated by iptables-save v1.8.9 (nf_tables) on Wed Nov 25 22:00:00 2026
*nat
:PREROUTING ACCEPT [1:2]
:OUTPUT ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*filter
:INPUT DROP [3:4]
:mine - [0:0]
:OUTPUT - [0:0]
[5:6] -A INPUT -p tcp -j DROP
-A mine
-A nobody -j DROP
-A
COMMIT
*raw
:FORWARD ACCEPT [0:0]
*mangle
:FORWARD ACCEPT
*security
:FORWARD ACCEPT [0:0]
*odd
:FORWARD ACCEPT [0:0]
"""


def test_a_listing_has_chains_with_their_hooks() -> None:
    """Those with a policy are base chains, with the priority of their table in the hook (linux/netfilter_ipv4.h)."""
    chains = ruleset_of(LISTING, "iptables-nft", "ip", match_rule).chains
    seen = {
        key[1:]: (chain.hook, chain.priority, chain.type, chain.policy, chain.policy_packets) for key, chain in chains.items()
    }

    assert seen == {
        ("nat", "PREROUTING"): ("prerouting", -100, "nat", "accept", 1),
        ("nat", "OUTPUT"): ("output", -100, "nat", "accept", 0),
        ("nat", "INPUT"): ("input", 100, "nat", "accept", 0),
        ("nat", "POSTROUTING"): ("postrouting", 100, "nat", "accept", 0),
        ("filter", "INPUT"): ("input", 0, "filter", "drop", 3),
        ("filter", "mine"): (None, 0, "filter", None, 0),
        ("filter", "OUTPUT"): (None, 0, "filter", None, 0),
        ("raw", "FORWARD"): ("forward", -300, "filter", "accept", 0),
        ("mangle", "FORWARD"): ("forward", -150, "filter", "accept", None),
        ("security", "FORWARD"): ("forward", 50, "filter", "accept", 0),
        ("odd", "FORWARD"): ("forward", 0, "filter", "accept", 0),
    }
    assert {(chain.backend, chain.family) for chain in chains.values()} == {("iptables-nft", "ip")}


def test_a_listing_has_rules_with_their_counters() -> None:
    """In the order of their chain; a rule of a chain that is not there is none."""
    chains = ruleset_of(LISTING, "iptables-nft", "ip", match_rule).chains
    rules = [(entry.raw, entry.number, text_of(entry, chain)) for chain in chains.values() for entry in chain.entries]

    assert rules == [(("-p tcp -j DROP", 5), 1, "-A INPUT -p tcp -j DROP"), (("", None), 1, "-A mine")]


def test_whose_listing_it_is_stands_in_its_first_line() -> None:
    """`nf_tables` there means that nft shows the same rules."""
    assert is_of_nft(LISTING)
    assert not is_of_nft(LISTING.replace("(nf_tables) ", ""))
    assert not is_of_nft(f"*filter\n{LISTING}")
    assert not is_of_nft("# Generated by iptables-save v1.8.9\n# (nf_tables)\n")


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        *((name, True) for name in ("all", "tcp", "0", "6", "006")),
        *((name, False) for name in ("icmp", "udp", "esp", "ah", "ipv6-icmp", "icmpv6", "sctp", "gre", "igmp", "ospf", "vrrp")),
        *((name, False) for name in ("udplite", "dccp", "ipencap", "ipv6", "1", "17", "60")),
        *((name, None) for name in ("rdp", "x", "\N{SUPERSCRIPT SIX}", "-6")),
    ],
)
def test_which_protocol_is_tcps(protocol: str, expected: bool | None) -> None:
    """By its name or number; of a name that is not known nothing is said."""
    assert iptables_matches.holds("", "protocol", (protocol,), SYN) is expected
