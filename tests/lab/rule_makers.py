"""Rulesets made at random from a seed, in the languages of nft and iptables; most of them stop some of the connections."""

import random
from collections.abc import Iterator

from tests.lab.network import CLIENT, CLIENT6, ROUTER1, ROUTER1_6

OPEN, ALSO_OPEN = 5001, 5002
"""The ports that something listens on, everywhere."""
TARGETS = (("127.0.0.1", OPEN), ("::1", ALSO_OPEN), (ROUTER1, OPEN), (ROUTER1_6, OPEN), (CLIENT, ALSO_OPEN), (ROUTER1, ALSO_OPEN))
_NFT_MATCHES = (
    *("tcp dport 5001", "tcp dport != 5001", "tcp dport { 5001, 80 }", "tcp dport 5000-5001", "tcp dport >= 5002"),
    *("tcp dport < 5002", "tcp dport != { 5001, 9 }", "tcp dport @ports", "tcp dport != @ports", "th dport 5002"),
    *("ip daddr 127.0.0.0/8", f"ip daddr {ROUTER1}", f"ip daddr != {ROUTER1}", "ip daddr @nets", "ip daddr != @nets"),
    *(f"ip6 daddr {ROUTER1_6}", "ip6 daddr fd00::/8", "ip6 saddr ::1", f"ip saddr {CLIENT}", f"ip6 saddr {CLIENT6}"),
    *("ip daddr . tcp dport @pairs", "ip daddr . tcp dport != @pairs", "ip daddr . tcp dport { 10.0.0.0/8 . 5001-5009 }"),
    *("oifname lo", "oifname != lo", 'oifname "eth*"', "oif lo", "oif != lo", "iifname lo", "iifname != lo", "iif lo"),
    *("meta skuid 0", "meta skuid != 0", "meta skuid 1-5", "meta skuid { 0, 7 }", "meta skgid 0"),
    *("ct state new", "ct state established", "ct state { new, untracked }", "ct state != established,related"),
    *("ct state != new", "ct state established,related", "ct state untracked", "ct state != { new }", "ct state invalid"),
    *("tcp flags syn", "tcp flags ! syn", "tcp flags & (syn|ack) == syn", "tcp flags & (fin|syn|rst|ack) == (syn|ack)"),
    *("tcp flags & ack != 0", "tcp flags ack", "meta mark 7", "meta mark & 0x3 == 3", "meta mark != 7", "meta mark { 0, 8 }"),
    *("ct mark 0", "ct mark != 0", "ct direction original", "ct direction reply", "ct status dnat"),
    *("meta l4proto { tcp, udp }", "meta l4proto udp", "meta nfproto ipv4", "meta nfproto ipv6", "ip protocol tcp"),
    *("ip version 4", "meta pkttype host", "meta protocol ip"),
    *("fib daddr type local", "fib saddr type local", "fib daddr type != local", "fib daddr type { unicast, local }"),
    *("tcp sport 1024-65535", "tcp sport < 1024", "tcp sport 40000-50000", "ct original ip daddr 127.0.0.1"),
    *("limit rate 1/day burst 1 packets", "ct count over 100", "numgen random mod 2 == 0", "meta length 60"),
)
_NFT_STATEMENTS = (
    "meta mark set 7",
    "meta mark set meta mark | 0x8",
    "ct mark set 1",
    "counter",
    'log prefix "x"',
    "meta mark set ct mark",
)
_NFT_VERDICTS = ("accept", "drop", "reject", "reject with tcp reset", "return", "jump a", "goto b", "continue", "jump b", "drop")
_NFT_MAPS = (
    "tcp dport vmap { 5001 : drop, 5002 : accept }",
    "tcp dport vmap { 5001 : jump a, 5002 : goto b }",
    "ct state vmap { established : accept, new : jump b }",
    "iifname vmap { lo : accept, eth0 : drop }",
    "ip daddr . tcp dport vmap { 127.0.0.1 . 5001 : drop, 10.0.1.1 . 5002 : drop }",
    "tcp dport vmap @verdicts",
    "meta l4proto vmap { tcp : continue, udp : drop }",
)
_HOOKS = ("output", "postrouting", "prerouting", "input")


