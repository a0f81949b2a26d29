"""`refused check` against real sockets: results, statuses, records, interruptions."""

import json
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import validated
from tests.program import run, sessions, start, terminal, until_recorded
from tui.cli.exit_status import ExitStatus, highest, status_of
from tui.engine.recording import read
from tui.model.facts import Outcome
from tui.model.judgement import Assessment, Certainty, Status, Verdict

QUICK = ("--attempts", "1", "--timeout", "0.5")


@pytest.fixture
def closed() -> Iterator[str]:
    """A port of this machine that is held and refuses."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def open_port() -> Iterator[str]:
    """A port of this machine that accepts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[str]:
    """A port of this machine whose accept queue is full: what comes is dropped (listen(2))."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)  # noqa: FBT003 -- the method's only form
            one.connect_ex(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        for one in waiting:
            one.close()


def test_a_refused_target(closed: str, tmp_path: Path) -> None:
    """The result alone is on standard output, the verdict in it; status 1; without a terminal nothing on standard error."""
    done = run("check", closed, *QUICK, state=tmp_path)

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{closed} fails: refused.\n\nconfirmed: server.not-listening\n")


def test_a_healthy_target(open_port: str, tmp_path: Path) -> None:
    """It connects and nothing is wrong: status 0, no verdict."""
    done = run("check", open_port, *QUICK, "--json", state=tmp_path)

    found = validated(done.stdout)
    assert done.returncode == 0
    assert (found["status"], found["verdict"]) == ("reachable", None)


def test_an_open_cause(tmp_path: Path) -> None:
    """It fails, and what could be seen decides nothing: status 3, whatever is still possible."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as held:
        held.bind(str(tmp_path / "datagrams"))
        done = run("check", str(tmp_path / "datagrams"), *QUICK, "--json", state=tmp_path)

    found = validated(done.stdout)
    assert found["status"] == "failing"
    assert found["verdict"] is None or found["verdict"]["certainty"] == "possible", found["verdict"]
    assert done.returncode == 3


def test_a_full_accept_queue(silent: str, tmp_path: Path) -> None:
    """Silence on this machine whose reason is in its tables: the full queue is confirmed."""
    done = run("check", silent, *QUICK, "--json", state=tmp_path)

    found = validated(done.stdout)
    assert (found["outcome"], found["verdict"]["cause"]) == ("timeout", "server.backlog-full")
    assert done.returncode == 1


def test_json_holds_what_the_contract_says(closed: str, tmp_path: Path) -> None:
    """One document on one line, with the target and the evidence of the verdict."""
    done = run("check", closed, *QUICK, "--json", state=tmp_path)

    found = validated(done.stdout)
    host, port = closed.split(":")
    assert done.stdout.count("\n") == 1
    assert (found["target"]["host"], found["target"]["port"]) == (host, int(port))
    assert found["verdict"]["cause"] == "server.not-listening"
    assert {one["id"] for one in found["evidence"]} >= set(found["verdict"]["evidence"])
    assert found["elapsed_s"] > 0


def test_several_targets(closed: str, open_port: str, tmp_path: Path) -> None:
    """One document a line, in the order given, and the highest of their statuses; each has its own record."""
    done = run("check", open_port, closed, open_port, *QUICK, "--json", state=tmp_path)

    found = [validated(line) for line in done.stdout.splitlines()]
    assert [one["target"]["text"] for one in found] == [open_port, closed, open_port]
    assert [one["status"] for one in found] == ["reachable", "failing", "reachable"]
    assert done.returncode == 1
    assert len(sessions(tmp_path)) == 3


def test_several_targets_in_words(closed: str, open_port: str, tmp_path: Path) -> None:
    """Plain results stand one after another, with an empty line between them."""
    done = run("check", open_port, closed, *QUICK, "--no-session", state=tmp_path)

    assert f"\n\n{closed} fails: refused.\n" in done.stdout


def test_markdown(closed: str, tmp_path: Path) -> None:
    """--markdown prints the whole report."""
    done = run("check", closed, *QUICK, "--markdown", state=tmp_path)

    assert done.stdout.startswith(f"# `{closed}` fails: refused.\n")
    assert "## The walk" in done.stdout


