"""Talk in words."""

from tui.model.address import endpoint
from tui.model.facts import HttpAnswer, InnerAnswer, Talk, TlsAnswer
from tui.model.protocols import HTTP, label_of
from tui.model.requests import TalkTo
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import listed, took


@check_sentence.register
def _of_talk(request: TalkTo) -> str:
    return f"what {endpoint(request.address, request.port)} answers to {request.protocol}"


@fact_sentence.register
def _talk(fact: Talk) -> str:
    """What it says, without a full stop."""
    return f"{endpoint(fact.address, fact.port)}, {_spoken(fact)}, {_answer(fact)}"


def _spoken(fact: Talk) -> str:
    if fact.http and fact.spoken == HTTP:
        return f"asked {fact.http.asked}"
    return f"which speaks first in {fact.spoken}" if fact.listened else f"spoken to in {fact.spoken}"


def _answer(fact: Talk) -> str:
    match fact.outcome:
        case "answered":
            return f"{_answered(fact)}{f'; inside it {http_words(fact.http)}' if fact.http and fact.tls else ''}"
        case "silent":
            taken = {True: "; its kernel took the words", False: "; the words were not acknowledged", None: ""}[fact.acknowledged]
            return f"says nothing for {took(fact.waited_ms)}{taken}"
        case "closed":
            return "closes without a byte"
        case "reset":
            return "resets without a byte"
        case "failed":
            return f"could not be connected again{f' ({fact.detail})' if fact.detail else ''}"


def _answered(fact: Talk) -> str:
    if fact.tls:
        return f"{tls_words(fact.tls)}{f'; {_inner(fact.inner)}' if fact.inner else ''}"
    if fact.http and fact.protocols == (HTTP,):
        return http_words(fact.http)
    kind = f" in {fact.answers_as}" if fact.answers_as else " in a protocol that is not known"
    words = fact.detail or (repr(fact.first_bytes) if fact.first_bytes else "")
    return f"answers{kind}{f': {words}' if words else ''}"


def http_words(http: HttpAnswer) -> str:
    """`answers 502 Bad Gateway in 12 ms (nginx/1.22.1): connect failed`, as far as it says so."""
    server = f" ({http.server})" if http.server else ""
    leads = f", and leads to {http.location}" if http.location else ""
    words = f": {http.words}" if http.words and http.status >= 400 else ""  # noqa: PLR2004 -- a page that is well says nothing
    return f"answers {http.status_line} in {took(http.elapsed_ms)}{server}{leads}{words}"


def tls_words(tls: TlsAnswer) -> str:
    """How the handshake went, and what was presented."""
    if not tls.version:
        return f"ends the handshake: {f'alert {tls.alert}' if tls.alert else tls.failure or 'no version was agreed'}"
    agreed = f"agrees on {tls.version}, {tls.cipher}"
    if not tls.usual:
        agreed += f", with old offers alone (to a usual client: {tls.alert or tls.failure})"
    if tls.trusted is False:
        agreed += f"; its certificate is not accepted: {tls.verify_words.rstrip('.')} (code {tls.verify_code})"
    shown = tls.certificate
    if shown:
        names = listed(shown.names) or "no name"
        agreed += f"; a certificate for {names}, by {shown.issuer}, valid from {shown.not_before} to {shown.not_after}"
    return agreed


def _inner(inner: InnerAnswer) -> str:
    if inner.outcome == "answered":
        return f"inside it answers in {label_of(inner.protocols) or 'a protocol that is not known'}: {inner.words}"
    return {"silent": f"inside it says nothing for {took(inner.waited_ms)}"}.get(inner.outcome, "and then it hangs up")
