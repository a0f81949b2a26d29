"""`refused check` under a real systemd: it names the unit, how it ended and what it said, and never more than it can know."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

import pytest

from tests.lab.network import NOBODY, ROOT
from tests.lab.systemd import PREFIX, UNITS, Systemd, cgroup_root, sweep, systemd, what_systemd_lacks

SERVER = "ExecStart=/usr/bin/env python3 -m http.server"
QUICK = ("--attempts", "2", "--delay", "0.3")


class Walk(NamedTuple):
    """What is broken, what is typed, and what the verdict must be."""

    name: str
    broken: Callable[[Systemd], object]
    arguments: tuple[str, ...]
    cause: str | None
    certainty: str | None
    says: tuple[str, ...] = ()
    """What the summary must contain, for root."""
    culprit: dict[str, Any] = {}  # noqa: RUF012 -- never changed
    status: str = "failing"
    unprivileged: str | None = ""
    """The certainty for a user who may not read the journal, where it is another; None for no verdict."""


def _failing(name: str, command: str, port: int, *more: str) -> Callable[[Systemd], None]:
    def break_it(made: Systemd) -> None:
        lines = "\n".join(("[Service]", f"Environment=PORT={port}", f"ExecStart={command}", *more))
        made.units(**{f"{name}_service": f"{lines}\n"})
        made.start(f"{name}.service")
        made.settle(f"{name}.service", "failed", "auto-restart")

    return break_it


def _exits(made: Systemd) -> None:
    _failing("shop", "/bin/sh -c 'echo shop: cannot read its settings >&2; exit 3'", 8080)(made)


def _stopped(made: Systemd) -> None:
    made.units(shop_service=f"[Service]\n{SERVER} 8080\n")


def _restarts(made: Systemd) -> None:
    more = ("Restart=always", "RestartSec=0.1", "[Unit]", "StartLimitIntervalSec=0")
    _failing("shop", "/bin/sh -c 'echo shop: no licence; exit 4'", 8080, *more)(made)


def _restarts_while_it_runs(made: Systemd) -> None:
    """Whenever it is looked at, it most likely runs; it never listens."""
    command = "/bin/sh -c 'sleep 0.7; echo shop: no licence; exit 4'"
    _loops(made, f"ExecStart={command}", "running")


def _restarts_before_it_is_ready(made: Systemd) -> None:
    """Whenever it is looked at, systemd most likely waits for its word that it is ready."""
    command = "/bin/sh -c 'sleep 0.7; echo shop: no licence; exit 4'"
    _loops(made, f"Type=notify\nExecStart={command}", "start")


def _loops(made: Systemd, lines: str, state: str) -> None:
    more = "Environment=PORT=8080\nRestart=always\nRestartSec=0.1\n[Unit]\nStartLimitIntervalSec=0\n"
    made.units(shop_service=f"[Service]\n{lines}\n{more}")
    made.run("systemctl", "start", "--no-block", "shop.service")
    made.run("sh", "-c", "until [ $(systemctl show -p NRestarts --value shop) -gt 1 ]; do sleep 0.1; done")
    made.settle("shop.service", state)


def _held_by_hand(made: Systemd) -> None:
    """Somebody started the unit's own program by hand; the unit finds its port taken."""
    made.write(
        "/run/shop.py", "import socket, sys\ndoor = socket.create_server(('', int(sys.argv[2]))); open(sys.argv[3]).read()\n"
    )
    _by_hand(made, "/usr/bin/env python3 /run/shop.py --port 8080 /run/never")


def _renamed_by_hand(made: Systemd) -> None:
    """As before, and the program calls itself something else (prctl(2)), as ss then shows it."""
    made.write(
        "/run/shop.py",
        "import socket, sys\ndoor = socket.create_server(('', int(sys.argv[2])))\n"
        "open('/proc/self/comm', 'w').write('counter 1'); open(sys.argv[3]).read()\n",
    )
    _by_hand(made, "/usr/bin/env python3 /run/shop.py --port 8080 /run/never")


def _binary_by_hand(made: Systemd) -> None:
    """A program of its own, whose file has another name than its process."""
    command = "/usr/bin/redis-server --port 8080 --protected-mode no --save ''"
    made.run("sh", "-c", f"cd /run && setsid {command} >/dev/null 2>&1 &")
    made.wait_for_port(8080)
    made.units(shop_service=f"[Service]\nExecStart={command}\n")
    made.start("shop.service")
    made.settle("shop.service", "failed")


