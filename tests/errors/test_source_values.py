"""Where host and port of a Python call come from: each way back is told with its line, and what can't be told is not."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.errors.source import SourceReading, imports_of, read_python
from tui.errors.source.settings import read_settings
from tui.model.facts import CodeValue

MARK = "# <-"
"""Stands on the line that the stack names."""
CALLER = "# via"
"""Stands on the lines further up the stack."""


def read(code: str, *, beside: dict[str, str] | None = None, environ: dict[str, str] | None = None) -> SourceReading | None:
    """The reading of the marked line."""
    text = dedent(code)
    lines = text.splitlines()
    line = next(number for number, one in enumerate(lines, start=1) if MARK in one)
    callers = [number for number, one in enumerate(lines, start=1) if CALLER in one]
    files = {name: dedent(content) for name, content in (beside or {}).items()}
    return read_python(text, line, callers=callers, beside=files, environ=environ)


def values(code: str, **kinds: dict[str, str]) -> dict[str, CodeValue]:
    """The values of the marked line, by part."""
    reading = read(code, **kinds)
    assert reading is not None, "no connecting call was found"
    return {one.part: one for one in reading.values}


def said(code: str, part: str, **kinds: dict[str, str]) -> tuple[str | None, str, str]:
    """Value, origin and sentence of one part."""
    one = values(code, **kinds)[part]
    return one.value, one.origin, one.sentence


SOCKET_OF_CONSTANTS = """\
    import socket
    HOST = "127.0.0.1"
    PORT = 8081
    sock = socket.socket()
    sock.connect((HOST, PORT))  # <-
