"""Hosts and ports as texts write them: the parts of patterns, and what makes a valid host or port.

Every repeat is bounded, so that no pattern can take more than a few hundred steps from one position.
"""

import re

from msgspec import Struct

from tui.model.address import literal_address
from tui.model.schemes import default_port
from tui.model.target import LONGEST_NAME, LONGEST_PORT

NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}+"
"""A host name or an IPv4 address, judged by its characters only."""
BRACKETED = r"\[[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,16})?\]"
V6 = r"(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f:.]{0,15}(?:%[\w.-]{1,16})?"
V4 = r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)"
REDACTED = r"<[\w .:-]{1,40}>|\*{3,20}|\*(?:\.\*){3}|\[[A-Za-z _]{2,20}\]"
HOST = rf"(?:{NAME}|{BRACKETED}|{REDACTED})"
ANY_HOST = rf"(?:{V6}|{NAME}|{BRACKETED}|{REDACTED})"
"""Including IPv6 addresses without brackets."""
ADDRESS = rf"(?:{V6}|{BRACKETED}|{V4})"
PORT = r"\d{1,5}(?![\w.]?\d|\n\d{1,4}(?:: |[,)\]]))"
"""A number not continued by a digit, a decimal or a version, nor by digits on the next line, where a terminal broke it."""
OPEN = r"[\"'`\u2018\u201c\u201e\u00ab\u00bb\u2039]\s?"
CLOSE = r"\s?[\"'`\u2019\u201c\u201d\u00ab\u00bb\u203a]"
"""Quotation marks of many languages, with the space that French puts inside."""
URL = r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,24}://[^\s\"'<>`|\\^{}()\u2018-\u201f\u00ab\u00bb]{1,2000}+"

_HIDDEN = re.compile(
    r"(?i:x{2,60}|redacted|removed|hidden|masked|censored|anonymi[sz]ed|your[_.-]?\w{1,20}|x{1,4}(?:\.x{1,4}){1,3}|\W{1,60}"
    r"|<.{1,60}>|\[[a-z _]{1,20}\])"
    r"|IP|HOST|HOSTNAME|FQDN|SERVER|DOMAIN|ADDRESS|IP_?ADDR(?:ESS)?|SERVER_IP|MY_IP|UNKNOWN"
)
_COUNT = re.compile(
    r"(?i:(?:\w{1,30}_)?(?:port|line|code|status|errno|error|[pt]?id|column|position|character|offset|index|attempts?|retry|retries"
    r"|step|timeout|size|length|count|bytes|duration|elapsed|latency|level|seq|total|limit|delay|interval|uptime|epoch)"
    r"|https?|tcp|udp|main|node|native|unknown|eval|stage|row|version|thread|job|after|took|exit|time|signal|rc|fd|channel"
    r"|connection|worker|shard|partition|retrying)"
)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,40}")


_NO_HOST = frozenset({
    "s3", "s3a", "s3n", "gs", "wasb", "abfs", "docker", "oci", "file", "git+file", "blob", "data", "chrome-extension", "webpack",
    "webpack-internal", "package", "classpath", "queue", "topic", "memory", "sqlite",
})  # fmt: skip
"""Schemes followed by a bucket, an image, a queue or a file instead of a host."""


class UrlEndpoint(Struct, frozen=True):
    """A host and port, or a path, as a URL names them; `start` and `end` are positions in the URL."""

    host: str | None
    port: int | None
    path: str | None
    start: int
    end: int


def valid_host(text: str) -> str | None:
    """The host that `text` is, without brackets and final dots; None for a redacted one and for anything that is not a host."""
    bare = text.strip("[]").rstrip(".-") if text.startswith("[") else text.rstrip(".-")
    if ":" in bare or re.fullmatch(r"[\d.]{1,253}", bare):
        return bare if is_literal(bare) else None
    labels = bare.split(".")
    if not bare or len(bare) > LONGEST_NAME or _HIDDEN.fullmatch(bare) or _HEX.fullmatch(bare):
        return None
    if not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return None if labels[-1].isdigit() or _is_masked(labels) else bare


def valid_port(text: str | None) -> int | None:
    """The port that `text` is; None if it is not a number from 1 to 65535."""
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    number = int(text[:6])
    return number if 0 < number <= LONGEST_PORT else None


def is_count(name: str) -> bool:
    """Whether `name` is a word before a colon and a number that is not a port: `line:42`, `pid:812`, `status:503`."""
    return bool(_COUNT.fullmatch(name))


def is_literal(host: str) -> bool:
    """Whether `host` is an address."""
    return literal_address(host) is not None


def same_host(one: str, other: str) -> bool:
    """Whether two spellings mean the same host: letter case, a final dot and the zeros of IPv6 do not matter."""
    return _canonical(one) == _canonical(other)


def read_url(url: str) -> UrlEndpoint:
    """The endpoint that a URL names, without credentials; without a port, the scheme's default port if it has one."""
    scheme, _, rest = url.partition("://")
    offset = len(scheme) + 3
    authority = re.split(r"[/?#;,]", rest, maxsplit=1)[0].rstrip(".:!")
    if scheme.lower() in _NO_HOST:
        return UrlEndpoint(None, None, None, offset, len(url))
    if scheme.lower() in {"unix", "http+unix"} or rest.startswith("unix:"):
        path = rest.removeprefix("unix:").partition(":")[0].rstrip(".,;!?")
        return UrlEndpoint(None, None, path if path.startswith("/") else None, offset, len(url))
    if authority.endswith("]") and "[" not in authority:
        authority = authority[:-1]  # it closes the text around the URL
    if scheme.lower() in {"dns", "passthrough", "ipv4"} and rest.startswith("/"):
        offset, authority = offset + 1, rest[1:].partition("/")[0]
    if scheme.lower() == "endpoint" and "/" in rest:  # etcd's client: an identity of its own, then the endpoint
        offset, authority = offset + len(authority) + 1, re.split(r"[/?#;,]", rest[len(authority) + 1 :], maxsplit=1)[0]
    credentials, _, host_port = authority.rpartition("@")
    offset += len(credentials) + 1 if credentials or authority.startswith("@") else 0
    match = re.fullmatch(rf"(?P<host>{HOST})(?::(?P<port>[^:]{{0,8}}))?", host_port)
    if not match:
        return UrlEndpoint(None, None, None, offset, len(url))
    port = valid_port(match["port"]) if match["port"] else _default(scheme)
    return UrlEndpoint(
        valid_host(match["host"]), port, None, offset, offset + (match.end("port") if match["port"] else match.end("host"))
    )


def _default(scheme: str) -> int | None:
    return default_port(scheme) or default_port(scheme.rpartition("+")[2])


def _is_masked(labels: list[str]) -> bool:
    """Whether some numbers of an IPv4 address were masked, as in 10.0.xx.xx."""
    return labels[0].isdigit() and all(label.isdigit() or set(label.lower()) <= {"x"} for label in labels)


def _canonical(host: str) -> str:
    return literal_address(host) or host.rstrip(".").lower()