def _by_hand(made: Systemd, command: str) -> None:
    made.run("mkfifo", "/run/never")
    made.run("sh", "-c", f"setsid {command} >/dev/null 2>&1 &")
    made.wait_for_port(8080)
    made.units(shop_service=f"[Service]\nExecStart={command}\n")
    made.start("shop.service")
    made.settle("shop.service", "failed")


def _by_hand_and_stopped(made: Systemd) -> None:
    """The unit is stopped, and its own program, started by hand, serves in its place."""
    command = "/usr/bin/env python3 -m http.server 8080"
    made.units(shop_service=f"[Service]\nExecStart={command}\n")
    made.run("sh", "-c", f"setsid {command} >/dev/null 2>&1 &")
    made.wait_for_port(8080)


def _held_for_another(made: Systemd) -> None:
    """The socket of another unit has the port, and systemd accepts on it for one process a connection."""
    made.units(
        other_socket="[Socket]\nListenStream=8080\nAccept=yes\n",
        other_at__service="[Service]\nStandardInput=socket\nExecStart=/usr/bin/env cat\n",
        shop_service=f"[Service]\n{SERVER} 8080\n",
    )
    made.start("other.socket")
    made.start("shop.service")
    made.settle("shop.service", "failed")


def _gives_up(made: Systemd) -> None:
    more = ("Restart=always", "RestartSec=0.05", "[Unit]", "StartLimitBurst=3")
    _failing("shop", "/bin/sh -c 'exit 4'", 8080, *more)(made)
    made.settle("shop.service", "failed")


def _taken(made: Systemd) -> None:
    made.units(holder_service=f"[Service]\n{SERVER} 8080\n", shop_service=f"[Service]\n{SERVER} 8080\n")
    made.start("holder.service")
    made.wait_for_port(8080)
    made.start("shop.service")
    made.settle("shop.service", "failed")


def _healthy(made: Systemd) -> None:
    made.units(shop_service=f"[Service]\n{SERVER} 8080\n")
    made.start("shop.service")
    made.wait_for_port(8080)


def _an_other_fails(made: Systemd) -> None:
    _failing("other", "/bin/false", 9090)(made)


def _only_a_client_fails(made: Systemd) -> None:
    made.units(app_service="[Service]\nExecStart=/bin/false --db-port 8080 --upstream http://127.0.0.1:8080\n")
    made.start("app.service")
    made.settle("app.service", "failed")


def _two_of_them(made: Systemd) -> None:
    made.units(blue_service="[Service]\nEnvironment=PORT=8080\nExecStart=/bin/false\n")
    made.units(green_service="[Service]\nEnvironment=PORT=8080\nExecStart=/bin/false\n")
    for unit in ("blue.service", "green.service"):
        made.start(unit)
        made.settle(unit, "failed")


def _socket(made: Systemd) -> None:
    """The socket unit triggers a service that ends at once, so systemd gives up and closes the port."""
    made.units(
        shop_socket="[Socket]\nListenStream=127.0.0.1:8080\n",
        shop_service="[Service]\nExecStart=/bin/sh -c 'echo shop: no data folder; exit 2'\n[Unit]\nStartLimitBurst=2\n",
    )
    made.start("shop.socket")


SERVES_ONE = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[2]))) as door:
    customer, _ = door.accept()
    door.close()
    customer.recv(1)
