"""Other programs on Textual, from PyPI, in an environment of their own that lives as long as it is measured: `--peers`."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench.programs import ROOT
from tests.bench.row import NotMeasured, Row
from tests.bench.rows.screen import walk
from tests.bench.terminals import is_painted, until_shown

PEERS = {"toolong": ("tl", str(ROOT / "README.md")), "posting": ("posting",)}
"""What is started, by the name of the distribution."""
LONGEST_INSTALL_S = 300


def rows() -> tuple[Row, ...]:
    """A row for each."""
    return tuple(map(_row, PEERS))


def _row(name: str) -> Row:
    folder = Path(tempfile.gettempdir(), f"refused-bench-{os.getpid()}-{name}")
    program, *arguments = PEERS[name]
    return Row(
        what="first paint of the walk",
        most=1,
        ours=lambda: until_shown(walk(), is_painted),
        peer=name,
        theirs=lambda: until_shown([str(folder / "bin" / program), *arguments], is_painted),
        around=partial(_installed, name, folder),
    )


@contextmanager
def _installed(name: str, folder: Path) -> Iterator[None]:
    """The program in `folder`. Raises NotMeasured where it can't be had."""
    with tempfile.TemporaryDirectory() as parent:
        folder.symlink_to(parent)
        try:
            _run(sys.executable, "-m", "venv", parent)
            _run(f"{parent}/bin/pip", "install", "-q", name)
            yield
        except (subprocess.SubprocessError, OSError):
            raise NotMeasured(f"{name} can't be installed from PyPI here") from None
        finally:
            folder.unlink()


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True, timeout=LONGEST_INSTALL_S)
