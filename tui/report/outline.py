"""A document as people read it: headings, sentences, commands. Every format draws this same outline.

Law: what is said, and in which order, is decided here and nowhere else. Texts are single lines that move no cursor.
"""

from collections.abc import Iterator

from msgspec import UNSET, Struct

from tui.diagnosis.readings.so_far import so_far
from tui.model.address import endpoint
from tui.model.facts import AnyFact, Attempt, Code, CodeValue, ErrorText, Outcome
from tui.model.judgement import Alternative, Culprit, Remedy, Status, Verdict
from tui.model.safe_text import safe_text
from tui.report.document import Document
from tui.report.outcomes import target_words
from tui.report.proved import proved_words, state_words
from tui.report.sentences import fact_words

LONGEST = 2000
"""The longest sentence in a report, in characters; a longer one comes from outside and is cut."""


class Heading(Struct, frozen=True):
    """A heading; level 1 is the document's own."""

    text: str
    level: int = 2


class Paragraph(Struct, frozen=True):
    """Sentences."""

    text: str


class Labelled(Struct, frozen=True):
    """A word in front, and what it introduces."""

    label: str
    text: str


class CommandLine(Struct, frozen=True):
    """A command to type, on one line."""

    text: str


class SourceLines(Struct, frozen=True):
    """Lines of code, as they are in a file."""

    lines: tuple[str, ...]
    language: str = ""


Item = tuple[Paragraph | Labelled | CommandLine | SourceLines, ...]
"""What belongs to one bullet."""


class Items(Struct, frozen=True):
    """A list; each item is a few blocks."""

    items: tuple[Item, ...]
    numbered: bool = False


class Table(Struct, frozen=True):
    """Rows of cells below a heading row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Footer(Struct, frozen=True):
    """When it was made, and by what."""

    text: str


Block = Heading | Paragraph | Labelled | CommandLine | Items | Table | SourceLines | Footer


def outline(document: Document, *, full: bool = True) -> Iterator[Block]:
    """The blocks of a report, the verdict first; `full` adds the whole walk and all evidence."""
    yield Heading(_line(headline(document)), 1)
    yield from _first(document)
    if document.verdict:
        yield from _verdict(document, document.verdict)
    for other in document.also:
        yield from _verdict(document, other, also=True)
    if document.next:
        yield from _behind(document.next, full=full)
    for fact in document.evidence:
        if isinstance(fact, Code):
            yield from _code(fact)
    if document.alternatives:
        yield Heading("Still possible")
        yield Items(tuple(_alternative(alternative) for alternative in document.alternatives))
    if document.signs:
        yield Heading("Signs in the times")
        yield Items(tuple((Paragraph(_line(sign)),) for sign in document.signs))
    if document.unseen:
        yield Heading("Not seen")
        yield Items(tuple((Paragraph(_line(sentence)),) for sentence in document.unseen))
    if full:
        yield Heading("The walk")
        rows = tuple((step.id, step.state.replace("-", " "), _line(step.reason)) for step in document.walk)
        yield Table(("cause", "state", "reason"), rows)
        yield Heading("Evidence")
        yield Items(tuple(_fact(fact) for fact in document.evidence))
    took = f"Started {document.started}, took {document.elapsed_s:.1f} s; times are UTC."
    yield Footer(_line(f"{took} Written by refused {document.version}."))


def _behind(following: Document, *, full: bool) -> Iterator[Block]:
    """The report on what stands behind, one level below this one's."""
    for block in outline(following, full=full):
        match block:
            case Heading(text=text, level=level):
                yield Heading(f"Behind it: {text}" if level == 1 else text, level + 1)
            case Footer():
                pass
            case _:
                yield block


def _first(document: Document) -> Iterator[Block]:
    """What stands before the verdict: where else to look, where a text says otherwise, and what was proved."""
    if document.contradiction:
        yield Heading("Where to look")
        yield remedy_items(document.contradiction.places)
    if document.proved and document.status is not Status.FAILING:
        yield Paragraph(_line(proved_words(document.proved)))


def headline(document: Document) -> str:
    """How the target does, in a sentence or two; where a text says otherwise, that comes first."""
    whole = "" if document.complete else " The walk was cut short: this is what was known by then."
    if document.contradiction:
        return f"{document.target.label}: {document.contradiction.sentence}{whole}"
    return f"{document.target.label} {_state_words(document)}{whole}"


def _state_words(document: Document) -> str:
    attempts = (fact for fact in document.evidence if isinstance(fact, Attempt) and fact.purpose == "target")
    outcome = target_words(document.outcome, attempts)
    match document.status:
        case Status.REACHABLE:
            return state_words(document.unproved, mute=bool(document.alternatives))
        case Status.DEGRADED:
            return "connects, although something is wrong."
        case Status.INTERMITTENT:
            return f"connects at times and fails at times: {outcome}."
        case Status.FAILING if document.outcome is Outcome.PENDING:
            return f"was not tried: {outcome}."
        case Status.FAILING:
            return f"fails: {outcome}." if document.verdict else f"fails: {outcome}. The cause stays open."


