"""The published schema is the one that the types give, and it holds what the contract promises."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from tests.approved import approve_file
from tests.casefile import all_files, load
from tests.documents import PUBLISHED, documented, validator
from tui.report.formats.json import as_json
from tui.report.schema import document_schema

CONTRACT = {
    "schema",
    "target",
    "status",
    "outcome",
    "verdict",
    "also",
    "alternatives",
    "walk",
    "evidence",
    "unseen",
    "started",
    "elapsed_s",
    "version",
}


def test_the_published_schema_is_the_one_that_the_types_give() -> None:
    """The file in the package is what the types give; REFUSED_UPDATE=1 writes it anew."""
    approve_file(PUBLISHED, json.dumps(document_schema(), indent=2) + "\n")


def test_the_schema_is_a_schema() -> None:
    """It is valid by its own dialect, draft 2020-12, and has an id."""
    found = json.loads(PUBLISHED.read_text(encoding="utf-8"))

    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"]


def test_the_schema_requires_every_key_of_the_contract() -> None:
    """A document without one of the contract's keys, or with a status that it does not name, is refused."""
    document = json.loads(as_json(documented(load(all_files()[0]).case)))
    assert document.keys() >= CONTRACT

    for key in CONTRACT:
        with pytest.raises(ValidationError):
            validator().validate({name: value for name, value in document.items() if name != key})
    with pytest.raises(ValidationError):
        validator().validate(document | {"status": "fine"})
    with pytest.raises(ValidationError):
        validator().validate(document | {"evidence": [{"id": "x-1", "kind": "guess", "at": ""}]})


def test_unknown_keys_are_allowed() -> None:
    """A document of a later version, with more keys, is still valid: keys may be added."""
    document = json.loads(as_json(documented(load(all_files()[0]).case)))

    validator().validate(document | {"added": 1, "target": document["target"] | {"added": 1}})


def test_verdicts_alternatives_and_remedies_have_all_their_keys() -> None:
    """What the contract writes for them is required by the schema."""
    parts = json.loads(PUBLISHED.read_text(encoding="utf-8"))["$defs"]

    assert {"cause", "certainty", "summary", "culprit", "evidence", "refuted_by", "remedies"} <= set(parts["Verdict"]["required"])
    assert {"cause", "certainty", "summary", "next_check"} <= set(parts["Alternative"]["required"])
    assert {"do", "command", "changes", "verify"} <= set(parts["Remedy"]["required"])
