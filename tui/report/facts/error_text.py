"""What a pasted error text says, in words: its own, and where and when it was written."""

from tui.diagnosis.readings.text import CLASS_WORDS
from tui.model.facts import ErrorText
from tui.report.sentences import fact_sentence


@fact_sentence.register
def _text(fact: ErrorText) -> str:
    """`the text says that it was refused (“Connection refused”, by curl, in container web-1, at 11:02:03)`."""
    origin = fact.origin
    known = (
        f"“{fact.words}”" if fact.words else "",
        f"by {fact.tool}" if fact.tool else "",
        f"in container {origin.container}" if origin.container else "",
        f"on {origin.host}" if origin.host else "",
        f"by process {origin.pid}" if origin.pid else "",
        f"at {origin.at}" if origin.at else "",
    )
    beside = ", ".join(part for part in known if part)
    return f"the text says {CLASS_WORDS[fact.says]}{f' ({beside})' if beside else ''}"
