"""Decoys: it connects, and the first look at it is fine, or its first word points at somebody else."""

from tests.lab.decoys import OPEN, REDIS, SSH, SURE, WEB, decoy, odd
from tests.lab.scenario import HEALTHY, Expect, Status, Topology
from tests.lab.scenarios.secure import certificate, web
from tests.lab.steps import serve, start

_MUTE, _CLOSES, _ERROR, _NO = "server.unresponsive", "server.closes-early", "server.error", "server.turns-away"
_PROTOCOL, _MTU = "port.wrong-protocol", "path.mtu"
_LAN: Topology = "lan"
_PAGE = "http://{server}:{port}/report"
_BAD: tuple[Status, ...] = ("degraded", "intermittent")
_STALLED = ("connected", "silent", "closed")
_HELD = "import socket, time; s = socket.create_connection(('{server}', {port})); print('ready', flush=True); time.sleep(3600)"
_SILENT_TLS = (
    "exec 3<>{folder}/never; "
    "exec openssl s_server -quiet -accept {server}:{port} -cert {folder}/cert.pem -key {folder}/key.pem <&3"
)
"""OpenSSL's server says what comes on its standard input: here nothing ever does."""
_UPSTREAMS = frozenset(f"upstream.{one}" for one in ("refused", "timeout", "closed", "unresolved", "stale"))


def _says(status: str, *headers: str) -> str:
    """An answer of HTTP without a body, for odd_server.py."""
    return "answers=" + "\\r\\n".join((f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "", ""))


