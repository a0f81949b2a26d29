"""resolv.conf and nsswitch.conf, and the names that a lookup tries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.names import is_safe
from tui.probes.names import dns_message, nsswitch
from tui.probes.names.nsswitch import DEFAULT
from tui.probes.names.resolver_config import ResolverConfig, expansions, parse


def test_a_typical_file_is_read() -> None:
    """Servers in order, the search list, options; comments and nonsense are passed over."""
    config = parse(
        "# by hand\n; so it is\nnameserver 10.0.0.2\nnameserver\tfe80::1%eth0\nnameserver dns.example\n nameserver 10.0.0.9\n"
        "search corp.example. example.org\noptions ndots:2 timeout:1 attempts:7 rotate\nnonsense\nnameserver\n",
        {},
    )

    assert config.nameservers == ("10.0.0.2", "fe80::1%eth0")
    assert config.search == ("corp.example", "example.org")
    assert (config.search_from, config.ndots, config.timeout, config.attempts) == ("7", 2, 1, 5)


def test_only_three_nameservers_are_asked() -> None:
    """The fourth is known and not asked."""
    config = parse("".join(f"nameserver 10.0.0.{number}\n" for number in range(1, 6)), {})

    assert config.nameservers == ("10.0.0.1", "10.0.0.2", "10.0.0.3")
    assert config.listed[3:] == ("10.0.0.4", "10.0.0.5")


def test_without_a_nameserver_this_machine_is_asked() -> None:
    """An empty or missing file means 127.0.0.1."""
    assert parse("", {}).nameservers == ("127.0.0.1",)


def test_the_last_search_or_domain_holds() -> None:
    """A later line replaces an earlier one; domain has one word."""
    assert parse("search a.example b.example\ndomain c.example d.example\n", {}).search == ("c.example",)
    assert parse("domain c.example\nsearch a.example\n", {}).search == ("a.example",)


def test_the_environment_has_the_last_word() -> None:
    """LOCALDOMAIN replaces the search list, RES_OPTIONS adds options."""
    config = parse("search a.example\noptions ndots:3\n", {"LOCALDOMAIN": "x.example y.example", "RES_OPTIONS": "ndots:0"})

    assert (config.search, config.search_from, config.ndots) == (("x.example", "y.example"), "LOCALDOMAIN", 0)


def test_the_host_name_gives_the_search_domain_where_nothing_else_does() -> None:
    """As glibc does; a search line, even one for the root alone, forestalls it."""
    assert parse("", {}, hostname="web.corp.example").search == ("corp.example",)
    assert parse("", {}, hostname="web").search == ()
    assert parse("search .\n", {}, hostname="web.corp.example").search == ("",)


@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        ("db-1", ResolverConfig(), ("db-1",)),
        ("db-1", ResolverConfig(search=("a.example", "b.example")), ("db-1.a.example", "db-1.b.example", "db-1")),
        ("db-1.a", ResolverConfig(search=("b.example",)), ("db-1.a", "db-1.a.b.example")),
        ("db-1.a", ResolverConfig(search=("b.example",), ndots=2), ("db-1.a.b.example", "db-1.a")),
        ("db-1", ResolverConfig(search=("b.example",), ndots=0), ("db-1", "db-1.b.example")),
        ("db-1.", ResolverConfig(search=("b.example",)), ("db-1",)),
        ("db-1", ResolverConfig(search=("",)), ("db-1",)),
        ("db-1", ResolverConfig(search=("a.example",), tld_query=False), ("db-1.a.example",)),
        ("db-1.a", ResolverConfig(search=("a.example",), tld_query=False), ("db-1.a", "db-1.a.a.example")),
        ("10.0.0.1", ResolverConfig(search=("a.example",)), ()),
        ("::1", ResolverConfig(search=("a.example",)), ()),
        ("a..b", ResolverConfig(), ()),
        ("x" * 64, ResolverConfig(search=("a.example",)), ()),
        ("db-1", ResolverConfig(search=(".".join(["y" * 60] * 5),)), ("db-1",)),
    ],
)
def test_the_names_that_are_tried(name: str, config: ResolverConfig, expected: tuple[str, ...]) -> None:
    """Search list and ndots decide which names are asked for, and in which order."""
    assert expansions(name, config) == expected


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(["LOCALDOMAIN", "RES_OPTIONS"]), st.text(max_size=40)))
def test_no_text_is_too_strange_for_resolv_conf(text: str, environ: dict[str, str]) -> None:
    """Whatever the file and the environment hold, settings within their bounds come out."""
    config = parse(text, environ)

    assert 1 <= len(config.nameservers) <= 3
    assert 0 <= config.ndots <= 15
    assert 1 <= config.timeout <= 30
    assert 1 <= config.attempts <= 5


_KEYWORDS = st.sampled_from(["nameserver", "search", "domain", "options", " search", "#search", "sortlist"])
_VALUES = st.sampled_from(["10.0.0.1", "::1", "a.example", ".", "ndots:99", "ndots:-1", "timeout:0", "attempts:x", ""])


@given(
    st.lists(st.tuples(_KEYWORDS, st.lists(_VALUES, max_size=4)), max_size=8),
    st.lists(st.sampled_from(["db", "x" * 64, "a", ""]), min_size=1, max_size=4).map(".".join),
)
def test_tried_names_are_ones_that_the_dns_can_carry(lines: list[tuple[str, list[str]]], name: str) -> None:
    """Each is tried once, is short enough, and begins with the name itself."""
    config = parse("\n".join(" ".join([keyword, *values]) for keyword, values in lines), {})
    tried = expansions(name, config)

    assert len(set(tried)) == len(tried)
    assert all(one.startswith(name.rstrip(".")) and 0 < len(one) <= 253 and ".." not in one for one in tried)


@given(st.text(max_size=80), st.text(max_size=20))
def test_whatever_is_tried_can_be_asked(name: str, domain: str) -> None:
    """No name and no search domain is so strange that a query for it can't be made."""
    for tried in expansions(name, parse(f"search {domain}\n", {})):
        assert dns_message.queries(tried, "A", checking_disabled=False)


