"""What the demonstration's nameserver says: from the bytes of a query to the bytes of the answer.

Law: no socket and no clock here; the same query gives the same answer. Everything unmentioned is NXDOMAIN.
Formats: RFC 1035, RFC 6891 (EDNS), RFC 8914 (extended errors).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict, Unpack

from tui.model.address import ip_family

if TYPE_CHECKING:  # dns takes some 60 ms to import; a program that only might serve does not pay for it
    import dns.message
    import dns.name

Via = Literal["udp", "tcp"]
Fault = Literal["servfail", "refused", "silent", "truncated", "garbled", "referred", "bogus"]

EVERY = "*"
"""In a set of names: all of them."""
_SIZE = 1232
"""The longest UDP datagram that this server offers, in bytes (DNS flag day 2020)."""
_PLAIN_SIZE = 512
"""The longest without EDNS (RFC 1035, section 4.2.1)."""
_LARGEST = 65535
_GARBAGE = b"\xff" * 9
"""What follows the id of a garbled answer: too short for a header."""
_MOST_ALIASES = 32


class Behaviours(TypedDict, total=False):
    r"""How names are answered. Names have no root dot, and may have escapes such as `\027` (RFC 4343, 2.1)."""

    aliases: Mapping[str, str]
    """CNAME records."""
    servfail: Collection[str]
    refused: Collection[str]
    """The answer has the code REFUSED."""
    silent: Collection[str]
    """No answer comes."""
    silent_types: Collection[str]
    """No answer comes for these record types, such as `AAAA`."""
    truncated: Collection[str]
    """Over UDP the answer has the TC bit and nothing else, as every answer that is too long."""
    garbled: Collection[str]
    """The answer is not a DNS message."""
    referred: Collection[str]
    """The answer names other servers: a lame delegation."""
    bogus: Collection[str]
    """SERVFAIL with an extended error, unless the CD bit is set: a signature that does not hold."""
    delays_s: Mapping[str, float]
    """Seconds before each answer."""
    ttl_s: int
    edns: bool
    """False: a query with EDNS gives FORMERR, as from old servers."""


class Query(NamedTuple):
    """One query."""

    name: str
    """In lower case, without root dot."""
    rtype: str
    via: Via


class Response(NamedTuple):
    """The answer to a query."""

    asked: Query
    wire: bytes | None
    """None for silence."""
    delay_s: float


class Zone:
    """Names with their addresses, and the names that misbehave."""

    def __init__(self, addresses: Mapping[str, Sequence[str]], **behaviours: Unpack[Behaviours]) -> None:
        self._addresses = {plain(name): tuple(texts) for name, texts in addresses.items()}
        self._says = behaviours
        self._aliases = {plain(name): target for name, target in behaviours.get("aliases", {}).items()}
        self._delays_s = {plain(name): delay for name, delay in behaviours.get("delays_s", {}).items()}

    def answer(self, query_wire: bytes, via: Via) -> Response | None:
        """The answer to `query_wire`; None where that is not a query, which gets no answer."""
        import dns.exception
        import dns.flags
        import dns.message
        import dns.rdatatype

        try:
            query = dns.message.from_wire(query_wire)
        except dns.exception.DNSException:
            return None
        if query.flags & dns.flags.QR or len(query.question) != 1:
            return None
        question = query.question[0]
        asked = Query(plain(question.name.to_text()), dns.rdatatype.to_text(question.rdtype), via)
        return Response(asked, self._wire(query, asked), self._delays_s.get(asked.name, 0.0))

    def _wire(self, query: "dns.message.QueryMessage | dns.message.Message", asked: Query) -> bytes | None:
        import dns.exception
        import dns.flags

        if asked.rtype in self._says.get("silent_types", ()) or self._is(asked, "silent"):
            return None
        if self._is(asked, "garbled"):
            return query.id.to_bytes(2, "big") + _GARBAGE
        response = self._response(query, asked)
        try:
            if asked.via == "tcp":
                return response.to_wire(max_size=_LARGEST, want_shuffle=False)
            if not self._is(asked, "truncated"):
                return response.to_wire(max_size=query.payload or _PLAIN_SIZE, want_shuffle=False)
        except dns.exception.TooBig:
            pass
        response.answer.clear()
        response.flags |= dns.flags.TC
        return response.to_wire(want_shuffle=False)

    def _is(self, asked: Query, fault: Fault) -> bool:
        names = self._says.get(fault, ())
        return EVERY in names or asked.name in map(plain, names)

    def _response(self, query: "dns.message.Message", asked: Query) -> "dns.message.Message":
        import dns.edns
        import dns.flags
        import dns.message
        import dns.rcode
        import dns.rrset

        response = dns.message.make_response(query, recursion_available=True, our_payload=_SIZE)
        if not self._says.get("edns", True) and query.edns >= 0:
            response.use_edns(edns=False)
            response.set_rcode(dns.rcode.FORMERR)
        elif self._is(asked, "servfail"):
            response.set_rcode(dns.rcode.SERVFAIL)
        elif self._is(asked, "bogus") and not query.flags & dns.flags.CD:
            response.set_rcode(dns.rcode.SERVFAIL)
            if query.edns >= 0:
                option = dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "signature expired")
                response.use_edns(payload=_SIZE, options=[option])
        elif self._is(asked, "refused"):
            response.set_rcode(dns.rcode.REFUSED)
        elif self._is(asked, "referred"):
            response.flags &= ~dns.flags.RA
            owner = query.question[0].name.parent()
            response.authority.append(dns.rrset.from_text(owner, self._ttl_s, "IN", "NS", "ns.elsewhere.test."))
        else:
            self._fill(response, asked)
        return response

    def _fill(self, response: "dns.message.Message", asked: Query) -> None:
        """Aliases and addresses, or NXDOMAIN."""
        import dns.flags
        import dns.name
        import dns.rcode
        import dns.rrset

        response.flags |= dns.flags.AA
        owner = response.question[0].name
        for _ in range(_MOST_ALIASES):
            alias = self._aliases.get(plain(owner.to_text()))
            if alias is None:
                break
            target = dns.name.from_text(alias)
            response.answer.append(dns.rrset.from_text(owner, self._ttl_s, "IN", "CNAME", target.to_text()))
            owner = target
        addresses = self._addresses.get(plain(owner.to_text()))
        if addresses is None and plain(owner.to_text()) not in self._aliases:
            response.set_rcode(dns.rcode.NXDOMAIN)
        texts = [text for text in addresses or () if (ip_family(text) == "IPv6") == (asked.rtype == "AAAA")]
        if texts and asked.rtype in {"A", "AAAA"}:
            response.answer.append(dns.rrset.from_text(owner, self._ttl_s, "IN", asked.rtype, *texts))

    @property
    def _ttl_s(self) -> int:
        return self._says.get("ttl_s", 60)


def plain(name: str) -> str:
    """A name for comparison: in lower case, without root dot (RFC 4343)."""
    return name.lower().rstrip(".")
