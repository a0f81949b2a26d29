"""What was asked of the target and what answered, layer by layer; and what was not asked, or not answered as asked.

Law: "nothing is wrong" is a claim like any other. It may be said only where `unproved` is empty.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from tui.diagnosis.readings import either_kind, outcomes, resolution, talk, whole_answers
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Attempt, HttpAnswer, Talk, TcpAttempt, TlsAnswer
from tui.model.protocols import HTTP, TLS, label_of
from tui.model.target import TcpTarget
from tui.report.words import listed, took

Layer = Literal["name", "tcp", "unix", "tls", "answer"]
REFUSALS_FROM = 400
"""HTTP statuses from here on are not what was asked for (RFC 9110, 15.5)."""
REDIRECTS_FROM = 300
_FIRST_WORDS = {
    "PostgreSQL": "SSLRequest",
    "Redis": "PING",
    "memcached": "version",
    "MongoDB": "hello",
    "LDAP": "an anonymous bind",
}
"""How a protocol calls the request that was sent; for the others its name says enough."""
_DAY_S, _HOUR_S = 86400, 3600


class Proof(Struct, frozen=True, kw_only=True):
    """One layer: what was asked, and what answered."""

    layer: Layer
    asked: str
    """`GET /health`, `TCP to 10.0.3.9:443`, the name."""
    answered: str
    """`200 in 12 ms`."""
    evidence: tuple[str, ...]
    """The ids of the facts."""

    @property
    def sentence(self) -> str:
        """`GET /health answered 200 in 12 ms`, without a full stop."""
        match self.layer:
            case "name":
                return f"{self.asked} is {self.answered}"
            case "tcp" | "unix":
                return f"{self.asked} {self.answered}"
            case "tls":
                return f"{self.asked}: {self.answered}"
            case "answer":
                return f"{self.asked} answered {self.answered}"


def proved(case: Case) -> tuple[Proof, ...]:
    """Everything that was asked of the target's name and port and answered, the lowest layer first; pure."""
    working = either_kind.connecting(case)
    return (
        *_name(case),
        *(_connects(attempt) for attempt in working.values()),
        *(proof for address in working for proof in _tls(case, address)),
        *(proof for address in working for proof in _answers(case, address)),
    )


def unproved(case: Case) -> tuple[str, ...]:
    """What a target that connects was not asked, or did not answer as asked, as sentences; empty where it was all well."""
    return tuple(outcomes.capital(sentence) for sentence in dict.fromkeys(_unproved(case)))


def proved_words(proofs: tuple[Proof, ...]) -> str:
    """`TCP to 10.0.3.9:80 connects in 0.4 ms; GET /health answered 200 in 12 ms.`; empty for none."""
    sentences = [proof.sentence for proof in proofs]
    return f"{'; '.join(sentences)}." if sentences else ""


def state_words(missing: tuple[str, ...], *, mute: bool) -> str:
    """How a target that is reachable does, after its name; `mute`: a cause is still possible, it does not talk as it should."""
    if mute:
        return "connects, but does not talk as its port suggests."
    return f"connects. {' '.join(missing)}" if missing else "connects, and nothing is wrong."


def _name(case: Case) -> Iterator[Proof]:
    answer = outcomes.system_answer(case)
    if answer and answer.addresses and not case.tcp.is_literal:
        used = _completed(case)
        became = f"{used}: " if used else ""
        words = f"{became}{listed(answer.addresses)} in {took(answer.took_ms)}"
        yield Proof(layer="name", asked=case.tcp.host, answered=words, evidence=outcomes.ids(answer))


def _completed(case: Case) -> str | None:
    """The name that a search domain made of the one that was typed; None where it is the one typed, or not known."""
    used = resolution.used_name(case)
    same = used is None or outcomes.plain_name(used) == outcomes.plain_name(case.tcp.host)
    return None if same or used is None else used.rstrip(".")


def _connects(attempt: Attempt) -> Proof:
    over_ip = isinstance(attempt, TcpAttempt)
    asked = f"TCP to {attempt.label}" if over_ip else attempt.label
    words = f"connects in {took(attempt.latency_ms)}"
    return Proof(layer="tcp" if over_ip else "unix", asked=asked, answered=words, evidence=outcomes.ids(attempt))


def _tls(case: Case, address: str) -> Iterator[Proof]:
    for fact in _newest(case, address, TLS):
        tls = fact.tls
        if tls and tls.version:
            asked = f"TLS for {tls.server_name}" if tls.server_name else f"TLS to {endpoint(fact.address, fact.port)}"
            words = f"{tls.version}, {_certificate(tls, fact.at)}"
            yield Proof(layer="tls", asked=asked, answered=words, evidence=outcomes.ids(fact))


