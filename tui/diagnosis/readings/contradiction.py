"""Readings of a case: where the pasted text says one thing and this session sees another, in one sentence.

The table of sentences is made of three parts: what the text says, what is seen here, and why the two may differ.
"""

from tui.diagnosis.readings import outcomes, text, text_places
from tui.diagnosis.readings.outcomes import ids, joined
from tui.model.case import Case
from tui.model.facts import Attempt, ErrorText, Outcome, SystemAnswer
from tui.model.judgement import Contradiction

SEEN_HERE = {
    Outcome.CONNECTED: "it connects",
    Outcome.REFUSED: "it is refused",
    Outcome.REJECTED: "a packet filter rejects it",
    Outcome.UNREACHABLE: "it is unreachable",
    Outcome.TIMEOUT: "there is no answer",
    Outcome.BLOCKED: "this machine does not allow it",
    Outcome.RESET: "it connects and is reset",
    Outcome.CLOSED: "it connects and is closed at once",
    Outcome.SILENT: "it connects, and nothing answers",
    Outcome.NAME_ERROR: "the name does not exist",
    Outcome.PENDING: "nothing has been tried yet",
}
"""What follows `from here`."""
_NO_SUCH_NAME = frozenset({"EAI_NONAME", "EAI_NODATA"})


def contradiction(case: Case, *, healthy: bool = False) -> Contradiction | None:
    """How the text and what is seen here differ; None without a text, before the first end, and where they agree.

    `healthy`: everything that was asked here was answered as it should be.
    """
    said, ended = text.text(case), text.endings(case)
    if said is None or not ended:
        return None
    elsewhere = text.leads_elsewhere(case, said)
    if text.fits(case, said, ended, healthy=healthy) and not elsewhere:
        return None
    return Contradiction(
        sentence=sentence(case, said, ended, elsewhere=elsewhere),
        evidence=ids(said, case.last(SystemAnswer), case.last(Attempt)),
        places=tuple(text_places.places(case, said)),
        same_stage=text.same_stage(said, ended),
    )


def sentence(case: Case, said: ErrorText, ended: frozenset[Outcome], *, elsewhere: bool = False) -> str:
    """The first sentence of the answer: what the text says, what is seen here, and why that may be."""
    words = f" ({said.words})" if said.says in {"tls", "proxy", "other"} and said.words else ""
    when = f" of {said.origin.at}" if said.origin.at else ""
    here = joined(_seen(case, outcome) for outcome in SEEN_HERE if outcome in ended)
    why = _why(case, said, ended, elsewhere=elsewhere)
    return f"The text{when} says {text.CLASS_WORDS[said.says]}{words}; from here {here}: {why}"


def _seen(case: Case, outcome: Outcome) -> str:
    """A name that gives no address may still exist: only some of the resolver's errors deny it (getaddrinfo(3))."""
    answer = outcomes.system_answer(case)
    if outcome is Outcome.NAME_ERROR and answer and answer.error not in _NO_SUCH_NAME:
        return "the name does not resolve"
    return SEEN_HERE[outcome]


def _why(case: Case, said: ErrorText, ended: frozenset[Outcome], *, elsewhere: bool) -> str:
    """Why the text and what is seen here may differ: another place by its own words, else another process, place or time."""
    origin = said.origin
    if elsewhere:
        return f"there the name led to {joined(said.dialled)}, here it leads to {joined(text.addresses_here(case))}."
    if origin.container:
        return f"it was written in the container {origin.container}."
    if origin.host:
        return f"it was written on {origin.host}."
    if said.role == "bind":
        return "what had the address has let it go, or it was another machine's."
    if said.says in text.OWN_MACHINE:
        return "that is about the process that wrote it, and no answer of the other end."
    if said.says == "tls" and Outcome.CONNECTED in ended:
        return "it is over, or the machine that wrote it trusts other issuers, or has another clock."
    kind = text_places.inside_words(case)
    over = "it is over, or " if Outcome.CONNECTED in ended else ""
    if kind:
        return f"{over}it was written somewhere else, in {kind}?"
    return f"{over}it was written somewhere else, or before something changed."
