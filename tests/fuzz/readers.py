"""Everything that reads texts of others, each with true texts to begin from and the errors that it announces."""

import tempfile
import tomllib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.casefile import all_files, load
from tests.probes.recorded import ENGINES, printed
from tests.probes.test_services import FAILED, JOURNAL_TEXT
from tui.engine import recording
from tui.errors.reading import read_error, target_of
from tui.model.events import AnyEvent, FactSeen, Opened
from tui.model.secrets import masked, masked_arguments
from tui.model.target import TargetError, parse_target
from tui.probes.firewall import devices, dormant, hidden, iptables_rules, iptables_text, nft_rules, quoting
from tui.probes.forwarders import arguments, haproxy
from tui.probes.names import dns_message, hosts_file, nsswitch, resolver_config
from tui.probes.namespaces import engines
from tui.probes.services import logs, units
from tui.probes.talk import identify
from tui.report import formats
from tui.report.document import document_of
from tui.vantage import listeners, process_state, remote_engines, remote_shell, ss_text
from tui.watch import failures, strace

TESTS = Path(__file__).resolve().parent.parent
TEXTS = Path(__file__).with_name("texts")


class Reader(Struct, frozen=True):
    """Who reads, what it is given truly, and what it may raise."""

    name: str
    read: Callable[[bytes], object]
    texts: tuple[bytes, ...]
    may_raise: tuple[type[Exception], ...] = ()


def readers() -> tuple[Reader, ...]:
    """All of them."""
    return (*_of_the_person(), *_of_the_network(), *_of_programs(), *_of_files(), *_of_the_far_end(), _session())


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: _whole(read(data.decode("utf-8", "backslashreplace")))


def _whole(result: object) -> object:
    return list(result) if isinstance(result, Iterable) and not isinstance(result, str | bytes) else result


def _lines(name: str) -> tuple[bytes, ...]:
    """The lines of a file of `texts/`, each a text."""
    return tuple(_file(name).splitlines())


def _file(name: str) -> bytes:
    """A file of `texts/`, a text as a whole."""
    return (TEXTS / f"{name}.txt").read_bytes()


def _of_the_person() -> tuple[Reader, ...]:
    samples = [
        sample["text"].encode()
        for path in sorted((TESTS / "corpus" / "errors").glob("*.toml"))
        for sample in tomllib.loads(path.read_text(encoding="utf-8"))["sample"]
    ]
    return (
        Reader("error text", lambda data: target_of(read_error(data)), tuple(samples[::5])),
        Reader("target", _text(parse_target), _lines("target"), (TargetError,)),
        Reader("secrets", _text(lambda text: [masked(text), masked_arguments(text.split(" "))]), _lines("secrets")),
    )


def _of_the_network() -> tuple[Reader, ...]:
    query, _ = dns_message.queries("db.example", "A", checking_disabled=False)
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1"
    answer = query[:2] + b"\x81\x80" + query[4:6] + b"\0\1" + query[8:] + record
    first = (
        *(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", b"-ERR unknown\r\n"),
        *(b"220 mail.example ESMTP Postfix\r\n", b"J\0\0\0\x0a8.0.36\0", b"\x15\x03\x01\0\2\2F", b"AMQP\0\0\x09\1"),
    )
    return (
        Reader("answer of a nameserver", lambda data: dns_message.read(data, query), (answer, query)),
        Reader("first bytes", lambda data: (identify.identify(data), identify.first_line(data)), first),
    )


def _of_programs() -> tuple[Reader, ...]:
    rules = TESTS / "probes" / "rules"
    nft = tuple(path.read_bytes() for path in sorted(rules.glob("*.json")))
    tables = tuple(path.read_bytes() for path in sorted(rules.glob("*.v4")))
    containers = tuple(printed(f"{engine}-{what}").encode() for engine in ENGINES for what in ("ps", "inspect"))
    iptables = partial(iptables_text.ruleset_of, backend="iptables-nft", family="ip", read=iptables_rules.match_rule)
    listing, record = (_file("nft-listing"),), (b'{"kind": "connect", "pid": 7}\n',)
    return (
        Reader("nft's JSON", nft_rules.ruleset_of, nft, (ValueError,)),
        Reader("nft's listing", _text(lambda text: quoting.nft_lines(text, {("ip", "nat", "out", 7)})), listing),
        Reader("nft's devices", _text(lambda text: (devices.devices_in(text), dormant.dormant_in(text))), listing),
        Reader("nft's code", _text(hidden.hidden_families), (_file("nft-code"),)),
        Reader("iptables-save", _text(iptables), tables),
        Reader("docker's containers", _text(partial(engines.containers_in, "docker")), containers),
        Reader("podman's containers", _text(partial(engines.containers_in, "podman")), containers),
        Reader("systemctl show", _text(units.shown_units), (FAILED.encode(),)),
        Reader("journal", logs.journal_lines, (JOURNAL_TEXT.encode(),)),
        Reader("strace", lambda data: strace.records(data.splitlines()), (_file("strace"),)),
        Reader("records of a run", lambda data: failures.read_records(data.splitlines()), record),
    )


def _of_files() -> tuple[Reader, ...]:
    def resolver(text: str) -> object:
        return resolver_config.expansions("db", resolver_config.parse(text, {}))

    def forwarders(text: str) -> object:
        return [list(arguments.forwardings(program, text.split(" "))) for program in ("socat", "ssh", "docker-proxy")]

    return (
        Reader("hosts file", lambda data: hosts_file.entries(data, "db", "/etc/hosts"), (_file("hosts"),)),
        Reader("nsswitch.conf", _text(nsswitch.parse), (_file("nsswitch"),)),
        Reader("resolv.conf", _text(resolver), (_file("resolv"),)),
        Reader("haproxy.cfg", _text(haproxy.forwardings_in), (_file("haproxy"),)),
        Reader("arguments of forwarders", _text(forwarders), _lines("forwarders")),
    )


def _of_the_far_end() -> tuple[Reader, ...]:
    engine = b"=== engine1\ndocker docker\n0\n" + printed("docker-ps").encode() + b"\n=== settings1\n[]\n"
    sockets = (_file("far-sockets"), b"=== ss\n" + _file("ss"))
    return (
        Reader("ss", _text(ss_text.listeners_of_ss), (_file("ss"),)),
        Reader("far sockets", _text(_far_sockets), sockets, (remote_shell.RemoteShellError,)),
        Reader("far process", _text(lambda text: process_state.remote_process(text, 7)), (_file("far-process"),)),
        Reader("far engines", _text(lambda text: remote_engines.read(remote_shell.sections(text)).containers), (engine,)),
    )


def _far_sockets(text: str) -> object:
    return listeners.remote_listeners(text), listeners.remote_addresses(text)


def _session() -> Reader:
    """A session of each cause."""
    encode = msgspec.json.Encoder().encode
    whole = []
    for path in {path.parent: path for path in all_files()}.values():
        case = load(path).case
        events: list[AnyEvent] = [Opened(at="2026-11-20T11:02:03Z", version="0", target=case.target, options=case.options)]
        events += [FactSeen(at="2026-11-20T11:02:04Z", fact=fact) for fact in case.facts]
        whole.append(b"".join(encode(event) + b"\n" for event in events))
    return Reader("session file", _reported, tuple(whole), (recording.SessionFileError,))


def _reported(data: bytes) -> object:
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(data)
        file.flush()
        document = document_of(recording.read(Path(file.name)))
    return [formats.load(name).render(document) for name in formats.options()]