def culprit_words(culprit: Culprit) -> str:
    """The thing at fault, by the keys of its kind: `nameserver 10.0.0.2:53`, `process redis-server, pid 812`."""
    address = culprit.address if culprit.address is not UNSET else ""
    if culprit.port is not UNSET:
        address = endpoint(address, culprit.port) if address else f"port {culprit.port}"
    path = "" if culprit.path is UNSET else culprit.path
    line = "" if culprit.line is UNSET else f" line {culprit.line}"
    named = [
        culprit.name,
        culprit.unit,
        culprit.container,
        culprit.variable,
        culprit.route,
        culprit.device,
        culprit.limit,
        culprit.rule,
    ]
    chain = [name for name in (culprit.table, culprit.chain) if name is not UNSET]
    within = f"in {' '.join(chain)}{'' if culprit.handle is UNSET else f' handle {culprit.handle}'}" if chain else ""
    pid = "" if culprit.pid is UNSET else f"pid {culprit.pid}"
    parts = [*(name for name in named if name is not UNSET), pid, address, within, f"{path}{line}"]
    return f"{culprit.kind} {', '.join(part for part in parts if part)}".strip()


def _verdict(document: Document, verdict: Verdict, *, also: bool = False) -> Iterator[Block]:
    sure = (not document.complete and so_far(document.evidence)) or verdict.certainty
    yield Heading(f"{'Also ' if also else ''}{_by_whom(document, verdict)}{sure}: {verdict.cause}")
    yield Paragraph(_line(verdict.summary))
    if verdict.culprit:
        yield Labelled("culprit", _line(culprit_words(verdict.culprit)))
    if verdict.refuted_by:
        yield Labelled("would disprove it", _line(verdict.refuted_by))
    known = {fact.id: fact for fact in document.evidence}
    resting = tuple(_fact(known[identifier]) for identifier in verdict.evidence if identifier in known)
    if resting:
        yield Heading("It rests on", 3)
        yield Items(resting)
    if verdict.remedies:
        yield Heading("What to do", 3)
        yield remedy_items(verdict.remedies)


def _by_whom(document: Document, verdict: Verdict) -> str:
    """Where a text and this session differ: on which of the two a verdict rests."""
    if document.contradiction is None:
        return ""
    texts = {fact.id for fact in document.evidence if isinstance(fact, ErrorText)}
    return "by the text, " if texts & {*verdict.evidence} else "from here, "


def remedy_items(remedies: tuple[Remedy, ...]) -> Items:
    """What to do, each with its command and how to verify it."""
    return Items(
        tuple(
            (
                Labelled(remedy.kind, _line(remedy.do)) if remedy.command else Paragraph(_line(remedy.do)),
                *((CommandLine(_line(remedy.command)),) if remedy.command else ()),
                *((Labelled("then", _line(remedy.verify)),) if remedy.verify else ()),
            )
            for remedy in remedies
        ),
        numbered=True,
    )


def _code(fact: Code) -> Iterator[Block]:
    """The line that asked: the source around it, where its values come from, and advice on how failure is handled there."""
    yield Heading(_line(f"The code that asked: {fact.read_as or fact.path}:{fact.call_line or fact.line}"))
    yield Paragraph(_line(f"{fact_words(fact)}."))
    if fact.source:
        here = fact.call_line or fact.line
        lines = tuple(
            f"{'>' if number == here else ' '}{number:>5}  {safe_text(text, limit=LONGEST)}" for number, text in fact.source
        )
        yield SourceLines(lines)
    if fact.values:
        yield Items(tuple((Labelled(value.part, _line(_value(value))),) for value in fact.values))
    if fact.elsewhere:
        yield Labelled("beside it", _line("; ".join(mention.sentence for mention in fact.elsewhere)))
    if fact.advice:
        yield Heading("How failure is handled there", 3)
        yield Items(
            tuple(
                (
                    Paragraph(_line(advice.sentence)),
                    SourceLines(tuple(safe_text(text, limit=LONGEST) for text in advice.suggestion), "python"),
                )
                for advice in fact.advice
            )
        )


def _value(value: CodeValue) -> str:
    return f"{value.value}, {value.sentence}" if value.value is not None else value.sentence


def _alternative(alternative: Alternative) -> Item:
    paragraph = Paragraph(_line(f"{alternative.certainty}: {alternative.cause}. {alternative.summary}"))
    return (paragraph, Labelled("would tell", _line(alternative.next_check))) if alternative.next_check else (paragraph,)


def _fact(fact: AnyFact) -> Item:
    time = fact.at[11:23] or "--:--:--"
    paragraph = Paragraph(_line(f"{time}  {fact_words(fact)}  [{fact.id}]"))
    return (paragraph, CommandLine(_line(fact.command))) if fact.command else (paragraph,)


def _line(text: str) -> str:
    """Safe on one line: a record may come from another machine, and its texts pass through here."""
    return safe_text(text, limit=LONGEST)
