"""Generated files and sections: compared in every run, written anew with REFUSED_UPDATE=1."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
UPDATE = "REFUSED_UPDATE"


def updating() -> bool:
    """Whether approved files are to be written instead of compared."""
    return bool(os.environ.get(UPDATE))


def approve_file(path: Path, text: str) -> None:
    """Compare a whole file with `text`, or write it."""
    if updating():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.exists(), f"{path.relative_to(ROOT)} is missing; write it with {UPDATE}=1"
    assert path.read_text(encoding="utf-8") == text, f"{path.relative_to(ROOT)} differs; look, then write it with {UPDATE}=1"


def approve_section(path: Path, name: str, text: str) -> None:
    """Compare the part of a Markdown file between `<!-- NAME -->` and `<!-- /NAME -->`, or write it."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    whole = path.read_text(encoding="utf-8")
    before, found, rest = whole.partition(begin)
    assert found, f"{path.name} has no section {name}"
    _, found, after = rest.partition(end)
    assert found, f"{path.name} does not end its section {name}"
    approve_file(path, f"{before}{begin}{text}{end}{after}")
