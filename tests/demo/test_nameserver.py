"""The demonstration's nameserver, asked by clients that are not ours: dnspython's own and dig."""

import asyncio
import shutil
import socket

import dns.asyncquery
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import descriptors
from tui.demo.nameserver import FakeNameserver
from tui.demo.zone import EVERY, Query, Zone

PATIENCE_S = 10.0


async def ask(
    server: FakeNameserver, name: str, rtype: str = "A", *, edns: bool = False, checking_disabled: bool = False
) -> dns.message.Message:
    """The answer over UDP, as dnspython reads it."""
    flags = dns.flags.RD | (dns.flags.CD if checking_disabled else 0)
    query = dns.message.make_query(name, rtype, use_edns=edns, flags=flags)
    return await dns.asyncquery.udp(query, server.address, timeout=PATIENCE_S, port=server.port)


async def ask_over_tcp(server: FakeNameserver, name: str, rtype: str = "A") -> dns.message.Message:
    """The answer over TCP."""
    return await dns.asyncquery.tcp(dns.message.make_query(name, rtype), server.address, timeout=PATIENCE_S, port=server.port)


def addresses(answer: dns.message.Message) -> list[str]:
    """The addresses in an answer, in order."""
    return [one.address for rrset in answer.answer if rrset.rdtype != dns.rdatatype.CNAME for one in rrset]


async def test_addresses_are_served_by_type_in_the_order_given() -> None:
    """A and AAAA each get their own; letters of either case are one name; time to live as given."""
    given_addresses = ["10.0.0.3", "10.0.0.1", "2001:db8::1", "10.0.0.2"]
    async with FakeNameserver({"web.demo.test": given_addresses}, ttl_s=7) as server:
        answer = await ask(server, "WEB.demo.test")
        assert addresses(answer) == ["10.0.0.3", "10.0.0.1", "10.0.0.2"]
        assert answer.answer[0].ttl == 7
        assert addresses(await ask(server, "web.demo.test", "AAAA")) == ["2001:db8::1"]
        assert addresses(await ask_over_tcp(server, "web.demo.test")) == ["10.0.0.3", "10.0.0.1", "10.0.0.2"]


async def test_an_unknown_name_and_a_name_without_address_differ() -> None:
    """NXDOMAIN for the one, an empty NOERROR for the other and for a type that it does not have."""
    async with FakeNameserver({"empty.test": [], "four.test": ["10.0.0.1"]}) as server:
        assert (await ask(server, "nowhere.test")).rcode() == dns.rcode.NXDOMAIN
        for name, rtype in (("empty.test", "A"), ("four.test", "AAAA"), ("four.test", "MX")):
            answer = await ask(server, name, rtype)
            assert (answer.rcode(), answer.answer) == (dns.rcode.NOERROR, [])


@pytest.mark.parametrize(("fault", "code"), [("servfail", dns.rcode.SERVFAIL), ("refused", dns.rcode.REFUSED)])
async def test_faults_have_their_code(fault: str, code: dns.rcode.Rcode) -> None:
    """For the names in the set, and no other; EVERY means all."""
    faulty = FakeNameserver({"good.test": ["10.0.0.1"]}, **{fault: {"bad.test"}})  # type: ignore[arg-type]  # the parameter's two values
    async with faulty as server:
        assert (await ask(server, "bad.test")).rcode() == code
        assert (await ask(server, "good.test")).rcode() == dns.rcode.NOERROR
    async with FakeNameserver({"good.test": ["10.0.0.1"]}, **{fault: {EVERY}}) as server:  # type: ignore[arg-type]  # as above
        assert (await ask(server, "good.test")).rcode() == code


async def test_aliases_are_followed_and_may_lead_nowhere_or_round() -> None:
    """The chain is in the answer, in order; a dangling one ends in NXDOMAIN, a circle ends."""
    aliases = {"a.test": "b.test", "b.test": "c.test", "gone.test": "nowhere.test", "x.test": "y.test", "y.test": "x.test"}
    async with FakeNameserver({"c.test": ["10.0.0.1"]}, aliases=aliases) as server:
        answer = await ask(server, "a.test")
        assert [rrset.name.to_text() for rrset in answer.answer] == ["a.test.", "b.test.", "c.test."]
        assert addresses(answer) == ["10.0.0.1"]
        gone = await ask(server, "gone.test")
        assert (gone.rcode(), len(gone.answer)) == (dns.rcode.NXDOMAIN, 1)
        assert addresses(await ask(server, "x.test")) == []


async def test_long_and_marked_answers_are_truncated_over_udp_alone() -> None:
    """TC and no record over UDP; everything over TCP. With EDNS more fits."""
    many = [f"10.0.0.{number}" for number in range(60)]
    async with FakeNameserver({"many.test": many, "cut.test": ["10.0.0.1"]}, truncated={"cut.test"}) as server:
        for name in ("many.test", "cut.test"):
            answer = await ask(server, name)
            assert answer.flags & dns.flags.TC
            assert answer.answer == []
        assert addresses(await ask_over_tcp(server, "many.test")) == many
        assert addresses(await ask_over_tcp(server, "cut.test")) == ["10.0.0.1"]
        assert addresses(await ask(server, "many.test", edns=True)) == many


async def test_a_bogus_name_is_explained_and_given_to_those_who_do_not_check() -> None:
    """SERVFAIL with an extended error, and the address when the CD bit is set."""
    async with FakeNameserver({"bogus.test": ["10.0.0.1"]}, bogus={"bogus.test"}) as server:
        answer = await ask(server, "bogus.test", edns=True)
        assert answer.rcode() == dns.rcode.SERVFAIL
        assert [option.to_text() for option in answer.options] == ["EDE 6 (DNSSEC Bogus): signature expired"]
        assert addresses(await ask(server, "bogus.test", checking_disabled=True)) == ["10.0.0.1"]


