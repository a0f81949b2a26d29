"""The hook in Python processes: seen or not, nothing that the program can see changes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.approved import ROOT
from tests.program import environment, run
from tui.watch.run_directory import RunDirectory

PYTHONS = [
    sys.executable,
    *(found for name in ("3.9", "3.10", "3.12", "3.13", "3.14") if (found := shutil.which(f"python{name}"))),
]
OTHERS = [found for name in ("2.7", "3.6", "3.8") if (found := shutil.which(f"python{name}"))]
MANNERS = """
import asyncio, pickle, socket, threading, traceback

def plain():
    socket.create_connection(("127.0.0.1", 1), timeout=5)

def by_name():
    socket.socket().connect(("not.a.name.\\0", 1))

def no_address():
    socket.socket().connect()

def two_addresses():
    socket.socket().connect_ex()

def wrong_type():
    socket.socket().connect("127.0.0.1")

def out_of_range():
    socket.socket().connect_ex(("127.0.0.1", 99999))

def closed():
    sock = socket.socket()
    sock.close()
    sock.connect(("127.0.0.1", 1))

def unresolved():
    socket.getaddrinfo("x" * 64, 80)

def too_long():
    socket.getaddrinfo(".".join(["a"] * 130), 80)

def while_handling():
    try:
        raise KeyError("first")
    except KeyError:
        plain()

def on_asyncio():
    async def ask():
        await asyncio.open_connection("127.0.0.1", 1)
    asyncio.run(ask())

def of_a_subclass():
    class Mine(socket.socket):
        def connect(self, address):
            return super().connect(address)
    Mine().connect(("127.0.0.1", 1))

for work in (plain, by_name, no_address, two_addresses, wrong_type, out_of_range, closed, unresolved, too_long,
             while_handling, on_asyncio, of_a_subclass):
    try:
        work()
    except Exception as error:
        traceback.print_exc()
        print(type(error), error.args, type(error.__context__), type(error.__cause__), flush=True)
        pickle.loads(pickle.dumps(error))
"""
"""Every manner to fail, each with its traceback; nothing of it leaves this machine."""

LOOKS = """
import copy, functools, inspect, pickle, re, socket

def show(name, call):
    try:
        result = call()
        shown = "callable" if callable(result) else repr(result)
    except BaseException as error:
        shown = type(error).__name__ + ": " + str(error)
    print(name, re.sub("0x[0-9a-f]+", "", shown))

def look(sock, name):
    method = getattr(sock, name)
    for call in (
        lambda: method.__qualname__, lambda: method.__name__, lambda: method.__module__, lambda: method.__doc__,
        lambda: method.__text_signature__, lambda: method.__self__ is sock, lambda: method.nothing, lambda: vars(method),
        lambda: dir(method), lambda: setattr(method, "x", 1), lambda: method(address=1), lambda: method(),
        lambda: method(1, 2, 3, 4), lambda: pickle.dumps(method), lambda: copy.copy(method), lambda: copy.deepcopy(method),
        lambda: inspect.isbuiltin(method), lambda: inspect.isroutine(method),
        lambda: type(method).__name__, lambda: method.__class__, lambda: hash(method) == hash(getattr(sock, name)),
        lambda: method == getattr(sock, name), lambda: method == getattr(super(socket.socket, sock), name),
        lambda: method == sock.listen, lambda: method < method, lambda: bool(method), lambda: functools.partial(method),
        lambda: repr(method), lambda: getattr(socket.socket, name)(sock), lambda: getattr(socket.socket, name)(sock, address=2),
        lambda: getattr(socket.socket, name)(5, address=2),
    ):
        show(name, call)

with socket.socket() as idle:
    for name in ("connect", "connect_ex", "getsockopt"):
        look(idle, name)
        show(name, lambda: inspect.signature(getattr(idle, name)))
