"""A small routed network of computers: client - router1 - router2 - server, IPv4 and IPv6. Needs root.

A computer is a process 1 with PID, mount and network namespaces of its own. What runs there sees most files of the real
machine, and none of its processes, network namespaces, daemons and containers, nor those of another computer. Everything ends
with process 1, and that ends with us, however we end. Each lab is fresh, so no ICMP rate limit is carried to the next test.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec

from tui.model.facts import AnyFact
from tui.model.requests import AnyRequest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NETNS = Path("/run/netns")
ETC_NETNS = Path("/etc/netns")
FOLDER = "refused-lab-"
"""How the folder of a play is called, before its process's id."""
NOBODY = 65534
LONGEST_S = 40
"""No command in the lab takes longer; a default `check` of a silent target takes 15 s."""

CLIENT, SERVER = "10.0.1.2", "10.0.3.9"
ROUTER1, ROUTER2 = "10.0.1.1", "10.0.2.2"
CLIENT6, SERVER6 = "fd00:1::2", "fd00:3::9"
ROUTER1_6, ROUTER2_6 = "fd00:1::1", "fd00:2::2"
NO_NEIGHBOUR, NO_NEIGHBOUR6 = "10.0.1.77", "fd00:1::77"
"""On the client's own link, and nobody has it."""
NO_HOST, NO_HOST6 = "10.0.3.77", "fd00:3::77"
"""On the server's link, and nobody has it: router2 will say so."""
ROUTER2_FAR, ROUTER2_FAR6 = "10.0.3.1", "fd00:3::1"

P = ParamSpec("P")
R = TypeVar("R")
_End = tuple[str, str, str, str]


@dataclass(frozen=True)
class Plan:
    """Machines, the wires between them, and what each does with packets that are not for its own networks."""

    wires: tuple[tuple[_End, _End], ...]
    """Each veth pair as role, device, IPv4 and IPv6 address of its two ends; an end without addresses is a port of a switch."""
    routes: Mapping[str, tuple[str, ...]]
    """By role, each as `ip route add` takes it."""
    routers: frozenset[str] = frozenset()
    """The roles that forward."""
    together: tuple[str, ...] = ()
    """The roles that share one computer, as containers do; its process 1 is in neither. Every other role has its own."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The machines, in the order in which the wires name them."""
        return tuple(dict.fromkeys(end[0] for wire in self.wires for end in wire))

    @property
    def computers(self) -> tuple[tuple[str, ...], ...]:
        """The roles of each computer."""
        alone = tuple((role,) for role in self.roles if role not in self.together)
        return (self.together, *alone) if self.together else alone


ROUTED = Plan(
    wires=(
        (("client", "eth0", CLIENT, CLIENT6), ("router1", "eth0", ROUTER1, ROUTER1_6)),
        (("router1", "eth1", "10.0.2.1", "fd00:2::1"), ("router2", "eth0", ROUTER2, ROUTER2_6)),
        (("router2", "eth1", ROUTER2_FAR, ROUTER2_FAR6), ("server", "eth0", SERVER, SERVER6)),
    ),
    routes={
        "client": (f"default via {ROUTER1}", f"default via {ROUTER1_6}"),
        "router1": (f"10.0.3.0/24 via {ROUTER2}", f"fd00:3::/64 via {ROUTER2_6}"),
        "router2": ("10.0.1.0/24 via 10.0.2.1", "fd00:1::/64 via fd00:2::1"),
        "server": (f"default via {ROUTER2_FAR}", f"default via {ROUTER2_FAR6}"),
    },
    routers=frozenset({"router1", "router2"}),
)
_QUIET_IPV6 = {"net/ipv6/conf/all/accept_dad": "0", "net/ipv6/conf/default/accept_dad": "0"}  # an address is usable at once
_FORWARD = {"net/ipv4/ip_forward": "1", "net/ipv6/conf/all/forwarding": "1"}
_BRIDGE = "br0"
_LIBC = ctypes.CDLL(None)
_FILES = 0x200  # CLONE_FS: a thread that shares root and working directory may not change its mount namespace

# Runs as process 1 of a computer, and ends with its standard input. The arguments name its network namespaces: one alone is
# the computer's first, where process 1 lives. Without its files in /run, podman would take the real containers for stopped by
# a restart, and say so in /var/lib. A resolv.conf that leads to /run must be there for another to be bound over it.
_COMPUTER = """
set -e
mount -t tmpfs -o mode=755 tmpfs /run
if [ -d /var/lib/containers ]; then mount -t tmpfs -o mode=755 tmpfs /var/lib/containers; fi
if [ -L /etc/resolv.conf ] && [ ! -e /etc/resolv.conf ]; then
  install -D /dev/null "$(readlink -m /etc/resolv.conf)"
fi
if [ $# = 1 ]; then ip netns attach "$1" 1; else for name; do ip netns add "$name"; done; fi
echo ready
read -r end
"""