def test_targets_from_standard_input(closed: str, open_port: str, tmp_path: Path) -> None:
    """`-` reads targets one a line, or the endpoint of an error text."""
    listed = run("check", "-", *QUICK, "--json", state=tmp_path, text=f"{open_port}\n{closed}\n")
    host, port = closed.split(":")
    pasted = run("check", "-", *QUICK, "--json", state=tmp_path, text=f"dial tcp {host}:{port}: connect: connection refused\n")

    assert [validated(line)["target"]["text"] for line in listed.stdout.splitlines()] == [open_port, closed]
    assert validated(pasted.stdout)["target"]["text"] == closed


def test_an_error_text_as_a_target(closed: str, tmp_path: Path) -> None:
    """A whole error text in quotes is read for its endpoint."""
    done = run("check", f"dial tcp {closed}: connect: connection refused", *QUICK, "--json", state=tmp_path)

    assert validated(done.stdout)["target"]["text"] == closed


def test_credentials_go_nowhere(closed: str, tmp_path: Path) -> None:
    """A password in a URL is neither printed nor recorded."""
    done = run("check", f"postgresql://u:s3cr3t/W0rd@{closed}/db", *QUICK, "--json", state=tmp_path)

    (path,) = sessions(tmp_path)
    assert validated(done.stdout)["target"]["text"] == f"postgresql://{closed}"
    assert "s3cr3t" not in done.stdout + done.stderr + path.read_text(encoding="utf-8") + path.name


def test_options_reach_the_walk(closed: str, tmp_path: Path) -> None:
    """Every option is in the session's header, and the schedule is the one that was asked for."""
    words = "--attempts 2 --delay 0.1 --backoff 2 --jitter 0.05 --timeout 0.5 --nameserver 127.0.0.1:9 --nameserver [::1]:9"
    words += " --idle 60"
    run("check", closed, *words.split(), "--service", "app", "--server", "sh -c", "--source", "127.0.0.1", state=tmp_path)

    header = json.loads(sessions(tmp_path)[0].read_text(encoding="utf-8").splitlines()[0])
    assert header["options"] == {
        "attempts": 2,
        "delay_s": 0.1,
        "backoff": 2.0,
        "jitter_s": 0.05,
        "timeout_s": 0.5,
        "nameservers": [{"address": "127.0.0.1", "port": 9}, {"address": "::1", "port": 9}],
        "service": "app",
        "probe_ports": True,
        "servers": ["sh -c"],
        "source": "127.0.0.1",
        "idle_s": 60.0,
    }


def test_other_ports_are_tried_unless_told_otherwise(closed: str, tmp_path: Path) -> None:
    """A check may try other ports of another machine; --no-probe-ports forbids it."""
    run("check", closed, *QUICK, "--no-probe-ports", state=tmp_path)

    assert json.loads(sessions(tmp_path)[0].read_text(encoding="utf-8").splitlines()[0])["options"]["probe_ports"] is False


