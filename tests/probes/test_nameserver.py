"""Asking one nameserver: every way in which it can answer, or not."""

import asyncio
import errno
import shutil
import socket
import sys
from contextlib import aclosing
from functools import partial

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import closed_port, descriptors
from tests.probes.machine import NOBODY, ROOT, needs_namespaces, network_namespace
from tests.probes.names import is_safe, seen
from tui.demo.nameserver import FakeNameserver
from tui.demo.zone import EVERY
from tui.model.facts import AnyFact, NameserverAnswer, NotObserved
from tui.model.requests import AnyRequest, AskNameserver
from tui.probes.kernel.system_view import SystemView
from tui.probes.names import dns_message, nameserver_answer
from tui.probes.names.nameserver_answer import RecordType, ask

PATIENCE_S = 60.0
"""For those who answer."""
SHORT_S = 0.2
"""For those who never will."""


async def both(server: FakeNameserver, name: str, **options: bool) -> dict[str, NameserverAnswer]:
    """The answers by record type."""
    request = AskNameserver(server=server.address, port=server.port, name=name, **options)
    facts = await seen(nameserver_answer.check(request, SystemView()))
    answers = {fact.rtype: fact for fact in facts if isinstance(fact, NameserverAnswer)}
    assert set(answers) == {"A", "AAAA"}
    return {str(rtype): answer for rtype, answer in answers.items()}


async def one(server: FakeNameserver, name: str, rtype: RecordType = "A", *, timeout_s: float = PATIENCE_S) -> NameserverAnswer:
    """One answer."""
    return await ask(AskNameserver(server=server.address, port=server.port, name=name), rtype, timeout_s=timeout_s)


async def test_addresses_aliases_and_time_to_live_are_told() -> None:
    """Both families, the chain of aliases in order, the server and how to see the same by hand."""
    zone = {"real.test": ["10.0.0.1", "10.0.0.2", "2001:db8::1"]}
    async with FakeNameserver(zone, aliases={"www.test": "w2.test", "w2.test": "real.test"}, ttl_s=42) as server:
        answers = await both(server, "www.test")

    four, six = answers["A"], answers["AAAA"]
    assert (four.addresses, six.addresses) == (("10.0.0.1", "10.0.0.2"), ("2001:db8::1",))
    assert four.cnames == six.cnames == ("w2.test", "real.test")
    assert (four.outcome, four.rcode, four.via, four.ttl_s, four.truncated) == ("answered", "NOERROR", "udp", 42, False)
    assert (four.server, four.port, four.name, four.configured) == ("127.0.0.1", server.port, "www.test", True)
    assert four.command == f"dig @127.0.0.1 -p {server.port} www.test A"
    assert 0 < four.rtt_ms < 10_000


@pytest.mark.parametrize(
    ("name", "rcode", "cnames", "detail"),
    [
        ("nowhere.test", "NXDOMAIN", (), ""),
        ("dangling.test", "NXDOMAIN", ("nowhere.test",), ""),
        ("empty.test", "NOERROR", (), ""),
        ("fail.test", "SERVFAIL", (), ""),
        ("no.test", "REFUSED", (), ""),
        ("bogus.test", "SERVFAIL", (), "EDE 6 (DNSSEC Bogus): signature expired"),
        ("round.test", "NOERROR", ("round2.test", "round.test"), "its aliases form a circle"),
        ("evil.test", "NXDOMAIN", ("\\027[2J\\255.test",), ""),
    ],
)
async def test_answers_without_an_address(name: str, rcode: str, cnames: tuple[str, ...], detail: str) -> None:
    """The code, the aliases and the server's own explanation; nothing unsafe comes through."""
    async with FakeNameserver(
        {"empty.test": [], "bogus.test": ["10.0.0.1"]},
        aliases={
            "dangling.test": "nowhere.test",
            "round.test": "round2.test",
            "round2.test": "round.test",
            "evil.test": "\\027[2J\\255.test",
        },
        servfail={"fail.test"},
        refused={"no.test"},
        bogus={"bogus.test"},
    ) as server:
        answer = await one(server, name)

    assert (answer.outcome, answer.rcode, answer.addresses) == ("answered", rcode, ())
    assert (answer.cnames, answer.detail) == (cnames, detail)


