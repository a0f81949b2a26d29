"""What is to be reached: a host and port, or a socket in the file system; and how its text is read."""

import re
from typing import Annotated, Literal
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from msgspec import Meta, Struct

from tui.model.address import endpoint, literal_address
from tui.model.safe_text import safe_text
from tui.model.schemes import default_port
from tui.model.secrets import WITH_PATH, without_userinfo

EXAMPLES = "db-1:5432, [2001:db8::7]:443, https://api.example.org/health, unix:///run/app.sock"
LONGEST_NAME = 253
"""The longest name the DNS carries, in characters without the root dot (RFC 1035, section 2.3.4)."""
LONGEST_PORT = 65535
_PATH_SAFE = "/:@,+=~%"
"""What stays as it is in a path: nothing that a shell would read in a command that is copied."""
_SECRET_NAME = re.compile(r"pass|pwd|secret|token|key|sig|auth|code|session|credential|jwt", re.IGNORECASE)
"""Names of query parameters that may hold a secret (`access_token`, `X-Amz-Signature`): these are never sent nor kept."""
Plain = Annotated[str, Meta(pattern=r"^(?!-)[0-9A-Za-z_.:%@/,+=~\[\]-]*(?![\s\S])")]
"""What a host, a scheme and a URL are made of: nothing that a shell acts on, never an option. A record with more is not read."""
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_ABSOLUTE_PATH = re.compile(r"/(?!/)")
_HOST_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](?::(?P<v6port>.*))?|(?P<host>[^:]*)(?::(?P<port>[^:]*))?")


class TargetError(ValueError):
    """A text that names no usable target; its message says what is wrong and what would do, on one line."""


Transport = Literal["tcp", "unix"]


class TcpTarget(Struct, frozen=True, kw_only=True, tag_field="transport", tag="tcp"):
    """One TCP port of one host. `text` never holds credentials."""

    text: Plain
    host: Plain
    """The name or address, without brackets."""
    port: int
    scheme: Plain | None = None
    asks_for: str = "/"
    """Path and query of an HTTP URL, percent-encoded, without parameters that may be secrets; `text` has the path alone."""

    @property
    def transport(self) -> Transport:
        """The kind of target, as records name it."""
        return "tcp"

    @property
    def is_literal(self) -> bool:
        """Whether the host is an address, so that no name has to be resolved."""
        return literal_address(self.host) is not None

    @property
    def label(self) -> str:
        """The short form for headings: `db-1:5432`, `[::1]:80`."""
        return endpoint(self.host, self.port)


class UnixTarget(Struct, frozen=True, kw_only=True, tag_field="transport", tag="unix"):
    """One Unix socket. `text` is its path for people: control characters are spelled out."""

    text: str
    path: str
    """As the kernel knows it."""
    scheme: str | None = None

    @property
    def transport(self) -> Transport:
        """The kind of target, as records name it."""
        return "unix"

    @property
    def label(self) -> str:
        """The short form for headings: `/run/app.sock`."""
        return self.path


Target = TcpTarget | UnixTarget


def parse_target(text: str, *, port: int | None = None) -> Target:
    """Read `HOST:PORT`, `[V6]:PORT`, `HOST` with `port`, a URL, `unix:///path` or an absolute path.

    Raises TargetError, whose message is one line for the person. Credentials in a URL are dropped.
    """
    whole = text.strip()
    text = without_secrets(whole)
    if not text:
        raise TargetError(f"an empty target; try one of: {EXAMPLES}")
    if text.startswith("/"):
        return _unix(text, None)
    if "://" in text:
        return _from_url(text, port, whole.partition("#")[0].partition("?")[2])
    host, number = _split(text)
    return _tcp(_host(host, text), _port(number, text) if number else port, None)


def _from_url(text: str, port: int | None, query: str) -> Target:
    """The target of a URL without its secrets; of its `query` only HTTP's own is of use."""
    try:
        url = urlsplit(text)
    except ValueError as error:
        raise _unusable(text, f"is not a URL ({error})") from None
    scheme = url.scheme.lower()
    if scheme in {"unix", "http+unix"}:
        return _unix(url.path or f"/{url.netloc}", scheme)
    host, port_text = _split(_first_host(url))
    number = (_port(port_text, text) if port_text else None) or port or default_port(scheme)
    path = _path(url.path) if scheme in WITH_PATH else "/"
    return _tcp(_host(host, text), number, scheme, path, _query(query) if scheme in WITH_PATH else "")


