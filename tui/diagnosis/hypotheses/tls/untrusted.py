"""This machine does not trust who issued the certificate."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import outcomes, replies, secure, talk
from tui.diagnosis.readings.secure import Presented
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Talk
from tui.model.judgement import Remedy

SELF_SIGNED, SELF_SIGNED_IN_CHAIN, NO_ISSUER, NO_FIRST = 18, 19, 20, 21
"""OpenSSL's numbers (X509_V_ERR_*)."""
_HOW = {
    SELF_SIGNED: "it signed itself, and is not among the authorities of this machine",
    SELF_SIGNED_IN_CHAIN: "its chain ends in an authority that is not known here: a private one, or a proxy that intercepts",
    NO_ISSUER: "its issuer is not known here: an intermediate certificate that the server does not send, or a private authority",
    NO_FIRST: "its issuer is not known here: an intermediate certificate that the server does not send, or a private authority",
}


def judge(case: Case) -> Finding:
    """OpenSSL's verdict on the chain, by this machine's store; the failing program may have one of its own."""
    nothing = replies.no_tls(case)
    if nothing:
        return nothing
    it = next((one for one in secure.presented(case) if one.tls.trusted is False and not _is_of_another(one)), None)
    if it is None:
        every = outcomes.ids(*(one.fact for one in secure.presented(case)))
        return ruled_out("Its issuer is not what a certificate failed by.", *every)
    store = it.tls.store or "OpenSSL's own"
    issuer = f", issued by {it.tls.certificate.issuer}," if it.tls.certificate else ""
    how = _HOW.get(it.tls.verify_code, it.tls.verify_words.rstrip("."))
    return claim(
        f"{secure.subject(case, it)}{issuer} is not trusted by this machine's store ({store}): {how}. "
        "A program with a store of its own (Python's certifi, Java's cacerts, Node's) may trust it.",
        *outcomes.ids(it.fact),
        reason=f"OpenSSL says `{it.tls.verify_words}` (code {it.tls.verify_code}).",
        missing=replies.verified_by_a_client(case),
        culprit=replies.culprit(case, it.address),
        refuted_by="The failing program trusts the issuer by a store of its own.",
        remedies=tuple(_remedies(case, it)),
    )


def _is_of_another(it: Presented) -> bool:
    """Whether it fails by its dates or names, which are causes of their own."""
    return it.tls.verify_code in {secure.EXPIRED, secure.NOT_YET_VALID, *secure.OTHER_NAMES}


def _remedies(case: Case, it: Presented) -> Iterator[Remedy]:
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    yield Remedy(
        do="See the chain as the server sends it: who issued what.",
        command=secure.openssl(case, it, "-showcerts"),
        verify="Each certificate is issued by the next one, up to an authority that is known.",
    )
    if it.tls.verify_code in {NO_ISSUER, NO_FIRST}:
        yield Remedy(do="Let the server send its intermediate certificates too (the full chain).", verify=works)
    yield Remedy(
        do="If the authority is your own, add its certificate to the store that the program reads: on Debian a .crt in this "
        "directory, then `update-ca-certificates`.",
        command="ls -l /usr/local/share/ca-certificates",
        verify=works,
    )


HYPOTHESIS = Hypothesis(
    place=50,
    onset="setting",
    title="trusted here",
    question="Does this machine trust who issued the certificate?",
    why="A private authority, a certificate that signed itself, a chain that is not sent whole, or a proxy that intercepts.",
    meaning="This machine does not trust the issuer of the certificate.",
    proof="OpenSSL's verdict on the chain as it was presented, and the store that was used; another program's store may differ.",
    mistaken_for=("tls.wrong-name",),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
