"""What the arguments of forwarding programs say: where they listen, and where they lead to.

Law: pure. Sources: moby's cmd/docker-proxy, socat(1), ssh(1), kubectl-port-forward(1), systemd-socket-proxyd(8), passt(1),
slirp4netns(1), conmon(8), haproxy(1).
"""

import getopt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from tui.model.address import without_zone

_PROXYD_PORT = 80
"""systemd-socket-proxyd(8): a host without a port means HTTP."""
_SSH_FLAGS = "46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:o:P:p:Q:R:S:W:w:"
_LISTEN = re.compile(
    r"(?P<kind>TCP[46]?|OPENSSL|SSL)-L(?:ISTEN)?:(?P<port>\d{1,5})(?P<options>(?:,.*)?)", re.IGNORECASE | re.DOTALL
)
_CONNECT = re.compile(
    r"(?:TCP[46]?|OPENSSL|SSL)(?:-CONNECT)?:(?P<host>\[[^\]]+\]|[^:,]+):(?P<port>\d{1,5})(?:,.*)?", re.IGNORECASE | re.DOTALL
)
_BIND = re.compile(r",bind=(?P<address>\[[^\[\]]+\]|[^:,]+)", re.IGNORECASE)
_HOST_PORT = re.compile(r"(?P<host>\[[^\]]+\]|[^:]+)(?::(?P<port>\d{1,5}))?")
_PASTA = re.compile(r"(?:(?P<address>[^/]+)/)?(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?(?::(?P<inside>\d{1,5})(?:-\d{1,5})?)?")


class Forwarding(Struct, frozen=True, kw_only=True):
    """One port that a program leads elsewhere."""

    address: str | None = None
    """Where it listens; None for every address, or where that is not known."""
    port: int | None = None
    """None where the arguments don't name it."""
    leads_to: tuple[tuple[str | None, int | None], ...] = ()
    via: str | None = None
    container: str | None = None


def forwardings(program: str, arguments: Sequence[str]) -> Iterator[Forwarding]:
    """What a program of this name forwards, by its arguments without the first; nothing for any other program."""
    reader = _READERS.get(program)
    if reader is not None:
        yield from reader(list(arguments))


def is_forwarder(program: str) -> bool:
    """Whether a program of this name forwards ports, whatever its arguments say."""
    return program in _READERS


def _docker_proxy(arguments: list[str]) -> Iterator[Forwarding]:
    given = dict(zip((word.lstrip("-") for word in arguments), [*arguments[1:], ""], strict=True))
    if given.get("proto", "tcp") == "tcp":
        yield Forwarding(
            address=_listening(given.get("host-ip")),
            port=_port(given.get("host-port")),
            leads_to=((given.get("container-ip") or None, _port(given.get("container-port"))),),
        )


def _socat(arguments: list[str]) -> Iterator[Forwarding]:
    listening = next((match for word in arguments if (match := _LISTEN.fullmatch(word))), None)
    leads_to = next((match for word in arguments if (match := _CONNECT.fullmatch(word))), None)
    if listening is not None:
        bound = _BIND.search(listening["options"])
        there = ((leads_to["host"].strip("[]"), _port(leads_to["port"])),) if leads_to else ()
        yield Forwarding(address=_listening(bound["address"]) if bound else None, port=_port(listening["port"]), leads_to=there)


def _ssh(arguments: list[str]) -> Iterator[Forwarding]:
    given, server = _ssh_options(arguments)
    for option, value in given:
        words = re.split(r"[=\s]+", value, maxsplit=1)
        if option == "-L":
            specification = value
        elif option == "-o" and words[0].lower() == "localforward" and len(words) > 1:
            specification = words[1].replace(" ", ":", 1)
        else:
            continue
        parts = _parts(specification)
        if len(parts) in {3, 4} and (port := _port(parts[-3])) is not None:
            yield Forwarding(
                # Without an address ssh listens on loopback alone, unless GatewayPorts or -g say otherwise (ssh_config(5)).
                address=_listening(parts[0]) if len(parts) == 4 else None,  # noqa: PLR2004 -- with the address to listen on
                port=port,
                leads_to=((parts[-2], _port(parts[-1])),),
                via=server,
            )


