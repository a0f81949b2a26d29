"""The server asks for a client's certificate, and refuses without."""

import re

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import outcomes, replies, secure, talk
from tui.diagnosis.readings.secure import Presented
from tui.model.case import Case
from tui.model.facts import Talk
from tui.model.judgement import Remedy

_ALERTS = frozenset({"certificate_required", "handshake_failure", "bad_certificate", "no_certificate", "access_denied"})
_IN_HTTP = re.compile(r"no required ssl certificate was sent|client certificate (?:is )?required", re.IGNORECASE)
"""nginx's page for its status 496, and what others write."""


def judge(case: Case) -> Finding:
    """It was seen to ask, and then refused; or its alert, or its page, says so."""
    nothing = replies.no_tls(case)
    if nothing:
        return nothing
    for it in secure.presented(case):
        how = _how(it)
        if how:
            return _claimed(case, it, how)
    return ruled_out(
        "It does not refuse clients without a certificate.", *outcomes.ids(*(it.fact for it in secure.presented(case)))
    )


def _how(it: Presented) -> str:
    """In which words it refuses; empty where it does not."""
    http = it.fact.http
    if http and http.status >= 400 and _IN_HTTP.search(f"{http.reason} {http.words}"):  # noqa: PLR2004 -- its errors
        return f"{http.asked} is answered {replies.quoted(http)}"
    if it.tls.alert == "certificate_required":
        return "it sends the alert certificate_required (116)"
    asked = it.tls.wants_certificate and not it.tls.version
    if asked and it.tls.alert in _ALERTS:
        return f"it asks for one (CertificateRequest), and sends the alert {it.tls.alert} when none comes"
    if asked and it.tls.failure in {"closed", "reset"}:
        return "it asks for one (CertificateRequest), and ends the connection when none comes"
    return ""


def _claimed(case: Case, it: Presented, how: str) -> Finding:
    works = "The client shows its certificate, and the handshake is completed."
    return claim(
        f"{case.tcp.label} wants a certificate from the client, and refuses whoever has none: {how}.",
        *outcomes.ids(it.fact),
        reason="None was offered here, and the server says no.",
        missing=replies.verified_by_a_client(case) and "Whether the client has a certificate of its own: its settings of TLS.",
        culprit=replies.culprit(case, it.address),
        refuted_by="The client offers a certificate that the server accepts.",
        remedies=(
            Remedy(
                do="Give the client its certificate and key, from an authority that the server names "
                "(`Acceptable client certificate CA names`).",
                command=secure.openssl(case, it),
                verify=works,
            ),
            Remedy(do="Or let the server ask for none at this name and port, if that was not meant.", verify=works),
        ),
    )


HYPOTHESIS = Hypothesis(
    place=60,
    onset="setting",
    title="asks for none",
    question="Does the server let in clients without a certificate?",
    why="Where both ends prove who they are, a client without a certificate connects, and is then turned away.",
    meaning="The server asks for a client's certificate and refuses without.",
    proof="A CertificateRequest and then an alert or the end of the connection; the alert certificate_required; or its page.",
    mistaken_for=("server.closes-early", "tls.no-agreement"),
    supersedes=frozenset({"tls.no-agreement", "server.turns-away"}),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
