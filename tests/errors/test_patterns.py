"""What makes a host a host, a port a port, and where a URL leads."""

import pytest

from tui.errors.patterns import is_count, read_url, same_host, valid_host, valid_port


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("db.example", "db.example"),
        ("db.example.", "db.example"),
        ("db.example.-", "db.example"),
        ("db_1", "db_1"),
        ("[db.example.]", "db.example"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1.", "10.0.0.1"),
        ("10.0.0", None),
        ("10.0.0.300", None),
        ("1.2.3.4.5", None),
        ("db:1", None),
        ("", None),
        ("...", None),
        ("a..b", None),
        ("-a", None),
        ("a.-b", None),
        ("v1.2", None),
        ("a" * 64, None),
        ("a" * 63, "a" * 63),
        (".".join(["a" * 49] * 5), ".".join(["a" * 49] * 5)),
        (".".join(["a" * 50] * 5), None),
        ("xxx", None),
        ("<redacted>", None),
        ("[hidden]", None),
        ("10.0.xx.xx", None),
        ("10.xx", None),
        ("HOST", None),
        ("host", "host"),
        ("your-host", None),
    ],
)
def test_a_host_is_a_name_or_an_address(text: str, host: str | None) -> None:
    """Brackets and final dots are no part of it; what is written over, numbered like a version or no name at all is none."""
    assert valid_host(text) == host


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("1", 1),
        ("65535", 65535),
        ("0", None),
        ("65536", None),
        ("080", 80),
        ("1000000", None),
        ("-1", None),
        ("", None),
        (None, None),
        ("\u0661", None),
        ("8a", None),
    ],
)
def test_a_port_is_a_number_in_its_range(text: str | None, port: int | None) -> None:
    """From 1 to 65535, in plain digits."""
    assert valid_port(text) == port


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://db.example:81/x", ("db.example", 81, None)),
        ("http://db.example/x", ("db.example", 80, None)),
        ("https://db.example?x=1:2", ("db.example", 443, None)),
        ("git+ssh://db.example/x", ("db.example", 22, None)),
        ("unheard-of://db.example", ("db.example", None, None)),
        ("redis://:secret@db.example:6380/0", ("db.example", 6380, None)),
        ("redis://@db.example:6380/0", ("db.example", 6380, None)),
        ("http://a@b@db.example:81", ("db.example", 81, None)),
        ("http://[2001:db8::1]:81/", ("2001:db8::1", 81, None)),
        ("http://db.example:81.", ("db.example", 81, None)),
        ("http://db.example:81!", ("db.example", 81, None)),
        ("http://db.example]", ("db.example", 80, None)),
        ("http://db.example:port/", ("db.example", None, None)),
        ("http://a:b:c/", (None, None, None)),
        ("unix:///run/app.sock", (None, None, "/run/app.sock")),
        ("http+unix:///run/app.sock.", (None, None, "/run/app.sock")),
        ("http://unix:/run/app.sock:/path", (None, None, "/run/app.sock")),
        ("unix://relative", (None, None, None)),
        ("dns:///db.example:81", ("db.example", 81, None)),
        ("passthrough:///db.example:81", ("db.example", 81, None)),
        ("ipv4:///10.0.0.1:81", ("10.0.0.1", 81, None)),
        ("endpoint://client-1/db.example:81", ("db.example", 81, None)),
        ("s3://bucket/key", (None, None, None)),
    ],
)
def test_a_url_names_a_place(url: str, expected: tuple[str | None, int | None, str | None]) -> None:
    """Without credentials, with its scheme's port, or a socket's path; and the place stands where the span says."""
    found = read_url(url)

    assert (found.host, found.port, found.path) == expected
    if found.host:
        assert url[found.start : found.end].strip("[]").startswith(found.host)
        assert "@" not in url[found.start : found.end]
        assert url[found.start : found.end].endswith(str(found.port)) == (f":{found.port}" in url)


def test_spellings_of_one_host() -> None:
    """Letter case, a final dot and the zeros of IPv6 do not matter; anything else does."""
    assert same_host("DB.example.", "db.Example")
    assert same_host("2001:db8::1", "2001:0DB8:0::1")
    assert not same_host("db", "db.example")


@pytest.mark.parametrize("name", ["line", "PID", "status", "my_port", "https", "attempt", "retries", "uptime"])
def test_a_counting_word_names_no_host(name: str) -> None:
    """A word that is counted, before a colon and a number; a name is none."""
    assert is_count(name)
    assert not is_count(f"{name}.example")
    assert not is_count("db")


@pytest.mark.parametrize(
    "scheme",
    [
        "s3",
        "s3a",
        "s3n",
        "gs",
        "wasb",
        "abfs",
        "docker",
        "oci",
        "file",
        "git+file",
        "blob",
        "data",
        "chrome-extension",
        "webpack",
        "webpack-internal",
        "package",
        "classpath",
        "queue",
        "topic",
        "memory",
        "sqlite",
    ],
)
def test_a_bucket_an_image_or_a_file_is_no_host(scheme: str) -> None:
    """What stands behind such a scheme, in any case, is nothing that could be connected to."""
    for spelled in (scheme, scheme.upper()):
        found = read_url(f"{spelled}://db.example:81/x")
        assert (found.host, found.port, found.path) == (None, None, None)