def _certificate(tls: TlsAnswer, at: str) -> str:
    if tls.trusted is False:
        return f"certificate not accepted ({tls.verify_words.rstrip('.')})"
    if tls.certificate is None or not tls.trusted:
        return "certificate not verified"
    left = seconds_until(tls.certificate.not_after, at)
    if left is None:
        return "certificate valid"
    days, hours = int(left // _DAY_S), int(left // _HOUR_S)
    return f"certificate valid for {f'{days} days' if days > 1 else f'{hours} hours'}"


def seconds_until(moment: str, at: str) -> float | None:
    """From one moment in RFC 3339 to another; None where one of them can't be read."""
    try:
        return (datetime.fromisoformat(moment) - datetime.fromisoformat(at)).total_seconds()
    except (ValueError, TypeError):
        return None


def _answers(case: Case, address: str) -> Iterator[Proof]:
    """The newest answer to what was asked, else what the service says unasked."""
    meant = talk.meant(case)
    asked = next((fact for fact in _newest(case, address, meant.protocol) if _has_answer(fact)), None) if meant else None
    if asked:
        question, words = _exchange(asked)
        yield Proof(layer="answer", asked=question, answered=words, evidence=outcomes.ids(asked))
        return
    spoken = next((reply for reply in talk.words(case, address) if reply.asked is None), None)
    if spoken:
        yield Proof(layer="answer", asked="Unasked, it", answered=f"`{spoken.text}`", evidence=outcomes.ids(spoken.fact))


def _newest(case: Case, address: str, protocol: str) -> Iterator[Talk]:
    """The talks that were answered in that protocol, newest first; one is enough."""
    answered = [fact for fact in talk.talks(case, address, protocol) if fact.outcome == "answered"]
    yield from answered[-1:]


def _has_answer(fact: Talk) -> bool:
    return bool(fact.http or (fact.inner and fact.inner.outcome == "answered") or (fact.spoken != TLS and fact.protocols))


def _exchange(fact: Talk) -> tuple[str, str]:
    """What was asked in a talk, and what answered, in words."""
    if fact.http:
        return fact.http.asked, f"{_status(fact.http)} in {took(fact.http.elapsed_ms)}"
    if fact.inner:
        words = f"`{fact.inner.words}`" if fact.inner.words else "in bytes that are not known"
        return (
            f"The protocol inside TLS, {label_of(fact.inner.protocols) or 'unknown'},",
            f"{words} in {took(fact.inner.waited_ms)}",
        )
    question = f"{fact.spoken} {_FIRST_WORDS.get(fact.spoken, '')}".strip()
    answer = f"`{fact.detail}`" if fact.detail else f"in {label_of(fact.protocols)}"
    return f"The greeting of {fact.spoken}" if fact.listened else question, f"{answer} in {took(fact.waited_ms)}"


def _status(http: HttpAnswer) -> str:
    return str(http.status) if http.status < REDIRECTS_FROM else http.status_line


def _unproved(case: Case) -> Iterator[str]:
    if not either_kind.connecting(case):
        yield "no attempt has connected."
        return
    if not isinstance(case.target, TcpTarget):
        yield "nothing was asked of it: what a socket in the file system speaks is not known."
        return
    completed = _completed(case)
    if completed:
        yield f"the name was completed to {completed}; whether that one was meant is not known."
    meant = talk.meant(case)
    for address in outcomes.connecting(case):
        yield from _unasked(case, address, meant.protocol if meant else None)


def _unasked(case: Case, address: str, protocol: str | None) -> Iterator[str]:
    """What one address was not asked, or did not answer as asked."""
    if any(reply.protocols for reply in talk.words(case, address) if reply.asked is None):
        return
    if not case.options.talk:
        yield "nothing was asked of it: --no-talk."
    elif protocol is None:
        yield f"nothing was asked of it: which protocol port {case.tcp.port} speaks is not known."
    elif not talk.talks(case, address, protocol):
        yield f"{address} was not asked anything in {protocol}."
    else:
        fact = next(_newest(case, address, protocol), None)
        yield from _short_of(case, address, fact) if fact else (f"{address} has not answered {protocol}.",)
        yield from _not_whole(case, address)


def _not_whole(case: Case, address: str) -> Iterator[str]:
    """What is known of the whole answer, which HEAD leaves out."""
    unfinished = whole_answers.unfinished(case).get(address)
    if unfinished:
        yield f"{whole_answers.unfinished_words(case, unfinished)}."


def _short_of(case: Case, address: str, fact: Talk) -> Iterator[str]:
    """In what an answer falls short of what was asked."""
    tls = fact.tls
    if tls and tls.trusted and fact.tls and case.tcp.is_literal and case.tcp.scheme is None:
        yield "the names of the certificate were not compared with any."
    if tls and not tls.trusted:
        yield f"its certificate was not {'accepted' if tls.trusted is False else 'verified'}."
    http = fact.http
    if http and http.status >= REFUSALS_FROM:
        wants = f": it wants credentials ({http.wants}), and none were sent" if http.wants else ""
        yield f"{http.asked} was answered {http.status_line}{wants}."
    elif http and http.status >= REDIRECTS_FROM and http.location:
        yield f"{http.asked} leads to {http.location}, where nothing was asked."
    meant = talk.meant(case)
    if fact.spoken == TLS and not _has_answer(fact) and meant:
        kind = meant.inner or "the protocol inside TLS"
        yield f"{address} has not answered {kind}." if fact.inner else f"nothing was asked inside TLS: {kind} is not spoken here."
    if fact.understood == "unknown" and not tls:
        yield f"{address} said `{fact.first_bytes}`, which is not known as {fact.spoken}."
    if fact.spoken == HTTP and http is None and fact.protocols == (HTTP,):
        yield f"{address} answers, and not in HTTP that a client reads."
