"""What could not be checked, and what would allow it: one sentence each. Nothing is silently skipped."""

from collections.abc import Iterator

from tui.diagnosis.causes import refused_causes
from tui.diagnosis.readings.answers import CONSENT_PORTS
from tui.diagnosis.readings.likely_ports import likely_ports
from tui.diagnosis.readings.outcomes import capital
from tui.diagnosis.tree import QUESTIONS, UNKNOWN
from tui.model.case import Case
from tui.model.facts import Firewall, Listeners, NotObserved, OtherNamespaces
from tui.report.sentences import check_words


def unseen(case: Case) -> Iterator[str]:
    """The sentences, in the order in which it was noticed, each once."""
    yield from dict.fromkeys(_sentences(case))


def _sentences(case: Case) -> Iterator[str]:
    for fact in case.all(NotObserved):
        yield f"{capital(check_words(fact.request))}: {_what_helps(_stopped(fact.reason), fact.remedy)}"
    for reading in case.all(Firewall):
        yield from (f"{_whose_filter(reading)}: {sentence}" for sentence in reading.unread)
    for table in _newest_tables(case):
        where = f" through {table.vantage!r}" if table.vantage else ""
        if table.hidden_owners:
            why = table.hidden_why or "run as root (in a container, outside of it)"
            yield f"The owners of {_sockets(table.hidden_owners)}{where}: {why}."
        if table.omitted:
            yield f"{capital(_sockets(table.omitted))} beyond the first {len(table.listeners)}{where}: ss -ltnup lists all."
    for elsewhere in {fact.vantage: fact for fact in case.all(OtherNamespaces)}.values():
        if elsewhere.hidden:
            number = "One network namespace" if elsewhere.hidden == 1 else f"{elsewhere.hidden} network namespaces"
            whose = f"through {elsewhere.vantage!r}: let it lead to root" if elsewhere.vantage else "of this machine: run as root"
            yield f"{number} {whose} to look into them."
    for request in case.in_flight:
        yield f"{capital(check_words(request))}: the walk ended before this check did."
    yield from _ports_left_alone(case)
    yield from (_stopped(capital(reason)) for reason in refused_causes())


def _whose_filter(reading: Firewall) -> str:
    return f"The packet filter through {reading.vantage!r}" if reading.vantage else "This machine's packet filter"


def _newest_tables(case: Case) -> list[Listeners]:
    """The newest socket table of each vantage whose owners were searched; a quick first reading hides all of them."""
    return list({table.vantage: table for table in case.all(Listeners) if table.owners_known}.values())


def _ports_left_alone(case: Case) -> Iterator[str]:
    """The other ports that were not tried, where they could have told more."""
    consent = next(question for question in QUESTIONS if question.id == CONSENT_PORTS)
    if case.answer(CONSENT_PORTS) in {"no", UNKNOWN.key} and consent.applies(case):
        ports = ", ".join(map(str, likely_ports(case.tcp)))
        yield f"Other ports of {case.tcp.host}: not tried without your consent; it would be one attempt on each of {ports}."


def _sockets(number: int) -> str:
    return f"{number} listening socket{'' if number == 1 else 's'}"


def _stopped(text: str) -> str:
    """`text` with a full stop."""
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _what_helps(reason: str, remedy: str) -> str:
    return f"{reason} {_stopped(capital(remedy))}".strip()
