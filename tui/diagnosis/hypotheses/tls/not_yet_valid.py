"""The certificate is not valid yet: nearly always a clock that is behind."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import commands, outcomes, replies, secure, talk
from tui.diagnosis.readings.secure import Presented
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Talk
from tui.model.judgement import Culprit, Remedy


def judge(case: Case) -> Finding:
    """The first date of what was presented, against this machine's clock and the server's."""
    nothing = replies.no_tls(case)
    if nothing:
        return nothing
    it = secure.not_accepted(case, secure.NOT_YET_VALID)
    if it is None:
        every = outcomes.ids(*(one.fact for one in secure.presented(case)))
        return ruled_out("No certificate that was presented begins later than now.", *every)
    begin = it.tls.certificate.not_before if it.tls.certificate else ""
    ours = secure.clock_is_wrong(it) and secure.is_past(it, begin) is True
    subject = secure.subject(case, it)
    summary = f"{subject} is not valid yet: it begins {begin}, in {secure.since(it, begin)}."
    if ours:
        behind = secure.days(-(secure.clock_ahead_s(it) or 0.0))
        clock = f"By this machine's clock, {behind} behind the server's,"
        summary = f"{clock} {secure.within(subject)} is not valid yet: it begins {begin}."
    known = secure.clock_ahead_s(it) is not None
    return claim(
        summary,
        *outcomes.ids(it.fact),
        reason=f"OpenSSL says `{it.tls.verify_words}` (code {it.tls.verify_code}). {secure.clock_words(it)}",
        missing=replies.verified_by_a_client(case)
        if known
        else "Whether this machine's clock is right: `date -u`, beside another clock.",
        culprit=Culprit(kind="name", name="the clock of this machine") if ours else replies.culprit(case, it.address),
        refuted_by="A clock that is right and shows a time after the certificate's beginning.",
        remedies=tuple(_remedies(case, it, ours=ours)),
    )


def _remedies(case: Case, it: Presented, *, ours: bool) -> Iterator[Remedy]:
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    yield Remedy(
        do="Set this machine's clock." if ours else "Compare this machine's clock with another one first: it may be behind.",
        command=commands.clock(case),
        verify=works,
    )
    if not ours:
        yield Remedy(
            do="If it is right, let the server present a certificate that is valid already.",
            command=secure.openssl(case, it, show=True),
            verify=works,
        )


HYPOTHESIS = Hypothesis(
    place=30,
    onset="change",
    title="valid already",
    question="Has the certificate's time begun?",
    why="A machine that woke up with an old clock takes every new certificate for one of the future.",
    meaning="The certificate is not valid yet; nearly always a clock that is behind.",
    proof="The first date of the certificate that was presented, against this machine's clock and the server's own.",
    mistaken_for=("tls.expired",),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
