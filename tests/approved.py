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
    before, _, after = _around(path, name)
    approve_file(path, f"{before}{text}{after}")


def write_section(path: Path, name: str, text: str) -> None:
    """Write that part, as measured."""
    before, _, after = _around(path, name)
    path.write_text(f"{before}{text}{after}", encoding="utf-8", newline="\n")


def section(path: Path, name: str) -> str:
    """That part of a Markdown file."""
    return _around(path, name)[1]


def _around(path: Path, name: str) -> tuple[str, str, str]:
    """What stands before a section, the section, and what comes behind it."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, opened, rest = path.read_text(encoding="utf-8").partition(begin)
    assert opened, f"{path.name} has no section {name}"
    inside, closed, after = rest.partition(end)
    assert closed, f"{path.name} does not end its section {name}"
    return before + opened, inside, closed + after
