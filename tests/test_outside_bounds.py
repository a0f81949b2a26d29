"""What a record, a clock, a limit or a word of the command line may say, and the program goes on or says why not."""

import errno
import subprocess
import warnings
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import REFUSED, environment
from tui.cli import arguments
from tui.cli.main import FEWEST_FILES, NO_MEMORY, main
from tui.diagnosis.readings.likely_ports import slips
from tui.errors.source.syntax import parse
from tui.model.events import AnyEvent, CheckEnded, Opened
from tui.model.facts.reset_origin import INITIAL_TTLS, initial_ttl
from tui.model.options import Options
from tui.model.requests import ListListeners
from tui.model.target import parse_target
from tui.report.document import document_of


@pytest.mark.parametrize("port", [-1, 0, 65535, 65536, 10**12, -(10**12)])
def test_a_port_of_a_record_may_be_no_port(port: int) -> None:
    """Its slips are ports all the same, and not itself."""
    assert all(0 < slip <= 65535 and slip != port for slip in slips(port))


@pytest.mark.parametrize(("received", "initial"), [(-5, 64), (64, 64), (65, 128), (255, 255), (256, 255), (10**12, 255)])
def test_a_ttl_of_a_record_may_be_no_ttl(received: int, initial: int) -> None:
    """What is above the highest there is came down from the highest."""
    assert initial_ttl(received) == initial
    assert initial in INITIAL_TTLS


def _record(*moments: str) -> list[AnyEvent]:
    """A session whose events have these moments."""
    target = parse_target("127.0.0.1:1")
    opened = Opened(at=moments[0], version="1", target=target, options=Options(), vantage="here")
    return [opened, *(CheckEnded(at=moment, request=ListListeners()) for moment in moments[1:])]


@pytest.mark.parametrize(
    ("clocks", "seconds"),
    [
        (("10:00:00", "10:00:02", "10:00:03"), 3.0),
        (("10:00:00", "08:00:00", "08:00:02"), 2.0),
        (("10:00:00", "10:00:02", "08:00:02"), 2.0),
        (("10:00:00", "08:00:00"), 0.0),
        (("10:00:00", "10:00:02", "nonsense"), 0.0),
    ],
)
def test_a_clock_that_is_set_back_hides_its_step_alone(clocks: tuple[str, ...], seconds: float) -> None:
    """A walk never took less than nothing."""
    events = _record(*(f"2026-11-20T{clock}Z" for clock in clocks))

    assert document_of(events).elapsed_s == seconds


@pytest.mark.parametrize("source", ["x = 1if 1 else 2", 'x = "\\d"', "x = 1 is 1", "assert (1, 'x')", "x = ()()"])
def test_python_says_nothing_about_the_users_source(source: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It is read without a word, also where each warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse(source) is not None
        warnings.simplefilter("always")
        assert parse(source) is not None

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("word", ["-x:1", "--port", "-", "--", "-h", "db-1:5432"])
def test_after_two_dashes_no_word_is_an_option(word: str) -> None:
    """It is the target as it is, and options before it still count."""
    given = arguments.check_parser().read(["--attempts", "2", "--", word])

    assert (given.targets, given.attempts) == ([word], 2)
    assert arguments.report_parser().read(["--", word]).file == word
    assert arguments.main_parser().read(["--ascii", "--", word]).target == word


def test_a_word_with_a_dash_is_no_host(capsys: pytest.CaptureFixture[str]) -> None:
    """That is said of the word, and not that there is none."""
    assert main(["check", "--no-session", "--", "-x:1"]) == 2
    assert "'-x:1' is not a host name" in capsys.readouterr().err


@pytest.mark.parametrize("files", [FEWEST_FILES - 3, FEWEST_FILES - 1])
def test_too_few_descriptors_are_said(files: int, tmp_path: Path) -> None:
    """On one line, before anything is tried."""
    limited = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *REFUSED, "demo"]
    done = subprocess.run(limited, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"refused: {files} files may be open at a time, which is too few; `ulimit -n 64` allows more\n"


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory")])
def test_too_little_memory(error: Exception, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A limit of memory is said on one line; another error of the system is no matter of memory."""

    def failing(_: str) -> str:
        raise error

    monkeypatch.setattr("tui.cli.main._input_text", failing)
    assert main(["parse"]) == 2
    assert capfd.readouterr() == ("", NO_MEMORY.decode())

    error = OSError(errno.EIO, "Input/output error")
    with pytest.raises(OSError, match="Input/output"):
        main(["parse"])


def test_too_little_memory_after_a_command(tmp_path: Path) -> None:
    """Where what a command's connections did can't be read, the status is the command's."""
    code = (
        "import sys\nfrom tui.watch import watching\n"
        "def failing(*_):\n    raise MemoryError\n"
        "watching._failed = failing\n"
        "from tui.cli.main import main\nsys.exit(main(['run', '--check', '--', 'sh', '-c', 'exit 7']))"
    )
    done = subprocess.run(
        [REFUSED[0], "-c", code], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (7, "refused: no failing connection was seen\n")
