"""A link narrower than Ethernet: what vanishes on it, and what only looks so."""

from tests.lab.bench import Bench
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import file, filters, run, start

_NO_ERRORS = "icmp type destination-unreachable icmp code frag-needed drop", "icmpv6 type packet-too-big drop"
_NARROW = "1300"
_TALKS_MUCH = """
import socket, threading
def talk(one):
    words = b""
    while b"\\r\\n\\r\\n" not in words:
        words += one.recv(65536) or exit()
    one.sendall(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 30000\\r\\nX-Lab: " + b"x" * 3000 + b"\\r\\n\\r\\n" + b"x" * 30000)
    one.close()
with socket.create_server(("::", {port}), family=socket.AF_INET6, dualstack_ipv6=True) as server:
    print("ready", flush=True)
    while True:
        threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
"""  # noqa: E501 -- one line of an answer
_SAYS_LITTLE = _TALKS_MUCH.replace("30000", "3").replace("3000", "3")
_WEB = file("web.py", _TALKS_MUCH), start("server", "{python}", "{folder}/web.py")
_MANY_NAMES = ",".join(f"DNS:{'x' * 40}{number}.example.test" for number in range(60))
_TLS = (
    run(
        "server",
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lab"),
        *("-addext", f"subjectAltName={_MANY_NAMES}", "-keyout", "{folder}/key.pem", "-out", "{folder}/cert.pem"),
    ),
    start(
        "server",
        *("openssl", "s_server", "-quiet", "-accept", "{port}", "-cert", "{folder}/cert.pem", "-key", "{folder}/key.pem"),
        ready="{server}:{port}",
    ),
)
_HEAD_FIRST = """
import socket, threading, time
def talk(one):
    words = b""
    while b"\\r\\n\\r\\n" not in words:
        words += one.recv(65536) or exit()
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    one.sendall(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 30000\\r\\n\\r\\n")
    time.sleep(0.05)
    one.sendall(b"x" * 30000)
    one.close()
with socket.create_server(("::", {port}), family=socket.AF_INET6, dualstack_ipv6=True) as server:
    print("ready", flush=True)
    while True:
        threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
"""
_HEAD_FIRST_IN_TLS = _HEAD_FIRST.replace(
    "def talk(one):",
    """import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("{folder}/cert.pem", "{folder}/key.pem")
def talk(one):
    one = context.wrap_socket(one, server_side=True)""",
)
_SMALL_CERTIFICATE = (
    run(
        "server",
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
        *("-subj", "/CN=lab", "-keyout", "{folder}/key.pem", "-out", "{folder}/cert.pem"),
    ),
)
_HOLE = Expect(verdict="path.mtu", status="degraded", outcome=("connected", "silent"))


def _narrow(bench: Bench) -> None:
    """The link between the routers takes less than Ethernet does."""
    bench["router1"].ip("link", "set", "eth1", "mtu", _NARROW)
    bench["router2"].ip("link", "set", "eth0", "mtu", _NARROW)


def _swallows(*routers: str) -> tuple[Step, ...]:
    return (_narrow, *(filters(router, "output", *_NO_ERRORS) for router in routers))


SCENARIOS = (
    Scenario(
        name="large-packets-vanish",
        about="path.mtu",
        broken="a link of 1300 bytes between the routers, whose errors are filtered; the server speaks TLS",
        steps=(*_TLS, *_swallows("router1", "router2")),
        typed="https://{server}:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        tools=("openssl",),
        expect=_HOLE,
    ),
    Scenario(
        name="large-answers-vanish",
        about="path.mtu",
        broken="only the errors for the way back are filtered; the server speaks HTTP",
        steps=(*_WEB, *_swallows("router2")),
        typed="http://{server}:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        expect=Expect(verdict="path.mtu", status="degraded", outcome=("connected", "silent")),
    ),
    Scenario(
        name="large-packets-vanish-v6",
        about="path.mtu",
        broken="the narrow link over IPv6",
        steps=(*_WEB, *_swallows("router1", "router2")),
        typed="http://[{server_6}]:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        expect=_HOLE,
    ),
    Scenario(
        name="only-the-body-vanishes",
        about="path.mtu",
        broken="only the errors for the way back are filtered; the head of the answer comes in a packet of its own",
        steps=(file("web.py", _HEAD_FIRST), start("server", "{python}", "{folder}/web.py"), *_swallows("router2")),
        typed="http://{server}:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        expect=Expect(verdict="path.mtu", status="degraded", outcome=("connected", "silent")),
    ),
    Scenario(
        name="only-the-body-vanishes-v6",
        about="path.mtu",
        broken="the same over IPv6",
        steps=(file("web.py", _HEAD_FIRST), start("server", "{python}", "{folder}/web.py"), *_swallows("router2")),
        typed="http://[{server_6}]:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        expect=Expect(verdict="path.mtu", status="degraded", outcome=("connected", "silent")),
    ),
    Scenario(
        name="only-the-body-vanishes-inside-tls",
        about="path.mtu",
        broken="the same inside TLS, whose certificate is small: the handshake is whole",
        steps=(
            *_SMALL_CERTIFICATE,
            file("web.py", _HEAD_FIRST_IN_TLS),
            start("server", "{python}", "{folder}/web.py"),
            *_swallows("router2"),
        ),
        typed="https://{server}:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        tools=("openssl",),
        expect=Expect(verdict="path.mtu", may=frozenset({"tls.untrusted"}), status="degraded", outcome=("connected", "silent")),
    ),
    Scenario(
        name="only-uploads-vanish",
        about="path.mtu",
        broken="only the errors for the way there are filtered; the answers are small, so that the server never learns the path",
        steps=(file("web.py", _SAYS_LITTLE), start("server", "{python}", "{folder}/web.py"), *_swallows("router1")),
        typed="http://{server}:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        expect=Expect(verdict="path.mtu", status="degraded", outcome=("connected", "silent")),
    ),
    Scenario(
        name="the-kernel-remembers-the-path",
        about=CONTROL,
        broken="an upload of somebody else's has taught the client's kernel the path's MTU: for ten minutes nothing vanishes",
        steps=(
            *_WEB,
            *_swallows("router2"),
            lambda bench: bench["client"].run("ping", "-M", "do", "-s", "1400", "-c", "1", bench.values["server"], check=False),
        ),
        typed="http://{server}:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        expect=Expect(
            verdict=None,
            status="reachable",
            outcome="connected",
            alternatives=frozenset({"path.mtu"}),
            never=frozenset({"path.mtu"}),
        ),
    ),
    Scenario(
        name="narrow-link-that-says-so",
        about=CONTROL,
        broken="nothing: the link is narrow, and the routers say so",
        steps=(*_WEB, _narrow),
        typed="http://{server}:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        expect=HEALTHY,
    ),
    Scenario(
        name="narrow-link-that-says-so-v6",
        about=CONTROL,
        broken="the same over IPv6, with TLS",
        steps=(*_TLS, _narrow),
        typed="https://[{server_6}]:{port}",
        arguments=("--attempts", "1"),
        twice=True,
        tools=("openssl",),
        truth=frozenset({"tls.untrusted"}),
        expect=Expect(verdict="tls.untrusted", status="degraded", outcome="connected"),
    ),
)
