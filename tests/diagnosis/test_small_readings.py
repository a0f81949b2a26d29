"""Readings and words that several causes share, held by tables: what stops a process, kinds of files, names of causes."""

import pytest
from msgspec.structs import replace

from tests.casefile import CASES, load
from tui.diagnosis.causes import _entry_problems, hypotheses
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import judged
from tui.diagnosis.readings.code import code_location
from tui.diagnosis.readings.process_remedies import let_it_run, more_files
from tui.diagnosis.readings.reset_origin import Origin, ResetSource, in_words
from tui.model.case import Case
from tui.model.facts import AnyFact, Code, NotObserved, Outcome, ProcessState, ResetOrigin, UnixAttempt, UnixPath
from tui.model.facts.reset_origin import Reference
from tui.model.judgement import Culprit, State
from tui.model.requests import ReadCode, ReadProxies
from tui.model.target import parse_target

STOPPED = ProcessState(pid=7, name="shop", state="T", state_words="stopped", states=("T",))


def cause(identifier: str) -> Hypothesis:
    """One cause by its id."""
    return next(hypothesis for hypothesis in hypotheses() if hypothesis.id == identifier)


def remedies(process: ProcessState) -> list[tuple[str, bool]]:
    """Command and whether it changes something, of each remedy that lets a process run."""
    case = Case(target=parse_target("db:80"))
    return [(remedy.command, remedy.changes) for remedy in let_it_run(case, process, "it answers")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"stopper": "signal"}, [("kill -CONT 7", True)]),
        ({"stopper": "freezer", "frozen_group": "/a b"}, [("echo 0 | tee '/sys/fs/cgroup/a b/cgroup.freeze'", True)]),
        ({"stopper": "freezer", "frozen_group": "/a", "unit": "shop.service"}, [("systemctl thaw shop.service", True)]),
        ({"stopper": "debugger", "tracer": "gdb, pid 8"}, [("grep TracerPid /proc/7/status", False)]),
        ({"stopper": None}, []),
        (
            {"stopper": None, "descriptors": 1024, "descriptor_limit": 1024, "descriptors_listed": True},
            [
                ("ls -l /proc/7/fd | awk '{print $NF}' | sort | uniq -c | sort -rn | head", False),
                ("prlimit --pid 7 --nofile=65536", True),
            ],
        ),
        (
            {"stopper": "signal", "descriptors": 90000, "descriptor_limit": 90000, "descriptors_listed": True},
            [
                ("kill -CONT 7", True),
                ("ls -l /proc/7/fd | awk '{print $NF}' | sort | uniq -c | sort -rn | head", False),
                ("prlimit --pid 7 --nofile=180000", True),
            ],
        ),
    ],
)
def test_what_lets_a_process_run_again(fields: dict[str, object], expected: list[tuple[str, bool]]) -> None:
    """What stops it is lifted by its own kind; one at its limit of files is shown them, and gets twice as many."""
    assert remedies(ProcessState(pid=7, name="shop", state="T", state_words="", **fields)) == expected  # type: ignore[arg-type]


def test_a_limit_is_raised_where_it_is_set() -> None:
    """In the unit that is known, else wherever the program is started; `verify` is the caller's."""
    bare, of_unit = (list(more_files(process, "it answers")) for process in (STOPPED, replace(STOPPED, unit="a.service")))

    assert "in a.service (LimitNOFILE=)" in of_unit[1].do
    assert "in its unit (LimitNOFILE=) or start script" in bare[1].do
    assert bare[1].verify == "it answers"


def at_path(kind: str, errno: str | None, outcome: Outcome = Outcome.REFUSED) -> Case:
    """A path with this kind of file, after an attempt that ended so."""
    file = load(CASES / "unix.not-a-socket" / "regular-file.toml")
    facts = [
        replace(fact, type=kind)
        if isinstance(fact, UnixPath)
        else replace(fact, errno=errno, outcome=outcome)
        if isinstance(fact, UnixAttempt)
        else fact
        for fact in file.facts
    ]
    return replace(file, facts=facts).case