sys.exit("shop: sold out")
"""


def _comes_and_goes(made: Systemd) -> None:
    """It ends with its first customer, and is started again two seconds after that."""
    made.write("/run/shop.py", SERVES_ONE)
    made.units(
        shop_service="[Service]\nExecStart=/usr/bin/env python3 /run/shop.py --port 8080\nRestart=always\nRestartSec=2\n"
        "[Unit]\nStartLimitIntervalSec=0\n"
    )
    made.start("shop.service")
    made.wait_for_port(8080)


def _waits_before_it_starts(made: Systemd) -> None:
    made.units(shop_service=f"[Service]\nType=exec\nExecStartPre=/bin/sleep 60\n{SERVER} 8080\n")
    made.run("systemctl", "start", "--no-block", "shop.service")
    made.settle("shop.service", "start-pre")


def _runs_elsewhere(made: Systemd) -> None:
    made.units(shop_service="[Service]\nEnvironment=PORT=8080\nExecStart=/usr/bin/env sleep 600\n")
    made.start("shop.service")


def _slip(made: Systemd) -> None:
    """What listens is a digit slip away, and the service that belongs on the port has failed."""
    made.units(files_service=f"[Service]\n{SERVER} 8088\n")
    made.start("files.service")
    made.wait_for_port(8088)
    _exits(made)


def _nginx(made: Systemd) -> None:
    """The machine's own nginx, with its own unit, finds its port taken."""
    text = Path("/lib/systemd/system/nginx.service")
    if not text.exists():
        pytest.skip("needs nginx, with its unit")
    made.units(holder_service=f"[Service]\n{SERVER} 80\n", nginx_service=text.read_text())
    made.run("mkdir", "-p", "/var/log/nginx")
    made.start("holder.service")
    made.wait_for_port(80)
    made.start("nginx.service")
    made.settle("nginx.service", "failed")


def _out_of_memory(made: Systemd) -> None:
    if "memory" not in made.run("cat", "/sys/fs/cgroup/cgroup.controllers").stdout.split():
        pytest.skip("needs the memory controller in control groups of version 2")
    command = "/usr/bin/env python3 -c 'x = bytearray(300_000_000)'"
    _failing("shop", command, 8080, "MemoryMax=40M", "MemorySwapMax=0")(made)


