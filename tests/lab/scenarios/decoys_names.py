"""Decoys: names that differ on purpose, nameservers that are odd and not the fault, and one bad address among good ones."""

from tests.lab.decoys import OPEN, PLAIN, REDIS, SSH_WORDS, SURE, WEB, decoy, odd
from tests.lab.resolver import asks
from tests.lab.scenario import HEALTHY, Expect, Step
from tests.lab.scenarios.secure import certificate
from tests.lab.steps import file, filters, lies, run, serve, start

_DEAD, _MUTE = "server.not-listening", "server.unresponsive"
_TWO = {"hosts": "{server} {name}\n{server_b} {name}\n", "nsswitch.conf": "hosts: files\n"}
_NAMED = "redis://{name}:{port}"
_NGINX = """daemon off; master_process off; pid {folder}/ADDRESS.pid; error_log {folder}/error.log;
events { }
http {
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
  server { listen ADDRESS:{port} ssl; return 200 well; }
}
"""
_NO_NAME = frozenset(
    f"name.{one}" for one in ("nameserver-down", "nameserver-error", "not-found", "no-address", "family-mismatch")
)


def _lured(cause: str) -> Expect:
    """Nothing listens where the name leads; what answers elsewhere is not what was meant."""
    return Expect(verdict=(_DEAD, cause), certainty=OPEN, unconfirmed=frozenset({cause}))


def _one_of_two(cause: str) -> Expect:
    """Both addresses connect, and one has a fault of its own: that, or the address, is named; by turns it comes and goes."""
    return Expect(verdict=(cause, "name.dead-address"), certainty=SURE, status=("degraded", "intermittent"), outcome="connected")


def _tls(address: str) -> tuple[Step, Step]:
    """A real web server with TLS on one address, with the certificate that is there now."""
    settings = "{folder}/nginx" + address.strip("{}") + ".conf"
    text = _NGINX.replace("ADDRESS", address)
    return file(settings, text), start("server", "nginx", "-c", settings, ready=address + ":{port}")