"""

PORTS = {
    "literal": ("import socket\nsocket.create_connection(('db', 5433))  # <-", "5433", "literal", "the literal 5433 at line 2"),
    "constant": (SOCKET_OF_CONSTANTS, "8081", "constant", "the constant PORT at line 3"),
    "tuple-constant": (
        "import socket\nADDR = ('db', 5433)\ns = socket.socket()\ns.connect(ADDR)  # <-",
        "5433",
        "literal",
        "the literal 5433 at line 2",
    ),
    "unpacked": (
        "HOST, PORT = 'db', 5433\nimport socket\nsocket.create_connection((HOST, PORT), 3)  # <-",
        "5433",
        "constant",
        "the constant PORT at line 1",
    ),
    "argument": (
        """\
        import socket
        def dial(host, port):
            return socket.create_connection((host, port))  # <-
        dial("db", 5433)
        """,
        "5433",
        "argument",
        "the argument port of dial(), given as 5433 at line 4",
    ),
    "argument-by-the-stack": (
        """\
        import socket
        def dial(host, port):
            return socket.create_connection((host, port))  # <-
        def one():
            dial("db", 5432)
        def two():
            dial("db", port=5433)  # via
        """,
        "5433",
        "argument",
        "the argument port of dial(), given as 5433 at line 7",
    ),
    "default": (
        """\
        import socket
        def dial(host, port=5433):
            return socket.create_connection((host, port))  # <-
        """,
        "5433",
        "default",
        "the default of the argument port of dial() at line 2",
    ),
    "attribute": (
        """\
        import socket
        class Client:
            def __init__(self, host, port):
                self.host, self.port = host, port
            def open(self):
                return socket.create_connection((self.host, self.port))  # <-
        Client("db", 5433).open()
        """,
        "5433",
        "argument",
        "the argument port of __init__(), given as 5433 at line 7",
    ),
    "class-constant": (
        "import socket\nclass Settings:\n    PORT = 5433\nsocket.create_connection(('db', Settings.PORT))  # <-",
        "5433",
        "constant",
        "the constant Settings.PORT at line 3",
    ),
    "dictionary": (
        "import redis\nCONFIG = {'host': 'db', 'port': 6380}\nr = redis.Redis(host=CONFIG['host'], port=CONFIG['port'])  # <-",
        "6380",
        "constant",
        "the constant CONFIG['port'] at line 2",
    ),
    "f-string": (
        "import requests\nPORT = 8081\nrequests.get(f'http://localhost:{PORT}/health', timeout=2)  # <-",
        "8081",
        "constant",
        "the constant PORT at line 2",
    ),
    "sum": (
        "import urllib.request\nBASE = 'http://db:8081'\nurllib.request.urlopen(BASE + '/health', timeout=2)  # <-",
        "8081",
        "constant",
        "the constant BASE at line 2",
    ),
    "percent": (
        "import requests\nPORT = 8081\nrequests.get('http://%s:%d/x' % ('db', PORT))  # <-",
        "8081",
        "constant",
        "the constant PORT at line 2",
    ),
    "format": (
        "import requests\nPORT = 8081\nrequests.get('http://{}:{}/x'.format('db', PORT))  # <-",
        "8081",
        "constant",
        "the constant PORT at line 2",
    ),
    "scheme-default": (
        "import requests\nURL = 'https://api.test/health'\nrequests.get(URL)  # <-",
        "443",
        "default",
        "the default port of https, the constant URL at line 2",
    ),
    "base-url": (
        "import httpx\nclient = httpx.Client(base_url='http://db:8081')\nclient.get('/health')  # <-",
        "8081",
        "literal",
        "the literal 'http://db:8081' at line 2",
    ),
    "made-elsewhere": (
        "import redis\nPORT = 6380\nr = redis.Redis(host='db', port=PORT)\ndef work():\n    r.ping()  # <-",
        "6380",
        "constant",
        "the constant PORT at line 2",
    ),
    "option": (
        """\
        import argparse, socket
        parser = argparse.ArgumentParser()
        parser.add_argument("--port", type=int, default=5433)
        args = parser.parse_args()
        socket.create_connection(("db", args.port))  # <-
        """,
        "5433",
        "argument",
        "the option --port at line 3, by default 5433",
    ),
    "conninfo": (
        "import psycopg2\nDSN = 'host=db port=5433 dbname=app'\npsycopg2.connect(DSN)  # <-",
        "5433",
        "constant",
        "the constant DSN at line 2",
    ),
    "asyncio": (
        "import asyncio\nasync def main():\n    r, w = await asyncio.open_connection('db', 5433)  # <-",
        "5433",
        "literal",
        "the literal 5433 at line 3",
    ),
    "event-loop": (
        "async def main(loop, Proto):\n    await loop.create_connection(lambda: Proto(), 'db', 5433)  # <-",
        "5433",
        "literal",
        "the literal 5433 at line 2",
    ),
    "returned": (
        "import socket\ndef port():\n    return 5433\nsocket.create_connection(('db', port()))  # <-",
        "5433",
        "literal",
        "what port() returns: the literal 5433 at line 3",
    ),
    "cast": (
        "import os, socket\nPORT = int(os.environ.get('DB_PORT', '5433'))\nsocket.create_connection(('db', PORT))  # <-",
        "5433",
        "default",
        "the default for the environment variable DB_PORT, which is not set here: the literal '5433' at line 2",
    ),
}


@pytest.mark.parametrize("name", PORTS)
def test_a_port_is_followed_to_where_it_stands(name: str) -> None:
    """The port's value, the kind of its origin, and the sentence that names the place."""
    code, value, origin, sentence = PORTS[name]

    assert said(code, "port") == (value, origin, sentence)


def test_a_variable_that_is_set_is_told_with_its_value() -> None:
    """The environment of the process at hand comes before a settings file, and that before the default."""
    code = "import os, socket\nsocket.create_connection(('db', int(os.getenv('DB_PORT', '1'))))  # <-"

    assert said(code, "port", environ={"DB_PORT": "7001"})[:2] == ("7001", "environment")
    written = said(code, "port", beside={".env": "# ports\nexport DB_PORT=7002\n"})
    assert written == ("7002", "environment", "the environment variable DB_PORT, set in .env:2")


