"""How extensions are found: by their files alone, in folders and in archives, without importing them."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import tui
from tests.approved import ROOT
from tui import probes
from tui.by_path import docstring_of, modules_below, modules_by_tag, tag_of
from tui.diagnosis import hypotheses
from tui.errors import shapes
from tui.report import formats


@pytest.mark.parametrize("package", [probes, hypotheses, shapes, formats], ids=lambda package: package.__name__)
def test_every_file_is_found(package: object) -> None:
    """Each module below a package is found by its path, in the order of the alphabet."""
    folder = Path(package.__path__[0])  # type: ignore[attr-defined]  # a package has it
    files = {path.relative_to(folder).with_suffix("") for path in folder.rglob("*.py") if path.name != "__init__.py"}
    found = modules_below(package)  # type: ignore[arg-type]  # it is a package

    assert list(found) == sorted(f"{package.__name__}.{'.'.join(path.parts)}" for path in files)  # type: ignore[attr-defined]


def test_a_tag_is_the_name_with_dashes() -> None:
    """What asks for a module is its own name."""
    assert tag_of("tui.probes.sockets.process_state") == "process-state"
    assert modules_by_tag(probes)["process-state"] == "tui.probes.sockets.process_state"


def test_a_docstring_is_read_without_running_the_module() -> None:
    """The help of a format comes from its file; the module is not imported for it."""
    program = (
        "import sys\nfrom tui.report import formats\nprint(formats.options()['html'])\n"
        "print([name for name in sys.modules if name.startswith('tui.report.formats.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["HTML: one file that fetches nothing", "[]"]
    assert docstring_of("tui.report.formats.nothing", formats) == ""


def test_the_same_is_found_in_an_archive(tmp_path: Path) -> None:
    """In a zip file, which has no folders to list, the same modules and docstrings are found."""
    archive = tmp_path / "refused.zip"
    home = Path(tui.__path__[0])
    with zipfile.ZipFile(archive, "w") as file:
        for path in home.rglob("*.py"):
            file.write(path, Path("tui") / path.relative_to(home))
    program = (
        "from tui import by_path, probes\nfrom tui.report import formats\n"
        "print(len(by_path.modules_below(probes)), *formats.options().values(), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(archive)},
    )

    assert done.stdout.splitlines() == [str(len(modules_below(probes))), *formats.options().values()]