def nft_ruleset(seed: int) -> str:
    """A table with one to three base chains, two chains below them, sets and maps; every third has a translation."""
    draw = random.Random(seed)  # noqa: S311 -- rules, not a secret
    hooks = [draw.choice(_HOOKS) for _ in range(draw.randint(1, 3))]
    rejects = not {"prerouting", "postrouting"} & set(hooks)  # there the kernel allows no reject
    verdicts = tuple(one for one in _NFT_VERDICTS if rejects or not one.startswith("reject"))
    network, mapped = draw.choice(("127.0.0.0/8", "10.0.0.0/16")), draw.choice(("drop", "accept"))
    lines = [
        "flush ruleset",
        "table inet lab {",
        "set ports {\n type inet_service\n flags interval\n elements = { 5001, 6000-6010 }\n}",
        f"set nets {{\n type ipv4_addr\n flags interval\n elements = {{ {network}, 192.0.2.7 }}\n}}",
        f"set pairs {{\n type ipv4_addr . inet_service\n elements = {{ 127.0.0.1 . 5001, {ROUTER1} . 5002 }}\n}}",
        f"map verdicts {{\n type inet_service : verdict\n elements = {{ 5001 : {mapped}, 5002 : continue }}\n}}",
        "chain b {",
        *_nft_rules(draw, tuple(one for one in verdicts if "jump" not in one and "goto" not in one)),
        "}",
        "chain a {",
        *_nft_rules(draw, tuple(one for one in verdicts if one != "jump a")),
        "}",
    ]
    for number, hook in enumerate(hooks):
        policy = "drop" if draw.random() < 0.2 else "accept"
        lines += [
            f"chain base{number} {{",
            f"type filter hook {hook} priority {draw.choice((-300, -150, 0, 5, 50))}; policy {policy};",
        ]
        lines += [*_nft_rules(draw, verdicts, maps=True), "}"]
    if not seed % 3:
        to = draw.choice(("redirect to :5002", "dnat ip to 127.0.0.1:5001", "dnat ip to 10.0.1.1", "redirect to :9"))
        lines += ["chain nat {", "type nat hook output priority -100;", f"{draw.choice(_NFT_MATCHES[:5])} {to}", "}"]
    return "\n".join([*lines, "}"]) + "\n"


def _nft_rules(draw: random.Random, verdicts: tuple[str, ...], *, maps: bool = False) -> Iterator[str]:
    for _ in range(draw.randint(1, 4)):
        matches = " ".join(draw.sample(_NFT_MATCHES, draw.choice((0, 1, 1, 2, 2))))
        what = draw.random()
        if what < 0.15:
            yield f"{matches} {draw.choice(_NFT_STATEMENTS)}"
        elif what < 0.25 and maps:
            yield f"{matches} {draw.choice(_NFT_MAPS)}"
        else:
            yield f"{matches} {draw.choice(verdicts)}"


