"""It connects, and what answers tells: failures of the server or behind it, redirects, slow ones, and proxies that say no."""

from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import file, serve, start

_NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events { }
http {
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server { listen {server}:{port}; location / { return 200 well; } location /app { %s } }
}
"""
_SLOW = """
import socket, sys, time
server = socket.create_server(("{server}", {port}))
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    if "%s" == "speaks-second":
        connection.recv(1000)
    time.sleep(4)
    try:
        connection.sendall(%r)
        connection.recv(1000)
    except OSError:
        pass
    connection.close()
"""
_PROXY = """
import socket
server = socket.create_server(("{client}", {other_port}))
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    with connection:
        if connection.recv(2000):
            connection.sendall(b"HTTP/1.1 %s\\r\\nServer: lab-proxy\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""
_PROXIED = {"http_proxy": "http://{client}:{other_port}", "https_proxy": "http://{client}:{other_port}"}


def _web(line: str) -> tuple[Step, Step]:
    return file("nginx.conf", _NGINX % line), start("server", "nginx", "-c", "{folder}/nginx.conf", ready="{server}:{port}")


def _slow(when: str, words: bytes) -> Step:
    return start("server", "{python}", "-IS", "-c", _SLOW % (when, words))


def _answer(
    name: str,
    about: str,
    broken: str,
    *steps: Step,
    words: tuple[str, ...] = (),
    likely: bool = False,
    outcome: str = "connected",
    typed: str = "http://{server}:{port}/app",
) -> Scenario:
    return Scenario(
        name=name,
        about=about,
        broken=broken,
        topology="lan",
        steps=steps,
        typed=typed,
        tools=("nginx",),
        expect=Expect(
            verdict=about, certainty="likely" if likely else "confirmed", status="degraded", outcome=outcome, words=words
        ),
    )


def _well(name: str, broken: str, *steps: Step, typed: str) -> Scenario:
    return Scenario(
        name=f"healthy-{name}",
        about=CONTROL,
        broken=f"nothing: {broken}",
        topology="lan",
        steps=steps,
        typed=typed,
        expect=HEALTHY,
    )


def _proxied(name: str, status: str, typed: str, words: tuple[str, ...]) -> Scenario:
    return Scenario(
        name=f"proxy-{name}",
        about="path.proxy",
        broken=f"the proxy takes connections, and answers {status}",
        steps=(serve("server"), start("client", "{python}", "-IS", "-c", _PROXY % status)),
        typed=typed,
        values={"port": "8080", "other_port": "3128"},
        environment=_PROXIED,
        expect=Expect(
            verdict="path.proxy",
            status="degraded",
            outcome=("connected", "closed", "reset", "silent"),
            culprit={"kind": "proxy"},
            words=words,
        ),
    )


SCENARIOS = (
    _answer(
        "application-fails",
        "server.error",
        "the path that was asked for answers 500",
        *_web("return 500;"),
        words=("/app", "500"),
    ),
    _answer(
        "too-many-requests",
        "server.turns-away",
        "nginx answers 429",
        *_web("return 429;"),
        words=("429", "too many requests"),
    ),
    _answer(
        "backend-refuses",
        "upstream.refused",
        "nginx forwards to a port where nothing listens",
        *_web("proxy_pass http://{server}:{other_port};"),
        words=("502 Bad Gateway", "nginx"),
        likely=True,
    ),
    _answer(
        "backend-is-late",
        "upstream.timeout",
        "nginx forwards to a service that never answers, and gives up after a second",
        serve("server", "mute", address="{server}", port="{other_port}"),
        *_web("proxy_pass http://{server}:{other_port}; proxy_read_timeout 1s;"),
        words=("504 Gateway Time-out",),
        likely=True,
    ),
    _answer(
        "front-lives-and-backend-hangs",
        "server.unresponsive",
        "nginx waits for a service that never answers, and says 400 to nonsense",
        serve("server", "mute", address="{server}", port="{other_port}"),
        *_web("proxy_pass http://{server}:{other_port};"),
        words=("400 Bad Request",),
        likely=True,
        outcome="silent",
    ),
    _answer(
        "redirect-to-a-dead-port",
        "server.redirects",
        "the answer leads to a port where nothing listens",
        *_web("return 302 http://{server}:{other_port}/login;"),
        words=("leads to http://{server}:{other_port}/login",),
    ),
    _well("redirect-within", "the answer leads to another path", *_web("return 302 /;"), typed="http://{server}:{port}/app"),
    _well(
        "banner-after-four-seconds",
        "an SSH server that greets after four seconds",
        _slow("speaks-first", b"SSH-2.0-Lab\r\n"),
        typed="ssh://{server}:{port}",
    ),
    _well(
        "answer-after-four-seconds",
        "a web server that thinks for four seconds",
        _slow("speaks-second", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        typed="http://{server}:{port}",
    ),
    _proxied("forbids", "403 Forbidden", "ws://{server}:{port}", ("403 Forbidden", "CONNECT")),
    _proxied("wants-a-password", "407 Proxy Authentication Required", "http://{server}:{port}", ("407 Proxy",)),
    _proxied(
        "cannot-reach-a-private-target", "503 Service Unavailable", "http://{server}:{port}", ("503 Service", "private network")
    ),
)