@pytest.mark.parametrize(
    ("file", "text", "code", "line"),
    [
        ("app.ini", "[db]\nhost = db\nport = 5433\n", "config['db']['port']", 3),
        ("app.toml", '[service.db]\nport = 5433 # the new one\nhost = "db"\n', "config['service']['db']['port']", 2),
        ("app.yaml", "db:\n  host: db\n  port: 5433\nweb:\n  port: 80\n", "config['db']['port']", 3),
        ("app.cfg", "[db]\nport: 5433\n", "config.get('db', 'port')", 2),
    ],
)
def test_a_setting_is_found_in_its_file(file: str, text: str, code: str, line: int) -> None:
    """A key that code reads from its configuration is told with file and line."""
    source = f"import socket, yaml\nconfig = yaml.safe_load(open('x'))\nsocket.create_connection(('db', int({code})))  # <-"

    value, origin, sentence = said(source, "port", beside={file: text})

    assert (value, origin) == ("5433", "settings")
    assert sentence.endswith(f"in {file}:{line}")


def test_a_constant_of_the_module_beside_it() -> None:
    """A name imported from a file beside it is followed there."""
    code = "import socket\nfrom settings import PORT\nimport settings\nsocket.create_connection((settings.HOST, PORT))  # <-"
    found = values(code, beside={"settings.py": "HOST = 'db'\nPORT = 5433\n"})

    assert (found["port"].value, found["port"].path, found["port"].line) == ("5433", "settings.py", 2)
    assert found["host"].sentence == "the constant HOST in settings.py:1"


@pytest.mark.parametrize(
    "code",
    [
        "import socket\ns = socket.socket()\nfor port in (1, 2):\n    s.connect(('db', port))  # <-",
        "import socket, random\nPORT = random.choice([1, 2])\nsocket.create_connection(('db', PORT))  # <-",
        "import socket, sys\nif sys.argv:\n    PORT = 1\nelse:\n    PORT = 2\nsocket.create_connection(('db', PORT))  # <-",
        "import socket\ndef dial(port):\n    socket.create_connection(('db', port))  # <-\ndial(1)\ndial(2)",
        "import socket\nsocket.create_connection(('db', find_port()))  # <-",
    ],
)
def test_a_port_that_may_be_several_has_no_value(code: str) -> None:
    """Where the ways differ, the place is named and no value invented."""
    value, origin, sentence = said(code, "port")

    assert value is None
    assert origin in {"unknown", "argument"}
    assert sentence


@pytest.mark.parametrize(
    "code",
    [
        "print('x')  # <-",
        "{'a': 1}.get('a')  # <-",
        "x = 1  # <-",
        "import os\nos.environ.get('PORT')  # <-",
    ],
)
def test_a_line_that_connects_to_nothing(code: str) -> None:
    """No connecting call is invented."""
    assert read(code) is None


def test_secrets_are_masked() -> None:
    """A password in a URL is dropped, a secret variable's value is not shown."""
    code = "import redis\nredis.from_url('redis://:s3cret@cache:6379/0')  # <-"
    assert "s3cret" not in str(read(code))
    code = "import os, redis\nredis.Redis(host=os.environ['CACHE_SECRET_HOST'], port=6379)  # <-"
    assert "s3cret" not in str(read(code, environ={"CACHE_SECRET_HOST": "s3cret"}))


def test_what_a_compose_file_publishes_is_told_beside_it() -> None:
    """Code on localhost with another port than the one that is published."""
    compose = "services:\n  web:\n    image: web\n    ports:\n      - '8080:80'\n      - target: 443\n        published: 8443\n"
    reading = read(SOCKET_OF_CONSTANTS, beside={"docker-compose.yml": compose})

    assert reading
    assert [one.sentence for one in reading.elsewhere] == [
        "docker-compose.yml:5 publishes 8080 for web",
        "docker-compose.yml:7 publishes 8443 for web",
    ]


