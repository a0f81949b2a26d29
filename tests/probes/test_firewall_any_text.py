"""Any text that might be a listing of rules: it is read, evaluated or left open, and never breaks the walk."""

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.probes.test_firewall import connection, iptables, nft
from tui.model.requests import ReadFirewall
from tui.probes.firewall.evaluate import incoming, outgoing
from tui.probes.firewall.firewall import fact_of
from tui.probes.firewall.hidden import hidden_families
from tui.probes.firewall.iptables_rules import options_of
from tui.probes.firewall.quoting import nft_lines
from tui.probes.firewall.tables import filter_of
from tui.vantage.firewall import remote_firewall
from tui.vantage.remote_shell import RemoteShellError

EXAMPLES = settings(max_examples=150, deadline=None, derandomize=True, database=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70000) | st.sampled_from(["tcp", "@s", "drop", "*", "10.0.0.1", "lo", "syn", ""]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "match",
                    "op",
                    "left",
                    "right",
                    "payload",
                    "protocol",
                    "field",
                    "meta",
                    "key",
                    "ct",
                    "fib",
                    "set",
                    "map",
                    "vmap",
                    "data",
                    "elem",
                    "val",
                    "concat",
                    "prefix",
                    "addr",
                    "len",
                    "range",
                    "drop",
                    "accept",
                    "jump",
                    "goto",
                    "target",
                    "reject",
                    "type",
                    "dnat",
                    "port",
                    "redirect",
                    "mangle",
                    "value",
                    "limit",
                    "xt",
                    "counter",
                    "queue",
                    "&",
                    "|",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@EXAMPLES
@given(expressions=st.lists(JSON, max_size=5), local=st.booleans(), v6=st.booleans())
def test_no_expression_breaks_the_walk(expressions: list[object], local: bool, v6: bool) -> None:
    """Whatever stands in a rule of nft, it is evaluated or left open."""
    filter_ = nft(json.dumps(expressions), json.dumps([{"drop": None}, *expressions]), policy="drop")

    for way in (outgoing, incoming):
        fact_of(ReadFirewall(address="::1", port=1), way(connection(local=local, v6=v6), filter_.rulesets), filter_, {})


WORDS = st.sampled_from(
    [
        *("-A", "OUTPUT", "INPUT", "a", "-p", "tcp", "udp", "-m", "multiport", "--dports", "80,5432", "!", "--dport", "5432"),
        *(":1023", "1:", "-s", "-d", "10.9.0.7/32", "::1/128", "-i", "-o", "lo", "+", "-j", "DROP", "ACCEPT", "MARK", "-g", '"'),
        *("--set-xmark", "0x1/0x1", "--mark", "x/y", "DNAT", "--to-destination", "1.2.3.4:80", "[::1]:80", "1.1.1.1-1.1.1.9"),
        *("REDIRECT", "--to-ports", "1-2", "'", "owner", "--uid-owner", "0-9", "conntrack", "--ctstate", "NEW,X", "--", "-"),
        *("\\", "--tcp-flags", "SYN,ACK", "0x2", "COMMIT", "*nat", ":x", "[1:2]", "--dst-range", "set", "--or-mark", "CONNMARK"),
    ]
)


@EXAMPLES
@given(rules=st.lists(st.lists(WORDS, max_size=12), max_size=5), table=st.sampled_from(["filter", "nat", "raw"]))
def test_no_words_break_the_walk(rules: list[list[str]], table: str) -> None:
    """Whatever stands in the words of iptables-save, it is evaluated or left open."""
    lines = [f"-A {'OUTPUT' if number % 2 else 'INPUT'} {' '.join(words)}" for number, words in enumerate(rules)]
    filter_ = iptables(*lines, *(" ".join(words) for words in rules), table=table)

    for way in (outgoing, incoming):
        fact_of(ReadFirewall(address="10.9.0.7", port=1), way(connection(local=True), filter_.rulesets), filter_, {})


@EXAMPLES
@given(text=st.text(), data=st.binary())
def test_any_text_can_be_read(text: str, data: bytes) -> None:
    """No listing breaks the readers."""
    filter_of({"nft": data, "iptables-nft": data, "ip6tables-legacy": text.encode("utf-8", "surrogatepass")})
    options_of(text)
    hidden_families(text)
    nft_lines(text, {("inet", "t", "c", 2)})
    request = ReadFirewall(address="10.9.0.7", port=5432, vantage="ssh db1", source="10.9.0.1")
    with suppress(RemoteShellError, ValueError):
        remote_firewall(request, f"=== nft\n{text}\n=== route\n{text}\n")
