"""The certificate is for other names."""

import difflib
from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import outcomes, replies, secure, talk
from tui.diagnosis.readings.secure import Presented
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Talk
from tui.model.judgement import Remedy

ALIKE = 0.6
"""From this likeness on (difflib's ratio), a name of the certificate may be the one that was meant."""


def judge(case: Case) -> Finding:
    """The names of what was presented, against the one that was asked for."""
    nothing = replies.no_tls(case)
    if nothing:
        return nothing
    it = secure.not_accepted(case, *secure.OTHER_NAMES)
    if it is None:
        every = outcomes.ids(*(one.fact for one in secure.presented(case)))
        return ruled_out("The names of the certificate are not what it fails by.", *every)
    near = _nearest(case, it)
    return claim(
        f"{secure.subject(case, it)} is not for {case.tcp.host}, but for {secure.names(it.tls.certificate)}.",
        *outcomes.ids(it.fact),
        reason=f"OpenSSL says `{it.tls.verify_words.rstrip('.')}` (code {it.tls.verify_code}).",
        missing=replies.verified_by_a_client(case),
        culprit=replies.culprit(case, it.address),
        refuted_by=f"A certificate with {case.tcp.host} among its names, or a client that is told another name.",
        remedies=tuple(_remedies(case, it, near)),
    )


def _nearest(case: Case, it: Presented) -> str | None:
    """The name of the certificate that is most like the one asked for."""
    known = it.tls.certificate.names if it.tls.certificate else ()
    return next(iter(difflib.get_close_matches(case.tcp.host, known, 1, ALIKE)), None)


def _remedies(case: Case, it: Presented, near: str | None) -> Iterator[Remedy]:
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    if near and "*" not in near:
        scheme = f"{case.tcp.scheme}://" if case.tcp.scheme else ""
        other = f"{scheme}{near}:{case.tcp.port}"
        yield Remedy(
            do=f"If {near} is the machine that was meant, let the client use that name.",
            command=f"refused check {quoted(other)}",
            verify=f"{near} is reachable, and the client works with it.",
        )
    yield Remedy(
        do=f"If {case.tcp.host} is right: see whether it leads to the right machine, and which site of it answers.",
        command=secure.openssl(case, it, show=True),
        verify=works,
    )
    yield Remedy(do=f"Let the server present a certificate that names {case.tcp.host}.", verify=works)


HYPOTHESIS = Hypothesis(
    place=40,
    onset="setting",
    title="its own name",
    question="Is the certificate for the name that was asked for?",
    why="Another machine, another site of the same machine, or a name that nobody put into the certificate.",
    meaning="The certificate is for other names.",
    proof="The subjectAltName of the certificate that was presented does not have the name that was asked for.",
    mistaken_for=("name.hosts-override", "name.answers-differ", "tls.unrecognized-name"),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
