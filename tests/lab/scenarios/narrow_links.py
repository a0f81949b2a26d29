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
        expect=Expect(verdict="path.mtu", certainty=("confirmed", "likely"), status="degraded", outcome=("connected", "silent")),
    ),
    Scenario(
        name="large-packets-vanish-v6",
        about="path.mtu",
        broken="the narrow link over IPv6",
        steps=(*_WEB, *_swallows("router1", "router2")),
        typed="http://[{server_6}]:{port}",
        arguments=("--attempts", "1"),
        expect=_HOLE,
    ),
    Scenario(
        name="narrow-link-that-says-so",
        about=CONTROL,
        broken="nothing: the link is narrow, and the routers say so",
        steps=(*_WEB, _narrow),
        typed="http://{server}:{port}",
        arguments=("--attempts", "1"),
        expect=HEALTHY,
    ),
    Scenario(
        name="narrow-link-that-says-so-v6",
        about=CONTROL,
        broken="the same over IPv6, with TLS",
        steps=(*_TLS, _narrow),
        typed="https://[{server_6}]:{port}",
        arguments=("--attempts", "1"),
        tools=("openssl",),
        expect=HEALTHY,
    ),
)
