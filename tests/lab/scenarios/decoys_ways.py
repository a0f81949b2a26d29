"""Decoys: counters that grow for others, a far end that is there and looks gone, and what is wrong on one of two ways."""

from tests.lab.bench import Bench
from tests.lab.decoys import OPEN, PLAIN, SURE, THERE, WEB, decoy
from tests.lab.network import HERE
from tests.lab.scenario import HEALTHY, Expect
from tests.lab.steps import file, filters, ip, serve, start, sysctl

_FILTERED, _OWN, _DOWN, _BACK = "path.filtered", "path.local-firewall", "server.down", "path.reverse-path"
_MTU, _MUTE, _FULL = "path.mtu", "server.unresponsive", "server.backlog-full"
_STRAY, _SPARE = "203.0.113.5", "198.51.100.2"
_FLOOD = """
import socket, time
def more():
    one = socket.socket()
    one.setblocking(False)
    try:
        one.connect(("{client}", {other_port}))
    except BlockingIOError:
        pass
    return one
kept = [more()]
print("ready", flush=True)
while True:
    kept = [*kept[-50:], more()]
    time.sleep(0.02)
"""
_TALKS_MUCH = """
import socket, threading
def talk(one):
    words = b""
    while b"\\r\\n\\r\\n" not in words:
        words += one.recv(65536) or exit()
    one.sendall(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 30000\\r\\n\\r\\n" + b"x" * 30000)
    one.close()
with socket.create_server(("", {port})) as server:
    print("ready", flush=True)
    while True:
        threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
"""


def _strays(bench: Bench) -> None:
    """A router sends from an address that the client has another way to: a strict reverse path filter drops and counts it."""
    bench["client"].ip("link", "add", "spare", "type", "bridge")
    bench["client"].ip("address", "add", f"{_SPARE}/30", "dev", "spare")
    bench["client"].ip("link", "set", "spare", "up")
    bench["client"].ip("route", "add", f"{_STRAY}/32", "dev", "spare")
    bench["client"].sysctl("net.ipv4.conf.all.rp_filter=1")
    bench["router1"].ip("address", "add", f"{_STRAY}/32", "dev", "lo")
    bench["router1"].start("ping", "-n", "-i", "0.1", "-I", _STRAY, bench.values["client"])


SCENARIOS = (
    decoy(
        "reverse-path-filter-drops-others",
        _FILTERED,
        "the server drops the port; the reverse path filter here drops, and counts, strays of no concern",
        serve("server"),
        filters("server", "input", "tcp dport {port} drop"),
        _strays,
        expect=Expect(
            verdict=_FILTERED,
            certainty=SURE,
            outcome="timeout",
            unconfirmed=frozenset({_BACK}),
            never=frozenset({_DOWN, _OWN}),
        ),
    ),
    decoy(
        "reverse-path-filter-drops-others-and-all-is-well",
        "",
        "nothing: the reverse path filter here counts strays",
        serve("server"),
        _strays,
        expect=HEALTHY,
    ),
    decoy(
        "queue-of-another-listener-overflows",
        _OWN,
        "a rule here drops the port on loopback; the kernel counts the overflows of another listener meanwhile",
        serve("client", address="{client}"),
        filters("client", "input", "tcp dport {port} drop"),
        start("client", "{python}", "-IS", str(HERE / "full_queue.py"), "{client}:{other_port}", "3", "sleeps"),
        start("client", "{python}", "-IS", "-c", _FLOOD),
        topology="host",
        typed="{client}:{port}",
        expect=Expect(verdict=_OWN, certainty=SURE, outcome="timeout", never=frozenset({_FULL})),
        nobody=Expect(verdict=_OWN, certainty=SURE, outcome="timeout", never=frozenset({_FULL})),
    ),
    decoy(
        "large-packets-dropped-by-a-rule-on-the-way-back",
        _MTU,
        "a router drops what is large on its way back; no link is narrow, and no router could say so",
        file("web.py", _TALKS_MUCH),
        start("server", "{python}", "{folder}/web.py"),
        filters("router1", "forward", "ip saddr {server} meta length > 1000 drop"),
        typed="http://{server}:{port}/report",
        port=WEB,
        arguments=("--attempts", "1"),
        expect=Expect(verdict=_MTU, certainty=SURE, status="degraded", outcome=("connected", "silent")),
    ),
    decoy(
        "machine-behind-routers-that-drops-all",
        _FILTERED,
        "the server lives, and drops whatever comes: from two routers away it can't be told from one that is switched off",
        serve("server"),
        filters("server", "input", "meta nfproto { ipv4, ipv6 } drop"),
        expect=Expect(verdict=(_DOWN, _FILTERED), certainty=OPEN, outcome="timeout"),
    ),
    decoy(
        "machine-that-drops-all-and-was-looked-at",
        _FILTERED,
        "the same, and a look at the server shows it alive, with its listener and its rule",
        serve("server"),
        filters("server", "input", "meta nfproto { ipv4, ipv6 } drop"),
        arguments=THERE,
        users=("root",),
        expect=Expect(verdict=_FILTERED, certainty=SURE, outcome="timeout", never=frozenset({_DOWN, _FULL})),
    ),
    decoy(
        "dropped-before-the-filter-of-the-server",
        _FILTERED,
        "the server drops the port at prerouting, where no input chain shows; a look at it shows the listener",
        serve("server"),
        filters("server", "prerouting", "tcp dport {port} drop"),
        arguments=THERE,
        users=("root",),
        expect=Expect(verdict=_FILTERED, certainty=SURE, outcome="timeout", never=frozenset({_DOWN, _FULL, _BACK})),
    ),
    decoy(
        "answers-dropped-as-they-leave-the-server",
        _FILTERED,
        "the server takes the port, and a rule of its own drops the answers on the way out",
        serve("server"),
        filters("server", "output", "tcp sport {port} drop"),
        arguments=THERE,
        users=("root",),
        expect=Expect(verdict=_FILTERED, certainty=SURE, outcome="timeout", never=frozenset({_DOWN, _FULL, _BACK})),
    ),
    decoy(
        "strict-reverse-path-filter-that-has-nothing-to-drop",
        "",
        "nothing: the filter is strict on both ends, and there is one way",
        serve("server"),
        sysctl("client", "net.ipv4.conf.all.rp_filter=1"),
        sysctl("server", "net.ipv4.conf.all.rp_filter=1"),
        expect=HEALTHY,
    ),
    decoy(
        "route-to-the-server-for-another-table",
        "server.not-listening",
        "nothing listens; a routing table that these packets do not use forbids the server's address",
        ip("client", "route add prohibit {server}/32 table 77"),
        ip("client", "rule add fwmark 7 table 77"),
        port=PLAIN,
        expect=Expect(
            verdict="server.not-listening", certainty="likely", never=frozenset({"path.route-rejects", "path.no-route", _OWN})
        ),
    ),
    decoy(
        "v6-alone-and-asked-by-v4",
        "server.not-listening server.bound-elsewhere",
        "the service listens on IPv6 alone, and the server was asked by IPv4, without a look at it",
        serve("server", address="::only"),
        port=PLAIN,
        expect=Expect(verdict=("server.not-listening", "server.bound-elsewhere", "name.family-mismatch"), certainty=OPEN),
    ),
)
