"""How programs read the proxy variables: there is no standard, so each has its own row.

Pure. As observed with curl 7.88, git 2.39, wget 1.21, Python 3.11, requests 2.34 and Go 1.19, each against a listener;
curl ignores HTTP_PROXY because a web server sets it from a request's `Proxy:` header for CGI programs (CVE-2016-5385).
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from tui.model.address import IpAddress, endpoint, is_loopback, parse_address

Kind = Literal["http", "https"]

DEFAULT_PORT: dict[Kind, int] = {"http": 80, "https": 443}
_MOST_ENTRIES = 1000
_HTTP, _HTTPS = ("http_proxy",), ("https_proxy", "HTTPS_PROXY")
_ALL = ("all_proxy", "ALL_PROXY")


class Destination(Struct, frozen=True):
    """What a program wants to reach."""

    kind: Kind
    host: str
    """A name, or an address without brackets."""
    port: int
    websocket: bool

    @property
    def address(self) -> IpAddress | None:
        """The host, if it is an address."""
        try:
            return parse_address(self.host)
        except ValueError:
            return None


class Program(Struct, frozen=True, kw_only=True):
    """One row: which variables a program reads, in its order, and what an entry of NO_PROXY means to it."""

    name: str
    http: tuple[str, ...]
    https: tuple[str, ...]
    exemptions: tuple[str, ...] = ("no_proxy", "NO_PROXY")
    empty: Literal["skipped", "hides", "ends"] = "skipped"
    """What a variable that is set but empty does: nothing, hide its upper-case twin, or end the search."""
    portless: int = 80
    """The port of an http:// proxy without one."""
    websockets: bool = False
    separators: str = ","
    star: Literal["alone", "anywhere", "unknown"] = "alone"
    star_label: bool = False
    """Whether `*.example.org` means what `.example.org` means."""
    dot_covers_itself: bool = True
    """Whether `.example.org` covers example.org as well."""
    networks: bool = False
    """Whether `10.0.0.0/8` covers the addresses in it."""
    addresses_by_number: bool = False
    """Whether an address is compared as a number, and never as a name."""
    ports: Literal["unknown", "unusual", "any"] = "unknown"
    """Whether `name:8080` is understood; Python sees a port only if the URL has to have one."""
    brackets: bool = False
    """Whether an IPv6 address is in brackets."""
    spares_loopback: bool = False
    """Whether localhost and loopback addresses never go through a proxy."""


_CURL = Program(
    name="curl",
    http=(*_HTTP, *_ALL),
    https=(*_HTTPS, *_ALL),
    portless=1080,
    websockets=True,
    separators=", \t",
    networks=True,
    addresses_by_number=True,
)
PROGRAMS = (
    _CURL,
    Program(
        name="wget",
        http=_HTTP,
        https=("https_proxy",),
        exemptions=("no_proxy",),
        star="unknown",
        dot_covers_itself=False,
    ),
    Program(
        name="git",
        http=_CURL.http,
        https=_CURL.https,
        empty="ends",
        portless=1080,
        separators=", \t",
        networks=True,
        addresses_by_number=True,
    ),
    Program(
        name="Python",
        http=("http_proxy", "HTTP_PROXY"),
        https=_HTTPS,
        empty="ends",
        ports="unusual",
        brackets=True,
    ),
    Program(
        name="requests",
        http=("http_proxy", "HTTP_PROXY", *_ALL),
        https=(*_HTTPS, *_ALL),
        empty="hides",
        networks=True,
        ports="unusual",
    ),
    Program(
        name="Go",
        http=("HTTP_PROXY", "http_proxy"),
        https=("HTTPS_PROXY", "https_proxy"),
        exemptions=("NO_PROXY", "no_proxy"),
        websockets=True,
        star="anywhere",
        star_label=True,
        dot_covers_itself=False,
        networks=True,
        ports="any",
        spares_loopback=True,
    ),
)


def variable_of(program: Program, destination: Destination, environ: Mapping[str, str]) -> str | None:
    """The variable that names the program's proxy for `destination`; None where none does."""
    if destination.websocket and not program.websockets:
        return None
    if program.spares_loopback and _is_loopback(destination):
        return None
    hidden: set[str] = set()
    for name in program.http if destination.kind == "http" else program.https:
        value = environ.get(name)
        if value and name not in hidden:
            return name
        if value == "" and program.empty == "ends":
            return None
        if value == "" and program.empty == "hides":
            hidden.add(name.upper())
    return None


def exemption_of(program: Program, destination: Destination, environ: Mapping[str, str]) -> str | None:
    """The entry of NO_PROXY by which the program goes to `destination` directly; None where it does not."""
    value = _exemptions(program, environ)
    if program.star == "alone" and value.strip() == "*":
        return "*"
    for entry in re.split(f"[{program.separators}]", value)[:_MOST_ENTRIES]:
        if entry.strip() and _covers(program, entry.strip().lower(), destination):
            return entry.strip()
    return None


def _exemptions(program: Program, environ: Mapping[str, str]) -> str:
    for name in program.exemptions:
        value = environ.get(name)
        if value or (value == "" and program.empty == "ends"):
            return value
    return ""


def _covers(program: Program, entry: str, destination: Destination) -> bool:
    if entry == "*":
        return program.star == "anywhere"
    address = destination.address
    if address and (program.networks or program.addresses_by_number):
        network = _network(entry)
        if network and address.version == network.version and address in network:
            return True
        if program.addresses_by_number:
            return False
    name, port = _split_port(entry) if program.ports != "unknown" else (entry, None)
    usual = destination.port == DEFAULT_PORT[destination.kind]
    if port is not None and (port != destination.port or (usual and program.ports == "unusual")):
        return False
    return _covers_name(program, name, destination)


def _covers_name(program: Program, name: str, destination: Destination) -> bool:
    """Whether `name` is the host or, at a dot, the end of it."""
    host = destination.host.lower()
    if ":" in host and program.brackets:
        host = endpoint(host, 0).rpartition(":")[0]
    if program.addresses_by_number:  # as curl compares names: a root dot on either side is ignored
        host, name = host.rstrip("."), name.removesuffix(".")
    if program.star_label and name.startswith("*."):
        name = name[1:]
    bare = name.lstrip(".")
    itself = host == bare and (program.dot_covers_itself or not name.startswith("."))
    return bool(bare) and (itself or host.endswith(f".{bare}"))


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


def _split_port(entry: str) -> tuple[str, int | None]:
    """Name and port of `name:port`; an IPv6 address without brackets has no port."""
    name, colon, port = entry.rpartition(":")
    if colon and (":" not in name or name.endswith("]")) and port.isascii() and port.isdigit():
        return name, int(port[:6])
    return entry, None


def _is_loopback(destination: Destination) -> bool:
    return is_loopback(destination.host) or destination.host.lower() == "localhost"
