"""Addresses as text: what the kernel and people write is read the same everywhere, and no text at all breaks a question."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.model.address import (
    LOOPBACK,
    IpAddress,
    ip_family,
    ip_version,
    is_link_local,
    is_loopback,
    is_unspecified,
    literal_address,
    parse_address,
    peer_address,
    plain_address,
    same_address,
    without_zone,
    zone_of,
)

V4 = st.one_of(
    st.ip_addresses(v=4), st.sampled_from(["127.0.0.1", "127.255.0.9", "169.254.1.1", "0.0.0.0"]).map(ipaddress.ip_address)
)
V6 = st.one_of(st.ip_addresses(v=6), st.sampled_from(["::1", "::", "fe80::1", "::ffff:0:1"]).map(ipaddress.ip_address))
PLAIN_V6 = V6.filter(lambda one: isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped is None)
ADDRESSES = st.one_of(V4, PLAIN_V6)
"""Of both families, none of them mapped."""
ZONES = st.one_of(st.from_regex(r"[a-z][a-z0-9.@-]{0,14}", fullmatch=True), st.integers(1, 99).map(str))
ANYTHING = st.one_of(st.text(), st.text(alphabet="0123456789abcdef:.%*/ "), ADDRESSES.map(str))


def spellings(address: IpAddress) -> st.SearchStrategy[str]:
    """Ways in which people write one address."""
    return st.sampled_from([str(address), address.exploded, address.compressed.upper()])


@given(ADDRESSES.flatmap(lambda one: st.tuples(st.just(one), spellings(one))))
def test_every_spelling_is_read_as_the_address(address: tuple[IpAddress, str]) -> None:
    """Parsed, and written in its usual spelling, an address is the standard library's."""
    number, text = address

    assert parse_address(text) == number
    assert literal_address(text) == plain_address(text) == str(number)
    assert same_address(text, str(number))


@given(PLAIN_V6, ZONES)
def test_a_zone_is_kept_apart(address: IpAddress, zone: str) -> None:
    """An IPv6 address and its zone are what they were before they were put together; the zone makes no other address."""
    text = f"{address}%{zone}"
    number = parse_address(text)

    assert (without_zone(text), zone_of(text)) == (str(address), zone)
    assert isinstance(number, ipaddress.IPv6Address)
    assert (number.scope_id, int(number)) == (zone, int(address))
    assert literal_address(text) == text
    assert plain_address(text) == str(address)
    assert same_address(text, str(address))


@given(ADDRESSES)
def test_without_a_zone_nothing_is_taken_away(address: IpAddress) -> None:
    """Where no zone is named the text is the address."""
    assert (without_zone(str(address)), zone_of(str(address))) == (str(address), "")


@given(ADDRESSES, st.one_of(st.just(""), ZONES.map("%{}".format)))
def test_the_ranges_are_the_standard_librarys(address: IpAddress, zone: str) -> None:
    """Loopback, link-local and unspecified addresses are those of `ipaddress`, with a zone and without."""
    text = f"{address}{zone}" if address.version == 6 else str(address)

    assert is_loopback(text) == address.is_loopback
    assert is_link_local(text) == address.is_link_local
    assert is_unspecified(text) == address.is_unspecified


@given(ADDRESSES)
def test_the_family_is_that_of_the_number(address: IpAddress) -> None:
    """Family and version go together and are the number's."""
    assert ip_version(str(address)) == address.version
    assert ip_family(str(address)) == f"IPv{address.version}"


@given(V4, st.sampled_from(["::ffff:{}", "::FFFF:{}", "0:0:0:0:0:ffff:{}", "::ffff:{}%lo"]))
def test_a_mapped_address_is_the_ipv4_address(address: IpAddress, spelling: str) -> None:
    """An IPv4-mapped address is in the ranges of the IPv4 address, and the same as it; it is written as IPv6."""
    mapped = spelling.format(address)

    assert plain_address(mapped) == str(address)
    assert same_address(mapped, str(address))
    assert is_loopback(mapped) == address.is_loopback
    assert is_link_local(mapped) == address.is_link_local
    assert is_unspecified(mapped) == address.is_unspecified
    assert ip_family(mapped) == "IPv6"


@given(ADDRESSES, ADDRESSES)
def test_other_numbers_are_other_addresses(first: IpAddress, second: IpAddress) -> None:
    """Two texts are the same address only if the numbers are."""
    assert same_address(str(first), str(second)) == (first == second)


@given(ADDRESSES)
def test_a_client_ends_where_the_address_is(address: IpAddress) -> None:
    """The peer is the address itself, except for the unspecified ones."""
    assert peer_address(str(address)) == (LOOPBACK[ip_family(str(address))] if address.is_unspecified else str(address))


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("*", "127.0.0.1"),
        ("::", "::1"),
        ("::ffff:0.0.0.0", "127.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_the_unspecified_address_leads_to_this_machine(text: str, peer: str) -> None:
    """connect() to the unspecified address of a family ends at its loopback address, to a mapped one at the IPv4 address."""
    assert peer_address(text) == peer


@given(ANYTHING)
@example("")
@example("fe80::1%")
@example("10.0.0.1%eth0")
@example("fe80::1%a%b")
def test_no_text_breaks_a_question(text: str) -> None:
    """Whatever the text, each question has an answer; of what is no address nothing is claimed."""
    literal = literal_address(text)

    assert without_zone(text) + "%" * ("%" in text) + zone_of(text) == text
    assert plain_address(plain_address(text)) == plain_address(text)
    assert same_address(text, text)
    assert ip_family(text) == f"IPv{ip_version(text)}"
    assert peer_address(text) or text == ""
    if literal is None:
        assert not is_loopback(text)
        assert not is_link_local(text)
        assert is_unspecified(text) == (text == "*")
        with pytest.raises(ValueError, match=r"is not an address\.$"):
            parse_address(text)
    else:
        assert str(parse_address(text)) == literal