CLIENT = """
set -e
ip netns add client
ip link add eth0 type veth peer name eth0 netns client
ip address add 10.9.0.1/24 dev eth0
ip link set eth0 up
ip -n client link set lo up
ip -n client address add 10.9.0.2/24 dev eth0
ip -n client link set eth0 up
"""
UNIT = {"kind": "unit", "unit": "shop.service"}
HERE = "127.0.0.1:8080"
WALKS = (
    Walk("exits", _exits, (HERE,), "server.crashed", "confirmed", ("shop.service", "exit status 3", "cannot read its"), UNIT),
    Walk(
        "exits-and-is-named", _exits, ("127.0.0.1:7000", "--service", "shop"), "server.crashed", "confirmed", ("status 3",), UNIT
    ),
    Walk(
        "ended-by-a-signal",
        _failing("shop", "/bin/sh -c 'kill -SEGV $$$$'", 8080),
        (HERE,),
        "server.crashed",
        "confirmed",
        ("signal SEGV ended it",),
        UNIT,
    ),
    Walk(
        "program-is-missing",
        _failing("shop", "/usr/bin/no-such-program", 8080),
        (HERE,),
        "server.crashed",
        "confirmed",
        ("203 (its program could not be executed)",),
        UNIT,
    ),
    Walk(
        "user-is-missing",
        _failing("shop", "/bin/cat", 8080, "User=no-such-user"),
        (HERE,),
        "server.crashed",
        "confirmed",
        ("217 (its user does not exist)",),
        UNIT,
    ),
    Walk("restarts", _restarts, (HERE,), "server.crashed", "confirmed", ("again and again", "tries again", "no licence"), UNIT),
    Walk("gives-up", _gives_up, (HERE,), "server.crashed", "confirmed", ("restarted it 3 times and gave up",), UNIT),
    Walk(
        "kind-of-service",
        _failing("redis-server", "/bin/sh -c 'exit 1'", 0),
        ("redis://127.0.0.1",),
        "server.crashed",
        "confirmed",
        ("redis-server.service", "exit status 1"),
    ),
    Walk("stopped", _stopped, (HERE,), "server.not-listening", "confirmed", ("shop.service", "is stopped (inactive")),
    Walk("nothing-of-the-kind", _an_other_fails, (HERE,), "server.not-listening", "confirmed"),
    Walk("a-client-of-the-port-fails", _only_a_client_fails, (HERE,), "server.not-listening", "confirmed"),
    Walk("two-name-the-port", _two_of_them, (HERE,), "server.not-listening", "confirmed"),
    Walk(
        "no-such-unit",
        _an_other_fails,
        (HERE, "--service", "shop"),
        "server.not-listening",
        "confirmed",
        ("no unit shop.service",),
    ),
    Walk(
        "port-taken",
        _taken,
        (HERE, "--service", "shop"),
        "server.port-taken",
        "confirmed",
        ("http.server", "shop.service could not start", "Address already in use"),
        {"kind": "process", "unit": "holder.service"},
        status="degraded",
        unprivileged="likely",
    ),
    Walk(
        "still-starting",
        _waits_before_it_starts,
        (HERE,),
        "server.not-listening",
        "confirmed",
        ("shop.service", "still being started (start-pre"),
    ),
    Walk("runs-and-does-not-listen", _runs_elsewhere, (HERE,), "server.not-listening", "confirmed", ("is active (running",)),
    Walk(
        "comes-and-goes",
        _comes_and_goes,
        (HERE, "--attempts", "7", "--delay", "0.5"),
        "server.flapping",
        "confirmed",
        ("shop.service was restarted", "sold out"),
        UNIT,
        status="intermittent",
    ),
    Walk("a-digit-slip-away", _slip, (HERE,), "server.crashed", "confirmed", ("exit status 3",), UNIT),
    Walk(
        "port-of-nginx-taken",
        _nginx,
        ("http://127.0.0.1", "--service", "nginx"),
        "server.port-taken",
        "confirmed",
        ("http.server", "nginx.service could not start", "Address already in use"),
        {"kind": "process", "unit": "holder.service"},
        status="degraded",
    ),
    Walk("out-of-memory", _out_of_memory, (HERE,), "server.crashed", "confirmed", ("memory ran out",), UNIT),
    Walk("healthy", _healthy, (HERE,), None, None, status="reachable", unprivileged=None),
    Walk("healthy-and-named", _healthy, (HERE, "--service", "shop"), None, None, status="reachable", unprivileged=None),
    Walk("its-socket-gave-up-unnamed", _socket, (HERE,), "server.crashed", "confirmed", ("no data folder",)),
    Walk(
        "restarts-while-it-runs", _restarts_while_it_runs, (HERE,), "server.crashed", "confirmed", ("again", "no licence"), UNIT
    ),
    Walk(
        "restarts-before-it-is-ready",
        _restarts_before_it_is_ready,
        (HERE,),
        "server.crashed",
        "confirmed",
        ("again", "no licence"),
        UNIT,
    ),
    Walk(
        "held-by-its-own-program",
        _held_by_hand,
        ("127.0.0.1:8080", "--service", "shop"),
        "server.port-taken",
        "confirmed",
        ("by hand", "already in use"),
        {"kind": "process"},
        status="degraded",
        unprivileged="likely",
    ),
    Walk(
        "held-by-its-own-program-that-renamed-itself",
        _renamed_by_hand,
        ("127.0.0.1:8080", "--service", "shop"),
        "server.port-taken",
        "confirmed",
        ("counter 1", "by hand", "already in use"),
        {"kind": "process", "name": "counter 1"},
        status="degraded",
        unprivileged="likely",
    ),
    Walk(
        "held-by-its-own-binary",
        _binary_by_hand,
        ("127.0.0.1:8080", "--service", "shop"),
        "server.port-taken",
        "confirmed",
        ("redis-server", "by hand"),
        {"kind": "process", "name": "redis-server"},
        status="degraded",
        unprivileged="likely",
    ),
    Walk(
        "its-own-program-serves-in-its-place",
        _by_hand_and_stopped,
        ("127.0.0.1:8080", "--service", "shop"),
        None,
        None,
        status="reachable",
        unprivileged=None,
    ),
    Walk(
        "port-held-by-systemd-for-another-unit",
        _held_for_another,
        ("127.0.0.1:8080", "--service", "shop"),
        "server.port-taken",
        "confirmed",
        ("other.socket (held by systemd",),
        {"kind": "listener", "unit": "other.socket"},
        status="degraded",
        unprivileged="likely",
    ),
    Walk("its-socket-gave-up", _socket, (HERE, "--service", "shop"), "server.crashed", "confirmed", ("no data folder",)),
)


