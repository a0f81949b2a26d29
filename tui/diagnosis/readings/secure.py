"""Readings of a case: which certificate was presented, by whose clock, and what a server's alert means."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tui.diagnosis.readings import replies
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Certificate, Talk, TlsAnswer

NOT_YET_VALID, EXPIRED = 9, 10
OTHER_NAMES = frozenset({62, 63, 64})
"""OpenSSL's numbers (X509_V_ERR_*): the dates, and host name, e-mail and address mismatch."""
TRUSTED_CLOCK_S = 3600.0
"""Two clocks that differ by less agree: certificates count in days."""
_DAY_S = 86400


class Presented(NamedTuple):
    """One address, the talk in which TLS was spoken, and how that went."""

    address: str
    fact: Talk
    tls: TlsAnswer


def presented(case: Case) -> Iterator[Presented]:
    """Every address that answered in TLS."""
    for address, (fact, tls) in replies.secured(case).items():
        yield Presented(address, fact, tls)


def not_accepted(case: Case, *codes: int) -> Presented | None:
    """The first address whose certificate was not accepted for one of these reasons."""
    return next((it for it in presented(case) if it.tls.trusted is False and it.tls.verify_code in codes), None)


def subject(case: Case, it: Presented) -> str:
    """`The certificate of web:443 (10.0.3.9)`."""
    return f"The certificate of {case.tcp.label}{f' ({it.address})' if case.tcp.host != it.address else ''}"


def within(subject: str) -> str:
    """The same inside a sentence: `the certificate of …`."""
    return f"{subject[:1].lower()}{subject[1:]}"


def moment(text: str) -> datetime | None:
    """A time in RFC 3339; None where it can't be read."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def clock_ahead_s(it: Presented) -> float | None:
    """By how much this machine's clock is ahead of the server's, as its HTTP answer says; None where it says nothing."""
    return it.fact.http.clock_ahead_s if it.fact.http else None


def is_past(it: Presented, text: str) -> bool | None:
    """Whether a moment lies behind the server's own clock, else this machine's; None where it can't be read."""
    here, when = moment(it.fact.at), moment(text)
    if here is None or when is None:
        return None
    return when < here - timedelta(seconds=clock_ahead_s(it) or 0.0)


def clock_words(it: Presented) -> str:
    """What is known of the two clocks, as a sentence."""
    ahead = clock_ahead_s(it)
    if ahead is None:
        return "It is judged by this machine's clock; the server has not said its own."
    if abs(ahead) < TRUSTED_CLOCK_S:
        return "The server's own clock agrees with this machine's."
    return f"This machine's clock is {days(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} the server's."


def clock_is_wrong(it: Presented) -> bool:
    """Whether the two clocks differ so much that one of them must be wrong."""
    ahead = clock_ahead_s(it)
    return ahead is not None and abs(ahead) >= TRUSTED_CLOCK_S


def days(seconds: float) -> str:
    """`61 days`, `5 hours`."""
    return f"{seconds // _DAY_S:.0f} days" if seconds >= 2 * _DAY_S else f"{max(seconds // 3600, 1):.0f} hours"


def since(it: Presented, text: str) -> str:
    """How long before, or after, the talk a moment lies; empty where it can't be read."""
    here, when = moment(it.fact.at), moment(text)
    return days(abs((when - here).total_seconds())) if here and when else ""


def names(certificate: Certificate | None) -> str:
    """The names of a certificate for a sentence: `a.example, b.example and 3 more`."""
    if certificate is None:
        return "names that were not read"
    shown = certificate.names[:5]
    rest = len(certificate.names) - len(shown)
    return (", ".join(shown) + (f" and {rest} more" if rest else "")) or f"no name at all (its subject is {certificate.subject})"


def openssl(case: Case, it: Presented, *options: str, show: bool = False) -> str:
    """The command that shakes hands with these options; `show` prints the certificate that is presented."""
    name = f" -servername {quoted(it.tls.server_name)}" if it.tls.server_name else ""
    shown = " | openssl x509 -noout -subject -issuer -dates -ext subjectAltName" if show else ""
    words = " ".join(("", *options))
    return f"openssl s_client -connect {endpoint(it.address, case.tcp.port)}{name}{words if options else ''} </dev/null{shown}"
