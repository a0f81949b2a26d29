"""Error texts on the command line: answered for what they say, held against what is seen here, and kept without a secret."""

import json
import re
from pathlib import Path

import pytest

from tests.documents import validated
from tests.program import run, sessions
from tests.remedy_law import commands, is_look
from tests.test_check import QUICK, closed, open_port
from tui.cli.targets import AnsweredTextError, resolve_input
from tui.engine.recording import read
from tui.errors import error_text, read_error
from tui.errors.meaning import meaning_of
from tui.model.case import fold_all
from tui.model.events import Opened
from tui.model.facts import ErrorText
from tui.model.target import TargetError
from tui.report.document import document_of

__all__ = ["closed", "open_port"]

SECRET = "s3cr3tW0rd"  # noqa: S105 -- made up, to look for

SAYS_ITSELF = [
    ("Too many open files", "RLIMIT_NOFILE", "/proc/PID/limits"),
    ("OSError: [Errno 24] Too many open files", "RLIMIT_NOFILE", "--pid PID"),
    ("accept: Too many open files in system", "ENFILE", "/proc/sys/fs/file-nr"),
    ("x509: certificate signed by unknown authority", "does not trust the issuer", "openssl s_client"),
    ("x509: certificate has expired or is not yet valid", "run out", "openssl s_client"),
    ("x509: certificate is valid for a.example, not b.example", "other names", "openssl s_client"),
    ("SSL: WRONG_VERSION_NUMBER", "did not speak TLS", "openssl s_client"),
    ("Permission denied", "EACCES", "ausearch"),
    ("connect() failed (13: Permission denied)", "EACCES", "httpd_can_network_connect"),
    ("sendto: Operation not permitted", "EPERM", "nft list ruleset"),
    ("OSError: [Errno 98] Address already in use", "EADDRINUSE", "ss -ltnp"),
    ("java.net.BindException: Address already in use (Bind failed)", "EADDRINUSE", "ss -ltnp"),
    ("No space left on device", "ENOSPC", "df -h"),
    ("No buffer space available", "ENOBUFS", "tcp_mem"),
    ("Cannot assign requested address", "EADDRNOTAVAIL", "ip -brief address"),
]


@pytest.mark.parametrize(("text", "says", "command"), SAYS_ITSELF)
def test_a_text_without_an_endpoint_is_answered_for_what_it_says(text: str, says: str, command: str) -> None:
    """What it means, whose it is, and the command that shows it: for a limit, a permission, a port, a certificate, a disk."""
    meaning = meaning_of(read_error(text))

    assert meaning is not None
    assert says in meaning.sentence
    assert any(command in remedy.command for remedy in meaning.remedies)
    with pytest.raises(AnsweredTextError, match=re.escape(meaning.sentence)):
        resolve_input(text)


@pytest.mark.parametrize("text", [*(text for text, *_ in SAYS_ITSELF), "bind(0.0.0.0:80) failed (13: Permission denied)"])
def test_what_a_text_advises_says_whether_it_changes_something(text: str) -> None:
    """Each command that is offered for a text looks and is marked so, or changes something and is marked as that."""
    meaning = meaning_of(read_error(text))

    assert meaning is not None
    for remedy in meaning.remedies:
        assert {is_look(command) for command in commands(remedy.command)} == {not remedy.changes}, remedy.command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            'Get "https://pay.example:8443/": x509: certificate has expired or is not yet valid',
            "openssl s_client -connect pay.example:8443 -servername pay.example <",
        ),
        ("https://[2001:db8::9]:8443/: x509: certificate signed by unknown authority", "-connect [2001:db8::9]:8443 <"),
        (
            "2026/11/30 10:00:00 [crit] 812#812: *1 connect() to 10.0.0.9:8080 failed (13: Permission denied) while connecting",
            "refused check 10.0.0.9:8080 --pid 812",
        ),
        ("x509: certificate signed by unknown authority", "openssl s_client -connect HOST:PORT -servername HOST <"),
    ],
)
def test_what_a_text_advises_has_what_the_text_names(text: str, command: str) -> None:
    """Endpoint and process stand in the commands where the text names them; what it does not name is left in capitals."""
    meaning = meaning_of(read_error(text))

    assert meaning is not None
    assert any(command in remedy.command for remedy in meaning.remedies), meaning.remedies


@pytest.mark.parametrize(
    "text", ["Connection refused", "Name or service not known", "it does not work", "Permission denied (publickey)."]
)
def test_a_text_that_names_no_cause_is_not_explained(text: str) -> None:
    """A refusal says nothing of its cause, and a login that is denied is no errno: an endpoint is asked for."""
    assert meaning_of(read_error(text)) is None
    with pytest.raises(TargetError, match="names no endpoint; try"):
        resolve_input(text)


def test_check_answers_it(tmp_path: Path) -> None:
    """The answer is a result: on standard output, status 3, since the cause is the text's word alone; nothing is recorded."""
    done = run("check", "OSError: [Errno 24] Too many open files", state=tmp_path)

    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("The process that wrote this had all the file descriptors open")
    assert "likely: client.fd-limit" in done.stdout
    assert sessions(tmp_path) == []