@pytest.mark.parametrize(
    ("kind", "words"),
    [("file", "a regular file"), ("directory", "a directory"), ("fifo", "a named pipe"), ("device", "a device")],
)
@pytest.mark.parametrize("errno", ["ECONNREFUSED", "EACCES"])
def test_another_kind_of_file_at_the_path(kind: str, words: str, errno: str) -> None:
    """Each kind is named; another errno leaves it open, and a socket or nothing at the path rules it out."""
    judge = cause("unix.not-a-socket")
    sure, odd = judged(judge, at_path(kind, errno)), judged(judge, at_path(kind, "EPERM", Outcome.BLOCKED))
    others = [judged(judge, at_path(other, errno)).state for other in ("socket", "missing")]

    assert (sure.state, sure.culprit) == (State.CONFIRMED, Culprit(kind="file", path="/var/log/app.log"))
    assert f"/var/log/app.log is {words}, not a socket" in sure.summary
    assert (odd.state, odd.reason) == (State.OPEN, f"/var/log/app.log is {words}, and the attempt ends in EPERM.")
    assert others == [State.RULED_OUT, State.RULED_OUT]


@pytest.mark.parametrize("identifier", ["unix.missing", "unix.permission", "unix.stale", "server.backlog-full"])
def test_an_attempt_without_an_errno_is_called_by_its_end(identifier: str) -> None:
    """What accepts and then resets fails no call: the sentence says how it ended."""
    judgement = judged(cause(identifier), at_path("socket", None, Outcome.RESET))

    assert judgement.state is State.RULED_OUT
    assert "ends in reset" in judgement.reason


@pytest.mark.parametrize(
    ("name", "taken", "problems"),
    [
        ("server.shop", set[str](), []),
        ("shop", set[str](), ["its name is not GROUP.CAUSE"]),
        ("server.", set[str](), ["its name is not GROUP.CAUSE"]),
        ("nowhere.shop", set[str](), ["its name is not GROUP.CAUSE"]),
        ("server.shop", {"server.shop"}, ["there is a cause of that name already"]),
    ],
)
def test_a_cause_of_another_package_needs_a_name_of_its_own(name: str, taken: set[str], problems: list[str]) -> None:
    """In one of the groups, and not one that is there; and it has to be a cause."""
    plain = cause("server.down")
    found = list(_entry_problems(name, plain, taken))

    assert [problem[: len(begin)] for problem, begin in zip(found, problems, strict=True)] == problems
    assert list(_entry_problems(name, "no cause", taken))[-1] == "it is not a Hypothesis"


FRAME = Code(path="/srv/client.py", line=12, language="python", found=True)


@pytest.mark.parametrize(
    ("facts", "location"),
    [
        ((), None),
        ((FRAME,), "client.py:12"),
        ((replace(FRAME, call_line=14),), "client.py:14"),
        ((FRAME, replace(FRAME, path="/srv/db.py", line=3)), "db.py:3"),
        ((NotObserved(request=ReadCode(path="/app/gone.py", line=7), reason="It is not here."),), "gone.py:7"),
        ((NotObserved(request=ReadProxies(host="x", port=80), reason="It is not here."),), None),
    ],
)
def test_where_the_code_stands(facts: tuple[AnyFact, ...], location: str | None) -> None:
    """The newest line that is known, of the call where it begins elsewhere, though its file could not be read."""
    assert code_location(Case(target=parse_target("db:80"), facts=facts)) == location


@pytest.mark.parametrize(
    ("received", "smallest", "words"),
    [
        (62, 3, "the reset arrives with TTL 62 and needs 3 hops"),
        (62, 1, "the reset arrives with TTL 62 and needs 1 hop"),
        (62, None, "the reset arrives with TTL 62"),
        (None, 3, "the reset arrives, and needs 3 hops"),
        (None, None, ""),
    ],
)
def test_what_was_measured_of_a_reset(received: int | None, smallest: int | None, words: str) -> None:
    """Both numbers, or the one that is known, and beside it those of what it is held against."""
    echo = Reference(kind="echo", received_ttl=60, smallest_ttl=5)
    port = replace(echo, kind="syn-ack", port=22)
    fact = ResetOrigin(address="10.0.0.1", port=80, received_ttl=received, smallest_ttl=smallest, references=(echo, port))
    others = "echo replies arrive with TTL 60 and need 5 hops; answers of port 22 arrive with TTL 60 and need 5 hops"

    assert in_words(Origin(fact=fact, source=ResetSource.ITSELF)) == "; ".join(part for part in (words, others) if part)
