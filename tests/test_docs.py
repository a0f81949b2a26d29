"""The documents are held against the code: what is generated is compared, what is named exists, what is typed is accepted."""

import importlib
import json
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

import tui
from tests.approved import ROOT, approve_section, section
from tests.casefile import CASES, load
from tests.documents import STARTED, documented, validated
from tests.program import environment
from tui import __version__
from tui.cli import arguments
from tui.cli.exit_status import ExitStatus
from tui.diagnosis.causes import ENTRY_POINT, from_entry_points, hypotheses
from tui.diagnosis.diagram import catalogue, tree_diagram
from tui.diagnosis.ranking import assess, without_judgements
from tui.engine.recording import SessionFileError, read
from tui.errors import read_error
from tui.model.case import Case
from tui.model.events import SESSION_SCHEMA, Answered, AnyEvent, CheckEnded, CheckStarted, FactSeen, Judged, Opened
from tui.model.facts import AnyFact, Hop, TcpAttempt
from tui.model.judgement import Alternative, Culprit, Remedy, Verdict
from tui.model.requests import Connect
from tui.report import parsed
from tui.report.document import SCHEMA, Document, TargetPart, WalkStep
from tui.report.formats.json import as_json
from tui.report.formats.text import as_text

README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DOCS = ROOT / "docs"
READING = DOCS / "reading-the-code.md"
DOCUMENTS = (README, CONTRIBUTING, ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md")))
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/python -m pytest"
LONGEST_README = 300
EXAMPLE = CASES / "path.rejected" / "by-a-router.toml"
BY_HAND: dict[type[AnyFact], str] = {TcpAttempt: "nc -vz -w 4 10.0.3.9 5432", Hop: "traceroute -n -T -p 5432 10.0.3.9"}
PASTED = 'psql: error: connection to server at "db-1" (10.0.3.9), port 5432 failed: Connection refused'
PACKAGES = {module.name for module in pkgutil.walk_packages(tui.__path__, "tui.") if module.ispkg}
ROOMS = sorted(name.removeprefix("tui.") for name in PACKAGES if name.count(".") == 1)


def _help(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words, "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"COLUMNS": "100", "PATH": "/usr/bin:/bin", "PYTHON_COLORS": "0", "NO_COLOR": "1"},
    )
    return f"```text\n{done.stdout.rstrip()}\n```"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _chapter(path: Path, title: str) -> str:
    """The part of a document under one heading of the second level."""
    _, found, rest = _text(path).partition(f"\n## {title}\n")
    assert found, f"{path.name} has no chapter {title}"
    return rest.partition("\n## ")[0]


def _rows(text: str) -> list[list[str]]:
    """The cells of the tables in `text`, row by row, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    ruled = [bool(line) and set(line) <= set("|- ") for line in [*lines, ""]]
    body = [line for line, rule, rule_below in zip(lines, ruled, ruled[1:], strict=False) if not (rule or rule_below)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body]


@pytest.mark.parametrize("command", ["", *arguments.COMMANDS])
def test_the_page_of_commands_shows_the_help(command: str) -> None:
    """The help texts on the page are what the program prints, word for word; their lines are those of Python 3.11."""
    path, name, text = DOCS / "commands.md", f"help {command}".strip(), _help(*command.split())
    if sys.version_info[:2] == (3, 11):
        approve_section(path, name, text)
    # argparse breaks the usage's lines elsewhere from version to version.
    assert section(path, name).split() == text.split()


def test_the_page_of_causes_lists_them() -> None:
    """The catalogue is the one that the hypotheses give."""
    approve_section(DOCS / "causes.md", "causes", catalogue(hypotheses()))


def test_the_page_of_causes_draws_the_tree() -> None:
    """The tree is the one that the walk uses."""
    approve_section(DOCS / "causes.md", "tree", f"```text\n{tree_diagram(hypotheses())}\n```")


def test_the_page_of_keys_lists_them() -> None:
    """The key table is the one that the screen binds."""
    from tui.ui.commands import key_table

    approve_section(DOCS / "keys.md", "keys", key_table())


@pytest.mark.parametrize("path", [README, DOCS / "json.md"], ids=lambda path: path.name)
def test_the_exit_statuses_are_listed(path: Path) -> None:
    """The exit statuses are the program's, with their meanings."""
    rows = [f"| {status.value} | {status.meaning} |" for status in ExitStatus]

    approve_section(path, "exit statuses", "\n".join(["| status | means |", "|---|---|", *rows]))


def _example() -> Document:
    """The document that the pages show, for a machine in between that rejects a port."""
    return documented(_example_case())


def _example_case() -> Case:
    """The case of the example, its facts with a time and with the commands that the probes give."""
    case = load(EXAMPLE).case
    facts = (
        replace(fact, at=STARTED.replace("03.123", f"03.{number}"), command=BY_HAND.get(type(fact), ""))
        for number, fact in enumerate(case.facts, start=123)
    )
    return replace(case, facts=tuple(facts))


def test_the_readme_shows_a_result() -> None:
    """The result in the README is what the program prints for a case of the tests."""
    approve_section(README, "result", f"```text\n{as_text(_example()).rstrip()}\n```")


def test_the_json_on_the_page_keeps_the_schema() -> None:
    """The document that is shown is one that the program makes, its long lists cut short, and valid by the published schema."""
    whole = validated(as_json(_example()))
    shown = whole | {
        "walk": [step for step in whole["walk"] if step["state"] != "ruled-out"],
        "evidence": [fact for fact in whole["evidence"] if fact["id"] in whole["verdict"]["evidence"]],
    }

    assert validated(json.dumps(shown)) == shown
    approve_section(DOCS / "json.md", "document", f"```json\n{json.dumps(shown, indent=2)}\n```")


def test_the_reading_on_the_page_is_the_programs() -> None:
    """The `refused-parse/1` document that is shown is what the shown error text gives."""
    reading = json.dumps(json.loads(parsed.as_json(read_error(PASTED))), indent=2)

    approve_section(DOCS / "json.md", "reading", f"```sh\necho '{PASTED}' | refused parse --json\n```\n```json\n{reading}\n```")


def test_the_session_on_the_page_can_be_read(tmp_path: Path) -> None:
    """The lines that are shown are a session: written as the program writes it, and read back to the same verdict."""
    case = _example_case()
    attempt = case.all(TcpAttempt)[0]
    request = Connect(address=attempt.address, port=attempt.port, attempts=1)
    judged = without_judgements(assess(replace(case, facts=(attempt,)), hypotheses()))
    events: list[AnyEvent] = [
        Opened(at=STARTED, version=__version__, target=case.target, options=case.options, vantage="web-3"),
        CheckStarted(at=STARTED, request=request),
        FactSeen(at=attempt.at, fact=attempt),
        CheckEnded(at=attempt.at, request=request),
        Answered(at=attempt.at, question="ever-worked", answer="yes"),
        Judged(at=attempt.at, assessment=judged, final=True),
    ]
    lines = "\n".join(msgspec.json.encode(event).decode() for event in events)
    (tmp_path / "session.jsonl").write_text(f"{lines}\n", encoding="utf-8")

    assert read(tmp_path / "session.jsonl") == tuple(events)
    approve_section(DOCS / "json.md", "session", f"```json\n{lines}\n```")


@pytest.mark.parametrize("part", [Document, TargetPart, Verdict, Culprit, Remedy, Alternative, WalkStep])
def test_every_key_of_the_document_is_explained(part: type[msgspec.Struct]) -> None:
    """The page of the JSON has a table of each part of the document with exactly the keys that it has."""
    section = _text(DOCS / "json.md").partition(f"<!-- keys of {part.__name__} -->")[2].partition("<!-- /keys -->")[0]
    explained = {key for row in _rows(section) for key in re.findall(r"`(\w+)`", row[0])}

    assert explained == set(part.__struct_fields__)


def _kinds(union: Any) -> str:
    rows = [
        f"| `{kind.__struct_config__.tag}` | {(kind.__doc__ or '').splitlines()[0]} |"
        for kind in sorted(get_args(union), key=lambda kind: str(kind.__struct_config__.tag))
    ]
    return "\n".join(["| kind | what it says |", "|---|---|", *rows])


def test_the_kinds_of_evidence_are_listed() -> None:
    """Every kind of fact is on the page of the JSON, in the words of its own docstring."""
    approve_section(DOCS / "json.md", "kinds of evidence", _kinds(AnyFact))


def test_the_kinds_of_events_are_listed() -> None:
    """Every kind of event of a session file is on the page of the JSON, in the words of its own docstring."""
    approve_section(DOCS / "json.md", "kinds of events", _kinds(AnyEvent))


def test_the_compatibility_policy_names_each_schema() -> None:
    """The policy speaks of the schemas that this version writes."""
    promised = {row[0].strip("`") for row in _rows(_chapter(DOCS / "compatibility.md", "Who reads what"))}

    assert promised == {SCHEMA, parsed.SCHEMA, SESSION_SCHEMA}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"added": 1}, None),
        ({"event": "guess"}, "line 2"),
        ({"fact": {"kind": "guess"}}, "line 2"),
        ({"schema": "refused-session/2"}, SESSION_SCHEMA),
    ],
    ids=["a new key", "a new event", "a new kind of evidence", "another schema"],
)
def test_a_later_session_is_read_as_the_policy_says(change: dict[str, object], words: str | None, tmp_path: Path) -> None:
    """A key that is not known is passed over; an unknown event, kind or schema ends with a line that says where or which."""
    header, *rest = re.findall(r'^\{"event".*$', _text(DOCS / "json.md"), re.MULTILINE)
    fact = next(line for line in rest if '"event":"evidence"' in line)
    lines = [json.loads(header), json.loads(fact)]
    lines["schema" not in change].update(change)
    path = tmp_path / "session.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")

    if words is None:
        assert len(read(path)) == len(lines)
        return
    with pytest.raises(SessionFileError, match=words):
        read(path)