async def test_checking_disabled_asks_for_what_does_not_hold() -> None:
    """The CD bit is set, told, and part of the command."""
    async with FakeNameserver({"bogus.test": ["10.0.0.1"]}, bogus={"bogus.test"}) as server:
        answer = (await both(server, "bogus.test", checking_disabled=True))["A"]

    assert (answer.addresses, answer.checking_disabled) == (("10.0.0.1",), True)
    assert answer.command.endswith("bogus.test A +cd")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_closed_port_is_seen_at_once(address: str) -> None:
    """Refused, by an ICMP error whose sender is told, long before the deadline."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as holder:
        holder.bind((address, 0))
        holder.connect((address, 9))  # only that peer is heard: to all others the port is closed
        request = AskNameserver(server=address, port=holder.getsockname()[1], name="a.test")
        answer = await ask(request, "A", timeout_s=PATIENCE_S)

    assert (answer.outcome, answer.rcode) == ("refused", None)
    assert answer.detail == f"ICMP port unreachable, from {address}"


async def test_silence_is_a_timeout_that_holds_up_nobody() -> None:
    """The type that is answered comes first; the other one ends at its own deadline."""
    async with FakeNameserver({"a.test": ["10.0.0.1"]}, silent_types={"AAAA"}) as server:
        request = AskNameserver(server=server.address, port=server.port, name="a.test")
        async with aclosing(nameserver_answer.check(request, SystemView())) as check:
            first = await anext(check)
            assert isinstance(first, NameserverAnswer)
            assert (first.rtype, first.outcome) == ("A", "answered")
        silent = await one(server, "a.test", "AAAA", timeout_s=SHORT_S)

    assert (silent.outcome, silent.rcode, silent.addresses) == ("timeout", None, ())
    assert silent.rtt_ms >= SHORT_S * 1000


async def test_a_look_that_is_left_leaves_nothing() -> None:
    """Closing the look in the middle, or cancelling it, closes its sockets."""
    before = descriptors()
    async with FakeNameserver(silent={EVERY}) as server:
        request = AskNameserver(server=server.address, port=server.port, name="a.test")
        taken = asyncio.create_task(seen(nameserver_answer.check(request, SystemView())))
        await server.wait_for(2)
        taken.cancel()
        assert isinstance((await asyncio.gather(taken, return_exceptions=True))[0], asyncio.CancelledError)

    assert descriptors() == before


async def test_a_truncated_answer_is_fetched_over_tcp() -> None:
    """Long answers are truncated at 512 bytes, as they are for glibc; over TCP they are whole."""
    many = [f"10.0.0.{number}" for number in range(60)]
    async with FakeNameserver({"many.test": many}) as server:
        answer = await one(server, "many.test")

        assert [(asked.rtype, asked.via) for asked in server.asked] == [("A", "udp"), ("A", "tcp")]
    assert (answer.outcome, answer.via, answer.truncated) == ("answered", "tcp", False)
    assert answer.addresses == tuple(many)


@pytest.mark.parametrize(
    ("tcp", "silent_tcp", "outcome", "why"),
    [(False, False, "refused", "ECONNREFUSED"), (True, True, "timeout", "no answer within")],
)
async def test_a_truncated_answer_whose_tcp_fails_is_no_answer(*, tcp: bool, silent_tcp: bool, outcome: str, why: str) -> None:
    """That is what getaddrinfo gets; the detail says that UDP did answer."""
    async with FakeNameserver({"a.test": ["10.0.0.1"]}, truncated={EVERY}, tcp=tcp, silent_tcp=silent_tcp) as server:
        answer = await one(server, "a.test", timeout_s=1.5)

    assert (answer.outcome, answer.via, answer.truncated, answer.addresses) == (outcome, "tcp", True, ())
    assert answer.detail.startswith("truncated over UDP; over TCP: ")
    assert why in answer.detail


async def test_more_addresses_than_anybody_tries_are_counted_and_cut() -> None:
    """256 are kept, and how many there were is told."""
    crowd = [f"10.{number // 250}.0.{number % 250}" for number in range(300)]
    async with FakeNameserver({"crowd.test": crowd}) as server:
        answer = await one(server, "crowd.test")

    assert (len(answer.addresses), answer.detail) == (256, "300 addresses")


@pytest.mark.parametrize(
    ("name", "rcode", "detail"),
    [("junk.test", None, "not a DNS message (ShortHeader)"), ("lame.test", "NOERROR", "a referral to the nameservers of test")],
)
async def test_what_no_resolver_can_use_is_malformed(name: str, rcode: str | None, detail: str) -> None:
    """Garbage, and a referral: glibc passes over a server that sends either."""
    async with FakeNameserver(garbled={"junk.test"}, referred={"lame.test"}) as server:
        answer = await one(server, name)

    assert (answer.outcome, answer.rcode) == ("malformed", rcode)
    assert answer.detail.startswith(detail)


async def test_a_server_that_does_not_know_edns_is_asked_without() -> None:
    """FORMERR leads to the plain query at once."""
    async with FakeNameserver({"a.test": ["10.0.0.1"]}, edns=False) as server:
        answer = await ask(AskNameserver(server=server.address, port=server.port, name="a.test"), "A", timeout_s=PATIENCE_S)

        assert server.count("a.test") == 2
    assert (answer.outcome, answer.rcode, answer.addresses) == ("answered", "NOERROR", ("10.0.0.1",))


async def _deaf_at_first(sock: socket.socket, *, strays: int) -> list[bytes]:
    """Ignores the first query; answers the second, after datagrams that bear another id. Gives both queries."""
    loop = asyncio.get_running_loop()
    first, _ = await loop.sock_recvfrom(sock, 512)
    second, peer = await loop.sock_recvfrom(sock, 512)
    answer = dns.message.make_response(dns.message.from_wire(second), recursion_available=True)
    answer.answer.append(dns.rrset.from_text(answer.question[0].name, 5, "IN", "A", "10.0.0.1"))
    wire = answer.to_wire()
    for _ in range(strays):
        await loop.sock_sendto(sock, bytes([wire[0] ^ 0xFF]) + wire[1:], peer)
    await loop.sock_sendto(sock, wire, peer)
    return [first, second]


async def test_a_lost_query_is_sent_again_without_edns_and_strays_are_passed_over() -> None:
    """One loss does not make a server look dead; an answer to another question's id is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)  # noqa: FBT003 -- the method's only form
        sock.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(_deaf_at_first(sock, strays=3))
        request = AskNameserver(server="127.0.0.1", port=sock.getsockname()[1], name="a.test")
        answer = await ask(request, "A", timeout_s=4.0)
        queries = [dns.message.from_wire(wire) for wire in await serving]

    assert (answer.outcome, answer.addresses) == ("answered", ("10.0.0.1",))
    assert [query.edns for query in queries] == [0, -1]
    assert queries[0].id == queries[1].id
    assert queries[0].flags & dns.flags.RD


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (AskNameserver(server="dns.example", name="a.test"), "'dns.example' is not an address."),
        (AskNameserver(server="127.0.0.1", name="a.test", port=0), "0 is not a port."),
        (AskNameserver(server="127.0.0.1", name="a.test", port=70000), "70000 is not a port."),
        (AskNameserver(server="127.0.0.1", name="a..b"), "'a..b' is not a name that the DNS can carry."),
        (AskNameserver(server="127.0.0.1", name="x" * 64), f"{'x' * 64!r} is not a name that the DNS can carry."),
    ],
)
async def test_what_can_not_be_asked_is_told(request_: AskNameserver, reason: str) -> None:
    """One NotObserved with its reason."""
    (fact,) = await seen(nameserver_answer.check(request_, SystemView()))

    assert isinstance(fact, NotObserved)
    assert (fact.request, fact.reason) == (request_, reason)