with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as under_way:
    under_way.setblocking(False)
    under_way.connect_ex(server.getsockname())
    look(under_way, "getsockopt")
    show("SO_ERROR", lambda: under_way.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
for ask in (socket.getaddrinfo, socket._socket.getaddrinfo):
    for call in (
        lambda: ask(), lambda: ask("127.0.0.1"), lambda: ask("127.0.0.1", 1, 2, 3, 4, 5, 6, 7), lambda: ask(bogus=1),
        lambda: ask(host="127.0.0.1", port=1, flags=4), lambda: ask(host="x" * 64, port=1), lambda: ask.__name__,
    ):
        show("getaddrinfo", call)
"""
"""What a program can see of the methods that are watched, and how they fail when they are called wrongly."""


def _must_run(python: str) -> None:
    """Skip by name what stands on the path and runs nothing, as a version manager's shims do."""
    if subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip(f"{python} runs no program here")


class Watched:
    """A directory of records, and Python processes that are watched with it."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self.place = RunDirectory(directory)
        self.bare = environment(directory)
        self.env = self.place.environment(self.bare)

    def run(self, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command with the hook, or in another environment."""
        env = self.env if env is None else env
        return subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    def records(self) -> list[dict[str, Any]]:
        """What was noted."""
        return [json.loads(line) for line in self.place.lines()]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """A new directory of records."""
    return Watched(tmp_path / "watch")


@pytest.mark.parametrize("python", PYTHONS)
def test_tracebacks_are_the_same(python: str, watched: Watched, tmp_path: Path) -> None:
    """With and without the hook every exception, its traceback, its context and its arguments are the same, to the letter."""
    _must_run(python)
    script = tmp_path / "manners.py"
    script.write_text(MANNERS)

    without, with_hook = watched.run(python, str(script), env=watched.bare), watched.run(python, str(script))

    assert with_hook.stdout == without.stdout
    assert with_hook.stderr == without.stderr
    assert {one["what"] for one in watched.records()} == {"connect", "resolve"}
    assert len(without.stdout.splitlines()) == 12


@pytest.mark.parametrize("python", PYTHONS)
def test_the_methods_look_the_same(python: str, watched: Watched, tmp_path: Path) -> None:
    """Names, texts, copies, comparisons, wrong calls: a watched method answers as the built-in one, also while it waits."""
    _must_run(python)
    script = tmp_path / "looks.py"
    script.write_text(LOOKS)

    without, with_hook = watched.run(python, str(script), env=watched.bare), watched.run(python, str(script))

    assert with_hook.stdout.splitlines() == without.stdout.splitlines()
    assert with_hook.stderr == without.stderr == ""
    assert len(without.stdout.splitlines()) > 100


@pytest.mark.parametrize("python", OTHERS)
def test_an_older_python_notices_nothing(python: str, watched: Watched) -> None:
    """Where the hook can't work, it does nothing, and says nothing."""
    _must_run(python)
    done = watched.run(python, "-c", "import socket, sys; print(sys.path[0] == '' and socket.socket.connect is not None)")

    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("flag", ["-I", "-S", "-E", "-B", "-OO", "-bb", "-Werror", "-Xdev"])
def test_flags_of_python(flag: str, watched: Watched) -> None:
    """With a flag that shuts the hook out there is none; with any other there is, and neither says a word."""
    code = "import socket\ns = socket.socket()\nprint(s.connect_ex(('127.0.0.1', 1)))\ns.close()"

    done = watched.run(sys.executable, flag, "-c", code)

    assert (done.stdout, done.stderr) == ("111\n", "")
    assert len(watched.records()) == (0 if flag in {"-I", "-S", "-E"} else 1)


def test_what_the_program_can_look_at(watched: Watched) -> None:
    """Path, modules and the class of sockets are as without the hook; the method of a socket is named and compared as usual."""
    code = (
        "import sys, _socket, socket\n"
        "s = socket.socket()\n"
        "print(sys.path, [type(one).__name__ for one in sys.meta_path])\n"
        "print(socket.socket.connect is _socket.socket.connect, socket.socket.connect_ex is _socket.socket.connect_ex)\n"
        "print(s.connect.__name__, s.connect.__self__ is s, s.connect == s.connect, s.connect != s.connect_ex)\n"
        "print(sorted(name for name in sys.modules if 'refused' not in name and name != 'sitecustomize'))\n"
    )

    without, with_hook = (watched.run(sys.executable, "-c", code, env=env) for env in (watched.bare, watched.env))

    assert with_hook.stdout == without.stdout
    assert with_hook.stderr == without.stderr == ""


def test_a_bound_method_is_called_again_and_again(watched: Watched) -> None:
    """`connect` taken from a socket once works each time, for a socket that connects too."""
    code = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "with socket.socket() as s:\n"
        "    ask = s.connect_ex\n"
        "    print(ask(('127.0.0.1', 1)), ask(('127.0.0.1', 1)))\n"
        "with socket.socket() as s:\n"
        "    ask = s.connect\n"
        "    print(ask(server.getsockname()), s.getpeername() == server.getsockname())\n"
        "    try:\n"
        "        ask(server.getsockname())\n"
        "    except OSError as error:\n"
        "        print(error)\n"
    )

    done = watched.run(sys.executable, "-c", code)

    assert done.stdout == "111 111\nNone True\n[Errno 106] Transport endpoint is already connected\n", done.stderr