@dataclass(frozen=True)
class Namespace:
    """One machine of the lab: a network namespace of a computer."""

    name: str
    computer: int
    """Its process 1, by the id that it has here."""
    children: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(
        self,
        *argv: str,
        user: int | None = None,
        confined: bool = False,
        stdin: str = "",
        check: bool = True,
        environment: Mapping[str, str] | None = None,
        prepared: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a command here to its end, as root or as `user`; AssertionError if it fails and `check`.

        `environment` is added to the lab's own. `confined` (no_new_privs): programs that it starts get no privilege from
        their files either, as in many containers. `prepared` is put before it all, and runs as root.
        """
        done = self.inside(
            subprocess.run,
            self._command(argv, user, confined=confined, prepared=prepared),
            cwd=ROOT,
            env=_ENVIRONMENT | dict(environment or {}),
            input=stdin,
            text=True,
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(argv)} in {self.name}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, *argv: str, user: int | None = None) -> subprocess.Popen[str]:
        """Start a command here and return when it has printed its first line; the lab ends it."""
        child = self.inside(
            subprocess.Popen,
            self._command(argv, user, confined=False),
            cwd=ROOT,
            env=_ENVIRONMENT,
            text=True,
            stdout=subprocess.PIPE,
        )
        self.children.append(child)
        assert child.stdout
        assert child.stdout.readline(), f"{' '.join(argv)} in {self.name} ended with status {child.wait()}"
        return child

    def serve(self, port: int, behaviour: str = "hold", address: str = "::") -> subprocess.Popen[str]:
        """Start a TCP service: it accepts and then does `hold`, `close`, `reset` or `greet`; `::` takes both families."""
        return self.start(sys.executable, str(HERE / "serve.py"), address, str(port), behaviour)

    def nft(self, rules: str) -> None:
        """Load nftables rules, in the language of `nft -f`."""
        self.run("nft", "-f", "-", stdin=rules)

    def filter(self, hook: str, *rules: str) -> None:
        """Add a chain of filter rules at `hook` (input, forward, output) for both families."""
        lines = "\n".join(rules)
        self.nft(f"table inet lab {{\n chain {hook} {{\n type filter hook {hook} priority filter;\n{lines}\n }}\n}}\n")

    def ip(self, *arguments: str) -> None:
        """Run `ip` with these arguments."""
        self.run("ip", *arguments)

    def etc(self, **files: str) -> None:
        """Give commands that run here their own files in /etc, by name, as `ip netns exec` binds them (ip-netns(8))."""
        folder = ETC_NETNS / self.name

        def write() -> None:
            ETC_NETNS.mkdir(exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(ETC_NETNS)], check=True)
            folder.mkdir()
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")

        self.inside(write)

    def sysctl(self, *settings: str) -> None:
        """Set kernel parameters, each as `name=value`."""
        self.run("sysctl", "-qw", *settings)

    @property
    def network(self) -> Path:
        """The network namespace, as a file."""
        return Path(f"/proc/{self.computer}/root{NETNS}/{self.name}")

    def inside(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Work in a thread that has this machine's files and network, and whose children are its processes (setns(2))."""

        def entered() -> R:
            with ExitStack() as opened:
                paths = (self.network, *(Path(f"/proc/{self.computer}/ns/{kind}") for kind in ("pid", "mnt")))
                files = [opened.enter_context(path.open("rb")) for path in paths]
                results = [_LIBC.unshare(_FILES), *(_LIBC.setns(file.fileno(), 0) for file in files)]
            assert not any(results), f"the namespaces of {self.name} can't be entered: {results}"
            return work(*args, **kwargs)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(entered).result()

    def end(self) -> None:
        """End what was started here, by process id."""
        for child in self.children:
            child.kill()
            child.wait()
            # What it started, a stopped worker too, may hold the other ends; it ends with the machine.
            for end in (child.stdin, child.stdout, child.stderr):
                if end:
                    end.close()
        self.children.clear()

    def _command(self, argv: tuple[str, ...], user: int | None, *, confined: bool, prepared: tuple[str, ...] = ()) -> list[str]:
        who = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        who += ["--no-new-privs"] if confined else []
        return ["ip", "netns", "exec", self.name, *prepared, *(["setpriv", *who] if who else ()), *argv]


@dataclass(frozen=True)
class Lab:
    """The four machines. Commands run as root; `user` makes them run as another, usually NOBODY."""

    client: Namespace
    router1: Namespace
    router2: Namespace
    server: Namespace

    def look(self, request: AnyRequest, *, user: int | None = None) -> list[AnyFact]:
        """The facts that the program sees on the client for one request."""
        return self.looks(request, user=user)[0]

    def looks(self, *requests: AnyRequest, user: int | None = None) -> list[list[AnyFact]]:
        """The facts for several requests, looked for at the same time, in the order of the requests."""
        done = self.client.run(*self.looking(), user=user, stdin=msgspec.json.encode(requests).decode())
        return self.read(done.stdout)

    @staticmethod
    def looking() -> tuple[str, ...]:
        """The command that takes looks: requests on its standard input, for `read` on its standard output."""
        return sys.executable, str(HERE / "run_checks.py")

    @staticmethod
    def read(text: str) -> list[list[AnyFact]]:
        """The facts that the command printed, one list a request."""
        return msgspec.json.decode(text, type=list[list[AnyFact]])

    def check(self, *arguments: str, user: int | None = None, status: int | None = None) -> dict[str, Any]:
        """The document of `refused check ARGUMENTS --json` on the client. `status`: the exit status it must have."""
        argv = (sys.executable, "-m", "tui", "check", *arguments, "--json", "--no-session")
        done = self.client.run(*argv, user=user, check=False)
        expected = {0, 1, 3} if status is None else {status}
        assert done.returncode in expected, f"status {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.stdout, f"nothing on standard output\n{done.stderr}"
        document: dict[str, Any] = json.loads(done.stdout)
        return document


_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


def what_is_missing() -> str | None:
    """Why no lab can be made here, or None."""
    if os.geteuid() != 0:
        return "the lab needs root"
    missing = [tool for tool in ("ip", "nft", "mount", "ping", "setpriv", "sysctl", "unshare") if not shutil.which(tool)]
    if missing:
        return f"the lab needs {', '.join(missing)}"
    try:
        with _computer("trial") as holder:
            _process_1(holder)
            return None
    except AssertionError as error:
        return f"the lab needs namespaces: {error}"


@contextmanager
def lab() -> Iterator[Lab]:
    """The routed network with its fixed addresses."""
    with build(ROUTED) as machines:
        yield Lab(**machines)


@contextmanager
def build(plan: Plan) -> Iterator[dict[str, Namespace]]:
    """Make the machines of a plan, by role, and take them down again whatever happens."""
    with ExitStack() as opened:
        holders = [opened.enter_context(_computer(*roles)) for roles in plan.computers]
        pids = [_process_1(holder) for holder in holders]
        computers = {role: pid for roles, pid in zip(plan.computers, pids, strict=True) for role in roles}
        machines = {role: Namespace(role, computers[role]) for role in plan.roles}
        for role, machine in machines.items():
            opened.callback(machine.end)
            machine.inside(_set, {**_QUIET_IPV6, **(_FORWARD if role in plan.routers else {})})
        _ip(*(_veth(machines, left, right, number) for number, (left, right) in enumerate(plan.wires, start=1)))
        for role, machine in machines.items():
            routes = (f"route add {route}" for route in plan.routes.get(role, ()))
            machine.inside(_ip, *_addresses(plan, role), *routes)
        yield machines


def _computer(*roles: str) -> subprocess.Popen[str]:
    """Start a computer with these network namespaces; it is there as long as the context that this gives."""
    unshare = ("unshare", "--pid", "--mount", "--net", "--fork", "--mount-proc")
    argv = (*unshare, "sh", "-c", _COMPUTER, "sh", *roles)
    return subprocess.Popen(argv, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _process_1(holder: subprocess.Popen[str]) -> int:
    """Process 1 of a computer that is ready, by the id that it has here."""
    assert holder.stdout
    said = holder.stdout.readline().strip()
    assert said == "ready", said or f"unshare ended with status {holder.wait()}"
    return only_child(holder.pid)


def only_child(pid: int) -> int:
    """The one child of a process that waits for it."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def sweep() -> None:
    """Delete the folders of test runs whose process is gone."""
    for path in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        owner = path.name.removeprefix(FOLDER).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(path, ignore_errors=True)  # another's sweep may be at it


def _veth(machines: dict[str, Namespace], left: _End, right: _End, number: int) -> str:
    # Two ends with the same index look like no pair to the kernel's link watch, which then takes up to a second to see
    # the carrier (linkwatch_urgent_event compares them); with different ones the link is up at once.
    here, there = machines[left[0]].network, machines[right[0]].network
    ends = (f"{left[1]} netns {here} index {10 * number}", f"{right[1]} netns {there} index {10 * number + 1}")
    return f"link add {ends[0]} type veth peer name {ends[1]}"


def _addresses(plan: Plan, role: str) -> Iterator[str]:
    yield "link set lo up"
    ends = [end for wire in plan.wires for end in wire if end[0] == role]
    if any(not v4 and not v6 for _, _, v4, v6 in ends):
        yield f"link add {_BRIDGE} type bridge"
        yield f"link set {_BRIDGE} up"
    for _, device, v4, v6 in ends:
        if v4:
            yield f"address add {v4}/24 dev {device}"
        if v6:
            yield f"address add {v6}/64 dev {device} nodad"
        if not v4 and not v6:
            yield f"link set {device} master {_BRIDGE}"
        yield f"link set {device} up"


def _ip(*commands: str) -> None:
    """Run many `ip` commands as one process."""
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{commands}\n{done.stderr}"


def _set(settings: Mapping[str, str]) -> None:
    """Set kernel parameters."""
    for name, value in settings.items():
        Path("/proc/sys", name).write_text(value, encoding="ascii")
