"""Text from outside at its worst, and a document that carries it in every place where such text can stand."""

from tui.diagnosis.causes import hypotheses
from tui.model.case import Case
from tui.model.facts import Listener, Listeners, NotObserved, Outcome, SystemAnswer, TcpAttempt
from tui.model.judgement import Alternative, Assessment, Certainty, Culprit, Judgement, Remedy, State, Status, Verdict
from tui.model.options import Options
from tui.model.requests import ListListeners
from tui.model.target import TcpTarget
from tui.report.document import Document, document

TEXTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.test">x</a>',
    "</pre></code></style><b>",
    "[click](https://evil.test)",
    "![](https://evil.test/x.png)",
    "https://evil.test/path",
    "www.evil.test",
    "<https://evil.test>",
    "mailto:a@evil.test",
    "@team #1 !2",
    "# heading",
    "1. item",
    "12) item",
    "- item",
    "* item",
    "> quote",
    "---",
    "===",
    "***bold*** __strong__ ~~gone~~",
    "| a | b |",
    "`code` ``more`` ``` fence",
    "```",
    "``",
    "` `",
    "odd ` tick",
    "    indented",
    "&lt;b&gt; &#60;b&#62;",
    "[ref]: https://evil.test",
    "a\\",
    "\\`x\\`",
    "$(rm -rf /) `reboot`",
    "\x1b[31mred\x1b[0m \x9b2J \x07",
    "line\nbreak\r\n# heading\u2028more",
    "\u202egnp.exe \u200bzero",
    "-->",
    "]]>",
)


def hostile_document(text: str) -> Document:
    """A document where everything that can come from outside is `text`, as from a record that somebody made up."""
    verdict = Verdict(
        cause="server.not-listening",
        certainty=Certainty.CONFIRMED,
        summary=f"{text} answered: {text}.",
        culprit=Culprit(kind="process", name=text, path=text, unit=text, pid=7),
        evidence=("attempt-1", "listeners-1"),
        refuted_by=text,
        remedies=(Remedy(do=f"Ask {text}.", command=text, verify=text),),
    )
    listener = Listener(proto="tcp", address="::", port=1, process=text, command=text)
    facts = (
        TcpAttempt(
            id="attempt-1", address="127.0.0.1", port=1, outcome=Outcome.CONNECTED, latency_ms=1, first_bytes=text, command=text
        ),
        Listeners(id="listeners-1", listeners=(listener,), vantage=text),
        SystemAnswer(id="system-answer-1", name=text, error_text=text, took_ms=1, command=text),
        NotObserved(id="not-observed-1", request=ListListeners(vantage=text), reason=text, remedy=text),
    )
    case = Case(target=TcpTarget(text=text, host=text, port=1), options=Options(), facts=facts)
    found = Assessment(
        status=Status.FAILING,
        outcome=Outcome.REFUSED,
        verdict=verdict,
        also=(verdict,),
        alternatives=(Alternative(cause="port.wrong-port", certainty=Certainty.POSSIBLE, summary=text, next_check=text),),
        judgements=_judgements(text),
    )
    return document(case, found, started="2026-11-20T11:02:03.123456Z", elapsed_s=1.0, version="0.1.0")


def _judgements(text: str) -> dict[str, Judgement]:
    return {one.id: Judgement(state=State.OPEN, reason=text) for one in hypotheses()}