def test_the_readme_is_short_and_begins_with_what_matters() -> None:
    """It has at most 300 lines; the first thirty show a picture and the first command to type."""
    lines = _text(README).splitlines()
    head = "\n".join(lines[:30])

    assert len(lines) <= LONGEST_README
    assert "](screenshots/" in head
    assert ".venv/bin/refused demo" in head


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link and picture of a document exists in the repository."""
    links = [
        target.partition("#")[0]
        for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", path.read_text(encoding="utf-8"))
        for target in target
        if target and "://" not in target and not target.startswith("#")
    ]

    assert [link for link in links if link and not (path.parent / link).exists()] == []


def test_every_page_is_linked_from_the_readme() -> None:
    """The README leads to each page in docs/."""
    assert [path.name for path in sorted(DOCS.glob("*.md")) if f"](docs/{path.name})" not in _text(README)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_named_files_exist(path: Path) -> None:
    """Every file and folder of the repository that a document names in code is there; names in capitals stand for others."""
    named = re.findall(r"`((?:tui|tests|docs|screenshots|\.ci)/[\w./-]*)`", _text(path))

    assert [name for name in named if not re.search(r"[A-Z]{3}", name) and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", [CONTRIBUTING, *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_named_code_exists(path: Path) -> None:
    """Every `room.module.name` that a document names can be imported."""
    for name in _dotted(_text(path)):
        _resolved(name)


def _dotted(text: str) -> list[str]:
    """The names of code in a text, such as `model.case.fold`: rooms stand for themselves, without `tui.` before them."""
    return re.findall(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)`", text)


def _resolved(name: str) -> object:
    parts = f"tui.{name}".split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[count:]:
            found = getattr(found, attribute)
        return found
    raise AssertionError(name)


def _typed(path: Path) -> Iterator[list[str]]:
    """What stands behind `refused` in the shell blocks of a document."""
    for block in re.findall(r"```sh\n(.*?)```", _text(path), re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            for at, word in enumerate(words):
                if word.rpartition("/")[2] == "refused":
                    rest = words[at + 1 :]
                    end = next((number for number, other in enumerate(rest) if other in {"|", "&&", ";", "&", ">"}), len(rest))
                    yield rest[:end]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_shown_commands_are_accepted(path: Path) -> None:
    """Every command of this program that a document shows is one that its parser takes."""
    for words in _typed(path):
        command = words[0] if words and words[0] in arguments.COMMANDS else ""
        parser = getattr(arguments, f"{command or 'main'}_parser")()
        parser.read(words[1:] if command else words)


def test_the_readme_shows_commands() -> None:
    """There are some, so that the test of them tests something."""
    assert {tuple(words[:1]) for words in _typed(README)} >= {("check",), ("demo",), ("run",)}


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """README, CONTRIBUTING and CI name the same command, to the letter."""
    for path in (README, CONTRIBUTING, ROOT / ".ci" / "run"):
        assert TEST_COMMAND in path.read_text(encoding="utf-8").splitlines(), path.name


def test_every_picture_is_shown_or_compared() -> None:
    """The README shows only pictures that exist, and shows some."""
    shown = re.findall(r"screenshots/[\w.-]+", README.read_text(encoding="utf-8"))

    assert shown
    assert [name for name in shown if not (ROOT / name).exists()] == []


def test_every_room_has_its_invariant() -> None:
    """The page on the code has one row for the package and for each package in it; the groups of causes share one."""
    told = {row[0].strip("`").rstrip("/") for row in _rows(_chapter(READING, "The rooms"))}
    rooms = {name for name in PACKAGES if not name.startswith("tui.diagnosis.hypotheses.")}

    assert told == {"tui", *(name.removeprefix("tui.").replace(".", "/") for name in rooms)}


def test_the_table_of_rooms_for_contributors_is_whole() -> None:
    """CONTRIBUTING says of each room what it may import, and names no other."""
    told = {folder for row in _rows(_chapter(CONTRIBUTING, "Where things are")) for folder in re.findall(r"`(\w+)/`", row[0])}

    assert told == set(ROOMS)


def _floors() -> Iterator[str]:
    """The layered import contracts of pyproject.toml, drawn: each floor may import those under it."""
    contracts = tomllib.loads(_text(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    for contract in contracts:
        if contract["type"] != "layers":
            continue
        layers = [" | ".join(part.strip() for part in re.split(r"[|:]", layer)) for layer in contract["layers"]]
        width = max(map(len, layers)) + 4
        line = f"+{'-' * width}+"
        yield f"{contract['containers'][0]}: {contract['name']}"
        yield line
        for layer in layers:
            yield f"|{layer.center(width)}|"
            yield line
        yield ""


def test_the_floors_are_those_of_the_import_contracts() -> None:
    """The drawing of what may import what has the layers that are enforced."""
    approve_section(READING, "floors", "\n".join(["```text", *list(_floors())[:-1], "```"]))


TRACED = """
import sys, threading
passed = set()
def note(frame, event, _):
    if event == "call":
        passed.add(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")
threading.setprofile(note)
sys.setprofile(note)
from tui.cli.main import main
main(sys.argv[1:])
sys.setprofile(None)
print(*passed, sep="\\n", file=sys.stderr)
"""
"""Runs the program, then names each function that was called."""


def test_the_datum_passes_the_functions_on_its_way(tmp_path: Path) -> None:
    """Each function that the page names between argv and the JSON is really called by the command that it follows."""
    chapter = _chapter(READING, "One datum, from argv to JSON")
    named = _dotted(chapter)
    words = ["check", "127.0.0.1:1", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", TRACED, *words, "--attempts", "1", "--session", str(tmp_path / "session.jsonl")],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"refused {shlex.join(words)}" in chapter
    assert len(named) >= 20
    assert validated(done.stdout)["verdict"]["cause"] == "server.not-listening"
    assert [name for name in named if f"tui.{name}" not in done.stderr.split()] == []


def test_ten_things_stand_where_the_page_says() -> None:
    """The list of things to look for has ten rows, and each names one file that is there."""
    rows = _rows(_chapter(READING, "Ten things, and where each lives"))

    assert len(rows) == 10
    assert [row[1] for row in rows if not (ROOT / row[1].strip("`")).is_file()] == []


def test_a_cause_of_ones_own_works_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of a site's own cause is taken, keeps the laws, and wins over the general cause where it should."""
    page = _text(DOCS / "own-causes.md")
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (settings,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    ((name, value),) = tomllib.loads(settings)["project"]["entry-points"][ENTRY_POINT].items()
    path = tmp_path.joinpath(*value.partition(":")[0].split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    kept, refused = from_entry_points([EntryPoint(name, value, ENTRY_POINT)])

    assert refused == ()
    verdict = assess(_example_case(), (*hypotheses(), *kept)).verdict
    assert verdict is not None
    assert (verdict.cause, verdict.certainty.value) == (name, "confirmed")
