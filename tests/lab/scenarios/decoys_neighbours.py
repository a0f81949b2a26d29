"""Decoys: neighbours and strangers. Something like the service that was meant is there, and it is not that."""

from msgspec.structs import replace

from tests.lab.decoys import PLAIN, REDIS, SSH_WORDS, THERE, WEB, decoy, odd
from tests.lab.scenario import QUICK, Expect, Step
from tests.lab.scenarios.other_namespace import nameless
from tests.lab.steps import file, run, serve, start

_DEAD = "server.not-listening"
_NOTHING = Expect(verdict=_DEAD)
"""Nothing listens, which everybody on this machine can read."""
_UNSEEN = Expect(verdict=_DEAD, certainty="likely")
_HERE = "redis://{client}:{port}"
_BIND = """
import os, socket, sys, time
path = "{folder}/app.sock"
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1].replace("@", chr(0)) if sys.argv[1] != "moved" else path)
server.listen()
if sys.argv[1] == "moved":
    os.unlink(path)
with socket.socket(socket.AF_UNIX) as gone:
    gone.bind(path)
os.chmod(path, 0o666)
print("ready", flush=True)
time.sleep(3600)
"""
_TWO_WORKERS = """
import os, signal, socket, time
def bound():
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind(("{client}", {port}))
    one.listen()
    return one
server = bound()
if not os.fork():
    server.close()
    server = bound()
    os.kill(os.getpid(), signal.SIGSTOP)
os.waitpid(-1, os.WUNTRACED)
print("ready", flush=True)
while True:
    with server.accept()[0] as one:
        one.recv(4096)
        one.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
"""
_LOG = (
    "2019/03/01 09:00:00 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, "
    'client: {client}, server: , request: "GET /app HTTP/1.1", upstream: "http://127.0.0.1:{other_port}/app", host: "lab"\n'
)
_NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events { }
http {
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server { listen {client}:{port}; location / { %s } }
}
"""


def redis(role: str, address: str, port: str, *more: str) -> Step:
    """A real redis-server."""
    words = ("--port", port, "--bind", address, "--protected-mode", "no", "--save", "", "--logfile", "{folder}/redis.log")
    return start(role, "redis-server", *words, *more, ready=f"{address}:{port}")


def _front(line: str) -> tuple[Step, Step]:
    nginx = start("client", "nginx", "-c", "{folder}/nginx.conf", ready="{client}:{port}")
    return file("nginx.conf", _NGINX % line), nginx


_STRANGERS = (
    decoy(
        "published-under-another-number",
        _DEAD,
        "nothing listens; a namespace has that number, and a socat of this machine publishes it under another one",
        serve("neighbour"),
        start(
            "client",
            "socat",
            "TCP-LISTEN:{other_port},fork,reuseaddr",
            "TCP:{neighbour}:{port}",
            ready="{client}:{other_port}",
        ),
        topology="host",
        typed="{client}:{port}",
        tools=("socat",),
        expect=Expect(
            verdict=(_DEAD, "server.other-namespace"),
            certainty=("confirmed", "likely"),
            unconfirmed=frozenset({"server.other-namespace", "port.wrong-port"}),
        ),
    ),
    decoy(
        "two-namespaces-have-the-port",
        _DEAD,
        "nothing listens; two other namespaces have that number, and nobody says which was meant",
        serve("neighbour", SSH_WORDS),
        nameless(),
        topology="host",
        typed="{client}:{port}",
        expect=Expect(
            verdict=(_DEAD, "server.other-namespace"),
            certainty=("confirmed", "likely"),
            unconfirmed=frozenset({"server.other-namespace"}),
        ),
    ),
    decoy(
        "ssh-in-a-namespace-where-redis-was-asked",
        _DEAD,
        "Redis is dead; a namespace has that number for an SSH server",
        serve("neighbour", SSH_WORDS),
        topology="host",
        typed=_HERE,
        port=REDIS,
        expect=Expect(verdict=_DEAD, certainty=("confirmed", "likely"), never=frozenset({"server.other-namespace"})),
    ),
    decoy(
        "a-program-of-the-name",
        _DEAD,
        "Redis is dead; a program that is called redis-server, and greets as SSH, is on another port",
        run("client", "ln", "-s", "{python}", "{folder}/redis-server"),
        start("client", "{folder}/redis-server", "-IS", "tests/lab/serve.py", "{client}", "7711", SSH_WORDS),
        topology="host",
        typed=_HERE,
        port=REDIS,
        arguments=(*QUICK, "--service", "redis-server"),
        expect=Expect(verdict=_DEAD, certainty=("confirmed", "likely"), unconfirmed=frozenset({"port.wrong-port"})),
    ),
    decoy(
        "two-of-the-named-service",
        _DEAD,
        "the Redis that was named is dead, and two others run",
        redis("client", "{client}", "7711"),
        redis("client", "{client}", "7712"),
        topology="host",
        typed=_HERE,
        port=REDIS,
        arguments=(*QUICK, "--service", "redis-server"),
        tools=("redis-server",),
        expect=Expect(
            verdict=(_DEAD, "port.wrong-port"),
            certainty=("confirmed", "likely"),
            unconfirmed=frozenset({"port.wrong-port"}),
        ),
    ),
    decoy(
        "two-of-the-named-service-there",
        _DEAD,
        "the same at the server, where we may look",
        redis("server", "{server}", "7711"),
        redis("server", "{server}", "7712"),
        typed="redis://{server}:{port}",
        port=REDIS,
        arguments=(*THERE, "--service", "redis-server"),
        users=("root",),
        tools=("redis-server",),
        expect=Expect(
            verdict=(_DEAD, "port.wrong-port"),
            certainty=("confirmed", "likely"),
            unconfirmed=frozenset({"port.wrong-port"}),
        ),
    ),
    decoy(
        "namesake-on-udp",
        _DEAD,
        "the web server is dead; something else is bound to that number for UDP",
        start(
            "client",
            *("{python}", "-IS", "-c"),
            "import socket; s = socket.socket(type=2); s.bind(('{client}', {port})); print(1, flush=True); s.recv(1)",
        ),
        topology="host",
        typed="https://{client}:{port}",
        port="8443",
        expect=Expect(verdict=_DEAD, never=frozenset({"port.udp-only"})),
    ),
    decoy(
        "a-stranger-on-the-other-family",
        _DEAD,
        "Redis is dead; an SSH server has that number on ::1",
        serve("client", SSH_WORDS, address="::1"),
        topology="host",
        typed="redis://127.0.0.1:{port}",
        port=REDIS,
        expect=Expect(
            verdict=(_DEAD, "server.bound-elsewhere"),
            certainty=("confirmed", "likely"),
            unconfirmed=frozenset({"server.bound-elsewhere"}),
        ),
    ),
    decoy(
        "a-stranger-on-another-address-there",
        _DEAD,
        "Redis is dead at the server, where we may look; an SSH server has that number on its loopback",
        serve("server", SSH_WORDS, address="127.0.0.1"),
        typed="redis://{server}:{port}",
        port=REDIS,
        arguments=THERE,
        users=("root",),
        expect=Expect(
            verdict=(_DEAD, "server.bound-elsewhere"),
            certainty=("confirmed", "likely"),
            unconfirmed=frozenset({"server.bound-elsewhere"}),
        ),
    ),
    decoy(
        "redis-without-tcp",
        _DEAD,
        "Redis lives, on its Unix socket alone",
        start(
            "client",
            *("redis-server", "--port", "0", "--unixsocket", "{folder}/redis.sock", "--save", "", "--logfile", "{folder}/log"),
            ready="{folder}/redis.sock",
        ),
        topology="host",
        typed=_HERE,
        port=REDIS,
        tools=("redis-server",),
        expect=Expect(verdict=_DEAD, never=frozenset({"server.crashed", "port.wrong-port", "server.port-taken"})),
    ),
)
_ITS_OWN_502 = Expect(
    verdict=("server.error", "upstream.refused"),
    certainty=("confirmed", "likely"),
    status="degraded",
    outcome="connected",
    unconfirmed=frozenset({"upstream.refused"}),
)
"""A front says no, and an old line of its log proves nothing of today."""
_OLD = (
    decoy(
        "pid-file-of-a-stranger",
        _DEAD,
        "Redis was stopped long ago; its pid file names a process that lives and is another",
        run("client", "sh", "-c", "mkdir -p /run/redis; echo 1 > /run/redis/redis-server.pid"),
        topology="host",
        typed=_HERE,
        port=REDIS,
        expect=Expect(verdict=_DEAD, never=frozenset({"server.crashed", "server.unresponsive", "port.wrong-port"})),
    ),
    decoy(
        "pid-file-of-another-instance",
        _DEAD,
        "Redis was never started here; the pid file of another instance names a process that is gone",
        run("client", "sh", "-c", "mkdir -p /run/redis; echo 4999999 > /run/redis/redis-6390.pid"),
        topology="host",
        typed=_HERE,
        port=REDIS,
        expect=Expect(verdict=_DEAD, unconfirmed=frozenset({"server.crashed"})),
    ),
    decoy(
        "old-line-in-the-log-of-a-front-that-fails-itself",
        "server.error",
        "nginx answers 502 by its own setting; its log has a line of 2019 on an upstream that refused",
        file("error.log", _LOG),
        *_front("return 502;"),
        topology="host",
        typed="http://{client}:{port}/app",
        port=WEB,
        tools=("nginx",),
        expect=_ITS_OWN_502,
    ),
    decoy(
        "application-behind-a-front-says-502-itself",
        "server.error",
        "nginx passes on the 502 of an application that is there and answers; its log has an old line",
        file("error.log", _LOG),
        odd(
            "client",
            "answers=HTTP/1.1 502 Bad Gateway\\r\\nContent-Length: 0\\r\\n\\r\\n",
            address="127.0.0.1",
            port="{other_port}",
        ),
        *_front("proxy_pass http://127.0.0.1:{other_port};"),
        topology="host",
        typed="http://{client}:{port}/app",
        port=WEB,
        tools=("nginx",),
        expect=replace(_ITS_OWN_502, behind=("upstream.refused",)),
    ),
    decoy(
        "old-line-in-the-log-and-all-is-well",
        "",
        "nothing: nginx answers, and its log has an old line on an upstream that refused",
        file("error.log", _LOG),
        *_front("return 200 well;"),
        topology="host",
        typed="http://{client}:{port}/app",
        port=WEB,
        tools=("nginx",),
        expect=Expect(verdict=None, status="reachable", outcome="connected"),
    ),
)
_SOCKETS = (
    decoy(
        "listener-of-a-path-that-was-bound-anew",
        "unix.stale",
        "a program listens on a socket that was unlinked; the file of that path is of another one, whose listener is gone",
        start("client", "{python}", "-IS", "-c", _BIND, "moved"),
        topology="host",
        typed="{folder}/app.sock",
        port=PLAIN,
        expect=Expect(verdict="unix.stale", certainty=("confirmed", "likely")),
    ),
    decoy(
        "abstract-namesake",
        "unix.stale",
        "the file's listener is gone; an abstract socket has the same name",
        start("client", "{python}", "-IS", "-c", _BIND, "@{folder}/app.sock"),
        topology="host",
        typed="{folder}/app.sock",
        expect=Expect(verdict="unix.stale", certainty=("confirmed", "likely")),
    ),
    decoy(
        "one-of-two-workers-is-stopped",
        "server.unresponsive",
        "two processes share the port (SO_REUSEPORT), and a signal stopped one: every second client waits",
        start("client", "{python}", "-IS", "-c", _TWO_WORKERS),
        topology="host",
        typed="http://{client}:{port}",
        port=WEB,
        users=("root",),
        expect=Expect(
            verdict="server.unresponsive",
            certainty=("confirmed", "likely"),
            status=("degraded", "intermittent"),
            outcome=("connected", "silent"),
        ),
    ),
)
SCENARIOS = (*_STRANGERS, *_OLD, *_SOCKETS)