async def test_a_server_of_old_and_a_lame_one() -> None:
    """Without EDNS a query with it is FORMERR; a referral names other servers and answers nothing."""
    async with FakeNameserver({"a.test": ["10.0.0.1"]}, edns=False, referred={"lame.test"}) as server:
        assert (await ask(server, "a.test", edns=True)).rcode() == dns.rcode.FORMERR
        assert addresses(await ask(server, "a.test")) == ["10.0.0.1"]
        lame = await ask(server, "lame.test")
        assert (lame.rcode(), lame.answer, lame.flags & dns.flags.AA) == (dns.rcode.NOERROR, [], 0)
        assert [rrset.rdtype for rrset in lame.authority] == [dns.rdatatype.NS]


async def test_silence_is_heard_and_not_answered() -> None:
    """The queries for silent names and types are counted; the next name is answered."""
    async with FakeNameserver({"a.test": ["10.0.0.1", "::1"]}, silent={"quiet.test"}, silent_types={"AAAA"}) as server:
        for name, rtype in (("quiet.test", "A"), ("a.test", "AAAA")):
            query = dns.message.make_query(name, rtype)
            with pytest.raises(dns.exception.Timeout):
                await dns.asyncquery.udp(query, server.address, timeout=0.05, port=server.port)
        assert addresses(await ask(server, "a.test")) == ["10.0.0.1"]

        assert list(server.asked) == [
            Query("quiet.test", "A", "udp"),
            Query("a.test", "AAAA", "udp"),
            Query("a.test", "A", "udp"),
        ]
        assert (server.count(), server.count("A.test"), server.count("other.test")) == (3, 2, 0)


async def test_a_garbled_answer_is_no_message() -> None:
    """It bears the query's id, and no header follows."""
    async with FakeNameserver(garbled={"junk.test"}) as server:
        with pytest.raises(dns.message.ShortHeader):
            await ask(server, "junk.test")


async def test_escape_bytes_in_labels_are_served() -> None:
    """A hostile alias goes over the wire as it is."""
    async with FakeNameserver(aliases={"evil.test": "\\027[2J.test"}) as server:
        (rrset,) = (await ask(server, "evil.test")).answer
        assert b"\x1b[2J" in rrset[0].target.labels


async def test_a_delay_holds_up_its_own_name_alone() -> None:
    """The answer that is not delayed comes first, though it was asked for later."""
    async with FakeNameserver({"late.test": ["10.0.0.1"], "soon.test": ["10.0.0.2"]}, delays_s={"late.test": 0.2}) as server:
        late = asyncio.create_task(ask(server, "late.test"))
        await server.wait_for(1)
        assert addresses(await ask(server, "soon.test")) == ["10.0.0.2"]
        assert not late.done()
        assert addresses(await late) == ["10.0.0.1"]


async def test_ports_addresses_and_the_absence_of_tcp() -> None:
    """A chosen port, IPv6, and a closed TCP port; no address but loopback."""
    async with FakeNameserver({"a.test": ["10.0.0.1"]}, address="::1", tcp=False) as server:
        assert addresses(await ask(server, "a.test")) == ["10.0.0.1"]
        with pytest.raises(ConnectionRefusedError):
            await ask_over_tcp(server, "a.test")
        async with FakeNameserver(address="127.0.0.2", port=server.port) as other:
            assert other.port == server.port
            with pytest.raises(OSError, match="already in use"):
                await FakeNameserver(address="127.0.0.2", port=server.port).__aenter__()
    with pytest.raises(ValueError, match="not a loopback address"):
        FakeNameserver(address="192.0.2.1")


async def test_nothing_is_left_when_it_ends() -> None:
    """Neither sockets nor connections nor delayed answers outlive it, and the port is free again."""
    before = descriptors()
    async with FakeNameserver({"late.test": ["10.0.0.1"]}, delays_s={"late.test": 60.0}, silent_tcp=True) as server:
        _, writer = await asyncio.open_connection(server.address, server.port)
        query = dns.message.make_query("late.test", "A").to_wire()
        writer.write(len(query).to_bytes(2, "big") + query)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(query, (server.address, server.port))
            await server.wait_for(2)
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    assert descriptors() == before
    async with FakeNameserver(port=server.port):
        pass


async def test_a_failing_test_is_told_as_itself() -> None:
    """An exception inside the context comes out as it is, not in a group."""
    with pytest.raises(KeyError):
        async with FakeNameserver():
            raise KeyError


async def test_dig_reads_it() -> None:
    """The client that people would use by hand gets the same."""
    if shutil.which("dig") is None:
        pytest.skip("dig is not installed")
    async with FakeNameserver({"web.test": ["10.0.0.1", "10.0.0.2"]}, aliases={"www.test": "web.test"}) as server:
        dig = await asyncio.create_subprocess_exec(
            "dig",
            f"@{server.address}",
            "-p",
            str(server.port),
            "+short",
            "+tries=1",
            "www.test",
            "A",
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(dig.communicate(), PATIENCE_S)

    assert output.decode().split() == ["web.test.", "10.0.0.1", "10.0.0.2"]


@given(st.binary(max_size=60))
def test_what_is_no_query_gets_no_answer(data: bytes) -> None:
    """No bytes upset it; an answer, if there is one, has the id of the query."""
    said = Zone({"a.test": ["10.0.0.1"]}).answer(data, "udp")

    assert said is None or said.wire is None or said.wire[:2] == data[:2]
