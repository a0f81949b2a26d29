"""`refused-parse/1`: what an error text says, in the contract's form, without guesses and without passwords."""

import json

from tui.errors import read_error
from tui.report.parsed import as_json, as_text

TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/db.py", line 12, in connect
    return psycopg2.connect("postgresql://app:s3cret@127.0.0.1:5999/app")
psycopg2.OperationalError: connection to server at "127.0.0.1", port 5999 failed: Connection refused
"""


def test_the_document_has_the_form_of_the_contract() -> None:
    """Endpoints with role and span, class, tool, what is missing, and the code, the user's own frame first."""
    found = json.loads(as_json(read_error(TRACEBACK)))

    assert found["schema"] == "refused-parse/1"
    endpoint = found["endpoints"][0]
    assert (endpoint["host"], endpoint["port"]) == ("127.0.0.1", 5999)
    assert endpoint["role"] in {"target", "proxy", "dialled", "upstream"}
    start, end = endpoint["span"]
    assert "5999" in TRACEBACK[start:end]
    assert found["class"] == "refused"
    assert found["missing"] == []
    assert {key: found["code"][0][key] for key in ("path", "line", "function", "language", "role")} == {
        "path": "/srv/app/db.py",
        "line": 12,
        "function": "connect",
        "language": "python",
        "role": "user",
    }


def test_what_the_text_does_not_say_is_missing() -> None:
    """A text without an endpoint says which of host and port are missing, and guesses none."""
    found = json.loads(as_json(read_error("connect: Connection refused")))

    assert found["endpoints"] == []
    assert {"host", "port"} <= set(found["missing"])


def test_a_password_in_a_line_of_code_is_not_shown() -> None:
    """The line of code that the text shows is repeated without the credentials of its URL."""
    for shown in (as_json(read_error(TRACEBACK)), as_text(read_error(TRACEBACK))):
        assert "s3cret" not in shown
    assert "postgresql://\\u2026@127.0.0.1:5999" in as_json(read_error(TRACEBACK))


def test_plain_words() -> None:
    """The plain form names endpoint, error and code, a line each."""
    lines = as_text(read_error(TRACEBACK)).splitlines()

    assert "target: 127.0.0.1:5999" in lines
    assert "error: refused" in lines
    assert any(line.startswith("code: /srv/app/db.py:12") for line in lines)
