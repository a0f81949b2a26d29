"""Where and when a text was written, by the line of a log that holds it, and the phrase that states its class."""

import pytest

from tui.errors import read_error
from tui.errors.types import TextOrigin

REFUSED = "connect to db:5432 failed: Connection refused"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", TextOrigin()),
        ("web-1  | ", TextOrigin(container="web-1")),
        ("[pod/web-7f9c/app] ", TextOrigin(container="web-7f9c")),
        ("Nov 20 11:02:03 web1 app[812]: ", TextOrigin(at="Nov 20 11:02:03", host="web1", pid=812)),
        ("<27>Nov  2 11:02:03 web1 app: ", TextOrigin(at="Nov  2 11:02:03", host="web1")),
        ("2026-11-20T11:02:03.5+01:00 web1 app[9]: ", TextOrigin(at="2026-11-20T11:02:03.5+01:00", host="web1", pid=9)),
        ("2026/11/20 11:02:03 [error] 812#0: *1 ", TextOrigin(at="2026/11/20 11:02:03", pid=812)),
        ("2026-11-20 11:02:03,412 ERROR app ", TextOrigin(at="2026-11-20 11:02:03,412")),
        ('10.0.0.1 - - [20/Nov/2026:11:02:03 +0100] "GET /" ', TextOrigin(at="20/Nov/2026:11:02:03 +0100")),
        ("web-1  | 2026-11-20 11:02:03 ", TextOrigin(at="2026-11-20 11:02:03", container="web-1")),
        ("total 12 | ", TextOrigin()),
    ],
)
def test_the_line_of_a_log_says_where_and_when(before: str, expected: TextOrigin) -> None:
    """Time, container, machine and process are those that stand before the message, and none is guessed."""
    assert read_error(f"{before}{REFUSED}").origin == expected


def test_the_first_line_of_a_record_counts_for_all_of_it() -> None:
    """A traceback in a log has the time and process of the line that it begins with."""
    text = f"Nov 20 11:02:03 web1 app[812]: it failed\n  Traceback\n  {REFUSED}"

    assert read_error(text).origin == TextOrigin(at="Nov 20 11:02:03", host="web1", pid=812)


def test_another_lines_time_is_not_the_failures() -> None:
    """The origin is that of the failure that is walked, the last, and not of an earlier line."""
    text = f"Nov 20 10:00:00 a x[1]: {REFUSED}\nNov 20 11:02:03 b y[2]: {REFUSED}"

    assert read_error(text).origin == TextOrigin(at="Nov 20 11:02:03", host="b", pid=2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (REFUSED, "Connection refused"),
        ("[Errno 111] ?", "errno 111"),
        ("x509: certificate has expired or is not yet valid: current time", "certificate has expired or is not yet valid"),
        ("nothing of the kind", None),
        ("psycopg2.connect('postgresql://app:s3cret@db:5432/x') failed: Connection refused", "Connection refused"),
    ],
)
def test_only_the_phrase_is_quoted(text: str, words: str | None) -> None:
    """What is quoted is the phrase that states the class, so no secret of the text can be in it."""
    assert read_error(text).words == words