async def test_want_of_sockets_says_nothing_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many open files is our own trouble."""

    def none_left(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("tui.probes.names.dns_exchange.socket.socket", none_left)
    facts = await seen(nameserver_answer.check(AskNameserver(server="127.0.0.1", name="a.test"), SystemView()))

    assert [fact.reason for fact in facts if isinstance(fact, NotObserved)] == ["No socket could be opened (EMFILE)."]


async def test_an_interface_that_is_not_there_is_unreachable() -> None:
    """A link-local nameserver of an interface that is gone."""
    answer = await ask(AskNameserver(server="fe80::1%gone0", name="a.test"), "A", timeout_s=SHORT_S)

    assert (answer.outcome, answer.detail) == ("unreachable", "ENODEV, no such device")


@needs_namespaces
@pytest.mark.parametrize("user", [(), NOBODY], ids=["root", "nobody"])
async def test_out_of_reach_is_told_with_its_reason(user: tuple[str, ...]) -> None:
    """No route, and a route that says no: both at once, and with any privilege."""
    requests: list[AnyRequest] = [
        AskNameserver(server="192.0.2.53", name="a.test"),
        AskNameserver(server="198.51.100.53", name="a.test"),
    ]
    with network_namespace("ip route add prohibit 198.51.100.0/24") as inside:
        checks = await asyncio.create_subprocess_exec(
            *inside,
            *user,
            sys.executable,
            "-m",
            "tests.lab.run_checks",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(checks.communicate(msgspec.json.encode(requests)), 30)
    answers = [fact for facts in msgspec.json.decode(output, type=list[list[AnyFact]]) for fact in facts]

    assert {(fact.outcome, fact.detail.split(",")[0]) for fact in answers if isinstance(fact, NameserverAnswer)} == {
        ("unreachable", "ENETUNREACH"),
        ("unreachable", "EACCES"),
    }
    assert len(answers) == 4


async def test_a_real_server_is_read() -> None:
    """Dnsmasq's own way of putting addresses, aliases, NXDOMAIN and REFUSED."""
    dnsmasq = shutil.which("dnsmasq") or shutil.which("dnsmasq", path="/usr/sbin")
    if dnsmasq is None:
        pytest.skip("dnsmasq is not installed")
    with closed_port("127.0.0.1") as port:  # held for TCP alone, so free for UDP
        options = [
            "-k",
            "-C",
            "/dev/null",
            "-p",
            str(port),
            "-a",
            "127.0.0.1",
            "-z",
            "-R",
            "-h",
            "--pid-file=",
            "--log-facility=-",
        ]
        zone = ["--host-record=web.test,10.0.0.1,2001:db8::1,30", "--cname=www.test,web.test", "--local=/test/"]
    server = await asyncio.create_subprocess_exec(dnsmasq, *options, *zone, stderr=asyncio.subprocess.DEVNULL)
    try:
        ask_it = partial(_ask_port, port)
        async with asyncio.timeout(10):
            while (await ask_it("web.test", "A")).outcome != "answered":
                assert server.returncode is None
                await asyncio.sleep(0.02)
        six, alias = await ask_it("web.test", "AAAA"), await ask_it("www.test", "A")
        unknown, foreign = await ask_it("nowhere.test", "A"), await ask_it("web.example", "A")
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()

    assert (six.addresses, six.ttl_s) == (("2001:db8::1",), 30)
    assert (alias.cnames, alias.addresses) == (("web.test",), ("10.0.0.1",))
    assert (unknown.outcome, unknown.rcode, foreign.rcode) == ("answered", "NXDOMAIN", "REFUSED")


