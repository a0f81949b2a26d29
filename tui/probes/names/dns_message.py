"""Reading a DNS answer: code, aliases, addresses, time to live, and the server's own remarks.

Law: whatever the bytes are, they become a DnsAnswer; names and texts pass `safe_text` here. Formats: RFC 1035, RFC 2308,
RFC 6891 (EDNS), RFC 8914 (extended errors). Importing it loads dnspython, which takes some 60 ms.
"""

from typing import Literal

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from msgspec import Struct

from tui.model.safe_text import safe_name, safe_text

RecordType = Literal["A", "AAAA"]

MOST_ALIASES = 16
"""Aliases in a chain: as many as resolvers follow."""
MOST_ADDRESSES = 256
"""More addresses of one name are not tried."""
_PLAIN_SIZE = 512
"""The size we offer over UDP: as without EDNS, so that we see the same truncation as glibc's own lookups."""
_LONGEST_DETAIL = 300


class DnsAnswer(Struct, frozen=True, kw_only=True):
    """What an answer says."""

    readable: bool = True
    """False for an answer that no stub resolver can use."""
    rcode: str | None = None
    addresses: tuple[str, ...] = ()
    cnames: tuple[str, ...] = ()
    ttl_s: int | None = None
    detail: str = ""


def queries(name: str, rtype: RecordType, *, checking_disabled: bool) -> tuple[bytes, bytes]:
    """The query with EDNS, which lets the server explain its errors, and the plain one, as glibc asks; the id is the same.

    Raises ValueError for a name that the DNS can't carry.
    """
    try:
        owner = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{safe_name(name)!r} is not a name that the DNS can carry") from error
    flags = dns.flags.RD | (dns.flags.CD if checking_disabled else 0)
    extended = dns.message.make_query(owner, rtype, use_edns=0, payload=_PLAIN_SIZE, flags=flags)
    plain = dns.message.make_query(owner, rtype, use_edns=False, id=extended.id, flags=flags)
    return extended.to_wire(), plain.to_wire()


def read(wire: bytes, query_wire: bytes) -> DnsAnswer:
    """What `wire` says in answer to `query_wire`, one of our own. Never raises."""
    query = dns.message.from_wire(query_wire)
    try:
        answer = dns.message.from_wire(wire, ignore_trailing=True, continue_on_error=True)
    except (dns.exception.DNSException, ValueError, LookupError) as error:
        return _unusable(f"not a DNS message ({type(error).__name__})")
    rcode = safe_text(dns.rcode.to_text(answer.rcode()))
    if not query.is_response(answer):
        return _unusable("it answers another question", rcode)
    if _is_referral(answer):
        zone = safe_name(answer.authority[0].name.to_text(omit_final_dot=True))
        return _unusable(f"a referral to the nameservers of {zone}: it does not resolve names for others", rcode)
    result = _read_answer(answer, query.question[0], rcode)
    if answer.errors and not result.addresses:  # what is missing may be what was asked for
        return _unusable(f"it can't be read ({type(answer.errors[0].exception).__name__})", rcode)
    return result


def _read_answer(answer: dns.message.Message, question: dns.rrset.RRset, rcode: str) -> DnsAnswer:
    """The addresses at the end of the chain of aliases, and the shortest time to live on the way."""
    owner, cnames, ttls = question.name, list[dns.name.Name](), list[int]()
    remarks = [safe_text(str(option.to_text())) for option in answer.options if isinstance(option, dns.edns.EDEOption)]
    sets = {(rrset.name, rrset.rdtype): rrset for rrset in answer.answer if rrset.rdclass == dns.rdataclass.IN}
    while alias := sets.get((owner, dns.rdatatype.CNAME)):
        owner = alias[0].target
        if owner in cnames or len(cnames) == MOST_ALIASES:
            remarks.append("its aliases form a circle" if owner in cnames else "its chain of aliases is too long")
            break
        cnames.append(owner)
        ttls.append(alias.ttl)
    records = sets.get((owner, question.rdtype))
    addresses = [record.address for record in records] if records else []
    if records:
        ttls.append(records.ttl)
    if len(addresses) > MOST_ADDRESSES:
        remarks.append(f"{len(addresses)} addresses")
    return DnsAnswer(
        rcode=rcode,
        addresses=tuple(addresses[:MOST_ADDRESSES]),
        cnames=tuple(safe_text(cname.to_text(omit_final_dot=True)) for cname in cnames),
        ttl_s=min(ttls, default=None),
        detail=safe_text("; ".join(remarks), limit=_LONGEST_DETAIL),
    )


def _is_referral(answer: dns.message.Message) -> bool:
    """Whether the server names others instead of answering; glibc then asks the next server (resolv/res_send.c)."""
    return (
        answer.rcode() == dns.rcode.NOERROR
        and not answer.answer
        and not answer.flags & (dns.flags.AA | dns.flags.RA)
        and bool(answer.authority)
        and all(rrset.rdtype == dns.rdatatype.NS for rrset in answer.authority)
    )


def _unusable(why: str, rcode: str | None = None) -> DnsAnswer:
    return DnsAnswer(readable=False, rcode=rcode, detail=safe_text(why, limit=_LONGEST_DETAIL))
