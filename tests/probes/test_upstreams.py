"""What a proxy forwards to is read from the log that it writes, line by line, and from its settings; nothing is guessed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tui.engine.runner import check
from tui.model.facts import AnyFact, NotObserved, Upstream, Upstreams
from tui.model.requests import FindUpstreams
from tui.probes.kernel.system_view import SystemView
from tui.probes.upstreams.log_lines import failure_in

HEAD = "2026/11/20 11:02:03 [error] 29#29: *1"
TAIL = 'client: 127.0.0.1, server: , request: "GET /app?q=1 HTTP/1.1", upstream: "%s", host: "web:8080"'
HOLDS = "import sys; held = open(sys.argv[1], 'a'); read = open(sys.argv[2]); print('ready', flush=True); sys.stdin.read()"
LINES = {
    "nginx, refused": (
        f"{HEAD} connect() failed (111: Connection refused) while connecting to upstream, {TAIL % 'http://127.0.0.1:3000/app'}",
        ("127.0.0.1", 3000, None, "http", "refused"),
    ),
    "nginx, IPv6": (
        f"{HEAD} connect() failed (111: Connection refused) while connecting to upstream, {TAIL % 'http://[fd00::1]:3000/app'}",
        ("fd00::1", 3000, None, "http", "refused"),
    ),
    "nginx, FastCGI": (
        f"{HEAD} connect() failed (111: Connection refused) while connecting to upstream, {TAIL % 'fastcgi://127.0.0.1:9000'}",
        ("127.0.0.1", 9000, None, "fastcgi", "refused"),
    ),
    "nginx, closed": (
        f"{HEAD} upstream prematurely closed connection while reading response header, {TAIL % 'http://127.0.0.1:3000/'}",
        ("127.0.0.1", 3000, None, "http", "reset"),
    ),
    "nginx, too late": (
        f"{HEAD} upstream timed out (110: Connection timed out) while reading response header, {TAIL % 'http://10.0.3.9:3000/'}",
        ("10.0.3.9", 3000, None, "http", "timeout"),
    ),
    "nginx, a socket that is missing": (
        (
            f"{HEAD} connect() to unix:/run/app.sock failed (2: No such file or directory) while connecting to upstream, "
            f"{TAIL % 'http://unix:/run/app.sock:/app'}"
        ),
        (None, None, "/run/app.sock", "http", "other"),
    ),
    "nginx, a name": (
        f'{HEAD} app.internal could not be resolved (3: Host not found), client: 127.0.0.1, server: , request: "GET / HTTP/1.1"',
        ("app.internal", None, None, None, "dns"),
    ),
    "Apache": (
        (
            "[Fri Nov 20 11:02:03.815154 2026] [proxy:error] [pid 28:tid 29] (111)Connection refused: AH00957: http: attempt to "
            "connect to 127.0.0.1:3000 (127.0.0.1:3000) failed"
        ),
        ("127.0.0.1", 3000, None, "http", "refused"),
    ),
    "Caddy": (
        (
            '{"level":"error","ts":1795172523.0004146,"logger":"http.log.error","msg":"dial tcp 127.0.0.1:3000: connect: '
            'connection refused","request":{"method":"GET","host":"web:8080","uri":"/app"},"status":502}'
        ),
        ("127.0.0.1", 3000, None, None, "refused"),
    ),
}


@pytest.mark.parametrize(("line", "wanted"), LINES.values(), ids=LINES)
def test_a_line_names_what_failed(line: str, wanted: tuple[object, ...]) -> None:
    """The service behind, in which protocol it is spoken to, and how it failed; in the words of each proxy."""
    failure = failure_in(line, "/var/log/error.log")

    assert failure is not None
    assert (failure.host, failure.port, failure.path, failure.scheme, failure.failure) == wanted
    assert failure.source == "/var/log/error.log"


@pytest.mark.parametrize("name", ["nginx, refused", "Apache", "Caddy"])
def test_a_line_has_its_moment(name: str) -> None:
    """Nginx and Apache write the time of the machine's own zone, Caddy seconds since the epoch."""
    failure = failure_in(LINES[name][0], "log")

    assert failure is not None
    assert failure.at is not None
    local = datetime(2026, 11, 20, 11, 2, 3).astimezone().timestamp()
    assert int(failure.at) == (1795172523 if name == "Caddy" else int(local))