def test_a_setting_of_the_same_name_is_told_beside_it() -> None:
    """A settings file that names another port for the same key."""
    reading = read(SOCKET_OF_CONSTANTS, beside={".env": "PORT=9090\nOTHER_PORT=1\n", "Procfile": "web: serve --port 9091\n"})

    assert reading
    assert [one.sentence for one in reading.elsewhere] == ["Procfile:1 starts 9091 for web", ".env:1 sets PORT to 9090"]


def test_imports_are_listed_for_the_files_beside_it() -> None:
    """The last names of imported modules, and of what is imported from them."""
    assert imports_of("import a.b\nfrom .settings import PORT\nfrom . import conf\n") == ("b", "settings", "PORT", "conf")


PIECES = """\
socket.create_connection((HOST, PORT))
HOST = 'a'
PORT: int = 1
def f(port=PORT, *a, **k):
  return f(port)
f(*x, **y)
for PORT in [PORT]:
  r = requests.get(f'http://{HOST}:{PORT}')
class A:
  port = A.port
while True:
  try: f()
  except: pass
x = y = x
(a, b), *c = d
os.environ['P']
s.connect(addr)
lambda port: f(port)
""".splitlines()


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(lines=st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), line=st.integers(1, 12))
def test_no_code_makes_the_reader_raise(lines: list[str], line: int) -> None:
    """Whatever is written, in circles or not, the reader ends without an error."""
    read_python("\n".join(lines), line, callers=(line, 1), beside={"x.py": "\n".join(lines), "a.yml": "\n".join(lines)})


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(text=st.text(max_size=300))
def test_no_settings_file_makes_the_reader_raise(text: str) -> None:
    """Any text is read as settings, and every setting keeps a line of the file."""
    number = len(text.splitlines())

    for file in ("x.ini", "x.yaml", "compose.yaml"):
        found = read_settings(file, text)
        lines = [one.line for one in found.settings] + [one.line for one in found.published]
        assert all(1 <= line <= number for line in lines)


def test_a_number_without_end_is_no_port() -> None:
    """A string of digits that Python itself would not convert ends without a value, and without an error."""
    assert said(f"import socket\nsocket.create_connection(('db', int('{'9' * 5000}')))  # <-", "port")[0] is None


@pytest.mark.parametrize("host", ["db.main", "db-main", "db_main", "DB.Main"])
@pytest.mark.parametrize("key", ["DB_MAIN_PORT", "main_db_port"])
def test_a_setting_of_the_same_words_is_told_beside_it(host: str, key: str) -> None:
    """The words of the host and of the constant, however they are joined, are those of the key."""
    code = f"PORT = 1\nsocket.create_connection(('{host}', PORT))  # <-"
    reading = read(code, beside={".env": f"{key}=9\nDB_PORT=8\nMAIN_PORT=7\nDB_MAIN=6\n"})

    assert reading
    assert [one.value for one in reading.elsewhere] == ["9"]


def test_a_setting_behind_a_modules_name_is_a_setting() -> None:
    """A name with two dots is no constant of the module, though a file of that name is there."""
    code = "import settings\nsocket.create_connection(('db', settings.db.port))  # <-"
    beside = {"settings.py": "x = 1\n", "app.ini": "[db]\nport = 5433\n"}

    assert said(code, "port", beside=beside)[:2] == ("5433", "settings")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'5433'", "5433"),
        ('"5433"', "5433"),
        ('"54 33" # x', "54 33"),
        ('"5433', "5433"),
        ("'54\"33'", '54"33'),
        ("5433 # x", "5433"),
        ("5433 ; x", "5433"),
        ("5433#x", "5433#x"),
        ("5433,", "5433"),
        ("5433, 1", "5433, 1"),
        ("", ""),
    ],
)
def test_a_value_is_read_without_quotes_and_comments(written: str, value: str) -> None:
    """As the formats of settings files write it."""
    (found,) = read_settings("a.env", f"PORT={written}\n").settings

    assert found.value == value