_ON_PURPOSE = (
    decoy(
        "hosts-line-on-purpose-and-a-stranger-outside",
        _DEAD,
        "Redis is dead where the hosts line leads on purpose; the DNS leads to an SSH server on that port",
        serve("server", SSH_WORDS, address="{server_b}"),
        lies(addresses={"{name}": ["{server_b}"]}),
        topology="lan",
        typed=_NAMED,
        port=REDIS,
        etc=asks("{nameserver}", hosts="{server} {name}\n"),
        expect=_lured("name.hosts-override"),
    ),
    decoy(
        "inner-zone-on-purpose-and-a-stranger-outside",
        _DEAD,
        "Redis is dead where the inner nameserver leads; the outer one leads to an SSH server on that port",
        serve("server", SSH_WORDS, address="{server_b}"),
        lies(at=("{nameserver}",), addresses={"{name}": ["{server}"]}),
        lies(at=("{nameserver_b}",), addresses={"{name}": ["{server_b}"]}),
        topology="lan",
        typed=_NAMED,
        port=REDIS,
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=_lured("name.answers-differ"),
    ),
    decoy(
        "short-name-rightly-completed-and-a-namesake",
        _DEAD,
        "Redis is dead; its short name was rightly completed, and a namesake of another domain has an SSH server on that port",
        serve("server", SSH_WORDS, address="{server_b}"),
        lies(addresses={"{name}": ["{server}"], "{host}.{other_zone}": ["{server_b}"]}),
        topology="lan",
        typed="redis://{host}:{port}",
        port=REDIS,
        etc=asks("{nameserver}", search="{zone} {other_zone}"),
        expect=_lured("name.search-domain"),
    ),
    decoy(
        "one-family-rejected-on-the-way",
        "path.rejected",
        "the service has both families; a router rejects the port over IPv6",
        serve("server"),
        filters("router1", "forward", "ip6 daddr {server_6} tcp dport {port} reject"),
        typed="{name}:{port}",
        etc={"hosts": "{server_6} {name}\n{server} {name}\n", "nsswitch.conf": "hosts: files\n"},
        expect=Expect(
            verdict=("path.rejected", "name.family-mismatch", "name.dead-address"),
            certainty=SURE,
            status=("degraded", "intermittent"),
            outcome=("connected", "refused"),
            unconfirmed=frozenset({"name.family-mismatch"}),
        ),
    ),
)
_ODD_NAMESERVERS = (
    decoy(
        "nameserver-silent-for-aaaa-and-a-dead-service",
        f"{_DEAD} name.nameserver-down",
        "nothing listens; the nameserver stays silent for AAAA, which makes the lookup slow and no more",
        lies(addresses={"{name}": ["{server}"]}, silent_types=["AAAA"]),
        topology="lan",
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=Expect(verdict=_DEAD, certainty="likely", unconfirmed=frozenset({"name.nameserver-down"})),
    ),
    decoy(
        "slow-nameserver-and-a-dead-service",
        _DEAD,
        "nothing listens; the nameserver takes more than a second for each answer",
        lies(addresses={"{name}": ["{server}"]}, delays_s={"{name}": 1.2}),
        topology="lan",
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=Expect(verdict=_DEAD, certainty="likely", never=_NO_NAME),
    ),
    decoy(
        "nameserver-of-before-edns",
        "",
        "nothing: the nameserver answers FORMERR to EDNS, which the system's resolver does not use",
        serve("server"),
        lies(addresses={"{name}": ["{server}"]}, edns=False),
        topology="lan",
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=HEALTHY,
    ),
    decoy(
        "nameserver-of-before-edns-and-a-dead-service",
        _DEAD,
        "nothing listens; the nameserver answers FORMERR to EDNS",
        lies(addresses={"{name}": ["{server}"]}, edns=False),
        topology="lan",
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=Expect(verdict=_DEAD, certainty="likely", never=_NO_NAME),
    ),
)
_ONE_OF_TWO = (
    decoy(
        "one-of-two-addresses-is-mute",
        f"{_MUTE} name.dead-address",
        "both addresses of the name connect; one of them takes requests and answers none",
        serve("server", address="{server}"),
        serve("server", "mute", address="{server_b}"),
        topology="lan",
        typed="http://{name}:{port}",
        port=WEB,
        etc=_TWO,
        users=("nobody",),
        expect=Expect(
            verdict=(_MUTE, "name.dead-address"),
            certainty=SURE,
            status=("degraded", "intermittent"),
            outcome=("connected", "silent"),
        ),
    ),
    decoy(
        "one-of-two-addresses-fails-itself",
        "server.error name.dead-address",
        "both addresses of the name answer; one of them with 500",
        serve("server", address="{server}"),
        odd("server", "answers=HTTP/1.1 500 Internal Server Error\\r\\nContent-Length: 0\\r\\n\\r\\n", address="{server_b}"),
        topology="lan",
        typed="http://{name}:{port}/app",
        port=WEB,
        etc=_TWO,
        expect=_one_of_two("server.error"),
    ),
    decoy(
        "one-of-two-addresses-has-another-service",
        "port.wrong-protocol name.dead-address",
        "both addresses of the name connect; one of them is an SSH server's",
        serve("server", address="{server}"),
        serve("server", SSH_WORDS, address="{server_b}"),
        topology="lan",
        typed="http://{name}:{port}",
        port=WEB,
        etc=_TWO,
        expect=_one_of_two("port.wrong-protocol"),
    ),
    decoy(
        "one-of-two-addresses-has-an-old-certificate",
        "tls.expired name.dead-address",
        "both addresses of the name speak TLS; the certificate of one ran out nine days ago",
        certificate(names="new.{zone},{name}"),
        run("server", "cp", "{folder}/cert.pem", "{folder}/trusted.pem"),
        *_tls("{server}"),
        certificate(names="old.{zone},{name}", begin="-90", end="-9"),
        run("server", "sh", "-c", "cat {folder}/cert.pem >> {folder}/trusted.pem"),
        *_tls("{server_b}"),
        topology="lan",
        typed="https://{name}:{port}",
        port="8443",
        tools=("openssl", "nginx"),
        etc=_TWO,
        environment={"SSL_CERT_FILE": "{folder}/trusted.pem"},
        expect=_one_of_two("tls.expired"),
    ),
    decoy(
        "queue-full-on-another-address",
        "",
        "nothing: another address of this machine has that number, and a full queue there",
        start("client", "{python}", "-IS", "tests/lab/full_queue.py", "{client_b}:{port}", "3", "sleeps"),
        serve("client", address="{client}"),
        topology="host",
        typed="{client}:{port}",
        port=PLAIN,
        expect=HEALTHY,
    ),
)
SCENARIOS = (*_ON_PURPOSE, *_ODD_NAMESERVERS, *_ONE_OF_TWO)