def test_the_record(closed: str, tmp_path: Path) -> None:
    """The session is recorded for its owner alone, and `report` makes of it what check had said."""
    said = run("check", closed, *QUICK, "--json", state=tmp_path)
    (path,) = sessions(tmp_path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run("report", str(path), "--json", state=tmp_path).stdout == said.stdout
    assert run("report", str(path), "--text", state=tmp_path).stdout.startswith(f"{closed} fails: refused.")
    assert run("report", str(path), state=tmp_path).stdout.startswith("# ")
    assert run("report", str(path), "--html", state=tmp_path).stdout.startswith("<!DOCTYPE html>")
    assert sessions(tmp_path) == [path]


def test_a_record_of_its_own(closed: str, tmp_path: Path) -> None:
    """--session names the file; --no-session keeps none."""
    run("check", closed, *QUICK, "--session", str(tmp_path / "mine.jsonl"), state=tmp_path)
    run("check", closed, *QUICK, "--no-session", state=tmp_path)

    assert read(tmp_path / "mine.jsonl")
    assert sessions(tmp_path) == []


def test_a_record_that_cant_be_kept(closed: str, tmp_path: Path) -> None:
    """Where nothing can be written the walk goes on; one line says so."""
    (tmp_path / "refused").write_text("in the way", encoding="utf-8")

    done = run("check", closed, *QUICK, state=tmp_path)

    assert done.returncode == 1
    assert "confirmed: server.not-listening" in done.stdout
    assert done.stderr.startswith("refused: the session is not recorded: ")
    assert done.stderr.count("\n") == 1


def test_a_cut_record_is_reported(closed: str, tmp_path: Path) -> None:
    """A record that ends anywhere is reported up to its last whole line, and says that it was cut."""
    run("check", closed, *QUICK, state=tmp_path)
    whole = sessions(tmp_path)[0].read_bytes()
    first = whole.index(b"\n") + 1
    cut = tmp_path / "cut.jsonl"

    for size in (first, first + 1, len(whole) // 2, len(whole) - 1):
        cut.write_bytes(whole[:size])
        done = run("report", str(cut), "--json", state=tmp_path)
        assert done.returncode == 0
        assert validated(done.stdout)["complete"] is False
    cut.write_bytes(whole[: first - 1])
    assert run("report", str(cut), state=tmp_path).returncode == 2


def test_ctrl_c(closed: str, tmp_path: Path) -> None:
    """SIGINT ends the walk at once with status 130; what was known by then is printed and recorded."""
    process = start("check", closed, "--attempts", "3", "--delay", "60", "--json", state=tmp_path)
    until_recorded(b'"kind":"attempt"', tmp_path)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    found = validated(out)
    assert process.returncode == 130
    assert found["complete"] is False
    assert found["outcome"] == "refused"
    assert err == ""


def test_a_kill_leaves_a_readable_record(closed: str, tmp_path: Path) -> None:
    """After SIGKILL the record holds everything up to that moment."""
    process = start("check", closed, "--attempts", "3", "--delay", "60", state=tmp_path)
    until_recorded(b'"kind":"attempt"', tmp_path)

    process.kill()
    process.communicate(timeout=20)

    done = run("report", str(sessions(tmp_path)[0]), "--json", state=tmp_path)
    assert validated(done.stdout)["outcome"] == "refused"


def test_a_lost_terminal_leaves_a_readable_record(closed: str, tmp_path: Path) -> None:
    """When the screen's terminal goes away (SIGHUP) the record holds everything up to that moment."""
    with terminal(closed, state=tmp_path) as screen:
        screen.wait_for("refused by reset")
        assert screen.hang_up() != 0

    done = run("report", str(sessions(tmp_path)[0]), "--json", state=tmp_path)
    assert validated(done.stdout)["outcome"] == "refused"


def test_a_reader_that_stops(closed: str, tmp_path: Path) -> None:
    """Whoever reads standard output may stop after the first result: no complaint, no further walk."""
    process = start("check", closed, closed, closed, "--attempts", "2", "--delay", "0.2", "--json", state=tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None

    assert validated(process.stdout.readline())
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()

    assert process.wait(20) == 1
    assert err == ""
    assert len(sessions(tmp_path)) == 2


def test_progress_is_told_on_a_terminal(closed: str, tmp_path: Path) -> None:
    """On a terminal each attempt is told as it ends, and where the record lies."""
    with terminal("check", closed, *QUICK, state=tmp_path) as screen:
        assert screen.end() == 1

    assert f"{closed}: attempt 1 of 1: {closed} refused by a reset".encode() in screen.seen
    assert os.fsencode(sessions(tmp_path)[0].name) in screen.seen


def assessment(status: Status, certainty: Certainty | None) -> Assessment:
    """An assessment with a verdict of this certainty, or none."""
    verdict = Verdict(cause="server.down", certainty=certainty, summary="") if certainty else None
    return Assessment(status=status, outcome=Outcome.TIMEOUT, verdict=verdict)


@pytest.mark.parametrize(
    ("status", "certainty", "expected"),
    [
        (Status.REACHABLE, None, 0),
        (Status.FAILING, Certainty.CONFIRMED, 1),
        (Status.FAILING, Certainty.LIKELY, 1),
        (Status.DEGRADED, Certainty.CONFIRMED, 1),
        (Status.INTERMITTENT, Certainty.LIKELY, 1),
        (Status.FAILING, Certainty.POSSIBLE, 3),
        (Status.FAILING, None, 3),
        (Status.INTERMITTENT, None, 3),
        (Status.DEGRADED, Certainty.POSSIBLE, 3),
    ],
)
def test_exit_statuses(status: Status, certainty: Certainty | None, expected: int) -> None:
    """The status of each pair of state and certainty, as the contract has it."""
    assert status_of(assessment(status, certainty)) == expected


def test_the_highest_status_counts() -> None:
    """Of several targets the highest status is the program's; of none, nothing is wrong."""
    assert highest([ExitStatus.REACHABLE, ExitStatus.CAUSE_OPEN, ExitStatus.CAUSE_FOUND]) is ExitStatus.CAUSE_OPEN
    assert highest([]) is ExitStatus.REACHABLE
    assert [status.value for status in ExitStatus] == [0, 1, 2, 3, 130]
    assert all(status.meaning for status in ExitStatus)
