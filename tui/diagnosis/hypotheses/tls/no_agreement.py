"""No version, cipher or protocol of TLS in common."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import commands, outcomes, replies, secure, talk
from tui.diagnosis.readings.secure import Presented
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Talk
from tui.model.judgement import Remedy

_OTHER_CAUSES = frozenset({"unrecognized_name", "certificate_required"})


def judge(case: Case) -> Finding:
    """A usual client's handshake fails, and one with old offers is completed, or none is."""
    nothing = replies.no_tls(case)
    if nothing:
        return nothing
    it = next((one for one in secure.presented(case) if _fails(one)), None)
    if it is None:
        return ruled_out(
            "A usual client's handshake comes to an agreement.", *outcomes.ids(*(one.fact for one in secure.presented(case)))
        )
    said = f"the alert {it.tls.alert}" if it.tls.alert else f"`{it.tls.failure}`" if it.tls.failure else "an alert without a name"
    if it.tls.failure == "silent":
        return still_open("The handshake began, and the rest of it did not come.", *outcomes.ids(it.fact))
    return _old(case, it, said) if it.tls.version else _none(case, it, said)


def _fails(it: Presented) -> bool:
    return not it.tls.usual or (not it.tls.version and it.tls.alert not in _OTHER_CAUSES)


def _old(case: Case, it: Presented, said: str) -> Finding:
    """Completed with offers that no usual client makes any more."""
    return claim(
        f"{case.tcp.label} agrees on nothing that a usual client offers: that ends in {said}; "
        f"with old versions and ciphers it agrees on {it.tls.version}, {it.tls.cipher}.",
        *outcomes.ids(it.fact),
        reason=f"With the offers of a usual client the handshake ended in {said}; with old ones it was completed.",
        missing=replies.verified_by_a_client(case) and "What the client offers: its own settings of TLS.",
        culprit=replies.culprit(case, it.address),
        refuted_by="A usual client that agrees with it.",
        remedies=tuple(_remedies(case, it)),
    )


def _none(case: Case, it: Presented, said: str) -> Finding:
    """Not completed by any offers."""
    return claim(
        f"{case.tcp.label} speaks TLS, and agrees on nothing: the handshake ends in {said}.",
        *outcomes.ids(it.fact),
        reason=f"The handshake ended in {said}, with the offers of a usual client and with old ones.",
        missing=f"What the server logs at that moment: `{replies.log(case, it.address, '-n 20')}`.",
        culprit=replies.culprit(case, it.address),
        refuted_by="A client that comes to an agreement.",
        remedies=tuple(_remedies(case, it)),
    )


def _remedies(case: Case, it: Presented) -> Iterator[Remedy]:
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    yield Remedy(
        do=commands.opening(
            commands.on(case, it.address),
            "Read what the server logs at that moment, and its versions and ciphers.",
        ),
        command=replies.log(case, it.address, "-n 20"),
        verify=works,
    )
    yield Remedy(
        do="Let the server offer TLS 1.2 or 1.3 with usual ciphers; a client that must talk to an old one needs a setting.",
        command=secure.openssl(case, it),
        verify=works,
    )


HYPOTHESIS = Hypothesis(
    place=5,
    onset="setting",
    title="TLS agreed",
    question="Is there a version and a cipher that both ends know?",
    why="An old server, or one that demands what a client does not offer, ends the handshake before anything is said.",
    meaning="No version, cipher or protocol of TLS in common.",
    proof="An alert to the offers of a usual client, and a second handshake that is completed with other offers.",
    mistaken_for=("port.wrong-protocol", "server.closes-early"),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