def _ssh_options(arguments: list[str]) -> tuple[list[tuple[str, str]], str | None]:
    """The options, which may stand before and after the server, and the server."""
    given: list[tuple[str, str]] = []
    server: str | None = None
    rest = arguments
    try:
        for _ in range(2):
            options, rest = getopt.getopt(rest, _SSH_FLAGS)
            given += options
            if not rest or server is not None:
                break
            server, rest = rest[0], rest[1:]
    except getopt.GetoptError:
        pass
    return given, server


def _parts(specification: str) -> list[str]:
    """`8080:[::1]:80` at its colons, those in brackets kept; ssh(1) takes `/` between the parts as well."""
    return [part.strip("[]") for part in re.findall(r"\[[^\[\]]*\]|[^:\[\]]+", specification)]


def _kubectl(arguments: list[str]) -> Iterator[Forwarding]:
    words = [word for word in arguments if not word.startswith("-")]
    if "port-forward" not in words:
        return
    address = next((word.partition("=")[2] for word in arguments if word.startswith("--address=")), None)
    behind = words[words.index("port-forward") + 1 :]
    ports = [word for word in behind if re.fullmatch(r"\d+(?::\d+)?", word)]
    named = behind[: behind.index(ports[0])] if ports else []
    for word in ports:
        outside, _, inside = word.partition(":")
        yield Forwarding(
            address=_listening(address),
            port=_port(outside),
            leads_to=((named[-1] if named else None, _port(inside or outside)),),
            via="the cluster",
        )


def _socket_proxyd(arguments: list[str]) -> Iterator[Forwarding]:
    for word in arguments:
        if not word.startswith(("-", "/")):
            match = _HOST_PORT.fullmatch(word)
            if match is not None:
                yield Forwarding(leads_to=((match["host"].strip("[]"), _port(match["port"]) or _PROXYD_PORT),))


def _pasta(arguments: list[str]) -> Iterator[Forwarding]:
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if option in {"-t", "--tcp-ports"}:
            for part in value.split(","):
                match = _PASTA.fullmatch(part)
                if match is not None:
                    first, last = int(match["first"]), int(match["last"] or match["first"])
                    inside = int(match["inside"] or first)
                    for number in range(min(last - first + 1, _MOST_PORTS)):
                        yield Forwarding(
                            address=_listening(without_zone(match["address"] or "") or None),
                            port=first + number,
                            leads_to=((None, inside + number),),
                            via="the container",
                        )


def _into_a_container(_arguments: list[str]) -> Iterator[Forwarding]:
    """Its ports are set at run time, or by rules: the engine knows where they lead."""
    yield Forwarding(via="the container")


def _conmon(arguments: list[str]) -> Iterator[Forwarding]:
    """It holds a published port so that nobody else takes it; rules lead the connections into its container."""
    given = dict(zip(arguments, [*arguments[1:], ""], strict=True))
    name = given.get("-n") or given.get("--name")
    yield Forwarding(via=f"container {name}" if name else "the container", container=name or None)


def _haproxy(_arguments: list[str]) -> Iterator[Forwarding]:
    """Its configuration says where it leads."""
    yield from ()


_MOST_PORTS = 100
"""Of one range."""
_READERS: Mapping[str, Callable[[list[str]], Iterator[Forwarding]]] = {
    "docker-proxy": _docker_proxy,
    "socat": _socat,
    "ssh": _ssh,
    "kubectl": _kubectl,
    "systemd-socket-proxyd": _socket_proxyd,
    "pasta": _pasta,
    "pasta.avx2": _pasta,
    "rootlessport": _into_a_container,
    "slirp4netns": _into_a_container,
    "conmon": _conmon,
    "haproxy": _haproxy,
}


def _listening(address: str | None) -> str | None:
    """An address to listen on as `ss` shows it; None for every one."""
    return None if address in {None, "", "*", "0.0.0.0", "::"} else (address or "").strip("[]")  # noqa: S104 -- compared, not bound


def _port(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None  # noqa: PLR2004 -- 65535 has five
