"""Targets are read as people write them; what is none is said on one line; credentials are never kept."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.address import endpoint
from tui.model.safe_text import safe_text
from tui.model.schemes import FAMILIES, default_port
from tui.model.target import Target, TargetError, parse_target

SECRET = "s3cr3tW0rd"  # noqa: S105 -- made up, to look for
USERINFO = string.ascii_letters + string.digits + "-._~!$&'()*+,;=:%"
"""What RFC 3986, section 3.2.1, allows before the `@`."""
HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z][a-z0-9]{0,10}){0,2}", fullmatch=True)
PORTS = st.integers(1, 65535)


@pytest.mark.parametrize(
    ("text", "host", "port", "scheme"),
    [
        ("db-1:5432", "db-1", 5432, None),
        ("10.0.3.9:80", "10.0.3.9", 80, None),
        ("[2001:db8::7]:443", "2001:db8::7", 443, None),
        ("[::1]:80", "::1", 80, None),
        ("https://api.example.org/health?x=@y", "api.example.org", 443, "https"),
        ("http://[::1]:8080/", "::1", 8080, "http"),
        ("postgresql+asyncpg://u:p@db/app", "db", 5432, "postgresql+asyncpg"),
        ("redis://cache", "cache", 6379, "redis"),
        ("mongodb://u:p@a:1,b:2/x", "a", 1, "mongodb"),
        ("amqp://h", "h", 5672, "amqp"),
        ("mysql://h", "h", 3306, "mysql"),
        ("ssh://git@h", "h", 22, "ssh"),
        ("tcp://h:9", "h", 9, "tcp"),
        ("u:p@h:5/db", "h", 5, None),
        ("  db-1:5432\n", "db-1", 5432, None),
        ("db-1.example.org.:80", "db-1.example.org.", 80, None),
        ("bücher.example:80", "xn--bcher-kva.example", 80, None),
    ],
)
def test_a_target_is_read(text: str, host: str, port: int, scheme: str | None) -> None:
    """Host, port and scheme of every form that the command line promises."""
    found = parse_target(text)

    assert (found.host, found.port, found.scheme, found.transport) == (host, port, scheme, "tcp")


@pytest.mark.parametrize("text", ["/run/app.sock", "unix:///run/app.sock"])
def test_a_socket_is_read(text: str) -> None:
    """An absolute path and a unix URL are Unix sockets."""
    found = parse_target(text)

    assert (found.transport, found.path, found.host, found.port) == ("unix", "/run/app.sock", "", None)


def test_a_port_can_be_given_beside() -> None:
    """A host without a port takes the one that is given; a port of its own comes first."""
    assert parse_target("db-1", port=5432).port == 5432
    assert parse_target("::1", port=80).host == "::1"
    assert parse_target("db-1:1", port=5432).port == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "db-1",
        "db-1:",
        "db-1:0",
        "db-1:65536",
        "db-1:http",
        "db-1:\uff11\uff12",
        ":80",
        "a b:80",
        "-x:80",
        "300.1.1.1:80",
        "1.2.3:80",
        "::1:80:x",
        "[::1",
        "https://",
        "foo://h",
        "/run/",
        f"{'a' * 64}.example:80",
        f"{'a.' * 127}aa:80",
    ],
)
def test_what_is_no_target_is_said_on_one_line(text: str) -> None:
    """An unusable text raises one line that shows what would do."""
    with pytest.raises(TargetError) as caught:
        parse_target(text)

    message = str(caught.value)
    assert "\n" not in message
    assert any(word in message for word in ("db-1:5432", "--port"))


def said(text: str) -> Target | str:
    """The target, or what is said instead."""
    try:
        return parse_target(text)
    except TargetError as error:
        return str(error)


@given(st.text(max_size=100) | st.text("abc./:@[]?#%1-_ \t\n\\", max_size=40))
def test_it_raises_nothing_but_its_own_error(text: str) -> None:
    """Whatever the text, the result is a usable target or a TargetError of one line that moves no cursor."""
    found = said(text)

    shown = found if isinstance(found, str) else found.text
    assert shown == safe_text(shown)
    if isinstance(found, Target):
        assert found.path or (found.host and found.port)
        assert found.label


@given(HOSTS, PORTS, st.text(USERINFO, max_size=8), st.text(USERINFO, max_size=8), st.sampled_from(["https", "redis", "foo"]))
def test_credentials_are_never_kept(host: str, port: int, before: str, after: str, scheme: str) -> None:
    """No part of a password as RFC 3986 writes it is in the target or in the error."""
    password = f"{before}{SECRET}{after}"
    for text in (
        f"{scheme}://u:{password}@{host}:{port}/x",
        f"{scheme}://{password}@{host}:999999",
        f"u:{password}@{host}:{port}",
    ):
        assert SECRET not in repr(said(text))


@given(HOSTS, PORTS)
def test_what_it_shows_it_reads(host: str, port: int) -> None:
    """The text and the label of a target are read as the same place."""
    found = parse_target(endpoint(host, port))

    assert parse_target(found.text) == found
    assert parse_target(found.label) == found


def test_every_scheme_has_a_port() -> None:
    """Each scheme that the catalogue of services knows has a default port."""
    schemes = [scheme for family in FAMILIES for scheme in (*family.schemes, *family.tls_schemes)]

    assert len(schemes) == len(set(schemes))
    assert all(default_port(scheme) for scheme in schemes)
