"""Error texts that are pasted: what they say, and what is so here."""

from tests.lab.resolver import asks
from tests.lab.scenario import Expect, Scenario
from tests.lab.scenarios.server import redis
from tests.lab.steps import dnsmasq, serve

_REDIS = "redis.exceptions.ConnectionError: Error 111 connecting to {client}:{port}. Connection refused."
_NGINX = (
    "2026/11/20 11:02:03 [crit] 812#0: *1 connect() to {server}:{port} failed (13: Permission denied) "
    "while connecting to upstream, client: 10.0.0.1, server: example.org, "
    'request: "GET / HTTP/1.1", upstream: "http://{server}:{port}/", host: "example.org"'
)


def _differs(*words: str) -> Expect:
    """It connects, and the text's failure is not seen."""
    return Expect(verdict=None, status="reachable", outcome="connected", contradiction=("it connects", *words))


SCENARIOS = (
    Scenario(
        name="text-refused-and-redis-answers",
        about="control",
        broken="nothing here: the text says refused, and a real Redis answers",
        topology="host",
        steps=redis("{client}", "client"),
        typed=_REDIS,
        expect=_differs("says refused", "it is over, or"),
    ),
    Scenario(
        name="text-refused-and-no-such-name",
        about="name.not-found",
        broken="the text names the host of a container, which no name server here knows",
        topology="lan",
        steps=(dnsmasq("nameserver", "local=/internal/"),),
        etc=asks("{nameserver}"),
        typed="curl: (7) Failed to connect to host.docker.internal port {port} after 0 ms: Connection refused",
        expect=Expect(
            verdict="name.not-found",
            certainty="possible",
            outcome="name-error",
            contradiction=("says refused", "from here the name does not", "in a container?"),
        ),
    ),
    Scenario(
        name="text-silent-and-here-refused",
        about="server.not-listening",
        broken="the text tells of silence, and nothing listens",
        typed="dial tcp {server}:{port}: i/o timeout",
        expect=Expect(
            verdict="server.not-listening",
            certainty="likely",
            contradiction=("says no answer in time", "it is refused"),
        ),
    ),
    Scenario(
        name="text-refused-and-here-refused",
        about="server.not-listening",
        broken="nothing listens, and the text says the same",
        topology="host",
        typed="dial tcp {client}:{port}: connect: connection refused",
        expect=Expect(verdict="server.not-listening", certainty=("confirmed", "likely")),
    ),
    Scenario(
        name="text-of-a-certificate-and-a-fine-port",
        about="control",
        broken="nothing here: the text's machine does not trust a certificate",
        steps=(serve("server"),),
        typed='Get "https://{server}:{port}/": x509: certificate signed by unknown authority',
        expect=_differs("TLS failed (certificate signed by unknown authority)"),
    ),
    Scenario(
        name="text-without-descriptors",
        about="client.fd-limit",
        broken="the process that wrote the text had no descriptor left; the server is fine",
        steps=(serve("server"),),
        typed="dial tcp {server}:{port}: socket: too many open files",
        expect=Expect(
            verdict="client.fd-limit",
            certainty="likely",
            status="degraded",
            outcome="connected",
            contradiction=("says too many open files", "it connects"),
        ),
    ),
    Scenario(
        name="text-not-permitted",
        about="client.blocked",
        broken="a policy forbids nginx, where the text is from, to connect; the server is fine",
        steps=(serve("server"),),
        typed=_NGINX,
        expect=Expect(
            verdict="client.blocked",
            certainty="likely",
            status="degraded",
            outcome="connected",
            words=("nginx",),
            contradiction=("says not permitted", "2026/11/20 11:02:03", "it connects"),
        ),
    ),
    Scenario(
        name="text-could-not-bind",
        about="server.port-taken",
        broken="a real Redis holds the port that the text's program wanted",
        topology="host",
        steps=redis("{client}", "client"),
        typed="listen tcp {client}:{port}: bind: address already in use",
        users=("root",),
        expect=Expect(
            verdict="server.port-taken",
            certainty="likely",
            status="degraded",
            outcome="connected",
            words=("redis-server", "address already in use"),
        ),
    ),
)