def test_a_line_says_which_request_failed() -> None:
    """Path and host of the request are read, so that a line about another one is not taken for it."""
    nginx, caddy = (failure_in(LINES[name][0], "log") for name in ("nginx, refused", "Caddy"))

    assert nginx is not None
    assert caddy is not None
    assert (nginx.asked, nginx.site) == ("/app?q=1", "web:8080")
    assert (caddy.asked, caddy.site) == ("/app", "web:8080")
    assert caddy.line == "dial tcp 127.0.0.1:3000: connect: connection refused"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026/11/20 11:02:03 [notice] 29#29: signal process started",
        f'{HEAD} open() "/var/www/x" failed (2: No such file or directory), client: 10.0.0.1, request: "GET /x HTTP/1.1"',
        '10.0.0.1 - - [20/Nov/2026:11:02:03 +0000] "GET /app HTTP/1.1" 502 157 "-" "curl/7.88.1"',
        "[Fri Nov 20 11:02:03.8 2026] [proxy_http:error] [pid 1] AH01114: HTTP: failed to make connection to backend: 127.0.0.1",
    ],
)
def test_other_lines_name_nothing(line: str) -> None:
    """A start, a missing file, an access log, and a line without an endpoint say nothing of a service behind."""
    assert failure_in(line, "log") is None


@contextmanager
def holding(*paths: Path) -> Iterator[int]:
    """A process that has the first file open for writing and the second for reading; its id."""
    argv = [sys.executable, "-IS", "-c", HOLDS, *map(str, paths)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdin
        assert child.stdout.readline() == b"ready\n"
        yield child.pid
        child.stdin.close()


async def facts_of(request: FindUpstreams, system: SystemView | None = None) -> list[AnyFact]:
    """All facts of the check."""
    facts: list[AnyFact] = []
    await check(request, facts.append, system=system or SystemView())
    return facts


def asked(pid: int) -> FindUpstreams:
    """A request about a process."""
    return FindUpstreams(address="127.0.0.1", port=8080, host="web", path="/app", pid=pid)


async def test_the_log_is_what_the_process_writes_to(tmp_path: Path) -> None:
    """The file that it holds open for writing is read from its end; one that it only reads is none of its logs."""
    log, other = tmp_path / "any.name", tmp_path / "read"
    stamp = time.strftime("%Y/%m/%d %H:%M:%S")
    log.write_text("x" * 100_000 + "\n" + LINES["nginx, refused"][0].replace("2026/11/20 11:02:03", stamp) + "\n")
    other.write_text(LINES["nginx, closed"][0] + "\n")
    with holding(log, other) as pid:
        (fact,) = await facts_of(asked(pid))

    assert isinstance(fact, Upstreams)
    assert fact.logs == (str(log),)
    assert [(each.port, each.failure) for each in fact.logged] == [(3000, "refused")]
    assert fact.logged[0].at is not None
    assert abs(fact.logged[0].at - time.time()) < 60
    assert fact.command == f"tail -n 20 {log}"


async def test_a_log_that_is_gone_is_not_named(tmp_path: Path) -> None:
    """A file without a name any more is no log that could be shown."""
    log, other = tmp_path / "log", tmp_path / "read"
    log.touch()
    other.touch()
    with holding(log, other) as pid:
        log.unlink()
        (fact,) = await facts_of(asked(pid))

    assert isinstance(fact, Upstreams)
    assert (fact.logs, fact.logged, fact.command) == ((), (), "")


async def test_a_hidden_process_is_said_to_be_hidden(tmp_path: Path) -> None:
    """Where its files may not be listed, nothing is claimed to be silent."""
    (fact,) = await facts_of(asked(4711), SystemView(proc=tmp_path))

    assert isinstance(fact, NotObserved)
    assert fact.reason.startswith("What the proxy")


async def test_the_newest_failure_is_the_last(tmp_path: Path) -> None:
    """Lines keep their order in time, and only so many are kept."""
    log, other = tmp_path / "log", tmp_path / "read"
    other.touch()
    lines = [
        LINES["nginx, refused"][0].replace("11:02:03", f"11:02:{second:02}").replace("3000", str(3000 + second))
        for second in range(50)
    ]
    log.write_text("".join(f"{line}\n" for line in lines))
    with holding(log, other) as pid:
        (fact,) = await facts_of(asked(pid))

    assert isinstance(fact, Upstreams)
    assert [each.port for each in fact.logged] == list(range(3030, 3050))
    assert all(isinstance(each, Upstream) for each in fact.logged)
