"""The JSON Schema of `refused/1`, worked out from the document's types; published as `refused-1.schema.json` beside this file."""

from typing import Any

import msgspec

from tui.model.judgement import Alternative, Remedy, Verdict
from tui.report.document import SCHEMA, Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:refused:schema:refused-1"
_WHOLE = (Verdict, Alternative, Remedy)
"""The types that always have all of their keys, although the program's own code may leave some to their defaults."""


def document_schema() -> dict[str, Any]:
    """The schema of one document, draft 2020-12. Unknown keys are allowed: later versions may add some."""
    schema = msgspec.json.schema(Document)
    for kind in _WHOLE:
        part = schema["$defs"][kind.__name__]
        part["required"] = list(part["properties"])
    return {"$schema": DIALECT, "$id": ID, "title": SCHEMA, **schema}
