"""Decoys: programs that lead on, what is wrong or not behind them; and proxies that matter or do not."""

from tests.lab.decoys import OPEN, REDIS, SURE, WEB, decoy, odd
from tests.lab.scenario import HEALTHY, Expect
from tests.lab.scenarios.forwarders import socat, tunnel
from tests.lab.steps import filters, nft, serve, start

_MAPPING, _CLOSES, _MUTE, _PROXY = "server.wrong-mapping", "server.closes-early", "server.unresponsive", "path.proxy"
_DEAD = "server.not-listening"
_ENDED = ("closed", "reset")
_HERE = "127.0.0.1:{port}"
_DEAD_PROXY = {"http_proxy": "http://{client}:3128", "https_proxy": "http://{client}:3128"}
_SSH_TOOLS = ("ssh", "sshd", "ssh-keygen")


_FORWARDERS = (
    decoy(
        "socat-leads-to-the-loopback-of-another",
        f"server.bound-elsewhere {_MAPPING}",
        "socat leads to a service of a namespace that listens on its loopback alone",
        serve("neighbour", address="127.0.0.1", port="{other_port}"),
        socat("", "TCP:{neighbour}:{other_port}"),
        topology="host",
        typed=_HERE,
        tools=("socat",),
        expect=Expect(verdict=("server.bound-elsewhere", _MAPPING), certainty=SURE, outcome=_ENDED),
    ),
    decoy(
        "socat-leads-to-a-filtered-port",
        "path.filtered",
        "socat leads to a service of a namespace whose own filter drops the port: it waits, and its client too",
        serve("neighbour", port="{other_port}"),
        filters("neighbour", "input", "tcp dport {other_port} drop"),
        socat("", "TCP:{neighbour}:{other_port}"),
        topology="host",
        typed="http://127.0.0.1:{port}",
        port=WEB,
        tools=("socat",),
        expect=Expect(
            verdict=("path.filtered", _MAPPING, _MUTE),
            certainty=SURE,
            status=("degraded", "failing"),
            outcome=("silent", "connected", "timeout"),
            unconfirmed=frozenset({_MAPPING, _MUTE}),
        ),
    ),
    decoy(
        "socat-leads-to-socat-that-leads-nowhere",
        _MAPPING,
        "two forwarders in a row, and the second leads to a port where nothing listens",
        socat("", "TCP:127.0.0.1:{other_port}"),
        start("client", "socat", "TCP-LISTEN:{other_port},fork,reuseaddr", "TCP:{neighbour}:9", ready="127.0.0.1:{other_port}"),
        topology="host",
        typed=_HERE,
        tools=("socat",),
        expect=Expect(verdict=(_MAPPING, _CLOSES), certainty=SURE, outcome=_ENDED, unconfirmed=frozenset({_CLOSES})),
    ),
    decoy(
        "socat-takes-others-alone",
        _CLOSES,
        "socat closes on clients that are not in its range; the service that it leads to is well",
        serve("neighbour", port="{other_port}"),
        socat(",range=192.0.2.0/24", "TCP:{neighbour}:{other_port}"),
        topology="host",
        typed=_HERE,
        tools=("socat",),
        expect=Expect(verdict=_CLOSES, certainty=SURE, outcome=_ENDED, never=frozenset({_MAPPING})),
    ),
    decoy(
        "ssh-leads-to-a-name-that-is-not",
        _MAPPING,
        "ssh -L leads to a name that the SSH server can't resolve",
        tunnel("no-such-host.invalid:{other_port}"),
        topology="host",
        typed=_HERE,
        tools=_SSH_TOOLS,
        expect=Expect(verdict=(_MAPPING, _CLOSES), certainty=SURE, outcome=_ENDED, unconfirmed=frozenset({_CLOSES})),
    ),
    decoy(
        "ssh-leads-to-a-service-that-hangs-up",
        _CLOSES,
        "ssh -L leads to a service that is there, and closes at once",
        serve("neighbour", "close", address="127.0.0.1", port="{other_port}"),
        tunnel("127.0.0.1:{other_port}"),
        topology="host",
        typed=_HERE,
        tools=_SSH_TOOLS,
        expect=Expect(verdict=(_CLOSES, _MAPPING), certainty=SURE, outcome=_ENDED, unconfirmed=frozenset({_MAPPING})),
    ),
    decoy(
        "rule-leads-to-a-service-that-hangs-up",
        _CLOSES,
        "a rule like docker's leads to a service that is there, and closes at once",
        serve("neighbour", "close", port="{other_port}"),
        nft(
            "client",
            "table ip turns {\n chain c {\n  type nat hook output priority -100\n"
            "  ip daddr {client} tcp dport {port} dnat to {neighbour}:{other_port}\n }\n}\n",
        ),
        topology="host",
        typed="{client}:{port}",
        expect=Expect(verdict=_CLOSES, certainty=SURE, outcome=_ENDED, never=frozenset({_MAPPING, "path.local-firewall"})),
    ),
)
_PROXIES = (
    decoy(
        "proxy-that-is-dead-and-not-for-this-domain",
        "",
        "nothing: the proxy is dead, and NO_PROXY exempts the name's domain for every program",
        serve("server"),
        typed="http://{name}:{port}",
        port=WEB,
        etc={"hosts": "{server} {name}\n", "nsswitch.conf": "hosts: files\n"},
        environment=_DEAD_PROXY | {"no_proxy": ".{zone}", "NO_PROXY": ".{zone}"},
        expect=HEALTHY,
    ),
    decoy(
        "proxy-that-redis-does-not-read",
        "",
        "nothing: all_proxy names a dead SOCKS proxy, and clients of Redis read no such variable",
        serve("server"),
        typed="redis://{server}:{port}",
        port=REDIS,
        environment={"all_proxy": "socks5://{client}:1080", "ALL_PROXY": "socks5://{client}:1080", **_DEAD_PROXY},
        expect=HEALTHY,
    ),
    decoy(
        "dead-proxy-exempted-and-a-dead-service",
        _DEAD,
        "nothing listens; the proxy is dead too, and not asked, for NO_PROXY exempts the address",
        typed="http://{server}:{port}",
        port=WEB,
        environment=_DEAD_PROXY | {"no_proxy": "{server}", "NO_PROXY": "{server}"},
        expect=Expect(verdict=_DEAD, certainty="likely", never=frozenset({_PROXY})),
    ),
    decoy(
        "living-proxy-before-a-dead-service",
        _DEAD,
        "nothing listens; the proxy is well, and says 502 because the target refused it",
        odd(
            "client",
            "answers=HTTP/1.1 502 Bad Gateway\\r\\nServer: lab-proxy\\r\\nContent-Length: 0\\r\\n\\r\\n",
            address="{client}",
            port="3128",
        ),
        typed="http://{server}:{port}",
        port=WEB,
        environment=_DEAD_PROXY,
        expect=Expect(verdict=(_DEAD, _PROXY), certainty=OPEN, outcome=("refused",), unconfirmed=frozenset({_PROXY})),
    ),
)
SCENARIOS = (*_FORWARDERS, *_PROXIES)
