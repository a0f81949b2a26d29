"""The first paint loads only what it shows."""

import subprocess
import sys

from tests.approved import ROOT

PROGRAM = """
import asyncio
import sys
from tui.model.target import parse_target
from tui.ui.app import RefusedApp
from tui.ui.backend import Backend
from tui.ui.screens.walk import WalkScreen

loaded = []

async def instead_of_the_session(self):
    loaded.extend(sys.modules)

WalkScreen._begin = instead_of_the_session
door = lambda *given: None
backend = Backend(read_target=parse_target, open_session=door, open_recording=door, write_report=door, record_problem=door)

async def main():
    app = RefusedApp(backend, target=parse_target("127.0.0.1:8081"))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()

asyncio.run(main())
late = ("psutil", "dns", "tui.probes", "tui.engine", "tui.report", "tui.diagnosis", "textual.widgets._text_area")
signals = {"tui.engine", "tui.engine.ending"}  # heard from the first moment on
print([name for name in loaded if name.startswith(late) and name not in signals])
print("tui.ui.panels.step" in loaded)
"""


def test_the_first_paint_loads_little() -> None:
    """Up to the moment when the session is opened, no probe, no DNS library, no widget that is not shown is loaded."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.splitlines() == ["[]", "True"], done.stderr
