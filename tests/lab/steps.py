"""Steps for scenarios: each function makes one that breaks, or starts, one thing. Texts may have values in braces."""

import json
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.lab.bench import Bench
from tests.lab.network import HERE, NOBODY
from tests.lab.scenario import Step


def serve(role: str, behaviour: str = "hold", *, address: str = "::", port: str = "{port}", user: int | None = None) -> Step:
    """A TCP service that accepts and then does what serve.py calls `behaviour`; `::` takes both families."""

    def step(bench: Bench) -> None:
        script = str(HERE / "serve.py")
        bench[role].start(sys.executable, "-IS", script, bench.text(address), bench.text(port), behaviour, user=user)

    return step


def filters(role: str, hook: str, *rules: str) -> Step:
    """Filter rules of nftables at a hook (input, forward, output, …), for both families."""
    return lambda bench: bench[role].filter(hook, *map(bench.text, rules))


def nft(role: str, rules: str) -> Step:
    """Rules in the language of `nft -f`."""
    return lambda bench: bench[role].nft(bench.text(rules))


def ip(role: str, command: str) -> Step:
    """An `ip` command."""
    return lambda bench: bench[role].ip(*bench.text(command).split())


def sysctl(role: str, *settings: str) -> Step:
    """Kernel parameters, each as `name=value`."""
    return lambda bench: bench[role].sysctl(*map(bench.text, settings))


@dataclass(frozen=True)
class Needing:
    """A step that needs programs; a scenario with it is skipped by name where one is missing."""

    step: Step
    tools: tuple[str, ...]

    def __call__(self, bench: Bench) -> object:
        """Take the step."""
        return self.step(bench)


def run(role: str, *argv: str, stdin: str = "") -> Step:
    """A command that ends by itself and must not fail."""
    return Needing(lambda bench: bench[role].run(*map(bench.text, argv), stdin=bench.text(stdin)), _program(argv))


def start(role: str, *argv: str, ready: str = "", user: int | None = None) -> Step:
    """A program that stays until the play ends.

    It is waited for until it has printed a line; with `ready`, an address and port such as `{server}:{port}` or an absolute
    path, until something listens there.
    """

    def step(bench: Bench) -> None:
        words = tuple(map(bench.text, argv))
        if ready:
            words = (sys.executable, "-IS", str(HERE / "when_ready.py"), bench.text(ready), *words)
        bench[role].start(*words, user=user)

    return Needing(step, _program(argv))


def as_nobody(*argv: str, role: str = "client", ready: str = "") -> Step:
    """A program of the unprivileged user, as `start`."""
    return start(role, *argv, ready=ready, user=NOBODY)


def file(name: str, text: str, mode: int = 0o644) -> Step:
    """A file in the play's folder."""
    return lambda bench: bench.file(name, text, mode)


def lies(
    role: str = "nameserver",
    *,
    at: Sequence[str] = (),
    tcp: bool | Literal["once"] = True,
    says: Mapping[str, object] | None = None,
    **more: object,
) -> Step:
    """A nameserver under our control, on the machine's addresses or on those in `at`.

    `says`, and what is given by name, are the names' `addresses` and the behaviours of tui/demo/zone.py: `servfail`, `refused`,
    `silent`, `truncated`, `bogus`, `referred`, `aliases`, `delays_s`, …; names and addresses may have values. Without `tcp`
    that port is closed, with `once` each connection ends after its first answer.
    """

    def step(bench: Bench) -> None:
        given = [bench.text(one) for one in at or ("{%s}" % role, "{%s_6}" % role)]  # noqa: UP031 -- braces are the text
        settings = {"at": given, "tcp": tcp, "says": _filled(bench, dict(says or {}) | more)}
        bench[role].start(sys.executable, str(HERE / "lying_nameserver.py"), json.dumps(settings))

    return step


def dnsmasq(role: str = "nameserver", *lines: str, at: Sequence[str] = ()) -> Step:
    """A real dnsmasq that knows what its configuration `lines` say (dnsmasq(8), without dashes), and asks nobody."""

    def step(bench: Bench) -> None:
        given = [bench.text(one) for one in at or ("{%s}" % role, "{%s_6}" % role)]  # noqa: UP031 -- braces are the text
        own = ["no-resolv", "no-hosts", "bind-interfaces", "keep-in-foreground", "user=", "group=", "pid-file=", "log-facility=-"]
        own += [f"listen-address={address}" for address in given]
        path = bench.file(f"dnsmasq-{len(bench[role].children)}.conf", "\n".join((*own, *lines)) + "\n")
        place = f"[{given[0]}]:53" if ":" in given[0] else f"{given[0]}:53"
        start(role, "dnsmasq", f"--conf-file={path}", ready=place)(bench)

    return Needing(step, ("dnsmasq",))


def stale_socket(name: str, mode: int = 0o666) -> Step:
    """A Unix socket in the play's folder whose listener is gone."""

    def step(bench: Bench) -> None:
        path = Path(bench.values["folder"], bench.text(name))
        with socket.socket(socket.AF_UNIX) as gone:
            gone.bind(str(path))
        path.chmod(mode)

    return step


def _program(argv: Sequence[str]) -> tuple[str, ...]:
    """The program of a command, unless a value names it."""
    return () if argv[0].startswith("{") else (argv[0],)


def _filled(bench: Bench, value: object) -> object:
    """A JSON value with its texts, keys too, filled in."""
    if isinstance(value, str):
        return bench.text(value)
    if isinstance(value, Mapping):
        return {bench.text(key): _filled(bench, one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_filled(bench, one) for one in value]
    return value