def test_a_sitecustomize_behind_it_is_loaded(watched: Watched, tmp_path: Path) -> None:
    """One that stands on the path is loaded as if it were alone; where it fails, Python says what it always says."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import sys; sys.flag = __file__\n")
    code = "import sys, sitecustomize; print(sys.flag, sitecustomize.__file__)"
    env = watched.place.environment(watched.bare | {"PYTHONPATH": str(site)})

    done = watched.run(sys.executable, "-c", code, env=env)
    (site / "sitecustomize.py").write_text("1 / 0\n")
    failing = [watched.run(sys.executable, "-c", "", env=one) for one in (env, watched.bare | {"PYTHONPATH": str(site)})]

    assert done.stdout.split() == [str(site / "sitecustomize.py")] * 2
    assert failing[0].stderr == failing[1].stderr
    assert "ZeroDivisionError" in failing[0].stderr


def test_a_patched_socket(watched: Watched) -> None:
    """Whoever puts something in the place of `connect` gets what he put there, and the hook's afterwards."""
    code = (
        "import socket\n"
        "from unittest import mock\n"
        "for auto in (None, True):\n"
        "    with mock.patch.object(socket.socket, 'connect', autospec=auto) as fake, socket.socket() as s:\n"
        "        s.connect(('127.0.0.1', 1))\n"
        "        print(fake.call_args)\n"
        "with socket.socket() as s:\n"
        "    print(s.connect_ex(('127.0.0.1', 1)))\n"
    )

    without, done = (watched.run(sys.executable, "-c", code, env=env) for env in (watched.bare, watched.env))

    assert (done.stdout, done.stderr) == (without.stdout, without.stderr)
    assert done.stdout.endswith("111\n")
    assert len(watched.records()) == 1


def test_a_virtual_environment_without_the_project(watched: Watched, tmp_path: Path) -> None:
    """The hook is found in any environment."""
    made = watched.run(sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env"), env=watched.bare)
    assert made.returncode == 0, made.stderr

    watched.run(str(tmp_path / "env" / "bin" / "python"), "-c", "import socket; socket.socket().connect(('127.0.0.1', 1))")

    (record,) = watched.records()
    assert (record["address"], record["port"], record["errno"]) == ("127.0.0.1", 1, "ECONNREFUSED")
    assert record["stack"][0][1:] == [1, "<module>"]


def test_a_loop_is_counted_and_does_not_fill_the_disk(watched: Watched) -> None:
    """Ten thousand failures of one line are a few records, the last of which has the count."""
    code = "import socket\nfor _ in range(10000):\n    with socket.socket() as s:\n        s.connect_ex(('127.0.0.1', 1))\n"

    watched.run(sys.executable, "-c", code)

    found = watched.records()
    assert found[-1]["count"] == 10000
    assert len(found) < 100


def test_a_datagram_is_no_connection(watched: Watched) -> None:
    """What a program does with UDP, or with other kinds of sockets, is not noted."""
    code = (
        "import socket\n"
        "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:\n"
        "    print(s.connect_ex(('127.0.0.1', 1)))\n"
        "with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:\n"
        "    print(s.connect_ex('/no/such/socket'))\n"
    )

    assert watched.run(sys.executable, "-c", code).stdout == "0\n2\n"
    assert watched.records() == []


def test_no_record_can_be_written(watched: Watched) -> None:
    """Without the file, or with it read-only, the program goes on as it would."""
    env = watched.env
    watched.place.records.unlink()
    code = "import socket; print(socket.socket().connect_ex(('127.0.0.1', 1)))"

    done = watched.run(sys.executable, "-c", code, env=env)

    assert (done.stdout, done.stderr) == ("111\n", "")
    assert not watched.place.records.exists()


def test_an_asyncio_connect_that_somebody_gave_up(watched: Watched) -> None:
    """A connect that is cancelled while it is under way is noted as one that got no answer."""
    code = (
        "import asyncio, socket\n"
        "async def main():\n"
        "    with socket.socket() as full:\n"
        "        full.bind(('127.0.0.1', 0))\n"
        "        full.listen(0)\n"
        "        kept = []\n"
        "        for _ in range(3):\n"
        "            try:\n"
        "                kept.append(await asyncio.wait_for(asyncio.open_connection(*full.getsockname()), 0.3))\n"
        "            except TimeoutError:\n"
        "                print('timeout')\n"
        "asyncio.run(main())\n"
    )

    done = watched.run(sys.executable, "-c", code)

    assert "timeout" in done.stdout, done.stderr
    assert {one["errno"] for one in watched.records()} == {"ETIMEDOUT"}


def test_the_records_of_a_run_have_no_credentials(tmp_path: Path) -> None:
    """Of the command's words none but the first is written down, and nothing of it is said."""
    code = (
        "import os, socket; socket.socket().connect_ex(('127.0.0.1', 1))\n"
        "print(open(os.path.join(os.environ['PYTHONPATH'].split(':')[0], os.pardir, 'records')).read())"
    )

    done = run("run", "--", sys.executable, "-c", code, "--password=s3cr3t", state=tmp_path)

    assert "ECONNREFUSED" in done.stdout
    assert "s3cr3t" not in done.stdout + done.stderr