@pytest.fixture(name="made")
def booted() -> Iterator[Systemd]:
    """A systemd of this test's own."""
    missing = what_systemd_lacks()
    if missing:
        pytest.skip(missing)
    with systemd() as made:
        yield made


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_a_walk_names_the_unit(made: Systemd, walk: Walk) -> None:
    """The verdict names the unit and how it ended, for root with its last words; another user gets no more than can be known."""
    walk.broken(made)

    found = verdicts(made, walk, None)
    assert found[0] == (walk.cause, walk.certainty, walk.status), found
    assert all(part in found[1] for part in walk.says), found[1]
    assert walk.culprit.items() <= found[2].items(), found[2]
    theirs = verdicts(made, walk, NOBODY)
    assert theirs[0] == (walk.cause, walk.certainty if walk.unprivileged == "" else walk.unprivileged, walk.status), theirs


def verdicts(made: Systemd, walk: Walk, user: int | None) -> tuple[tuple[Any, Any, Any], str, dict[str, Any]]:
    """Cause, certainty and status; the summary; the culprit."""
    done = made.check(*QUICK, *walk.arguments, "--json", user=user)
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    assert not [one for one in document["unseen"] if "failed" in one]
    verdict = document["verdict"] or {}
    summary, culprit = verdict.get("summary") or "", verdict.get("culprit") or {}
    return (verdict.get("cause"), verdict.get("certainty"), document["status"]), summary, culprit


def test_the_far_end_names_its_unit(made: Systemd) -> None:
    """From another network namespace, through a prefix that leads to the server, the unit there is named."""
    _exits(made)
    made.run("sh", "-c", CLIENT)

    argv = ("ip", "netns", "exec", "client", sys.executable, "-m", "tui", "check", "10.9.0.1:8080", "--json", "--no-session")
    named = ("--server", "nsenter --target 1 --all", "--service", "shop")
    done = made.run(*argv, *QUICK, *named, check=False)

    document = json.loads(done.stdout)
    assert document["verdict"]["cause"] == "server.crashed", document["verdict"]
    assert document["verdict"]["certainty"] == "confirmed"
    assert "cannot read its settings" in document["verdict"]["summary"]
    assert document["verdict"]["remedies"][0]["command"].startswith("nsenter --target 1 --all systemctl status shop.service")


@pytest.mark.parametrize("user", [None, NOBODY], ids=["root", "nobody"])
def test_a_service_of_another_network_namespace_is_not_meant(made: Systemd, user: int | None) -> None:
    """What refuses inside a network namespace is not what systemd's own service there would have answered."""
    _exits(made)
    made.run("sh", "-c", CLIENT)

    who = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    argv = (sys.executable, "-m", "tui", "check", HERE, *QUICK, "--json", "--no-session")
    done = made.run("ip", "netns", "exec", "client", "setpriv", *who, *argv, check=False)

    document = json.loads(done.stdout)
    assert document["verdict"]["cause"] == "server.not-listening"
    assert any("another network namespace" in one for one in document["unseen"]), document["unseen"]


def test_nothing_of_it_is_left(made: Systemd) -> None:
    """When the test run that made it is killed, systemd and all that it started are gone, and the next run sweeps the rest."""
    script = "import sys, tests.lab.systemd as lab\nwith lab.systemd() as made: print(made.pid, flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    handle = os.pidfd_open(int(child.stdout.readline()))
    child.kill()
    child.communicate()

    assert select.select([handle], [], [], 20.0)[0], "its systemd goes on"
    os.close(handle)
    sweep()
    left = [one for folder in (Path(gettempdir()), cgroup_root()) if folder for one in folder.glob(f"{PREFIX}{child.pid}-*")]
    assert left == []
    assert made.run("true").returncode == 0


def test_what_it_changes_stays_inside(made: Systemd) -> None:
    """Its /tmp, its /run and its root are its own: nothing of them is seen outside, and no unit of this machine is loaded."""
    made.run("sh", "-c", "echo x > /tmp/of-the-lab; echo x > /etc/of-the-lab; echo x > /run/of-the-lab")

    assert not any(Path(folder, "of-the-lab").exists() for folder in ("/tmp", "/etc", "/run"))  # noqa: S108 -- looked at only
    files = made.run("systemctl", "show", "--property=FragmentPath", "--value", "--", "*.service", "*.socket", "*.target").stdout
    assert {Path(one).parent for one in files.split()} == {Path(UNITS)}