@pytest.mark.parametrize(("option", "begins"), [("--markdown", "# "), ("--html", "<!DOCTYPE html>"), ("--text", "A file system")])
def test_it_is_answered_in_every_format(option: str, begins: str, tmp_path: Path) -> None:
    """A format that draws reports draws the answer too."""
    done = run("check", option, "No space left on device", state=tmp_path)

    assert (done.returncode, done.stdout.startswith(begins)) == (3, True)
    assert "ENOSPC" in done.stdout


def test_as_json_it_is_the_reading(tmp_path: Path) -> None:
    """There is no target, so there is no `refused/1`: the document says by its schema that it is what `parse` prints."""
    found = json.loads(run("check", "--json", "Too many open files", state=tmp_path).stdout)

    assert (found["schema"], found["class"], found["meaning"]["cause"]) == ("refused-parse/1", "descriptors", "client.fd-limit")


def test_what_says_nothing_stays_unusable(tmp_path: Path) -> None:
    """One line on standard error, and status 2; also for an answered text among other targets."""
    assert run("check", "it does not work", state=tmp_path).returncode == 2
    assert run("check", "127.0.0.1:1", "Too many open files", state=tmp_path).returncode == 2


def test_parse_says_it_too(tmp_path: Path) -> None:
    """`parse` gives the meaning, with status 3 where no endpoint is named, and 0 where one is."""
    alone = run("parse", state=tmp_path, text="Too many open files")
    bound = run("parse", state=tmp_path, text="listen tcp :8080: bind: address already in use")

    assert (alone.returncode, bound.returncode) == (3, 0)
    assert "meaning: The process that wrote this" in alone.stdout
    assert "bind: ?:8080" in bound.stdout
    assert "meaning: A program on the machine that wrote this wanted to listen" in bound.stdout


def test_a_text_that_is_not_so_here_is_said_first(open_port: str, tmp_path: Path) -> None:
    """It says refused and here it connects: that is the first sentence, status 3, and nothing is called well."""
    text = f"redis.exceptions.ConnectionError: Error 111 connecting to {open_port}. Connection refused."

    words = run("check", *QUICK, text, state=tmp_path)
    found = validated(run("check", *QUICK, "--json", text, state=tmp_path).stdout)

    assert words.returncode == 3
    assert " ".join(words.stdout.split()).startswith(f"{open_port}: The text says refused; from here it connects: it is over, or")
    assert "nothing is wrong" not in words.stdout
    assert (found["status"], found["verdict"]) == ("reachable", None)
    assert found["contradiction"]["sentence"].startswith("The text says refused; from here it connects")
    assert all(place["command"] for place in found["contradiction"]["places"])


def test_a_text_that_is_so_here_changes_nothing(closed: str, tmp_path: Path) -> None:
    """It says refused and here it is refused: the walk's own verdict, and no contradiction."""
    plain = validated(run("check", *QUICK, "--json", closed, state=tmp_path).stdout)
    found = validated(run("check", *QUICK, "--json", f"dial tcp {closed}: connect: connection refused", state=tmp_path).stdout)

    assert found["contradiction"] is None
    assert (found["verdict"]["cause"], found["verdict"]["certainty"]) == (
        plain["verdict"]["cause"],
        plain["verdict"]["certainty"],
    )


def test_a_port_that_is_taken_is_looked_at(open_port: str, tmp_path: Path) -> None:
    """A bind that failed is about who holds the port, not about a connection that was refused."""
    text = f"listen tcp {open_port}: bind: address already in use"

    found = validated(run("check", *QUICK, "--json", text, state=tmp_path).stdout)

    assert (found["verdict"]["cause"], found["verdict"]["certainty"]) == ("server.port-taken", "likely")
    assert found["contradiction"] is None


def test_the_record_keeps_the_texts_word_and_no_secret(closed: str, tmp_path: Path) -> None:
    """The session's header has class, phrase, tool, time and process of the text, the case and report made of it too."""
    text = (
        f"Nov 20 11:02:03 web7 app[812]: connect postgres://app:{SECRET}@{closed}/x?password={SECRET} failed: "
        f"dial tcp {closed}: connect: connection refused"
    )

    done = run("check", *QUICK, "--json", text, state=tmp_path)

    (path,) = sessions(tmp_path)
    events = read(path)
    assert SECRET not in path.read_text() + done.stdout
    assert isinstance(events[0], Opened)
    word = fold_all(events).last(ErrorText)
    assert word is not None
    assert (word.id, word.says, word.words.lower(), word.origin.host, word.origin.pid, word.origin.at) == (
        "error-text-1",
        "refused",
        "connection refused",
        "web7",
        812,
        "Nov 20 11:02:03",
    )
    assert document_of(events).evidence[0] == word


def test_words_that_tell_of_no_failure_are_no_text() -> None:
    """A plain target has no text, and words without a failure say nothing that could be contradicted."""
    assert resolve_input("127.0.0.1:8080").text is None
    assert error_text(read_error("see http://127.0.0.1:8080/ please")) is None