_IPTABLES_MATCHES = (
    *("-p tcp --dport 5001", "-p tcp ! --dport 5001", "-p tcp -m multiport --dports 80,5001", "-p tcp --dport 5000:5001"),
    *("-p tcp -m multiport ! --dports 5002,9", "-p udp --dport 5001", "! -p tcp", "-p tcp --syn", "-p tcp ! --syn"),
    *("-p tcp --tcp-flags SYN,ACK SYN", "-p tcp --tcp-flags ALL SYN,ACK", "-p tcp --sport 1024:65535", "-p tcp --sport :1023"),
    *(
        "-m conntrack --ctstate NEW",
        "-m conntrack --ctstate ESTABLISHED,RELATED",
        "-m conntrack ! --ctstate NEW",
        "-m state --state NEW",
    ),
    *(
        "-m conntrack --ctdir ORIGINAL",
        "-m conntrack --ctstate INVALID",
        "-m conntrack --ctstate UNTRACKED",
        "-m comment --comment x",
    ),
    *(
        "-m mark --mark 7",
        "-m mark --mark 0x3/0x3",
        "-m mark ! --mark 7",
        "-m addrtype --dst-type LOCAL",
        "-m addrtype --src-type LOCAL",
    ),
    *(
        "-m addrtype ! --dst-type LOCAL",
        "-m addrtype --dst-type UNICAST",
        "-m pkttype --pkt-type unicast",
        "-m limit --limit 1/day --limit-burst 1",
    ),
    *(
        "-m statistic --mode random --probability 0.5",
        "-m length --length 60",
        "-m connmark --mark 0",
        "-m connlimit --connlimit-above 50",
    ),
)
_BY_FAMILY = {
    "iptables": (
        "-d 127.0.0.0/8",
        f"-d {ROUTER1}",
        f"! -d {ROUTER1}",
        "-s 127.0.0.1",
        f"-s {CLIENT}",
        "-m iprange --dst-range 10.0.1.1-10.0.1.9",
    ),
    "ip6tables": (f"-d {ROUTER1_6}", "-d fd00::/8", "! -d ::1", "-s ::1", f"! -s {CLIENT6}", "-m iprange --src-range ::1-::5"),
}
_OUT = (
    "-o lo",
    "! -o lo",
    "-o eth+",
    "-m owner --uid-owner 0",
    "-m owner ! --uid-owner 0",
    "-m owner --uid-owner 1-9",
    "-m owner --gid-owner 0",
)
_IN = ("-i lo", "! -i lo", "-i eth+")
_TARGETS = ("ACCEPT", "DROP", "REJECT", "RETURN", "REJECT_RST", "a", "b", "GOTO b", "MARK7", "MARK8", "DROP")


def iptables_ruleset(seed: int, tool: str) -> str:
    """A filter and a mangle table for iptables-restore; every fourth has a translation."""
    draw = random.Random(seed)  # noqa: S311 -- rules, not a secret
    reset = "REJECT --reject-with tcp-reset"
    lines: list[str] = []
    for table, hooks in (("mangle", ("OUTPUT", "PREROUTING", "INPUT")), ("filter", ("OUTPUT", "INPUT"))):
        policies = {hook: "DROP" if draw.random() < 0.1 else "ACCEPT" for hook in hooks}
        lines += [f"*{table}", *(f":{hook} {policy}" for hook, policy in policies.items()), ":a -", ":b -"]
        for chain in (*hooks, "a", "b"):
            for _ in range(draw.randint(0, 3) if table == "filter" else draw.randint(0, 1)):
                own = _OUT if chain == "OUTPUT" else _IN if chain in {"INPUT", "PREROUTING"} else ()
                options = draw.sample((*_IPTABLES_MATCHES, *_BY_FAMILY[tool], *own, *own), draw.choice((0, 1, 1, 2)))
                if sum("-p " in one for one in options) > 1 or len({one.split()[-2] for one in options}) < len(options):
                    options = options[:1]
                target = draw.choice(_TARGETS)
                if (chain == "a" and target == "a") or (chain == "b" and target.endswith(("a", "b"))):
                    target = "RETURN"
                if "REJECT" in target and (table != "filter" or chain == "PREROUTING"):
                    target = "DROP"
                if target.startswith("MARK") and table != "mangle":
                    target = "ACCEPT"
                if target == "REJECT_RST" and not any("-p tcp" in one for one in options):
                    options = ["-p tcp", *(one for one in options if "-p " not in one)]
                jump = {
                    "REJECT_RST": f"-j {reset}",
                    "GOTO b": "-g b",
                    "MARK7": "-j MARK --set-mark 7",
                    "MARK8": "-j MARK --or-mark 8",
                }
                lines.append(f"-A {chain} {' '.join(options)} {jump.get(target, f'-j {target}')}")
        lines.append("COMMIT")
    if not seed % 4:
        to = "127.0.0.1:5002" if tool == "iptables" else "[::1]:5001"
        what = draw.choice((f"DNAT --to-destination {to}", "REDIRECT --to-ports 5002"))
        lines += ["*nat", ":OUTPUT ACCEPT", f"-A OUTPUT -p tcp --dport 5001 -j {what}", "COMMIT"]
    return "\n".join(lines) + "\n"