_HALF_ANSWERS = (
    decoy(
        "head-is-answered-and-get-hangs",
        _MUTE,
        "the server answers HEAD at once, and GET never",
        odd("server", "get-hangs"),
        topology=_LAN,
        typed=_PAGE,
        port=WEB,
        expect=Expect(verdict=(_MUTE, _MTU), certainty=OPEN, status=_BAD, outcome=_STALLED, unconfirmed=frozenset({_MTU})),
    ),
    decoy(
        "body-never-comes",
        _MUTE,
        "the head of an answer comes at once, and the application hangs before the body: small packets and large ones pass",
        odd("server", "head-alone"),
        typed=_PAGE,
        port=WEB,
        expect=Expect(verdict=_MUTE, certainty=OPEN, status=_BAD, outcome=_STALLED, never=frozenset({_MTU})),
    ),
    decoy(
        "body-is-cut-off",
        _CLOSES,
        "the answer promises 30000 bytes, and ends after 100",
        odd("server", "short"),
        typed=_PAGE,
        port=WEB,
        expect=Expect(
            verdict=(_CLOSES, _ERROR),
            certainty=SURE,
            status=_BAD,
            outcome=_STALLED,
            unconfirmed=frozenset({_ERROR}),
            never=frozenset({_MTU}),
        ),
    ),
    decoy(
        "one-letter-and-the-end",
        _CLOSES,
        "the SSH server sends its first byte and closes",
        odd("server", "says=S"),
        topology=_LAN,
        typed="ssh://{server}:{port}",
        port=SSH,
        expect=Expect(
            verdict=(_CLOSES, _PROTOCOL),
            certainty=SURE,
            status=_BAD,
            outcome=_STALLED,
            unconfirmed=frozenset({_PROTOCOL}),
        ),
    ),
    decoy(
        "tls-server-that-reads-and-says-nothing",
        _MUTE,
        "the server takes the greeting of TLS and never answers",
        serve("server", "mute"),
        typed="https://{server}:{port}",
        port="8443",
        expect=Expect(verdict=_MUTE, certainty=OPEN, status=_BAD, outcome=_STALLED, never=frozenset({_MTU, _PROTOCOL})),
    ),
    decoy(
        "mail-server-that-greets-late",
        "",
        "nothing: a mail server greets after four seconds, to keep spammers off",
        odd("server", "late=220 lab ESMTP\\r\\n"),
        topology=_LAN,
        port="25",
        expect=HEALTHY,
    ),
    decoy(
        "silent-on-a-port-of-no-known-kind",
        _MUTE,
        "the server never answers anything, and nothing says what it should speak",
        serve("server", "mute"),
        topology=_LAN,
        expect=Expect(verdict=None, status="reachable", outcome="connected"),
    ),
)
_WORDS = (
    decoy(
        "bad-request-for-a-good-one",
        _ERROR,
        "the front answers 400 to the very path that was asked for",
        odd("server", _says("400 Bad Request", "Server: nginx")),
        topology=_LAN,
        typed=_PAGE,
        port=WEB,
        expect=Expect(
            verdict=(None, _ERROR, _NO),
            certainty=SURE,
            status=("reachable", *_BAD),
            outcome="connected",
            never=frozenset({_PROTOCOL}),
        ),
    ),
    decoy(
        "application-says-503-itself",
        _ERROR,
        "an application without any front answers 503",
        odd("server", _says("503 Service Unavailable", "Server: gunicorn", "Retry-After: 120")),
        topology=_LAN,
        typed=_PAGE,
        port=WEB,
        expect=Expect(
            verdict=(_ERROR, _NO, "upstream.refused"), certainty=SURE, status=_BAD, outcome="connected", unconfirmed=_UPSTREAMS
        ),
    ),
    decoy(
        "application-passes-on-a-504",
        f"{_ERROR}",
        "an application without any front answers 504, of a service that it asked itself",
        odd("server", _says("504 Gateway Timeout", "Server: gunicorn")),
        topology=_LAN,
        typed=_PAGE,
        port=WEB,
        expect=Expect(
            verdict=(_ERROR, "upstream.timeout"), certainty=SURE, status=_BAD, outcome="connected", unconfirmed=_UPSTREAMS
        ),
    ),
    decoy(
        "target-says-407-and-is-no-proxy",
        f"{_NO}",
        "the target itself answers 407, and no variable names a proxy",
        odd("server", _says("407 Proxy Authentication Required")),
        topology=_LAN,
        typed=_PAGE,
        port=WEB,
        expect=Expect(verdict=_NO, certainty=SURE, status=_BAD, outcome="connected", never=frozenset({"path.proxy"})),
    ),
    decoy(
        "redirect-to-itself",
        "server.redirects",
        "the answer leads to the very URL that was asked for",
        odd("server", _says("302 Found", "Location: /report")),
        topology=_LAN,
        typed=_PAGE,
        port=WEB,
        expect=Expect(verdict="server.redirects", certainty=SURE, status=_BAD, outcome="connected"),
    ),
    decoy(
        "redis-that-loads",
        "server.starting server.turns-away",
        "Redis answers that it loads its data",
        odd("server", "answers=-LOADING Redis is loading the dataset in memory\\r\\n"),
        topology=_LAN,
        typed="redis://{server}:{port}",
        port=REDIS,
        expect=Expect(
            verdict=("server.starting", _NO), certainty=SURE, status=_BAD, outcome="connected", never=frozenset({_PROTOCOL})
        ),
    ),
    decoy(
        "mail-server-that-says-no",
        f"{_NO}",
        "the mail server greets with 554 and closes",
        odd("server", "says=554 lab no SMTP service here\\r\\n"),
        topology=_LAN,
        port="25",
        expect=Expect(
            verdict=_NO, certainty=SURE, status=_BAD, outcome=("connected", "closed"), never=frozenset({_CLOSES, _PROTOCOL})
        ),
    ),
    decoy(
        "ssh-that-is-full",
        f"{_NO} {_CLOSES}",
        "the SSH server says 'Exceeded MaxStartups' in place of its greeting, and closes",
        odd("server", "says=Exceeded MaxStartups\\r\\n"),
        topology=_LAN,
        typed="ssh://{server}:{port}",
        port=SSH,
        expect=Expect(
            verdict=(_NO, _CLOSES), certainty=SURE, status=_BAD, outcome=("connected", "closed"), never=frozenset({_PROTOCOL})
        ),
    ),
)
_TLS = (
    decoy(
        "tls-with-a-key-that-was-agreed-before",
        "tls.no-agreement",
        "the server takes only clients with a key that was agreed before (PSK): an alert ends every handshake",
        start(
            "server",
            *("openssl", "s_server", "-quiet", "-accept", "{server}:{port}", "-nocert", "-psk", "1a2b3c4d", "-tls1_2"),
            ready="{server}:{port}",
        ),
        topology=_LAN,
        typed="https://{server}:{port}",
        port="8443",
        tools=("openssl",),
        expect=Expect(
            verdict=("tls.no-agreement", _PROTOCOL, "tls.client-certificate", "tls.unrecognized-name"),
            certainty=SURE,
            status=_BAD,
            outcome=("connected", "closed", "reset"),
            unconfirmed=frozenset({_PROTOCOL, "tls.client-certificate", "tls.unrecognized-name"}),
        ),
    ),
    decoy(
        "certificate-ran-out-and-is-for-another",
        "tls.expired tls.wrong-name",
        "the certificate ran out, and is for another name besides",
        certificate(names="other.example", begin="-90", end="-9"),
        *web(),
        topology=_LAN,
        typed="https://{server}:{port}",
        port="8443",
        tools=("nginx", "openssl"),
        environment={"SSL_CERT_FILE": "{folder}/cert.pem"},
        expect=Expect(
            verdict=("tls.expired", "tls.wrong-name"),
            certainty=SURE,
            status=_BAD,
            outcome="connected",
            never=frozenset({"tls.untrusted"}),
        ),
    ),
    decoy(
        "old-certificate-and-nobody-said-tls",
        "tls.expired",
        "no scheme was typed, the port usually has TLS, and its certificate ran out",
        certificate(begin="-90", end="-9"),
        *web(),
        topology=_LAN,
        port="443",
        tools=("nginx", "openssl"),
        environment={"SSL_CERT_FILE": "{folder}/cert.pem"},
        expect=Expect(verdict="tls.expired", certainty=SURE, status=_BAD, outcome="connected"),
    ),
    decoy(
        "application-behind-tls-fails",
        _ERROR,
        "the certificate is fine, and the application behind it answers 500",
        certificate(),
        *web("return 500;"),
        topology=_LAN,
        typed="https://{server}:{port}/report",
        port="8443",
        tools=("nginx", "openssl"),
        environment={"SSL_CERT_FILE": "{folder}/cert.pem"},
        expect=Expect(verdict=_ERROR, certainty=SURE, status=_BAD, outcome="connected"),
    ),
)
SCENARIOS = (*_HALF_ANSWERS, *_WORDS, *_TLS)