@pytest.mark.parametrize(
    ("line", "port"),
    [
        *(
            (f"web: serve {option}8080", 8080)
            for option in ("--port ", "--port=", "-p ", "-p=", "--bind 0.0.0.0:", "--listen [::]:")
        ),
        *((f"web: serve {option}8080", 8080) for option in ("-b :", "-l ", "-bind=", "-listen=", "-port ")),
        ("web: PORT=8080 serve", 8080),
        ("# web: serve --port 8080", None),
        ("serve --port 8080", None),
        ("web: serve --port 8", None),
        ("web: serve --report 8080", None),
    ],
)
def test_a_procfile_names_the_ports_of_its_commands(line: str, port: int | None) -> None:
    """By the usual options; a comment, and a line without a name, start nothing."""
    found = read_settings("Procfile", f"\n{line}\n").published

    assert [(one.service, one.line, one.outside.first, one.inside.first) for one in found] == (
        [("web", 2, port, port)] if port else []
    )


COMPOSE = {"compose.yml": "services:\n  web:\n    ports: ['8080:80']\n  db:\n    ports: ['8081:81']\n"}


@pytest.mark.parametrize(
    ("call", "ports"),
    [
        ("Unknown(port=1)", ["8080", "8081"]),
        ("s.connect((where, 1))", ["8080", "8081"]),
        ("s.connect(('localhost', 1))", ["8080", "8081"]),
        ("s.connect(('127.0.0.1', 8080))", ["8081"]),
        ("s.connect(('web', 1))", ["80"]),
        ("s.connect(('web', 80))", []),
        ("s.connect(('other', 1))", []),
        ("s.connect(('web', where))", []),
        ("Unknown(host='web')", []),
    ],
)
def test_what_is_published_is_told_where_it_may_be_meant(call: str, ports: list[str]) -> None:
    """From this machine the ports outside of any service, by a service's name those inside of it; not the port that is asked."""
    reading = read(f"{call}  # <-", beside=COMPOSE)

    assert reading
    assert [one.value for one in reading.elsewhere] == ports
    assert all(
        (one.path, one.name, one.line) in {("compose.yml", "web", 3), ("compose.yml", "db", 5)} for one in reading.elsewhere
    )


@pytest.mark.parametrize(
    "word", ["pass", "PWD", "secret", "token", "credential", "api_key", "apikey", "private", "auth", "password", "authorization"]
)
def test_what_is_called_a_secret_is_not_shown(word: str) -> None:
    """A variable of such a name, a keyword, a key of a dictionary: in the values and in the advice."""
    secrets = f"{word}_x='s3cret', y={{'{word}': b's3cret'}}"
    code = f"import os, redis\nredis.Redis(host=os.environ['CACHE_{word}_HOST'], port=6379, {secrets})  # <-"
    reading = read(code, environ={f"CACHE_{word}_HOST": "s3cret"})

    assert reading
    assert next(one for one in reading.values if one.part == "host").value == "***"
    assert reading.advice
    assert "s3cret" not in str(reading)


def test_a_port_alone_is_not_any_port() -> None:
    """A constant that is called PORT, of a host that is not known, is meant by that key and by no other."""
    reading = read("PORT = 1\nUnknown(port=PORT)  # <-", beside={".env": "OTHER_PORT=8\nPORT=9\n"})

    assert reading
    assert [(one.value, one.path, one.line, one.name) for one in reading.elsewhere] == [("9", ".env", 2, "PORT")]


@pytest.mark.parametrize("mark", ["#", ";", "//", "  //", "\t#"])
def test_a_comment_sets_nothing(mark: str) -> None:
    """Whatever mark it begins with."""
    assert [one.value for one in read_settings("a.env", f"{mark}PORT=1\n\n{mark} PORT=2\nPORT=3\n").settings] == ["3"]
