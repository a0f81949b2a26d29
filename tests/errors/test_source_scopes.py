"""Which binding of a name counts where it is used: scopes as Python has them, annotations, blocks, and what is awaited."""

import pytest

from tests.errors.test_source_connects import parts
from tests.errors.test_source_values import said
from tui.errors.source import imports_of
from tui.errors.source.settings import read_settings


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def setup():\n    global PORT\n    PORT = 5433\nsetup()\ns.connect(('db', PORT))  # <-", "the constant PORT at line 3"),
        ("def setup():\n    PORT = 1\nPORT = 5433\ns.connect(('db', PORT))  # <-", "the constant PORT at line 3"),
        ("PORT = 5433\nPORT: int\ns.connect(('db', PORT))  # <-", "the constant PORT at line 1"),
        ("PORT: int = 5433\ns.connect(('db', PORT))  # <-", "the constant PORT at line 1"),
        ("PORT = 5433\nwith lock:\n    s.connect(('db', PORT))  # <-", "the constant PORT at line 1"),
        (
            "class C:\n    PORT = 1\n    def f(self):\n        s.connect(('db', PORT))  # <-\nPORT = 5433",
            "the constant PORT at line 5",
        ),
        ("class C:\n    PORT = 5433\n    s.connect(('db', PORT))  # <-", "the constant PORT at line 2"),
        (
            "def f(port):\n    def g():\n        s.connect(('db', port))  # <-\n    g()\nf(5433)",
            "the argument port of f(), given as 5433 at line 5",
        ),
        (
            "class C:\n    port = 5433\n    def f(self):\n        s.connect(('db', self.port))  # <-",
            "the constant self.port at line 2",
        ),
    ],
)
def test_a_name_is_that_of_its_scope(code: str, expected: str) -> None:
    """A function's own names, `global`, a class's names that its methods do not see, and those of the function around."""
    value, _, sentence = said(code, "port")

    assert (value, sentence) == ("5433", expected)


def test_an_address_that_is_awaited_is_followed() -> None:
    """`await` changes nothing of what a value comes from."""
    code = "async def f():\n    address = await ('db', 5433)\n    s.connect(address)  # <-"

    assert parts(code) == {"host": "db", "port": "5433"}


def test_what_stands_in_place_of_a_host_is_none() -> None:
    """A tuple where a host should be, as nothing takes it, says neither host nor port; more arguments than two are others."""
    assert parts("x.Redis(('db', 5433))  # <-") == {}
    assert parts("x.Redis('db', 5433, 7, 8)  # <-") == {"host": "db", "port": "5433"}
    assert parts("socket.connect('db', 5433, 7)  # <-") == {"host": "db", "port": "5433"}
    assert parts("loop.create_connection(Proto, 'db', 5433, 7)  # <-") == {"host": "db", "port": "5433"}


def test_a_file_that_is_no_python_imports_nothing() -> None:
    """Of a file that is Python each module, by the last part of its name, and each name that it takes out of one."""
    assert imports_of("import a.b, c\nfrom d.e import f\nfrom . import g") == ("b", "c", "e", "f", "g")
    assert imports_of("def (") == ()


def test_a_key_without_a_value_ends_where_its_neighbour_begins() -> None:
    """In a template, which is read line by line, a key is below the last one that stands further left, and below no other."""
    found = read_settings("a.yaml", "{{x}}\na:\nb:\n  port: 1\n  c:\n    d: 2\n  e: 3\nf: 4\n").settings

    assert [(one.keys, one.value) for one in found] == [
        (("b", "port"), "1"),
        (("b", "c", "d"), "2"),
        (("b", "e"), "3"),
        (("f",), "4"),
    ]
