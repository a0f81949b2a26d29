"""Proxies in a program's own settings, which take precedence over the variables: curl, wget, git, and Java's options.

Law: what is not understood is skipped. As observed with curl 7.88, wget 1.21, git 2.39 and Java 17, each against a listener.
Sources: curl(1) -K, wget's manual (Wgetrc Commands), git-config(1), Java's networking properties.
"""

import fnmatch
import re
import shlex
from collections.abc import Iterator, Mapping

from msgspec import Struct

from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.namespaces.process_context import inside
from tui.probes.proxy.proxy_programs import Destination

MOST_BYTES = 100_000
_GAP = r"[^\S\n]"
"""A space within a line; `*+` takes every one of a row and gives none back, so that a long row is read once."""
_CURL = re.compile(
    rf"^{_GAP}*+(?:-x|(?:--)?proxy)(?:{_GAP}*+[=:]{_GAP}*+|{_GAP}++)(?P<value>\"[^\"\n]*+\"|\S*+){_GAP}*+$", re.MULTILINE
)
_WGET = re.compile(
    rf"^{_GAP}*+(?P<name>https?_?proxy|use_?proxy){_GAP}*+={_GAP}*+(?P<value>\S*+){_GAP}*+$", re.MULTILINE | re.IGNORECASE
)
_GIT_SECTION = re.compile(rf"^{_GAP}*+\[(?P<section>[^\]\n]*+)\]", re.MULTILINE)
_GIT_PROXY = re.compile(rf"^{_GAP}*+proxy{_GAP}*+=[ \t]*+\"?(?P<value>[^\s\"#;]*+)", re.MULTILINE | re.IGNORECASE)
_JAVA = re.compile(r"-D(?P<name>[\w.]+)=(?P<value>.*)", re.DOTALL)
_JAVA_VARIABLES = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
_JAVA_EXEMPT = ("localhost", "127.*", "[::1]", "0.0.0.0", "[::0]")  # noqa: S104 -- compared, not bound
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class FileSetting(Struct, frozen=True):
    """One program's own proxy: where it is set, and its value; an empty value means no proxy at all."""

    place: str
    value: str


def file_settings(system: SystemView, kind: str) -> dict[str, FileSetting]:
    """By program, what its files set for `kind`, http or https. Blocks; raises nothing."""
    home = system.variables.get("HOME", "")
    settings: dict[str, FileSetting] = {}
    for program, names, read in (
        ("curl", (f"{home}/.curlrc",), _curl),
        ("wget", ("/etc/wgetrc", f"{home}/.wgetrc"), _wget),
        ("git", ("/etc/gitconfig", f"{home}/.gitconfig"), _git),
    ):
        for name in names if home else names[:-1]:
            text = text_of(inside(system.root, name), MOST_BYTES)
            value = read(text, kind)
            if value is not None:
                settings[program] = FileSetting(name.replace(home, "~", 1) if home else name, value)
    return settings


def java_setting(arguments: tuple[str, ...], environ: Mapping[str, str], destination: Destination) -> FileSetting | None:
    """The proxy in a Java program's options: on its own command line, and in the variables that every Java reads."""
    properties = dict(_properties(arguments, environ))
    host = properties.get(f"{destination.kind}.proxyHost")
    if not host:
        return None
    port = properties.get(f"{destination.kind}.proxyPort") or _DEFAULT_PORTS[destination.kind]
    return FileSetting(f"-D{destination.kind}.proxyHost", f"{host}:{port}")


def java_exemption(arguments: tuple[str, ...], environ: Mapping[str, str], destination: Destination) -> str | None:
    """The pattern of http.nonProxyHosts (for https too) that exempts the host; loopback is exempt unless the list is empty."""
    listed = dict(_properties(arguments, environ)).get("http.nonProxyHosts")
    patterns = () if listed == "" else (*(listed or "").split("|"), *_JAVA_EXEMPT)
    host = f"[{destination.host}]" if ":" in destination.host else destination.host.lower()
    return next(
        (pattern for pattern in patterns if pattern and fnmatch.fnmatchcase(host, pattern.lower().replace("[", "[[]"))), None
    )


def _properties(arguments: tuple[str, ...], environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    words = [word for name in _JAVA_VARIABLES for word in _split(environ.get(name, ""))]
    for word in (*words, *arguments):
        match = _JAVA.fullmatch(word)
        if match:
            yield match["name"], match["value"]


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # an unclosed quotation mark
        return text.split()


def _curl(text: str, kind: str) -> str | None:  # noqa: ARG001 -- one signature for all: curl has one proxy for both
    values = [match["value"].strip('"') for match in _CURL.finditer(text)]
    return values[-1] if values else None


def _wget(text: str, kind: str) -> str | None:
    settings = {match["name"].lower().replace("_", ""): match["value"] for match in _WGET.finditer(text)}
    return "" if settings.get("useproxy", "").lower() == "off" else settings.get(f"{kind}proxy")


def _git(text: str, kind: str) -> str | None:  # noqa: ARG001 -- one signature for all: git has one proxy for both
    marks = [*_GIT_SECTION.finditer(text)]
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    values = (
        [
            match["value"]
            for mark, end in zip(marks, ends, strict=True)
            if mark["section"].strip().lower() == "http"
            for match in _GIT_PROXY.finditer(text, mark.end(), end)
        ]
        if marks
        else []
    )
    return values[-1] if values else None
