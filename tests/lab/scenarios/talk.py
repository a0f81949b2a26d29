"""It connects, and then the talk tells: the wrong protocol, silence, a hang-up, a refusal in words; and real services."""

import os
import signal

from tests.lab.bench import Bench
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import file, run, serve, start

_NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events { }
http {
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server { listen {server}:{port}%s; return 200 well; }
}
"""
_SSL = " ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem"
_CERTIFICATE = run(
    "server",
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
    *("-subj", "/CN=lab"),
    *("-keyout", "{folder}/key.pem", "-out", "{folder}/cert.pem"),
)
_WEB = (file("nginx.conf", _NGINX % ""), start("server", "nginx", "-c", "{folder}/nginx.conf", ready="{server}:{port}"))
_WEB_TLS = (
    _CERTIFICATE,
    file("nginx.conf", _NGINX % _SSL),
    start("server", "nginx", "-c", "{folder}/nginx.conf", ready="{server}:{port}"),
)
_OPENSSL = (
    _CERTIFICATE,
    start(
        "server",
        *("openssl", "s_server", "-quiet", "-accept", "{server}:{port}"),
        *("-cert", "{folder}/cert.pem", "-key", "{folder}/key.pem"),
        ready="{server}:{port}",
    ),
)


def _redis(*settings: str) -> Step:
    words = (
        "--port",
        "{port}",
        "--bind",
        "{server}",
        "--protected-mode",
        "no",
        "--save",
        "",
        "--dir",
        "{folder}",
        "--logfile",
        "redis.log",
    )
    return start("server", "redis-server", *words, *settings, ready="{server}:{port}")


_REDIS = (_redis(),)
_SSHD = (
    run("server", "mkdir", "-p", "/run/sshd"),
    run("server", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "{folder}/host_key"),
    start(
        "server",
        *("/usr/sbin/sshd", "-D", "-E", "{folder}/sshd.log", "-f", "/dev/null", "-h", "{folder}/host_key", "-p", "{port}"),
        *("-o", "ListenAddress={server}", "-o", "PidFile=none"),
        ready="{server}:{port}",
    ),
)
_MYSQL = "4a0000000a" + b"8.0.36".hex() + "00" + "08000000" + "41" * 8 + "00fff7ff0200ff8115" + "00" * 10 + "42" * 12 + "00"
_MYSQL_FULL = "17000000ff1004" + b"Too many connections".hex()
_MYSQL_BLOCKED = "2d000000ff6904" + b"Host 'a' is blocked, too many errors here.".hex()


_AT_ITS_LIMIT = """
import resource, select, socket
server = socket.create_server(("{client}", {port}))
resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
print("ready", flush=True)
while True:
    try:
        server.accept()
    except OSError:
        select.select([], [], [], 0.05)
