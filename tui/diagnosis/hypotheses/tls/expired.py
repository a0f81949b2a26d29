"""The certificate has run out, or this machine's clock is ahead."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import commands, outcomes, replies, secure, talk
from tui.diagnosis.readings.secure import Presented
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Talk
from tui.model.judgement import Culprit, Remedy


def judge(case: Case) -> Finding:
    """The end date of what was presented, against this machine's clock and the server's."""
    nothing = replies.no_tls(case)
    if nothing:
        return nothing
    it = secure.not_accepted(case, secure.EXPIRED)
    if it is None:
        return ruled_out(
            "No certificate that was presented has run out.", *outcomes.ids(*(one.fact for one in secure.presented(case)))
        )
    end = it.tls.certificate.not_after if it.tls.certificate else ""
    own = bool(end) and secure.is_past(it, end) is True
    by_our_clock = bool(end) and not own and secure.clock_is_wrong(it)
    return claim(
        _summary(case, it, own=own, by_our_clock=by_our_clock),
        *outcomes.ids(it.fact),
        reason=f"OpenSSL says `{it.tls.verify_words}` (code {it.tls.verify_code}). {secure.clock_words(it)}",
        missing=_missing(case, it),
        culprit=Culprit(kind="name", name="the clock of this machine") if by_our_clock else replies.culprit(case, it.address),
        refuted_by="A clock that is right and shows a time before the certificate's end.",
        remedies=tuple(_remedies(case, it, by_our_clock=by_our_clock)),
    )


def _summary(case: Case, it: Presented, *, own: bool, by_our_clock: bool) -> str:
    end = it.tls.certificate.not_after if it.tls.certificate else ""
    subject = secure.subject(case, it)
    if by_our_clock:
        ahead = f"By this machine's clock, {secure.days(secure.clock_ahead_s(it) or 0.0)} ahead of the server's,"
        return f"{ahead} {secure.within(subject)} has expired: it is valid until {end}."
    if own:
        return f"{subject} has expired: it was valid until {end}, {secure.since(it, end)} ago."
    valid = f"; its own is valid until {end}" if end else ""
    return f"{subject} is not accepted: a certificate above it in its chain has expired{valid}."


def _missing(case: Case, it: Presented) -> str:
    """What would make it sure: another clock, or the client's settings."""
    if secure.clock_ahead_s(it) is None:
        return "Whether this machine's clock is right: `date -u`, beside another clock."
    return replies.verified_by_a_client(case)


def _remedies(case: Case, it: Presented, *, by_our_clock: bool) -> Iterator[Remedy]:
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    if by_our_clock:
        yield Remedy(do="Set this machine's clock; see why it is not kept by NTP.", command=commands.clock(case), verify=works)
        return
    yield Remedy(
        do="Look at what is presented, and at its dates.",
        command=secure.openssl(case, it, show=True),
        verify="The end date lies ahead.",
    )
    row, prefix = talk.listener(case, it.address), commands.prefix_to(case, it.address)
    reload = commands.reload(case, row, prefix=prefix)
    yield Remedy(
        do="Renew the certificate, and have the server load it: many keep the old one until a reload.",
        command=reload,
        changes=bool(reload),
        verify=works,
    )


HYPOTHESIS = Hypothesis(
    place=20,
    onset="change",
    title="not expired",
    question="Is the certificate still valid?",
    why="Certificates end on a day, and a renewed one is of use only once the server has loaded it.",
    meaning="The certificate has run out, or a clock that is ahead makes it seem so.",
    proof="The end date of the certificate that was presented, against this machine's clock and the server's own.",
    mistaken_for=("tls.not-yet-valid", "tls.untrusted"),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
