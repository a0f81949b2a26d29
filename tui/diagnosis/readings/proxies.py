"""Readings of a case: whether a proxy that applies leads to the target, in its own words.

Law: an answer to GET through a proxy may be the target's own; only one that differs from the direct one is the proxy's.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

from tui.diagnosis.readings import outcomes, replies
from tui.model.address import is_loopback, without_zone
from tui.model.case import Case
from tui.model.facts import HttpAnswer, Outcome, Proxy, ProxyAnswer, TcpAttempt
from tui.model.requests import AnyRequest, AskProxy

WANTS_CREDENTIALS = 407
_PLAIN = frozenset({"", "http"})
"""Schemes of a proxy's setting that mean HTTP in plain; what is said to others (https, socks5) is another talk."""
_NOT_THE_TARGETS = frozenset({403, 407, 502, 503, 504, 511})
"""What a proxy answers for itself (RFC 9110, RFC 6585, 6 for 511); each but 407 and 511 may come from a target, too."""
_ONLY_A_PROXYS = frozenset({407, 511})


class ProxyRefusal(NamedTuple):
    """A proxy that takes the request and does not lead to the target."""

    answer: ProxyAnswer
    words: str
    """How it says so, a clause: ``it answers `403 Forbidden` ``, and more where its page does."""
    is_its_own: bool
    """Whether the words are known to be the proxy's, and not the target's."""


def request(case: Case, proxy: Proxy, attempts: list[TcpAttempt]) -> Iterator[AnyRequest]:
    """The question to a proxy that has connected, as a program asks it; none for a kind that is not HTTP in plain."""
    scheme = (proxy.value or "").partition("://")
    kind = scheme[0].lower() if scheme[1] else ""
    if not case.options.talk or kind not in _PLAIN or not proxy.port:
        return
    for attempt in attempts:
        if attempt.outcome is Outcome.CONNECTED:
            plain = case.tcp.scheme == "http" or (case.tcp.scheme is None and case.tcp.port == 80)  # noqa: PLR2004 -- HTTP's port
            yield AskProxy(
                address=attempt.address,
                port=proxy.port,
                host=case.tcp.host,
                target_port=case.tcp.port,
                path=case.tcp.asks_for if plain else None,
            )
            return


def answer(case: Case, proxy: Proxy) -> ProxyAnswer | None:
    """The newest answer of that proxy."""
    return next((fact for fact in reversed(case.all(ProxyAnswer)) if fact.port == proxy.port), None)


def refusal(case: Case, proxy: Proxy) -> ProxyRefusal | None:
    """How the proxy refuses to lead to the target; None where it leads there, or has not been asked."""
    fact = answer(case, proxy)
    if fact is None or fact.outcome == "failed":
        return None
    if fact.http is None:
        words = f"it says `{fact.first_bytes}`" if fact.first_bytes else "it ends the connection without a word"
        return ProxyRefusal(fact, "it says nothing" if fact.outcome == "silent" else words, is_its_own=False)
    if fact.http.method == "CONNECT":
        leads = 200 <= fact.http.status < 300  # noqa: PLR2004 -- RFC 9110, 9.3.6
        return None if leads else ProxyRefusal(fact, f"it answers {replies.quoted(fact.http)}", is_its_own=True)
    if fact.http.status not in _NOT_THE_TARGETS:
        return None
    direct = [http.status for _, http in replies.https(case).values()]
    if fact.http.status in direct:
        return None
    its_own = bool(direct) or fact.http.status in _ONLY_A_PROXYS
    return ProxyRefusal(fact, f"it answers {replies.quoted(fact.http)}", is_its_own=its_own)


def wants_credentials(http: HttpAnswer | None) -> bool:
    """Whether the proxy says that it wants to know who asks."""
    return http is not None and http.status == WANTS_CREDENTIALS


def not_for_a_proxy(case: Case) -> str:
    """Why the target is nothing that a proxy elsewhere can reach, as a clause; empty where it may."""
    addresses = [without_zone(address) for address in outcomes.addresses(case)]
    if any(is_loopback(address) for address in addresses):
        return "is an address of this machine, which for the proxy is its own"
    if addresses and all(ip_address(address).is_private for address in addresses):
        return "is an address of a private network, which the proxy may not reach"
    return ""
