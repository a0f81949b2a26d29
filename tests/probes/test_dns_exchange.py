"""One question over UDP or TCP with scripted peers: how each error is called, and how much is read."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dns.message
import dns.rrset
import pytest

from tests.probes.loopback import closed_port
from tui.model.facts import IcmpError
from tui.probes.kernel import error_queue
from tui.probes.names import dns_exchange, dns_message
from tui.probes.names.dns_exchange import Exchange, over_tcp, over_udp
from tui.probes.names.dns_message import DnsAnswer, queries, read
from tui.probes.names.resolver_config import ResolverConfig, parse

QUERY = queries("db.example", "A", checking_disabled=False)[1]


@asynccontextmanager
async def peer(*pieces: bytes) -> AsyncIterator[int]:
    """A TCP server that reads a question and writes these pieces, some time apart, and then closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2))
        assert await reader.readexactly(size) == QUERY
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()
        done.set()

    done = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await done.wait()


@pytest.mark.parametrize(
    ("pieces", "wire"),
    [
        ((b"\0\3abc",), b"abc"),
        ((b"\0", b"\3", b"a", b"bc"), b"abc"),
        ((b"\0\3abc", b"more"), b"abc"),
        ((b"\0\3abcmore",), b"abc"),
        ((b"\1\0" + b"x" * 256,), b"x" * 256),
    ],
)
async def test_a_message_over_tcp_is_as_long_as_it_says(pieces: tuple[bytes, ...], wire: bytes) -> None:
    """However it comes in pieces, and whatever follows it (RFC 7766)."""
    async with peer(*pieces) as port:
        assert await over_tcp("127.0.0.1", port, QUERY, timeout_s=5) == Exchange(outcome="answered", query=QUERY, wire=wire)


@pytest.mark.parametrize("pieces", [(), (b"\0",), (b"\0\3ab",)])
async def test_a_message_that_is_cut_is_none(pieces: tuple[bytes, ...]) -> None:
    """The server closed before it had said all."""
    async with peer(*pieces) as port:
        exchange = await over_tcp("127.0.0.1", port, QUERY, timeout_s=5)

    assert exchange == Exchange(outcome="closed", query=QUERY, detail="it closed the connection")


async def test_silence_and_a_closed_port_over_tcp() -> None:
    """Time is up, or nobody is there."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        late = await over_tcp("127.0.0.1", silent.getsockname()[1], QUERY, timeout_s=0.1)
    with closed_port("127.0.0.1") as port:
        refused = await over_tcp("127.0.0.1", port, QUERY, timeout_s=5)

    assert late == Exchange(outcome="timeout", query=QUERY, detail="no answer within 0.1 s")
    assert refused == Exchange(outcome="refused", query=QUERY, detail="ECONNREFUSED, connection refused")


@pytest.mark.parametrize(
    ("number", "sender", "outcome", "detail"),
    [
        (errno.ECONNRESET, None, "closed", "it reset the connection"),
        (errno.EPIPE, None, "closed", "it reset the connection"),
        (errno.ECONNREFUSED, None, "refused", "ECONNREFUSED, connection refused"),
        (errno.ECONNREFUSED, "10.0.0.1", "refused", "ICMP port unreachable, from 10.0.0.1"),
        (errno.ECONNREFUSED, "10.9.9.9", "unreachable", "ICMP port unreachable, from 10.9.9.9"),
        (errno.EHOSTUNREACH, None, "unreachable", "EHOSTUNREACH, no route to host"),
        (errno.EHOSTUNREACH, "10.0.0.1", "unreachable", "ICMP port unreachable, from 10.0.0.1"),
        (errno.ENETUNREACH, None, "unreachable", "ENETUNREACH, network is unreachable"),
    ],
)
def test_what_an_error_means(number: int, sender: str | None, outcome: str, detail: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is the server's only where it or nobody sent it; a reset is an end; of the rest the ICMP message tells more."""
    icmp = IcmpError(type=3, code=3, meaning="port unreachable", sender=sender or "")
    monkeypatch.setattr(error_queue, "read", lambda _: [error_queue.QueuedError(number, icmp)] if sender else [])
    with socket.socket() as sock:
        failed = dns_exchange._failed(OSError(number, os.strerror(number)), QUERY, sock, "10.0.0.1")

    assert failed == Exchange(outcome=outcome, query=QUERY, detail=detail)  # type: ignore[arg-type]  # a text of the table


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_want_of_descriptors_is_raised(number: int) -> None:
    """It says nothing of the server."""
    with pytest.raises(OSError, match=os.strerror(number)):
        dns_exchange._failed(OSError(number, os.strerror(number)), QUERY)


