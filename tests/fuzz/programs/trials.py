"""One trial: a check among liars of one kind, the same for the same seed."""

import os
import shlex
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random

from tests.fuzz.programs.laws import breaches
from tests.fuzz.programs.lies import ASKED, LIES
from tests.fuzz.programs.tools import lying, truths
from tests.probes.loopback import closed_port

_ALL_ENGINES = """
mount -t tmpfs none /run
mkdir -p /run/systemd/system /run/libpod /run/netns
: >/run/libpod/alive
if [ -d /var/lib/containers ]; then mount -t tmpfs none /var/lib/containers && mkdir -p /var/lib/containers/storage/libpod; fi
exec "$@"
"""
"""A machine, for the command alone, on which systemd and podman look as if they ran."""
_LYING_NAMES = """
ip link set lo up
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
"$2" -m "$3" "$4" >"$1/ready" &
until [ -s "$1/ready" ]; do sleep 0.05; done
shift 4
"$@"
"""
NAME = "db.corp.example"


def tools(lie: str, seed: int, only: str = "") -> Iterator[str]:
    """All programs that are asked tell one lie, or one of them does. As root also systemctl and podman are asked."""
    with _refused() as target, _folder() as folder, closing(socket.socket(socket.AF_UNIX)) as engine:
        programs = lying(folder, lie, Random(f"{lie} {only} {seed}"), only)  # noqa: S311 -- no secret
        engine.bind(str(folder / "docker.sock"))
        asked = {"PATH": f"{programs}:{os.environ['PATH']}", "DOCKER_HOST": f"unix://{folder}/docker.sock"}
        within = ("unshare", "-m", "sh", "-ec", _ALL_ENGINES, "sh") if can_isolate() else ()
        yield from breaches([target], folder, within, **asked)
        yield from () if only else _unasked(folder)


def far_end(lie: str, seed: int) -> Iterator[str]:
    """The far end is a program that does not run what it is given."""
    with _refused() as target, _folder() as folder:
        program = lying(folder, lie, Random(f"{lie} {seed}"), "ss") / "ss"  # noqa: S311 -- no secret
        yield from breaches([target, "--server", str(program)], folder)
        yield from _unasked(folder)


def far_tools(lie: str, seed: int) -> Iterator[str]:
    """The far end runs what it is given, among programs that lie."""
    with _refused() as target, _folder() as folder:
        programs = lying(folder, lie, Random(f"{lie} {seed}"))  # noqa: S311 -- no secret
        prefix = shlex.join(["env", f"PATH={programs}:{os.environ['PATH']}"])
        yield from breaches([target, "--server", prefix], folder)
        yield from _unasked(folder)


def far_words(_lie: str, seed: int) -> Iterator[str]:
    """The far end runs what it is given, and mangles what comes of it."""
    with _refused() as target, _folder() as folder:
        prefix = shlex.join([sys.executable, "-m", f"{__package__}.mangling_shell", str(seed)])
        yield from breaches([target, "--server", prefix], folder)


def nameserver(lie: str, _seed: int) -> Iterator[str]:
    """The only nameserver lies, in a network of its own."""
    with _folder() as folder:
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        (folder / "nsswitch.conf").write_text("hosts: dns\n")
        words = (str(folder), sys.executable, f"{__package__}.lying_nameserver", lie)
        within = ("unshare", "-mnpf", "--kill-child", "--mount-proc", "sh", "-ec", _LYING_NAMES, "sh", *words)
        yield from breaches([f"{NAME}:1"], folder, within)


def can_isolate() -> bool:
    """Whether namespaces can be made for a trial."""
    return os.geteuid() == 0 and bool(shutil.which("unshare") and shutil.which("ip"))


Trial = Callable[[], Iterator[str]]


def trials(seed: int) -> Iterator[tuple[str, Trial]]:
    """Every trial of one seed with its name, and what runs it; those of a network only where one can be made."""
    from tests.fuzz.programs.lying_nameserver import ANSWERS

    for lie in LIES:
        yield f"tools {lie}", partial(tools, lie, seed)
        yield f"far-end {lie}", partial(far_end, lie, seed)
        yield f"far-tools {lie}", partial(far_tools, lie, seed)
    for number in range(10):
        yield f"far-words {number}", partial(far_words, "", seed * 100 + number)
    for lie in ANSWERS if can_isolate() else ():
        yield f"nameserver {lie}", partial(nameserver, lie, seed)
    for name in truths():
        for lie in LIES:
            yield f"one-tool {name} {lie}", partial(tools, lie, seed, name)


def _unasked(folder: Path) -> Iterator[str]:
    """That nobody was lied to, which would prove nothing."""
    if not list(folder.glob(f"texts/*/{ASKED}")):
        yield "no liar was asked"


@contextmanager
def _refused() -> Iterator[str]:
    """A target that is refused."""
    with closed_port("127.0.0.1") as port:
        yield f"127.0.0.1:{port}"


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="refused-fuzz-") as folder:
        yield Path(folder)
