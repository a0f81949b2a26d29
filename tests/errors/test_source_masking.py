"""Lines of code are shown without secrets: by their name, by their place in a call, and alone on a line of a longer call."""

import pytest

from tui.errors.source.masking import LONGEST, masked

SECRET = "hunter2"  # noqa: S105 -- made up, to look for


@pytest.mark.parametrize(
    "line",
    [
        *("password = '{}'", 'db_password="{}"', "{{'password': '{}'}}", "options['api_key'] = '{}'", "token: '{}'"),
        *("connect('db', 5432, 'app', '{}')", "client.login('app', '{}')", "f('db', 5432, '{}')", "smtp.auth('a', '{}')"),
        *("get(url, auth=('app', '{}'))", "connect('host=db password={}')", "get('https://app:{}@db.example/')"),
        *("'{}'", "    '{}',", '    "{}")', "    b'{}',", "f'{}'),", "    '{}'])"),
    ],
)
def test_a_secret_is_not_shown(line: str) -> None:
    """A text that may be a password by its name, its place among the arguments or because it stands alone is three stars."""
    shown = masked(line.format(SECRET))

    assert SECRET not in shown
    assert "***" in shown or shown == line.format("").replace("app:@", "")


@pytest.mark.parametrize(
    "line",
    [
        *("host = 'db.example'", "connect('db', 5432)", "print('one', 'two')", "f('db', 5432)", "passed = 3"),
        *("'db.example',", "    'localhost',", "'https://db.example/a',", "'/run/app.sock',", "''", "x", "    5432,", ""),
        *("'a' + 'b'", "'it' 's',"),
    ],
)
def test_what_is_no_secret_is_shown(line: str) -> None:
    """Hosts, URLs, paths and numbers are what a reader looks for; nothing of them is hidden, alone on a line or in a call."""
    assert masked(line) == line


def test_a_long_line_is_cut() -> None:
    """A line has a limit, which who shows it may set."""
    assert masked("x" * 1000) == "x" * LONGEST + "…"
    assert masked("x" * 1000, limit=50) == "x" * 50 + "…"
