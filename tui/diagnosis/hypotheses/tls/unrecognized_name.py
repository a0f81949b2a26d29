"""The server has no site for that name, or none for clients that send no name."""

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out
from tui.diagnosis.readings import outcomes, replies, secure, talk
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Talk
from tui.model.judgement import Remedy

ALERT = "unrecognized_name"


def judge(case: Case) -> Finding:
    """Alert 112."""
    nothing = replies.no_tls(case)
    if nothing:
        return nothing
    it = next((one for one in secure.presented(case) if one.tls.alert == ALERT and not one.tls.version), None)
    if it is None:
        return ruled_out("It does not refuse the name.", *outcomes.ids(*(one.fact for one in secure.presented(case))))
    name = it.tls.server_name
    who = f"the name {name}" if name else "clients that send no name, as for an address"
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    return claim(
        f"{case.tcp.label} has no site for {who}: it ends the handshake with the alert {ALERT} (112).",
        *outcomes.ids(it.fact),
        reason=f"It ends the handshake with {ALERT}, which speaks of the name that the client sends (SNI, RFC 6066, 3).",
        missing="" if name else "Whether the client sends a name: `refused check https://NAME`.",
        culprit=replies.culprit(case, it.address),
        refuted_by="A handshake with the same name that is completed.",
        remedies=(
            Remedy(
                do=f"See whether {case.tcp.host} leads to the right machine, and which names the server has sites for.",
                command=secure.openssl(case, it, show=True),
                verify=works,
            ),
            Remedy(do=f"Give the server a site, and a certificate, for {name or 'clients without a name'}.", verify=works),
        ),
    )


HYPOTHESIS = Hypothesis(
    place=10,
    onset="setting",
    title="knows the name",
    question="Has the server a site for that name?",
    why="One machine serves many names, and may end the handshake for a name that it does not know.",
    meaning="The server has no site for that name, or none for clients that send no name.",
    proof="The alert unrecognized_name (112) in the handshake.",
    mistaken_for=("server.closes-early", "tls.wrong-name"),
    supersedes=frozenset({"tls.no-agreement"}),
    shown_by=(Talk,),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