@pytest.mark.parametrize(
    ("wire", "truncated", "misread"),
    [
        (bytes(12), False, False),
        (b"\0\0\x02" + bytes(9), True, False),
        (b"\0\0\x02" + bytes(8), False, False),
        (b"\0\0\0\1" + bytes(8), False, True),
        (b"\0\0\0\4" + bytes(8), False, True),
        (b"\0\0\0\xf4" + bytes(8), False, True),
        (b"\0\0\0\2" + bytes(8), False, False),
        (b"\0\0\0\1" + bytes(7), False, False),
    ],
)
def test_bits_of_a_header(wire: bytes, truncated: bool, misread: bool) -> None:
    """TC says that it is cut, FORMERR and NOTIMP that EDNS was not understood; a shorter header says nothing."""
    assert Exchange(outcome="answered", query=QUERY, wire=wire).is_truncated is truncated
    assert dns_exchange._not_understood(wire) is misread


async def test_a_hundred_strays_are_passed_over() -> None:
    """Datagrams with another id are counted; a flood of them ends the question."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)  # noqa: FBT003 -- the method's only form
        asking = asyncio.create_task(over_udp("127.0.0.1", server.getsockname()[1], (QUERY,), timeout_s=5))
        _, client = await loop.sock_recvfrom(server, 512)
        for _ in range(100):
            await loop.sock_sendto(server, b"\0\0" if QUERY[:2] != b"\0\0" else b"\1\1", client)
            await asyncio.sleep(0)
        exchange = await asking

    assert exchange == Exchange(outcome="timeout", query=QUERY, detail="100 datagrams with another id came from it")


def _answer(*lines: str, name: str = "db.example") -> DnsAnswer:
    query = dns.message.from_wire(queries(name, "A", checking_disabled=False)[1])
    answer = dns.message.make_response(query)
    for line in lines:
        owner, ttl, kind, *values = line.split()
        answer.answer.append(dns.rrset.from_text(owner, int(ttl), "IN", kind, *values))
    return read(answer.to_wire(), query.to_wire())


def test_a_chain_of_sixteen_aliases_is_followed() -> None:
    """One more, or a circle, ends it with a remark."""
    chain = [f"n{number}.example. 60 CNAME n{number + 1}.example." for number in range(20)]
    whole = _answer(*chain[:16], "n16.example. 60 A 10.0.0.1", name="n0.example")
    longer = _answer(*chain[:17], "n17.example. 60 A 10.0.0.1", name="n0.example")
    circle = _answer("a.example. 60 CNAME b.example.", "b.example. 60 CNAME a.example.", name="a.example")

    assert (whole.addresses, len(whole.cnames), whole.detail) == (("10.0.0.1",), 16, "")
    assert (longer.addresses, len(longer.cnames), longer.detail) == (("10.0.0.1",), 16, "its chain of aliases is too long")
    assert "its aliases form a circle" in circle.detail


def test_two_hundred_and_fifty_six_addresses_are_told() -> None:
    """More are counted in a remark."""
    some = _answer("db.example. 60 A " + " ".join(f"10.0.1.{number}" for number in range(256)))
    more = _answer("db.example. 60 A " + " ".join(f"10.0.{number // 200}.{number % 200}" for number in range(257)))

    assert (len(some.addresses), some.detail) == (256, "")
    assert (len(more.addresses), more.detail) == (256, "257 addresses")


def test_a_remark_is_cut() -> None:
    """After 300 characters, with a mark."""
    assert dns_message._unusable("x" * 301).detail == "x" * 300 + "…"
    assert dns_message._unusable("x" * 300) == DnsAnswer(readable=False, detail="x" * 300)


def test_two_queries_differ_in_edns_alone() -> None:
    """The same id and question, recursion wanted; CD only where it is asked for; 512 bytes are offered."""
    for disabled in (False, True):
        extended, plain = map(dns.message.from_wire, queries("db.example", "AAAA", checking_disabled=disabled))
        assert (extended.id, extended.question, extended.flags) == (plain.id, plain.question, plain.flags)
        assert (extended.edns, extended.payload, plain.edns) == (0, 512, -1)
        assert plain.flags == 0x0100 | (0x0010 if disabled else 0)
    with pytest.raises(ValueError, match="not a name that the DNS can carry"):
        queries("a..b", "A", checking_disabled=False)


def test_thirty_two_lines_of_resolv_conf_are_kept() -> None:
    """Nameservers and search domains; numbers are held to what glibc takes."""
    text = "".join(f"nameserver 10.0.0.{number}\n" for number in range(40))
    domains = " ".join(f"d{number}.example" for number in range(40))
    config = parse(f"{text}search {domains}\noptions ndots:99 timeout:99 attempts:99", {})
    least = parse("options ndots:0 timeout:0 attempts:0", {})
    none = parse("options ndots:x timeout:-1 attempts:", {})

    assert (len(config.listed), len(config.search)) == (32, 32)
    assert (config.ndots, config.timeout, config.attempts) == (15, 30, 5)
    assert (least.ndots, least.timeout, least.attempts) == (0, 1, 1)
    assert (none.ndots, none.timeout, none.attempts) == (0, 1, 1)
    assert parse("options no-tld-query", {}) == ResolverConfig(tld_query=False)
