"""Workers that share a port, each with a socket of its own (SO_REUSEPORT): one is stuck, or all are well."""

from tests.lab.scenario import QUICK, Expect, Scenario, Status, Step
from tests.lab.steps import start

CAUSE = "server.unresponsive"
_SHARED = """
import os, signal, socket, sys, threading, time
address, port, number, what, stuck = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], []
def bound():
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind((address, port))
    one.listen(1 if what == "full" else 64)
    return one
def serve(server):
    while True:
        with server.accept()[0] as one:
            one.recv(4096)
            one.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
for worker in range(number - 1):
    told, tell = os.pipe()
    if not os.fork():
        server = bound()
        os.write(tell, b"1")
        if worker or what == "well":
            serve(server)
        if what == "stopped":
            os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(3600)
    os.read(told, 1)
    if not worker:
        child = os.waitpid(-1, os.WUNTRACED) if what == "stopped" else None
server = bound()
threading.Thread(target=serve, args=(server,), daemon=True).start()
if what in ("idle", "full"):  # until the one that does not accept has some connections of its own
    import subprocess
    kept = []
    for _ in range(60):
        one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        one.setblocking(False)
        one.connect_ex((address, port))
        kept.append(one)
    time.sleep(0.3)
    for one in kept:
        one.setblocking(True)
        one.settimeout(0.2)
        try:
            one.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
        except OSError:
            pass
print("ready", flush=True)
time.sleep(3600)
"""


def shared(role: str, what: str, number: int = 2, address: str = "0.0.0.0") -> Step:
    """Workers on one port, of which the first is `stopped`, `idle` (it never accepts), `full` (the same), or `well`."""
    return start(role, "{python}", "-IS", "-c", _SHARED, address, "{port}", str(number), what)


def _shared(name: str, broken: str, step: Step, expect: Expect, **more: object) -> Scenario:
    settings: dict[str, object] = {
        "name": f"workers-{name}",
        "about": CAUSE,
        "broken": broken,
        "topology": "host",
        "steps": (step,),
        "typed": "http://{client}:{port}",
        "values": {"port": "8080"},
        "arguments": QUICK,
        "expect": expect,
    }
    return Scenario(**(settings | more))  # type: ignore[arg-type]


_WAITS: tuple[Status, ...] = ("degraded", "intermittent", "failing")
SCENARIOS = (
    _shared(
        "one-of-two-is-stopped",
        "of two workers that share the port a signal stopped one",
        shared("client", "stopped"),
        Expect(
            verdict=CAUSE,
            status=("degraded", "intermittent"),
            outcome=("connected", "silent"),
            culprit={"kind": "process"},
            words=("1 of 2 workers", "is stopped by a signal"),
        ),
        users=("root",),
    ),
    _shared(
        "one-of-four-is-stopped",
        "of four workers that share the port a signal stopped one",
        shared("client", "stopped", 4),
        Expect(
            verdict=CAUSE,
            status=("degraded", "intermittent"),
            outcome=("connected", "silent"),
            culprit={"kind": "process"},
            words=("1 of 4 workers", "is stopped by a signal"),
        ),
        users=("root",),
    ),
    _shared(
        "one-of-two-is-stopped-at-the-server",
        "of two workers of the server that share the port a signal stopped one",
        shared("server", "stopped"),
        Expect(
            verdict=CAUSE,
            status=("degraded", "intermittent"),
            outcome=("connected", "silent"),
            words=("1 of 2 workers", "is stopped by a signal"),
        ),
        topology="lan",
        typed="http://{server}:{port}",
        arguments=(*QUICK, "--server", "{server_shell}"),
        users=("root",),
    ),
    _shared(
        "one-of-two-takes-nothing",
        "of two workers that share the port one runs and never accepts",
        shared("client", "idle"),
        Expect(
            verdict=CAUSE,
            certainty="likely",
            status=("degraded", "intermittent"),
            outcome=("connected", "silent"),
            words=("1 of 2 workers",),
        ),
        users=("root",),
    ),
    _shared(
        "queue-of-one-of-two-is-full",
        "of two workers that share the port one runs and never accepts, and its queue is full",
        shared("client", "full"),
        Expect(
            verdict=("server.backlog-full", CAUSE),
            certainty=("confirmed", "likely"),
            status=_WAITS,
            outcome=("connected", "silent", "timeout"),
            words=("1 of 2 workers",),
        ),
        about="server.backlog-full",
        truth=frozenset({"server.backlog-full", CAUSE}),
        arguments=("--attempts", "6", "--delay", "0.2"),
        users=("root",),
    ),
    _shared(
        "all-are-well",
        "nothing: two workers share the port, and both answer",
        shared("client", "well"),
        Expect(verdict=None, status="reachable", outcome="connected"),
        about="control",
    ),
)
