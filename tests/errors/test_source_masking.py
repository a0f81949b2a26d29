"""Lines of code are shown without secrets: by their name, by their place in a call, and alone on a line of a longer call."""

import ast

import pytest

from tui.errors.source.masking import LONGEST, SECRET_NAME, masked, written


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password = 'hunter2'", "password = '***'"),
        ('db_password="hunter2"', "db_password='***'"),
        ("{'passwd': b'hunter2'}", "{'passwd': '***'}"),
        ("options['api_key'] = 'hunter2'", "options['api_key'] = '***'"),
        ("token: 'hunter2'  # of the robot", "token: '***'  # of the robot"),
        ("get(url, auth=('app', 'hunter2'))", "get(url, auth=('***'))"),
        ("connect('host=db password=hunter2 port=1')", "connect('host=db password=*** port=1')"),
        ("get('https://app:hunter2@db.example/')", "get('https://db.example/')"),
        ("connect('db', 5432, 'app', 'hunter2')", "connect('db', 5432, '***', '***')"),
        ("f('db', 5432, 'hunter2')", "f('db', 5432, '***')"),
        ("f('db', 'x', 5432, 'hunter2')", "f('db', 'x', 5432, '***')"),
        ("f(5432, 'db', 'hunter2')", "f(5432, 'db', '***')"),
        ("'hunter2'", "'***'"),
        ("    'hunter2',", "    '***',"),
        ('    "hunter2")', "    '***')"),
        ("    b'hunter2',", "    b'***',"),
        ("    'hunter2'])", "    '***'])"),
    ],
)
def test_a_secret_is_not_shown(line: str, shown: str) -> None:
    """A text that may be a password by its name, its place among the arguments or because it stands alone is three stars."""
    assert masked(line) == shown


@pytest.mark.parametrize(
    "name",
    [
        *(
            "connect",
            "login",
            "authenticate",
            "Client",
            "Session",
            "create_pool",
            "create_engine",
            "FTP",
            "SMTP",
            "IMAP4",
            "LDAP",
        ),
        *("simple_bind", "sign_in", "signin", "Account"),
    ],
)
def test_what_logs_in_takes_a_password(name: str) -> None:
    """A call by a name that speaks of logging in takes secrets after its first argument, without any number before them."""
    assert masked(f"x.{name} ('app', 'hunter2')") == f"x.{name} ('app', '***')"
    assert masked("x.print('app', 'hunter2')") == "x.print('app', 'hunter2')"


@pytest.mark.parametrize(
    "name",
    [
        *("password", "passwd", "passphrase", "db_pwd", "client_secret", "TOKEN", "credentials", "api_key", "apikey", "ssl_key"),
        *("access_key", "account_key", "private", "auth"),
    ],
)
def test_a_name_says_that_it_is_a_secret(name: str) -> None:
    """What is given to such a name is hidden, and a value that comes from it is one to hide."""
    assert masked(f"{name} = 'hunter2'") == f"{name} = '***'"
    assert SECRET_NAME.search(name)


@pytest.mark.parametrize(
    "line",
    [
        *("host = 'db.example'", "connect('db', 5432)", "print('one', 'two')", "f('db', 5432)", "f(5432, 'db')", "passed = 3"),
        *("'db.example',", "    'localhost',", "'https://db.example/a',", "'/run/app.sock',", "''", "x", "    5432,", ""),
        *("'a' + 'b'", "'it' 's',", "keys = 'a'", "port = 'public'"),
    ],
)
def test_what_is_no_secret_is_shown(line: str) -> None:
    """Hosts, URLs, paths and numbers are what a reader looks for; nothing of them is hidden, alone on a line or in a call."""
    assert masked(line) == line


def test_a_line_is_short_and_has_no_tabs() -> None:
    """A line has a limit, which who shows it may set; a tab is four spaces."""
    assert masked("x" * 1000) == "x" * LONGEST + "…"
    assert masked("x" * 1000, limit=50) == "x" * 50 + "…"
    assert masked("\tx = 1") == "    x = 1"


def test_of_a_statement_its_first_line_is_written() -> None:
    """As Python writes it, whatever the spaces were, and masked."""
    (statement,) = ast.parse("for _  in connect( 'db','app' , 'hunter2' ):\n    pass\n    other()").body

    assert written(statement) == "for _ in connect('db', '***', '***'):"