"""


def _wrong(words: str, **more: str) -> Expect:
    return Expect(verdict="port.wrong-protocol", status="degraded", outcome="connected", words=(words,), culprit=more)


def _stop(bench: Bench) -> None:
    """Stop the service that was started last, as a signal does."""
    os.kill(bench["client"].children[-1].pid, signal.SIGSTOP)


SCENARIOS = (
    Scenario(
        name="http-to-nginx-with-tls",
        about="port.wrong-protocol",
        broken="plain HTTP to a port of nginx that is for TLS",
        steps=_WEB_TLS,
        typed="http://{server}:{port}",
        tools=("nginx", "openssl"),
        expect=_wrong("speaks TLS, not plain HTTP", kind="address", address="{server}"),
    ),
    Scenario(
        name="http-to-openssl",
        about="port.wrong-protocol",
        broken="plain HTTP to a TLS server that hangs up without a word",
        steps=_OPENSSL,
        typed="http://{server}:{port}",
        tools=("openssl",),
        expect=_wrong("speaks TLS, not plain HTTP"),
    ),
    Scenario(
        name="https-to-plain-nginx",
        about="port.wrong-protocol",
        broken="TLS to a port of nginx that is plain",
        steps=_WEB,
        typed="https://{server}:{port}",
        tools=("nginx",),
        expect=_wrong("speaks plain HTTP, not TLS"),
    ),
    Scenario(
        name="http-to-redis",
        about="port.wrong-protocol",
        broken="HTTP to Redis",
        steps=_REDIS,
        typed="http://{server}:{port}",
        tools=("redis-server",),
        expect=_wrong("speaks Redis"),
    ),
    Scenario(
        name="redis-to-nginx",
        about="port.wrong-protocol",
        broken="a Redis client at a web server",
        steps=_WEB,
        typed="redis://{server}:{port}",
        tools=("nginx",),
        expect=_wrong("speaks plain HTTP, not Redis"),
    ),
    Scenario(
        name="tls-to-plain-redis",
        about="port.wrong-protocol",
        broken="rediss:// to a Redis without TLS, which stays silent on it",
        steps=_REDIS,
        typed="rediss://{server}:{port}",
        tools=("redis-server",),
        expect=_wrong("speaks Redis, not TLS"),
    ),
    Scenario(
        name="https-to-ssh",
        about="port.wrong-protocol",
        broken="https:// to an SSH server",
        steps=_SSHD,
        typed="https://{server}:{port}",
        tools=("/usr/sbin/sshd",),
        expect=_wrong("speaks SSH, not TLS"),
    ),
    Scenario(
        name="postgresql-to-mysql",
        about="port.wrong-protocol",
        broken="postgresql:// to a server that greets as MySQL",
        steps=(serve("server", f"greets={_MYSQL}"),),
        typed="postgresql://{server}:{port}",
        expect=_wrong("speaks MySQL, not PostgreSQL"),
    ),
    Scenario(
        name="web-server-on-the-database-port",
        about="port.wrong-protocol",
        broken="nginx on PostgreSQL's port, and nobody said what is meant",
        steps=_WEB,
        values={"port": "5432"},
        tools=("nginx",),
        expect=Expect(verdict=None, status="reachable", outcome="connected", alternatives=frozenset({"port.wrong-protocol"})),
    ),
    Scenario(
        name="answers-nothing",
        about="server.unresponsive",
        broken="the server takes requests and answers none",
        steps=(serve("server", "mute"),),
        typed="http://{server}:{port}",
        expect=Expect(
            verdict="server.unresponsive",
            certainty="likely",
            status="degraded",
            outcome="silent",
            never=frozenset({"port.wrong-protocol", "server.closes-early"}),
        ),
    ),
    Scenario(
        name="stopped-by-a-signal",
        about="server.unresponsive",
        broken="the process on this machine is stopped (SIGSTOP)",
        topology="host",
        steps=(serve("client", address="{client}"), _stop),
        typed="http://{client}:{port}",
        expect=Expect(
            verdict="server.unresponsive", status="degraded", outcome="silent", culprit={"kind": "process"}, words=("stopped",)
        ),
        nobody=Expect(verdict="server.unresponsive", certainty="likely", status="degraded", outcome="silent"),
    ),
    Scenario(
        name="no-descriptor-left-to-accept-with",
        about="server.unresponsive",
        broken="the process on this machine has as many descriptors as it may",
        topology="host",
        steps=(start("client", "{python}", "-IS", "-c", _AT_ITS_LIMIT),),
        typed="http://{client}:{port}",
        expect=Expect(
            verdict="server.unresponsive", status="degraded", outcome="silent", culprit={"kind": "process"}, words=("4 of 4",)
        ),
        nobody=Expect(verdict="server.unresponsive", certainty="likely", status="degraded", outcome="silent"),
    ),
    Scenario(
        name="stopped-on-a-port-of-no-known-kind",
        about="server.unresponsive",
        broken="the process on this machine is stopped, and nothing says what it should answer",
        topology="host",
        steps=(serve("client", address="{client}"), _stop),
        typed="{client}:{port}",
        values={"port": ("7117", "17777", "24680")},
        users=("root",),
        expect=Expect(verdict="server.unresponsive", status="degraded", outcome="connected", words=("stopped",)),
    ),
    Scenario(
        name="hangs-up-when-spoken-to",
        about="server.closes-early",
        broken="the server closes at the first words, with none of its own",
        steps=(serve("server", "hang-up"),),
        typed="http://{server}:{port}",
        expect=Expect(
            verdict="server.closes-early",
            certainty="likely",
            status="degraded",
            outcome="closed",
            alternatives=frozenset({"port.wrong-protocol"}),
        ),
    ),
    Scenario(
        name="mysql-is-full",
        about="server.turns-away",
        broken="MySQL has no connection left, and says so",
        steps=(serve("server", f"says={_MYSQL_FULL}"),),
        typed="mysql://{server}:{port}",
        expect=Expect(
            verdict="server.turns-away", status="degraded", outcome="connected", words=("error 1040: Too many connections",)
        ),
    ),
    Scenario(
        name="mysql-blocks-this-host",
        about="server.turns-away",
        broken="MySQL has blocked this host, and says so",
        steps=(serve("server", f"says={_MYSQL_BLOCKED}"),),
        expect=Expect(verdict="server.turns-away", status="degraded", outcome="connected", words=("is blocked",)),
    ),
    Scenario(
        name="redis-is-full",
        about="server.turns-away",
        broken="a real Redis has as many clients as it may",
        steps=(
            _redis("--maxclients", "1"),
            start(
                "server",
                *("{python}", "-IS", "-c"),
                "import socket; s = socket.create_connection(('{server}', {port})); s.sendall(b'PING\\r\\n'); s.recv(9); "
                "print('ready', flush=True); s.recv(1)",
            ),
        ),
        typed="redis://{server}:{port}",
        tools=("redis-server",),
        expect=Expect(
            verdict="server.turns-away", status="degraded", outcome="connected", words=("max number of clients reached",)
        ),
    ),
    *(
        Scenario(
            name=f"healthy-{name}",
            about=CONTROL,
            broken=f"nothing: a real {name}",
            steps=steps,
            typed=f"{scheme}://{{server}}:{{port}}",
            tools=tools,
            expect=HEALTHY,
        )
        for name, scheme, steps, tools in (
            ("nginx", "http", _WEB, ("nginx",)),
            ("redis", "redis", _REDIS, ("redis-server",)),
            ("sshd", "ssh", _SSHD, ("/usr/sbin/sshd",)),
        )
    ),
    Scenario(
        name="healthy-nginx-on-its-port",
        about=CONTROL,
        broken="nothing: nginx on port 80, without a scheme",
        steps=_WEB,
        values={"port": "80"},
        tools=("nginx",),
        expect=HEALTHY,
    ),
    Scenario(
        name="healthy-redis-that-wants-a-password",
        about=CONTROL,
        broken="nothing: a Redis that asks for a password",
        steps=(_redis("--requirepass", "lab"),),
        values={"port": "6379"},
        tools=("redis-server",),
        expect=HEALTHY,
    ),
    Scenario(
        name="healthy-ssh-on-a-web-port",
        about=CONTROL,
        broken="nothing: SSH on port 8000, which nobody said should be HTTP",
        steps=_SSHD,
        values={"port": "8000"},
        tools=("/usr/sbin/sshd",),
        expect=HEALTHY,
    ),
)