@pytest.mark.parametrize(
    ("text", "words", "number"),
    [
        ("hosts: files dns\n", ("files", "dns"), 1),
        (
            "passwd: files\n\nhosts:\tfiles  mdns4_minimal [ NotFound = RETURN ] dns # old\n",
            ("files", "mdns4_minimal", "[NOTFOUND=return]", "dns"),
            3,
        ),
        ("hosts: resolve [!UNAVAIL=return SUCCESS=merge] dns", ("resolve", "[!UNAVAIL=return SUCCESS=merge]", "dns"), 1),
        ("hosts: files\nhosts: dns\n", ("dns",), 2),
        ("  hosts: dns", ("dns",), 1),
        ("hosts:", (), 1),
        ("Hosts: dns\n", DEFAULT, None),
        ("# hosts: dns\n", DEFAULT, None),
        ("", DEFAULT, None),
    ],
)
def test_the_hosts_line(text: str, words: tuple[str, ...], number: int | None) -> None:
    """The words of the last `hosts:` line, with its number; the default where there is none."""
    line = nsswitch.parse(text)

    assert (line.words, line.number) == (words, number)


def test_actions_say_which_status_ends_the_lookup() -> None:
    """An action belongs to the source before it; `!` means every other status."""
    found = {
        source.name: source.ends_at
        for source in nsswitch.sources(
            ("files", "[SUCCESS=continue]", "mdns", "[NOTFOUND=return]", "resolve", "[!UNAVAIL=return]", "dns")
        )
    }

    assert found == {
        "files": frozenset(),
        "mdns": frozenset({"SUCCESS", "NOTFOUND"}),
        "resolve": frozenset({"SUCCESS", "NOTFOUND", "TRYAGAIN"}),
        "dns": frozenset({"SUCCESS"}),
    }


@given(st.lists(st.sampled_from(["files", "dns", "mdns4_minimal", "[NOTFOUND=return]", "[!UNAVAIL=return]"]), max_size=8))
def test_words_survive_the_way_into_the_file_and_back(words: list[str]) -> None:
    """What was written is what is read, and its actions are understood."""
    line = nsswitch.parse(f"hosts: {' '.join(words)}\n")

    assert line.words == tuple(words)
    assert len(nsswitch.sources(line.words)) == sum(not word.startswith("[") for word in words)


@given(st.text(max_size=200))
def test_no_text_is_too_strange_for_nsswitch(text: str) -> None:
    """Whatever the file holds, words without an unsafe character come out."""
    assert all(is_safe(word) for word in nsswitch.parse(text).words)
