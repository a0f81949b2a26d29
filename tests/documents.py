"""Documents for tests: every one that a test produces is read back through here, against the published schema."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import tui.report
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.case import Case
from tui.report.document import Document, document
from tui.report.formats.json import as_json

PUBLISHED = Path(tui.report.__file__).with_name("refused-1.schema.json")
STARTED = "2026-11-20T11:02:03.123456Z"


@cache
def validator() -> Draft202012Validator:
    """The published schema, checked itself."""
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def validated(text: str) -> dict[str, Any]:
    """The document that `text` holds, after it has passed the published schema."""
    found: dict[str, Any] = json.loads(text)
    validator().validate(found)
    return found


def documented(case: Case) -> Document:
    """The document for a case, after its JSON has passed the published schema."""
    found = document(case, assess(case, hypotheses()), started=STARTED, elapsed_s=1.23456, version="0.1.0")
    validated(as_json(found))
    return found
