"""The service listens in another network namespace than the one that is asked, and what only looks like that."""

from msgspec.structs import replace

from tests.lab.bench import Bench
from tests.lab.scenario import QUICK, Expect, Scenario, Step
from tests.lab.steps import serve, start

CAUSE = "server.other-namespace"
_LISTEN = (
    "import socket, sys, time; one = socket.create_server((sys.argv[1], int(sys.argv[2]))); print(1, flush=True); "
    "time.sleep(3600)"
)


def nameless(address: str = "127.0.0.1", port: str = "{port}") -> Step:
    """A service in a namespace that has no name and no cable, as `unshare --net` makes it."""
    inside = 'ip link set lo up; exec "$@"'
    return start("client", "unshare", "--net", "sh", "-c", inside, "sh", "{python}", "-c", _LISTEN, address, port)


def redis_server(role: str) -> Step:
    """A real Redis on the port, on every address of `role`."""
    return start(
        role,
        *("redis-server", "--port", "{port}", "--bind", "0.0.0.0", "--protected-mode", "no"),
        *("--save", "", "--logfile", "{folder}/redis.log"),
        ready="127.0.0.1:{port}",
    )


def web_server(role: str) -> Step:
    """A program that every check knows for a web server, by its name."""

    def step(bench: Bench) -> None:
        text = "worker_processes 1; daemon off; master_process off; error_log stderr; pid {folder}/pid; "
        text += "events { } http { access_log off; "
        text += "client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; "
        text += "uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; server { listen {port}; } }"
        path = bench.file("nginx.conf", text)
        start(role, "nginx", "-c", str(path), ready="127.0.0.1:{port}")(bench)

    return step


BOTH_ARE_TRUE = frozenset({CAUSE, "server.not-listening"})
NOBODY_SAID_SO = Expect(verdict="server.not-listening", alternatives=frozenset({CAUSE}))
"""Nothing listens here, and what listens on the same number elsewhere may be anything's: that it is meant, somebody must say."""

SCENARIOS = (
    Scenario(
        name="named-service-in-a-namespace-at-our-cable",
        about=CAUSE,
        broken="the service that the person named runs in a namespace to which a veth leads",
        topology="host",
        steps=(redis_server("neighbour"),),
        typed="127.0.0.1:{port}",
        arguments=(*QUICK, "--service", "redis-server"),
        users=("root",),
        tools=("redis-server",),
        expect=Expect(verdict=CAUSE, culprit={"kind": "listener"}, words=("{port}",)),
    ),
    Scenario(
        name="redis-in-a-namespace-at-our-cable",
        about=CAUSE,
        broken="Redis is asked for on its own port, and the only one runs in a namespace to which a veth leads",
        topology="host",
        steps=(redis_server("neighbour"),),
        typed="redis://127.0.0.1:{port}",
        values={"port": "6379"},
        users=("root",),
        tools=("redis-server",),
        expect=Expect(verdict=CAUSE, culprit={"kind": "listener"}),
    ),
    Scenario(
        name="service-in-a-namespace-at-our-cable",
        about=CAUSE,
        broken="the service runs in a namespace to which a veth leads",
        topology="host",
        steps=(serve("neighbour"),),
        typed="127.0.0.1:{port}",
        truth=BOTH_ARE_TRUE,
        expect=NOBODY_SAID_SO,
    ),
    Scenario(
        name="service-on-the-loopback-of-a-namespace-at-our-cable",
        about=CAUSE,
        broken="it listens on 127.0.0.1 of a namespace to which a veth leads",
        topology="host",
        steps=(serve("neighbour", address="127.0.0.1"),),
        typed="localhost:{port}",
        truth=BOTH_ARE_TRUE,
        expect=replace(NOBODY_SAID_SO, may=frozenset({"name.family-mismatch"})),
    ),
    Scenario(
        name="service-in-a-namespace-by-our-own-address",
        about=CAUSE,
        broken="this machine's address is asked, and the service runs in a namespace to which a veth leads",
        topology="host",
        steps=(serve("neighbour"),),
        typed="{client}:{port}",
        truth=BOTH_ARE_TRUE,
        expect=NOBODY_SAID_SO,
    ),
    Scenario(
        name="service-in-a-nameless-namespace",
        about=CAUSE,
        broken="the service runs behind unshare --net, at no cable",
        topology="host",
        steps=(nameless(),),
        typed="127.0.0.1:{port}",
        truth=BOTH_ARE_TRUE,
        expect=NOBODY_SAID_SO,
    ),
    Scenario(
        name="another-port-in-the-other-namespace",
        about="server.not-listening",
        broken="nothing listens; the other namespace has another port open",
        topology="host",
        steps=(serve("neighbour", port="{other_port}"),),
        typed="127.0.0.1:{port}",
        expect=Expect(verdict="server.not-listening", never=frozenset({CAUSE})),
    ),
    Scenario(
        name="another-kind-of-service-in-the-other-namespace",
        about="server.not-listening",
        broken="PostgreSQL is asked for, and a web server of another namespace has that port",
        topology="host",
        steps=(web_server("neighbour"),),
        typed="postgresql://127.0.0.1:{port}",
        users=("root",),
        tools=("nginx",),
        expect=Expect(verdict="server.not-listening", never=frozenset({CAUSE})),
    ),
    Scenario(
        name="both-namespaces-serve",
        about="control",
        broken="nothing: both namespaces have the port open",
        topology="host",
        steps=(serve("neighbour", "hold"), serve("client", "hold", address="127.0.0.1")),
        typed="127.0.0.1:{port}",
        values={"port": "8090"},
        expect=Expect(verdict=None, status="reachable", outcome="connected"),
    ),
)