async def _ask_port(port: int, name: str, rtype: RecordType) -> NameserverAnswer:
    return await ask(AskNameserver(server="127.0.0.1", port=port, name=name), rtype)


QUERY, _ = dns_message.queries("a.test", "A", checking_disabled=False)


def _answer() -> bytes:
    answer = dns.message.make_response(dns.message.from_wire(QUERY), recursion_available=True)
    name = answer.question[0].name
    answer.answer += [
        dns.rrset.from_text(name, 9, "IN", "CNAME", "b.test."),
        dns.rrset.from_text("b.test.", 7, "IN", "A", "10.0.0.1", "10.0.0.2"),
    ]
    return answer.to_wire()


@given(st.binary(max_size=80))
def test_no_bytes_are_too_strange(data: bytes) -> None:
    """Whatever comes, a reading is made of it; without our id it is no answer."""
    reading = dns_message.read(data, QUERY)

    assert not reading.readable or data[:2] == QUERY[:2]
    assert is_safe(reading.detail)


@given(st.lists(st.tuples(st.integers(2, 79), st.integers(0, 255)), max_size=6), st.integers(12, 90))
def test_a_damaged_answer_is_read_or_refused(damage: list[tuple[int, int]], length: int) -> None:
    """Flipped and missing bytes never raise, and never let an unsafe character through."""
    wire = bytearray(_answer())
    for place, value in damage:
        wire[place % len(wire)] = value
    reading = dns_message.read(bytes(wire[:length]), QUERY)

    assert all(is_safe(text) for text in (*reading.cnames, *reading.addresses, reading.detail, reading.rcode or ""))


def test_the_shortest_time_to_live_of_the_chain_counts() -> None:
    """An answer is as old as its youngest part allows."""
    reading = dns_message.read(_answer(), QUERY)

    assert (reading.ttl_s, reading.cnames, set(reading.addresses)) == (7, ("b.test",), {"10.0.0.1", "10.0.0.2"})


def test_an_answer_to_another_question_is_unusable() -> None:
    """Same id, other name."""
    other, _ = dns_message.queries("other.test", "A", checking_disabled=False)

    reading = dns_message.read(_answer(), _answer()[:2] + other[2:])

    assert (reading.readable, reading.detail) == (False, "it answers another question")


def test_an_answer_that_breaks_off_is_not_an_empty_one() -> None:
    """Where the record that was asked for can't be read, nobody says that there is none."""
    reading = dns_message.read(_answer()[:-30], QUERY)

    assert (reading.readable, reading.addresses) == (False, ())
    assert reading.detail.startswith("it can't be read")
