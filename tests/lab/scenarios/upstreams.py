"""A proxy answers and what it forwards to fails: nginx, HAProxy, Apache and Caddy, each with its own log and settings.

Root reads these, and the walk goes on at what they name; nobody has the answer alone.
"""

from collections.abc import Mapping
from typing import Literal

from tests.lab.decoys import odd
from tests.lab.scenario import HEALTHY, Expect, Scenario, Step
from tests.lab.steps import file, lies, serve, start

_NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events { }
http {
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  %s
  server { listen {client}:{port}; location / { return 200 well; } location /app { %s } }
}
"""
_APACHE = """ServerRoot {folder}
PidFile {folder}/apache.pid
Listen {client}:{port}
ServerName lab
ErrorLog {folder}/apache.log
DefaultRuntimeDir {folder}
Mutex file:{folder} default
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
User nobody
Group nogroup
ProxyPass / http://127.0.0.1:{other_port}/
ProxyTimeout 1
"""
_HAPROXY = """defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 1s
  retries 0
frontend web
  bind {client}:{port}
  default_backend app
backend app
  server one 127.0.0.1:{other_port}
"""
_CADDY = """{
  admin off
  auto_https off
  log {
    output file {folder}/caddy.log
  }
}
http://{client}:{port} {
  reverse_proxy 127.0.0.1:{other_port}
}
"""
_STALE_SOCKET = (
    "import socket, time; socket.socket(socket.AF_UNIX).bind('{folder}/app.sock'); print('ready', flush=True); time.sleep(3600)"
)


def _nginx(line: str, above: str = "") -> tuple[Step, Step]:
    return (
        file("nginx.conf", _NGINX % (above, line)),
        start("client", "nginx", "-c", "{folder}/nginx.conf", ready="{client}:{port}"),
    )


def _apache() -> tuple[Step, Step]:
    return (
        file("apache.conf", _APACHE),
        start("client", "apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND", ready="{client}:{port}"),
    )


def _haproxy() -> tuple[Step, Step]:
    return (
        file("haproxy.cfg", _HAPROXY),
        start("client", "haproxy", "-f", "{folder}/haproxy.cfg", ready="{client}:{port}"),
    )


def _caddy() -> tuple[Step, Step]:
    return (
        file("Caddyfile", _CADDY),
        start(
            *("client", "env", "HOME={folder}", "caddy", "run", "--adapter", "caddyfile", "--config", "{folder}/Caddyfile"),
            ready="{client}:{port}",
        ),
    )


def _upstream(
    name: str,
    about: str,
    broken: str,
    *steps: Step,
    behind: tuple[str, ...],
    likely: bool = False,
    nobody: str | tuple[str, ...] = "",
    nobody_behind: tuple[str, ...] | None = None,
    nobody_certainty: Literal["likely", "possible"] = "likely",
    tools: tuple[str, ...] = ("nginx",),
    words: tuple[str, ...] = (),
    etc: Mapping[str, str] | None = None,
) -> Scenario:
    """`behind` is what is wrong with the service behind; `nobody` is what the answer alone says, where that is less.

    `nobody_behind` is what nobody comes to behind it, where that differs: the settings of some are for all to read, no log is.
    """
    return Scenario(
        name=f"upstream-{name}",
        about=about,
        broken=broken,
        topology="host",
        steps=steps,
        typed="http://{client}:{port}/app",
        tools=tools,
        etc=etc or {},
        expect=Expect(
            verdict=about,
            certainty="likely" if likely else "confirmed",
            status="degraded",
            outcome="connected",
            behind=behind,
            words=words,
        ),
        nobody=Expect(
            verdict=nobody or about,
            certainty=nobody_certainty,
            status="degraded",
            outcome="connected",
            behind=behind if nobody_behind is None else nobody_behind,
        ),
    )


def _fails(
    name: str,
    broken: str,
    *steps: Step,
    behind: tuple[str, ...],
    truth: frozenset[str] | None = None,
    sure_for_nobody: bool = False,
) -> Scenario:
    """A front that passes on a failure: nobody can tell that from one of its own, and root asks what is behind."""
    nobody = Expect(
        verdict=_BY_STATUS,
        certainty=("confirmed", "likely") if sure_for_nobody else "likely",
        unconfirmed=frozenset({"upstream.refused"}),
        status="degraded",
        outcome="connected",
        behind=behind,
    )
    return Scenario(
        name=f"upstream-{name}",
        about="server.error",
        broken=broken,
        topology="host",
        steps=steps,
        typed="http://{client}:{port}/app",
        tools=("nginx",),
        truth=truth,
        expect=Expect(verdict="server.error", certainty="likely", status="degraded", outcome="connected", behind=behind),
        nobody=nobody,
    )


_MUTE = serve("client", "mute", address="127.0.0.1", port="{other_port}")
_CLOSES = serve("client", "close", address="127.0.0.1", port="{other_port}")
_DEAD = "server.not-listening"
_BESIDE = "server { listen 127.0.0.1:{port}; location / { proxy_pass http://127.0.0.1:{other_port}; } }"
_BY_STATUS = ("upstream.refused", "server.error")
_MOVED = "mount --bind {folder}/hosts /etc/hosts && exec nginx -c {folder}/nginx.conf"
"""nginx alone sees a hosts file with the address of before."""
SCENARIOS = (
    _upstream(
        "of-nginx-refuses",
        "upstream.refused",
        "nginx forwards to a port where nothing listens",
        *_nginx("proxy_pass http://127.0.0.1:{other_port};"),
        behind=(_DEAD,),
        words=("127.0.0.1:{other_port}", "refuses the connection"),
    ),
    _upstream(
        "of-nginx-on-ipv6-refuses",
        "upstream.refused",
        "nginx forwards to a port of ::1 where nothing listens",
        *_nginx("proxy_pass http://[::1]:{other_port};"),
        behind=(_DEAD,),
        words=("[::1]:{other_port}",),
    ),
    _upstream(
        "of-a-group-refuses",
        "upstream.refused",
        "nginx forwards to a named group whose only server is down",
        *_nginx("proxy_pass http://app;", "upstream app { server 127.0.0.1:{other_port}; }"),
        behind=(_DEAD,),
        words=("127.0.0.1:{other_port}",),
    ),
    _upstream(
        "by-fastcgi-refuses",
        "upstream.refused",
        "nginx forwards by FastCGI to a port where nothing listens",
        *_nginx("fastcgi_pass 127.0.0.1:{other_port};"),
        behind=(_DEAD,),
    ),
    _upstream(
        "socket-is-missing",
        "upstream.refused",
        "nginx forwards to a Unix socket that is not there",
        *_nginx("proxy_pass http://unix:{folder}/app.sock;"),
        nobody_behind=(),
        behind=("unix.missing",),
    ),
    _upstream(
        "socket-is-stale",
        "upstream.refused",
        "nginx forwards to the file of a Unix socket on which nothing listens",
        start("client", "{python}", "-IS", "-c", _STALE_SOCKET),
        *_nginx("proxy_pass http://unix:{folder}/app.sock;"),
        nobody_behind=(),
        behind=("unix.stale",),
    ),
    _upstream(
        "of-nginx-closes",
        "upstream.closed",
        "nginx forwards to a service that closes each connection before it answers",
        _CLOSES,
        *_nginx("proxy_pass http://127.0.0.1:{other_port};"),
        behind=("server.closes-early",),
    ),
    _upstream(
        "of-nginx-is-late",
        "upstream.timeout",
        "nginx forwards to a service that never answers, and gives up after a second",
        _MUTE,
        *_nginx("proxy_pass http://127.0.0.1:{other_port}; proxy_read_timeout 1s;"),
        behind=("server.unresponsive",),
    ),
    _fails(
        "of-two-fronts-refuses",
        "nginx passes on the 502 of another site of its own, which forwards to a port where nothing listens",
        *_nginx(
            "proxy_pass http://127.0.0.1:{other_port};",
            "server { listen 127.0.0.1:{other_port}; location / { proxy_pass http://127.0.0.1:1; } }",
        ),
        behind=("upstream.refused", _DEAD),
        truth=frozenset({"upstream.refused", "server.error"}),
    ),
    _fails(
        "answers-500",
        "nginx passes on the 500 of an application behind it",
        odd(
            "client",
            "answers=HTTP/1.1 500 Internal Server Error\\r\\nServer: gunicorn\\r\\nContent-Length: 0\\r\\n\\r\\n",
            address="127.0.0.1",
            port="{other_port}",
        ),
        *_nginx("proxy_pass http://127.0.0.1:{other_port};"),
        behind=("server.error",),
        sure_for_nobody=True,
    ),
    _upstream(
        "of-apache-refuses",
        "upstream.refused",
        "Apache forwards to a port where nothing listens, and answers 503",
        *_apache(),
        nobody_behind=(),
        behind=(_DEAD,),
        nobody=("server.error", "server.turns-away"),
        tools=("apache2",),
        words=("503 Service Unavailable", "127.0.0.1:{other_port}"),
    ),
    _upstream(
        "of-caddy-refuses",
        "upstream.refused",
        "Caddy forwards to a port where nothing listens",
        *_caddy(),
        nobody_behind=(),
        behind=(_DEAD,),
        tools=("caddy",),
        words=("connection refused", "127.0.0.1:{other_port}"),
    ),
    _upstream(
        "of-haproxy-refuses",
        "upstream.refused",
        "HAProxy forwards to a port where nothing listens, and logs to nobody",
        *_haproxy(),
        behind=(_DEAD,),
        likely=True,
        tools=("haproxy",),
        words=("No server is available", "127.0.0.1:{other_port}"),
    ),
    _upstream(
        "of-a-name-that-moved-refuses",
        "upstream.stale",
        "nginx keeps the address that a name had when it started; by now the name has another",
        serve("client", address="127.0.0.2", port="{other_port}"),
        file("hosts", "127.0.0.1 app.lab\n"),
        file("nginx.conf", _NGINX % ("", "proxy_pass http://app.lab:{other_port};")),
        start("client", "unshare", "-m", "sh", "-c", _MOVED, ready="{client}:{port}"),
        nobody_behind=("-",),
        behind=(),
        nobody_certainty="possible",
        words=("127.0.0.1", "127.0.0.2", "app.lab"),
        etc={"hosts": "127.0.0.2 app.lab\n"},
    ),
    _upstream(
        "has-no-address",
        "upstream.unresolved",
        "nginx asks a nameserver of its own for its upstream, and that one does not know the name",
        lies("client", at=("127.0.0.1",)),
        *_nginx("resolver 127.0.0.1 ipv6=off; set $app app.lab; proxy_pass http://$app:{other_port};"),
        nobody_behind=(),
        behind=(),
        nobody="upstream.refused",
        words=("app.lab could not be resolved",),
    ),
    Scenario(
        name="healthy-upstream",
        about="control",
        broken="nothing: nginx forwards to a service that answers",
        topology="host",
        steps=(
            serve("client", address="127.0.0.1", port="{other_port}"),
            *_nginx("proxy_pass http://127.0.0.1:{other_port};"),
        ),
        typed="http://{client}:{port}/app",
        tools=("nginx",),
        expect=HEALTHY,
    ),
    Scenario(
        name="other-path-s-upstream-refuses",
        about="server.error",
        broken="nginx answers 502 by its own setting; a moment before, another path's upstream refused",
        topology="host",
        steps=(
            *_nginx(
                "return 502;", "server { listen 127.0.0.1:{port}; location / { proxy_pass http://127.0.0.1:{other_port}; } }"
            ),
            start("client", "sh", "-c", "curl -s -o {folder}/out http://127.0.0.1:{port}/app; echo ready; sleep 3600"),
        ),
        typed="http://{client}:{port}/app",
        tools=("nginx", "curl"),
        expect=Expect(verdict="server.error", certainty="likely", status="degraded", outcome="connected"),
        nobody=Expect(verdict=_BY_STATUS, certainty="likely", status="degraded", outcome="connected"),
    ),
)
