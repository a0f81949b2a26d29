"""The hosts file: which lines name a host, as glibc reads them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.names import is_safe
from tui.model.facts import HostsEntry
from tui.probes.names import hosts_file

PATH = "/etc/hosts"
TYPICAL = b"""\
# the usual beginning
127.0.0.1\tlocalhost
::1 localhost ip6-localhost

10.0.0.1 db-1 DB-Alias # comment alias2
10.0.0.2\t\tdb-1
DEAD:BEEF::1   db-1
  10.0.0.3 leading
10.0.0.4 dotted.
10.0.0.5 UPPER.Example.Org
#10.0.0.6 commented
"""


def addresses(data: bytes, name: str) -> list[tuple[int, str]]:
    """Line and address of each entry."""
    return [(entry.line, entry.address) for entry in hosts_file.entries(data, name, PATH)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", [(2, "127.0.0.1"), (3, "::1")]),
        ("db-1", [(5, "10.0.0.1"), (6, "10.0.0.2"), (7, "dead:beef::1")]),
        ("DB-1", [(5, "10.0.0.1"), (6, "10.0.0.2"), (7, "dead:beef::1")]),
        ("db-alias", [(5, "10.0.0.1")]),
        ("leading", [(8, "10.0.0.3")]),
        ("upper.example.org", [(10, "10.0.0.5")]),
        ("dotted.", [(9, "10.0.0.4")]),
        ("dotted", []),
        ("db-1.", []),
        ("alias2", []),
        ("commented", []),
        ("db", []),
        ("10.0.0.1", []),
        ("", []),
    ],
)
def test_a_name_is_found_as_glibc_finds_it(name: str, expected: list[tuple[int, str]]) -> None:
    """Whole words, aliases too, in either case; a comment, a part of a word or another dot is no match."""
    assert addresses(TYPICAL, name) == expected


@pytest.mark.parametrize("address", ["300.1.1.1", "10.9", "010.0.0.1", "fe80::1%lo", "nonsense", "10.0.0.1/8", "\0"])
def test_a_line_without_a_usable_address_is_passed_over(address: str) -> None:
    """What inet_pton does not read, glibc does not use."""
    assert addresses(f"{address} db-1\n10.0.0.1 db-1".encode(), "db-1") == [(2, "10.0.0.1")]


def test_a_line_is_shown_with_single_spaces_and_nothing_unsafe() -> None:
    """Tabs become spaces; escape bytes are spelled out."""
    (entry,) = hosts_file.entries(b"10.0.0.1\t\tdb-1 \x1b[2J\xff\r\n", "db-1", PATH)

    assert entry == HostsEntry(path=PATH, line=1, address="10.0.0.1", text="10.0.0.1 db-1 \\x1b[2J\\xff")
    assert hosts_file.canonical_name(entry) == "db-1"


def test_names_have_their_line() -> None:
    """Every name with an address, and no comment."""
    assert list(hosts_file.names(TYPICAL, 5)) == [
        ("localhost", 2),
        ("localhost", 3),
        ("ip6-localhost", 3),
        ("db-1", 5),
        ("DB-Alias", 5),
    ]


def test_a_blocklist_of_millions_of_bytes_keeps_its_line_numbers() -> None:
    """An entry behind 300,000 lines is found with its own number."""
    blocklist = b"".join(b"0.0.0.0 tracker%d.ads.example\n" % number for number in range(300_000))

    assert addresses(blocklist + b"10.0.0.2 db-1\n", "db-1") == [(300_001, "10.0.0.2")]
    assert addresses(blocklist, "example") == []


_WORDS = st.sampled_from(["db-1", "DB-1", "db-1.", "db", "web", "10.0.0.1", "::1", "#", "#db-1", "db-1#x", "x.db-1"])
_LINES = st.lists(_WORDS, max_size=5).map(" ".join)


@given(st.lists(_LINES, max_size=8), st.sampled_from(["db-1", "web", "db-1.", "x.db-1"]))
def test_the_quick_search_finds_what_reading_line_by_line_finds(lines: list[str], name: str) -> None:
    """The search for the bytes of a name gives the same lines as splitting every line."""
    plain = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if words and words[0] in {"10.0.0.1", "::1"} and name in (word.lower() for word in words[1:]):
            plain.append((number, words[0]))

    assert addresses("\n".join(lines).encode(), name) == plain


@given(st.binary(max_size=300), st.text(alphabet=string.printable, max_size=10))
def test_no_bytes_are_too_strange(data: bytes, name: str) -> None:
    """Whatever the file holds, something sensible comes out."""
    for entry in hosts_file.entries(data, name, PATH):
        assert is_safe(entry.text)
    assert all(line >= 1 for _, line in hosts_file.names(data, 10))