def _path(path: str) -> str:
    """The path of an HTTP URL as it is sent; `/` where an `@` in it may be the end of a password that holds a slash."""
    return "/" if re.search(r"[^/]@", path) else quote(path, safe=_PATH_SAFE) or "/"


def _query(query: str) -> str:
    """The parameters of an HTTP URL as they are sent, without those whose names speak of secrets."""
    if "@" in query:  # what stands before it may be a password with a question mark in it
        return ""
    pairs = parse_qsl(query, keep_blank_values=True, errors="backslashreplace", max_num_fields=None)
    return urlencode([(name, value) for name, value in pairs if not _SECRET_NAME.search(name)])


def _first_host(url: SplitResult) -> str:
    """The host and port of a URL; of a list of hosts (MongoDB, Kafka), the first."""
    return url.netloc.split(",")[0]


def _unix(path: str, scheme: str | None) -> UnixTarget:
    if "\0" in path or path.endswith("/"):
        raise _unusable(path, "is not the path of a socket")
    return UnixTarget(text=safe_text(path), path=path, scheme=scheme)


def _tcp(host: str, port: int | None, scheme: str | None, path: str = "/", query: str = "") -> TcpTarget:
    if port is None:
        raise TargetError(f"{safe_text(host, limit=80)!r} has no port; write {endpoint(host, 8080)}, or give --port")
    text = f"{scheme}://{endpoint(host, port)}" if scheme else endpoint(host, port)
    text = text if path == "/" else f"{text}{path}"
    return TcpTarget(text=text, host=host, port=port, scheme=scheme, asks_for=f"{path}?{query}" if query else path)


def _split(text: str) -> tuple[str, str]:
    """Host and port as written; an IPv6 address needs no brackets when it has no port."""
    text = text.partition("/")[0]
    if literal_address(text):
        return text, ""
    match = _HOST_PORT.fullmatch(text)
    if not match:
        raise _unusable(text, "has more than one ':'; an IPv6 address with a port is written in brackets")
    parts = match.groupdict()
    return parts["v6"] or parts["host"] or "", parts["v6port"] or parts["port"] or ""


def _host(host: str, text: str) -> str:
    address = literal_address(host)
    if address:
        return address
    name = host.rstrip(".")
    ascii_name = _idna(name, text)
    if not name:
        raise _unusable(text, "names no host")
    if re.fullmatch(r"[\d.]+", name):
        raise _unusable(text, "is neither a name nor an address of four numbers up to 255")
    if len(ascii_name) > LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in ascii_name.split(".")):
        raise _unusable(text, "is not a host name")
    return host if host.isascii() else ascii_name


def _idna(name: str, text: str) -> str:
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise _unusable(text, "is not a host name") from None


def _port(number: str, text: str) -> int:
    if not (number.isascii() and number.isdigit() and 0 < int(number[:6]) <= LONGEST_PORT):
        raise _unusable(text, f"has no usable port: {safe_text(number, limit=20)!r} is not a number from 1 to 65535")
    return int(number)


def without_secrets(word: str) -> str:
    """A target without what may be a password, as people write them: not encoded, with `/`, `#`, `?` or `@` in it.

    Of a URL the query and fragment go too, which some drivers put a password into.
    """
    scheme, is_url, rest = word.removeprefix("jdbc:").partition("://")
    if not is_url:
        return word if _ABSOLUTE_PATH.match(word) else re.split(r"[?#]", word.rpartition("@")[2])[0]
    return f"{scheme}://{re.split(r'[?#]', without_userinfo(scheme, rest))[0]}"


def _unusable(text: str, why: str) -> TargetError:
    shown = safe_text(text, limit=80)
    return TargetError(f"{shown!r} {why}; try one of: {EXAMPLES}")
